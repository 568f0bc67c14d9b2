/** One buffer that grows with what comes: the cost is the bytes, however many pieces they come in. */
import { allocate, copyInto } from '../codec/bytes.ts';
import { type JoiningMemory, spareMemory } from './spare.ts';

const NO_BYTES = new Uint8Array(0);
const LEAST_BYTES = 1024;

export class GrowingBytes {
  private readonly memory: JoiningMemory;
  private bytes: Uint8Array = NO_BYTES;
  /** Bytes added since the last take. */
  length: number = 0;

  constructor(memory: JoiningMemory = spareMemory) {
    this.memory = memory;
  }

  /**
   * Adds a copy of `piece`.
   *
   * @param most Bytes there can be in all: the buffer is never made larger, so that it and the one it replaces stay
   *   below twice that.
   * @param rest Bytes that will follow and end the message; Infinity when that is not known. New memory is taken for what has
   *   come, never for what is announced, but not beyond it; spare memory, of which there is little, for all of it.
   */
  add(piece: Uint8Array, most: number, rest: number): void {
    const needed = this.length + piece.length;
    if (needed > this.bytes.length) {
      const doubled = Math.min(most, Math.max(LEAST_BYTES, 2 * needed));
      const whole = rest === Number.POSITIVE_INFINITY ? doubled : needed + rest;
      const grown = this.memory.take(whole) ?? allocate(Math.max(needed, Math.min(doubled, needed + rest)));
      copyInto(grown, 0, this.bytes, 0, this.length);
      this.memory.give(this.bytes);
      this.bytes = grown;
    }
    copyInto(this.bytes, this.length, piece);
    this.length = needed;
  }

  /** All that was added, and nothing stays. */
  take(): Uint8Array {
    const { bytes, length } = this;
    this.bytes = NO_BYTES;
    this.length = 0;
    if (2 * length > bytes.length) return bytes.subarray(0, length);
    // A buffer that is mostly empty is not given away: who keeps the message would keep all of it.
    const own = bytes.slice(0, length);
    this.memory.give(bytes);
    return own;
  }

  /** Forgets what was added. */
  drop(): void {
    this.memory.give(this.bytes);
    this.bytes = NO_BYTES;
    this.length = 0;
  }
}
