/** The compressor and the decompressor of one WebSocket, made of the host's zlib when they are first needed. */
import type { DeflateRaw, InflateRaw } from 'node:zlib';
import { joined } from '../codec/bytes.ts';
import type { CodecParams, DeflateCodec } from '../websocket/deflate.ts';

type Done = (error: unknown, bytes: Uint8Array) => void;

const NO_BYTES = new Uint8Array(0);

/** The host's zlib. It is loaded when it is first needed: the start of the I/O thread waits for all that is imported. */
const zlib = (): typeof import('node:zlib') => process.getBuiltinModule('node:zlib');

/** One message on its way through a stream. */
interface Running {
  readonly most: number;
  readonly done: Done;
  readonly pieces: Uint8Array[];
  length: number;
}

export class ZlibCodec implements DeflateCodec {
  readonly #deflater: Transformer;
  readonly #inflater: Transformer;

  constructor(params: CodecParams) {
    this.#deflater = new Transformer(
      () => zlib().createDeflateRaw({ windowBits: params.deflateBits }),
      params.deflateResets,
    );
    this.#inflater = new Transformer(
      () => zlib().createInflateRaw({ windowBits: params.inflateBits }),
      params.inflateResets,
    );
  }

  deflate(message: Uint8Array, done: Done): void {
    this.#deflater.run(message, Number.POSITIVE_INFINITY, done);
  }

  inflate(data: Uint8Array, maxBytes: number, done: Done): void {
    this.#inflater.run(data, maxBytes, done);
  }

  /** Gives the memory of both back. */
  close(): void {
    this.#deflater.close();
    this.#inflater.close();
  }
}

/** One direction: a stream that lasts from message to message, or begins anew with each. */
class Transformer {
  readonly #make: () => DeflateRaw | InflateRaw;
  readonly #resets: boolean;
  #stream: DeflateRaw | InflateRaw | null = null;
  #running: Running | null = null;

  constructor(make: () => DeflateRaw | InflateRaw, resets: boolean) {
    this.#make = make;
    this.#resets = resets;
  }

  /** Puts one message through; the next one only when `done` was called. */
  run(data: Uint8Array, most: number, done: Done): void {
    const running: Running = { most, done, pieces: [], length: 0 };
    this.#running = running;
    this.#stream ??= this.#open();
    const stream = this.#stream;
    stream.write(data);
    stream.flush(zlib().constants.Z_SYNC_FLUSH, () => {
      if (this.#running === running) this.#end(null);
    });
  }

  close(): void {
    this.#running = null;
    this.#stream?.close();
    this.#stream = null;
  }

  #open(): DeflateRaw | InflateRaw {
    const stream = this.#make();
    stream.on('data', (piece: Uint8Array) => {
      const running = this.#running;
      if (running === null) return;
      running.length += piece.length;
      running.pieces.push(piece);
      if (running.length > running.most) this.#end('too large');
    });
    stream.on('error', (error) => this.#end(error));
    // A sender may end its data for good within a message (RFC 7692 section 7.2.3.3): the next one begins anew.
    stream.on('end', () => this.#end(null));
    return stream;
  }

  #end(error: unknown): void {
    const running = this.#running;
    this.#running = null;
    const stream = this.#stream;
    const isOver = error !== null || this.#resets || stream?.readableEnded === true;
    if (isOver) {
      this.#stream = null;
      stream?.removeAllListeners('data');
      stream?.close();
    }
    if (running === null) return;
    if (error !== null) running.done(error, NO_BYTES);
    else running.done(null, joined(running.pieces));
  }
}
