/**
 * Cuts request heads out of memory that is about to be overwritten: the parser's, or the ring's. What it gives owns all
 * of its text.
 */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import { RequestHead } from '../app/head.ts';
import type { HeadMemory } from '../node/link.ts';
import { LIMIT } from '../wasm/constants.gen.ts';

/** Records up to so many words are remembered: small requests of one client tend to be alike. */
const MOST_WORDS = 32;
/** So many bytes at most become text at once, because who keeps a part keeps it all. */
const MOST_TEXT_BYTES = 2048;
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
  /** The last text that was made for several heads, the turn of its memory, and the addresses that it was made of. */
  #text = '';
  #turn = -1;
  #from = 0;
  #to = 0;

  /**
   * @param headAt Byte address of the head; its records begin at word `recordAt`.
   * @param isOneOfMany Others may follow at once. Turning each of them into text by itself would cost more than all the
   *   rest that is done here.
   */
  cut(memory: HeadMemory, recordAt: number, headAt: number, isOneOfMany: boolean): RequestHead {
    const { bytes, words } = memory;
    if (bytes !== this.#memory || this.#buffer === null) {
      this.#memory = bytes;
      this.#turn = -1;
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
    const end = headAt + headBytes;
    if (!isOneOfMany) return new RequestHead(this.#records, buffer.latin1Slice(headAt, end), 0);
    if (memory.turn !== this.#turn || end > this.#to || headAt < this.#from) {
      this.#turn = memory.turn;
      this.#from = headAt;
      this.#to = Math.max(end, Math.min(memory.end, headAt + MOST_TEXT_BYTES));
      this.#text = buffer.latin1Slice(headAt, this.#to);
    }
    return new RequestHead(this.#records, this.#text, headAt - this.#from);
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
