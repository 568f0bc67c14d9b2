/**
 * Messages of WebSockets as records, in either direction: `[flags][size]`, then the bytes, or pieces in records of their own,
 * or the number of the slot that they lie in.
 * Bytes begin at multiples of 8: the engine copies shared memory several times slower where they do not.
 */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import { copyInto } from '../codec/bytes.ts';
import { writeText } from '../websocket/text.ts';
import type { Outbox } from './outbox.ts';
import type { RingReader } from './ring.ts';
import type { Slot, Slots } from './slots.ts';

/** Types of the records that messages travel in. */
const SHORT = 32;
const LONG = 33;
const PIECE = 34;
const IN_SLOT = 35;
/** The first type for other records of WebSockets. */
export const FIRST_OTHER = 36;

/** Flags and size. */
const HEAD_BYTES = 8;
/** Number of a slot. */
const NUMBER_BYTES = 4;

/** A message up to this size is one record. */
const SHORT_BYTES = 65_536;

/** Writes messages. */
export class MessageWriter {
  readonly #out: Outbox;
  readonly #slots: Slots;
  /** Whether the last text was ASCII: the next one mostly is what the last one was. */
  #isAscii = true;

  /** @param slots For long ones. */
  constructor(out: Outbox, slots: Slots) {
    this.#out = out;
    this.#slots = slots;
  }

  /**
   * Writes one message.
   * @param isOurs Nobody else has the bytes; of others' what has to wait is copied.
   * @returns Its bytes.
   */
  put(connection: number, request: number, flags: number, data: string | Uint8Array, isOurs: boolean): number {
    if (typeof data === 'string') return this.#putText(connection, request, flags, data);
    const size = data.length;
    const slot = this.#slots.take(size);
    if (slot !== null) {
      copyInto(slot.bytes, slot.at, data);
      this.putSlot(connection, request, flags, size, slot);
    } else if (size <= SHORT_BYTES) {
      this.#begin(flags, size, size);
      copyInto(this.#out.bytes, this.#out.at + HEAD_BYTES, data);
      this.#out.end(SHORT, connection, request);
    } else this.#putLong(connection, request, flags, data, isOurs);
    return size;
  }

  #putText(connection: number, request: number, flags: number, text: string): number {
    // Counting the bytes costs more than writing them: they are as many as characters, or else it is done again.
    let size = this.#isAscii ? text.length : Buffer.byteLength(text);
    let isPut = this.#tryText(connection, request, flags, text, size);
    if (!isPut && this.#isAscii) {
      size = Buffer.byteLength(text);
      isPut = this.#tryText(connection, request, flags, text, size);
    }
    this.#isAscii = size === text.length;
    if (!isPut) this.#putLong(connection, request, flags, Buffer.from(text), true);
    return size;
  }

  /** Returns false when the text is longer than that, or finds no room in one piece. */
  #tryText(connection: number, request: number, flags: number, text: string, size: number): boolean {
    const slot = this.#slots.take(size);
    if (slot !== null) {
      const { bytes, at } = slot;
      if (writeText(text, bytes, at, at + size) < 0) {
        slot.giveBack();
        return false;
      }
      this.putSlot(connection, request, flags, size, slot);
      return true;
    }
    if (size > SHORT_BYTES) return false;
    this.#begin(flags, size, size);
    const at = this.#out.at + HEAD_BYTES;
    if (writeText(text, this.#out.bytes, at, at + size) < 0) return false;
    this.#out.end(SHORT, connection, request);
    return true;
  }

  /** Writes a message that lies in a slot, which is the reader's from now on. */
  putSlot(connection: number, request: number, flags: number, size: number, slot: Slot): void {
    this.#begin(flags, size, NUMBER_BYTES);
    this.#out.words[(this.#out.at + HEAD_BYTES) >>> 2] = slot.number;
    this.#out.end(IN_SLOT, connection, request);
    this.#out.weigh(size);
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

/** Who hears messages that lie in slots, and gives these back. */
export interface SlotReader {
  readonly slots: Slots;
  take(connection: number, request: number, flags: number, size: number, slot: Slot): void;
}

/** Reads messages. Nothing comes between the pieces of one. */
export class MessageReader {
  readonly #ring: RingReader;
  readonly #take: TakeMessage;
  readonly #inSlots: SlotReader;
  #arriving: Buffer | null = null;
  #filled = 0;
  #flags = 0;

  constructor(ring: RingReader, take: TakeMessage, inSlots: SlotReader) {
    this.#ring = ring;
    this.#take = take;
    this.#inSlots = inSlots;
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
      case IN_SLOT:
        this.#readSlot(connection, request, flags, words[(at >>> 2) + 1] as number, words[(at >>> 2) + 2] as number);
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

  #readSlot(connection: number, request: number, flags: number, size: number, number: number): void {
    this.#inSlots.take(connection, request, flags, size, this.#inSlots.slots.of(number));
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
