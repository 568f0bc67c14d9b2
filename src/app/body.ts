/**
 * A request body as the app reads it: bytes at a position, from memory or from wherever the server keeps them, and
 * Rook's input stream over it (R: `rook.input`). It knows no files: the server hands in what reads them.
 */

import type { RookInput } from '../body-types.ts';
import { joined } from '../codec/bytes.ts';
import { callerError, type HttpuvError } from '../errors.ts';

/** Where the bytes of a body are. */
export interface BodySource {
  readonly size: number;
  /** Up to `length` bytes from `position`: fewer only at the end. The result belongs to the caller. */
  read(position: number, length: number): Uint8Array;
  /** Fills `target` from `position` on; returns how many bytes: fewer than its length only at the end. */
  readInto(position: number, target: Uint8Array): number;
  close(): void;
}

/** A body in memory. */
export class MemoryBody implements BodySource {
  readonly size: number;
  #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.size = bytes.length;
  }

  read(position: number, length: number): Uint8Array {
    return this.#bytes.slice(position, position + length);
  }

  readInto(position: number, target: Uint8Array): number {
    const bytes = this.#bytes.subarray(position, position + target.length);
    target.set(bytes);
    return bytes.length;
  }

  close(): void {
    this.#bytes = new Uint8Array(0);
  }
}

/** Bytes read at a time while looking for the end of a line. */
const LINE_PIECE_BYTES = 65_536;
const LF = 10;
const CR = 13;

/** Rook's seekable input over a body. */
export class BodyInput implements RookInput {
  readonly #source: BodySource;
  #position = 0;
  #isClosed = false;

  constructor(source: BodySource) {
    this.#source = source;
  }

  read(length = -1): Uint8Array {
    this.#assertOpen();
    if (typeof length !== 'number' || Number.isNaN(length))
      throw new TypeError('read(length): length is a number of bytes');
    const left = this.#source.size - this.#position;
    const bytes = this.#source.read(this.#position, length < 0 ? left : Math.min(Math.trunc(length), left));
    this.#position += bytes.length;
    return bytes;
  }

  readInto(target: Uint8Array): number {
    this.#assertOpen();
    if (!(target instanceof Uint8Array)) throw new TypeError('readInto(target): target is a Uint8Array');
    const count = this.#source.readInto(this.#position, target);
    this.#position += count;
    return count;
  }

  readLines(count = -1): string[] {
    this.#assertOpen();
    if (typeof count !== 'number' || Number.isNaN(count))
      throw new TypeError('readLines(count): count is a number of lines');
    const lines: string[] = [];
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    while ((count < 0 || lines.length < count) && this.#position < this.#source.size) {
      lines.push(decoder.decode(this.#line()));
    }
    return lines;
  }

  /** The whole body; the position stays. */
  whole(): Uint8Array {
    this.#assertOpen();
    return this.#source.read(0, this.#source.size);
  }

  /** Up to `length` bytes from `position`, wherever reading stands. */
  readAt(position: number, length: number): Uint8Array {
    this.#assertOpen();
    return this.#source.read(position, length);
  }

  rewind(): void {
    this.#assertOpen();
    this.#position = 0;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#source.close();
  }

  /** The bytes of the next line without its end; moves behind it. */
  #line(): Uint8Array {
    const pieces: Uint8Array[] = [];
    for (;;) {
      const piece = this.#source.read(this.#position, LINE_PIECE_BYTES);
      const end = piece.indexOf(LF);
      const length = end < 0 ? piece.length : end;
      this.#position += end < 0 ? length : length + 1;
      pieces.push(piece.subarray(0, length));
      if (end >= 0 || piece.length === 0 || this.#position >= this.#source.size) {
        const line = joined(pieces);
        return end >= 0 && line.at(-1) === CR ? line.subarray(0, -1) : line;
      }
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw bodyGone();
  }
}

/** The error of a body that is read too late. */
export function bodyGone(): HttpuvError {
  return callerError('HV_BODY_GONE', 'the request body is released once its response is handed over; read it before');
}

/** Bytes that a stream gives at a time. */
const STREAM_PIECE_BYTES = 65_536;

/** A body as a stream, from its first byte on; what `input` has read does not count. */
export function streamOf(input: BodyInput): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const piece = input.readAt(at, STREAM_PIECE_BYTES);
      at += piece.length;
      if (piece.length > 0) {
        controller.enqueue(piece as Uint8Array<ArrayBuffer>); // What a source gives is a copy, in memory of its own.
        return;
      }
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}
