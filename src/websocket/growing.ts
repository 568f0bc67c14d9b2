/** One buffer that grows with what comes: the cost is the bytes, however many pieces they come in. */
import { allocate, freeNow } from '../codec/bytes.ts';
import { takeSpare } from './spare.ts';

const NO_BYTES = new Uint8Array(0);
const LEAST_BYTES = 1024;

export class GrowingBytes {
  private bytes: Uint8Array = NO_BYTES;
  /** Bytes added since the last take. */
  length: number = 0;

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
      const grown = takeSpare(whole) ?? allocate(Math.max(needed, Math.min(doubled, needed + rest)));
      grown.set(this.bytes.subarray(0, this.length));
      freeNow(this.bytes);
      this.bytes = grown;
    }
    this.bytes.set(piece, this.length);
    this.length = needed;
  }

  /** All that was added, and nothing stays. */
  take(): Uint8Array {
    const { bytes, length } = this;
    this.bytes = NO_BYTES;
    this.length = 0;
    // A buffer that is mostly empty is not given away: who keeps the message would keep all of it.
    return 2 * length > bytes.length ? bytes.subarray(0, length) : bytes.slice(0, length);
  }
}
