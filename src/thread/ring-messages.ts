/**
 * Messages of WebSockets as records, in either direction: `[flags][size]`, then the bytes, or pieces in records of their own.
 * Bytes begin at multiples of 8: the engine copies shared memory several times slower where they do not.
 */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
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

/** Writes one message. @param isOurs Nobody else has the bytes; of others' what has to wait is copied. */
export function putMessage(
  out: Outbox,
  connection: number,
  request: number,
  flags: number,
  data: string | Uint8Array,
  isOurs: boolean,
): void {
  const size = typeof data === 'string' ? Buffer.byteLength(data) : data.length;
  const isShort = size <= SHORT_BYTES;
  out.begin(isShort ? HEAD_BYTES + size : HEAD_BYTES);
  const { at } = out;
  out.words[at >>> 2] = flags;
  out.words[(at >>> 2) + 1] = size;
  if (isShort && typeof data === 'string') out.bytes.write(data, at + HEAD_BYTES, size);
  else if (isShort) out.bytes.set(data as Uint8Array, at + HEAD_BYTES); // What is no text is bytes.
  out.end(isShort ? SHORT : LONG, connection, request);
  if (isShort) return;
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  out.putBody(PIECE, connection, request, bytes, 0, isOurs || typeof data === 'string');
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
    this.#ring.bytes.copy(whole, this.#filled, at, at + length);
    this.#filled += length;
    if (this.#filled < whole.length) return;
    this.#arriving = null;
    this.#take(connection, request, this.#flags, whole, 0, whole.length, true);
  }
}
