/**
 * Memory for pieces of files, used again as soon as a socket is done with it: fresh memory would pile up between two runs
 * of the collector, and its pages have to be made each time.
 */
import { freeNow } from '../codec/bytes.ts';

/** Kept of each size, and of all of them together, in bytes. */
const MOST_OF_SIZE_BYTES = 1_048_576;
const MOST_BYTES = 4_194_304;

export class PieceMemory {
  readonly #spare = new Map<number, Uint8Array[]>();
  #bytes = 0;

  /** Memory of so many bytes, with anything in it. */
  take(length: number): Uint8Array {
    const spare = this.#spare.get(length)?.pop();
    if (spare === undefined) return Buffer.allocUnsafeSlow(length);
    this.#bytes -= length;
    return spare;
  }

  /** Takes memory back that nobody looks at any more. Only sizes that are asked for again and again are kept: powers of two. */
  giveBack(piece: Uint8Array): void {
    const { length } = piece;
    const isWhole = length === piece.buffer.byteLength && (length & (length - 1)) === 0;
    let spare = this.#spare.get(length);
    if (!isWhole || this.#bytes + length > MOST_BYTES || ((spare?.length ?? 0) + 1) * length > MOST_OF_SIZE_BYTES) {
      freeNow(piece);
      return;
    }
    if (spare === undefined) {
      spare = [];
      this.#spare.set(length, spare);
    }
    spare.push(piece);
    this.#bytes += length;
  }
}
