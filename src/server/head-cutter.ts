/**
 * Cuts request heads out of memory that is about to be overwritten: the parser's, or the ring's. What it gives owns all
 * of its text.
 */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import { RequestHead } from '../app/head.ts';
import { LIMIT } from '../wasm/constants.gen.ts';

/** Records up to so many words are remembered: small requests of one client tend to be alike. */
const MOST_WORDS = 32;
/** The word that tells where in a feed a head began; nobody asks for it any more. */
const START_WORD = 7;

/** Node's fast cuts out of memory, which its types leave out. */
interface SlicingBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
}

export class HeadCutter {
  /** The memory of the last head. */
  #memory: Uint8Array | null = null;
  #buffer: SlicingBuffer | null = null;
  /** Words of the last small record, and the text that was made of them. */
  readonly #words = new Uint32Array(MOST_WORDS);
  #count = 0;
  #records = '';

  /** @param headAt Byte address of the head in `bytes`; its records begin at `recordAt` of `words`, the same memory. */
  cut(words: Uint32Array, recordAt: number, bytes: Uint8Array, headAt: number): RequestHead {
    if (bytes !== this.#memory || this.#buffer === null) {
      this.#memory = bytes;
      const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#buffer = buffer as SlicingBuffer; // Every Buffer has both methods.
    }
    const buffer = this.#buffer;
    // Both words are inside the memory.
    const count = LIMIT.HEAD_WORDS + (words[recordAt + 3] as number) * LIMIT.UNIT_WORDS;
    const headBytes = words[recordAt + 4] as number;
    if (!this.#isLikeLast(words, recordAt, count)) {
      this.#records = buffer.ucs2Slice(4 * recordAt, 4 * (recordAt + count));
      this.#remember(words, recordAt, count);
    }
    return new RequestHead(this.#records, buffer.latin1Slice(headAt, headAt + headBytes));
  }

  #isLikeLast(words: Uint32Array, at: number, count: number): boolean {
    if (count !== this.#count) return false;
    const last = this.#words;
    for (let i = 0; i < count; i++) if (words[at + i] !== last[i] && i !== START_WORD) return false;
    return true;
  }

  #remember(words: Uint32Array, at: number, count: number): void {
    this.#count = count <= MOST_WORDS ? count : 0;
    const last = this.#words;
    for (let i = 0; i < this.#count; i++) last[i] = words[at + i] as number;
  }
}
