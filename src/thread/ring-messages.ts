/**
 * Messages of WebSockets as records, in either direction: `[flags][size]`, then the bytes, or pieces in records of their own.
 * Bytes begin at multiples of 8: the engine copies shared memory several times slower where they do not.
 */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import { copyInto } from '../codec/bytes.ts';
import { writeText } from '../websocket/text.ts';
import type { Outbox } from './outbox.ts';
import type { RingReader } from './ring.ts';

/** Types of the three records that messages travel in: {@link SHORT}, {@link LONG}, {@link PIECE}. */
const SHORT = 32;
const LONG = 33;
const PIECE = 34;
/** The first type for other records of WebSockets. */
export const FIRST_OTHER = 35;

/** Flags and size. */
const HEAD_BYTES = 8;

/** A message up to this size is one record. */
const SHORT_BYTES = 65_536;

/** Writes messages. */
export class MessageWriter {
  readonly #out: Outbox;
  /** Whether the last text was ASCII: the next one mostly is what the last one was. */
  #isAscii = true;

  constructor(out: Outbox) {
    this.#out = out;
  }

  /**
   * Writes one message.
   * @param isOurs Nobody else has the bytes; of others' what has to wait is copied.
   * @returns Its bytes.
   */
  put(connection: number, request: number, flags: number, data: string | Uint8Array, isOurs: boolean): number {
    if (typeof data === 'string') return this.#putText(connection, request, flags, data);
    const size = data.length;
    if (size <= SHORT_BYTES) {
      this.#begin(flags, size, size);
      copyInto(this.#out.bytes, this.#out.at + HEAD_BYTES, data);
      this.#out.end(SHORT, connection, request);
    } else this.#putLong(connection, request, flags, data, isOurs);
    return size;
  }

  #putText(connection: number, request: number, flags: number, text: string): number {
    // Counting the bytes costs more than writing them: they are as many as characters, or else it is done again.
    let size = this.#isAscii ? text.length : Buffer.byteLength(text);
    let written = this.#tryText(flags, text, size);
    if (written < 0) {
      size = Buffer.byteLength(text);
      written = this.#tryText(flags, text, size);
    }
    this.#isAscii = size === text.length;
    if (written >= 0) this.#out.end(SHORT, connection, request);
    else this.#putLong(connection, request, flags, Buffer.from(text), true);
    return size;
  }

  /** Returns −1 when the text is longer than that, or than a short message. */
  #tryText(flags: number, text: string, size: number): number {
    if (size > SHORT_BYTES) return -1;
    this.#begin(flags, size, size);
    const at = this.#out.at + HEAD_BYTES;
    return writeText(text, this.#out.bytes, at, at + size);
  }

  #putLong(connection: number, request: number, flags: number, bytes: Uint8Array, isOurs: boolean): void {
    this.#begin(flags, bytes.length, 0);
    this.#out.end(LONG, connection, request);
    this.#out.putBody(PIECE, connection, request, bytes, 0, isOurs);
  }

  /** Begins a record with so many bytes of a message. */
  #begin(flags: number, size: number, bytes: number): void {
    const out = this.#out;
    out.begin(HEAD_BYTES + bytes);
    out.words[out.at >>> 2] = flags;
    out.words[(out.at >>> 2) + 1] = size;
  }
}

/** Hears a message: it lies in the ring, or has memory of its own (`isOwn`). */
export type TakeMessage = (
  connection: number,
  request: number,
  flags: number,
  bytes: Buffer,
  from: number,
  to: number,
  isOwn: boolean,
) => void;

/** Reads messages. Nothing comes between the pieces of one. */
export class MessageReader {
  readonly #ring: RingReader;
  readonly #take: TakeMessage;
  #arriving: Buffer | null = null;
  #filled = 0;
  #flags = 0;

  constructor(ring: RingReader, take: TakeMessage) {
    this.#ring = ring;
    this.#take = take;
  }

  /** Takes one record. @returns Whether it belongs to a message. */
  read(type: number, connection: number, request: number, at: number, length: number): boolean {
    const { words, bytes } = this.#ring;
    // All words of a record are inside the memory.
    const flags = words[at >>> 2] as number;
    switch (type) {
      case SHORT:
        this.#take(connection, request, flags, bytes, at + HEAD_BYTES, at + length, false);
        return true;
      case LONG:
        this.#arriving = Buffer.allocUnsafeSlow(words[(at >>> 2) + 1] as number);
        this.#filled = 0;
        this.#flags = flags;
        return true;
      case PIECE:
        this.#fill(connection, request, at, length);
        return true;
      default:
        return false;
    }
  }

  #fill(connection: number, request: number, at: number, length: number): void {
    const whole = this.#arriving;
    if (whole === null) throw new RangeError('a piece of a message came without its beginning');
    copyInto(whole, this.#filled, this.#ring.bytes, at, at + length);
    this.#filled += length;
    if (this.#filled < whole.length) return;
    this.#arriving = null;
    this.#take(connection, request, this.#flags, whole, 0, whole.length, true);
  }
}
