/**
 * What the app side tells of bodies that are streams, and interim answers, as records: written on the app's thread, read
 * on the I/O thread into the same calls.
 */
import type { StreamsToIo } from '../node/link.ts';
import type { Outbox } from './outbox.ts';
import type { RingReader } from './ring.ts';

/** Types of records; those of WebSockets and whole answers are others. */
const STREAM = { PIECE: 64, END: 65, CUT: 66, CUT_AT_ONCE: 67, HINTS: 68 } as const;

export class StreamCommandWriter implements StreamsToIo {
  readonly #out: Outbox;
  readonly #onSaid: () => void;

  /** @param onSaid Called behind each command: it may have to leave at once. */
  constructor(out: Outbox, onSaid: () => void) {
    this.#out = out;
    this.#onSaid = onSaid;
  }

  piece(connection: number, request: number, bytes: Uint8Array): void {
    this.#out.putPieces(STREAM.PIECE, connection, request, bytes);
    this.#onSaid();
  }

  end(connection: number, request: number, trailers: string): void {
    this.#say(STREAM.END, connection, request, trailers);
  }

  cut(connection: number, request: number, atOnce: boolean): void {
    this.#say(atOnce ? STREAM.CUT_AT_ONCE : STREAM.CUT, connection, request, '');
  }

  hints(connection: number, request: number, fields: string): void {
    this.#say(STREAM.HINTS, connection, request, fields);
  }

  /** Field lines, which are latin1. */
  #say(type: number, connection: number, request: number, fields: string): void {
    const out = this.#out;
    out.begin(fields.length);
    out.bytes.write(fields, out.at, 'latin1');
    out.end(type, connection, request);
    this.#onSaid();
  }
}

export class StreamCommandReader {
  readonly #ring: RingReader;
  readonly #io: StreamsToIo;

  constructor(ring: RingReader, io: StreamsToIo) {
    this.#ring = ring;
    this.#io = io;
  }

  /** Obeys one record. @returns Whether it is one of these. */
  read(type: number, connection: number, request: number, at: number, length: number): boolean {
    const { bytes } = this.#ring;
    switch (type) {
      case STREAM.PIECE:
        this.#io.piece(connection, request, bytes.subarray(at, at + length));
        return true;
      case STREAM.END:
        this.#io.end(connection, request, bytes.toString('latin1', at, at + length));
        return true;
      case STREAM.CUT:
      case STREAM.CUT_AT_ONCE:
        this.#io.cut(connection, request, type === STREAM.CUT_AT_ONCE);
        return true;
      case STREAM.HINTS:
        this.#io.hints(connection, request, bytes.toString('latin1', at, at + length));
        return true;
      default:
        return false;
    }
  }
}
