/**
 * Cuts request heads out of memory that is about to be overwritten: the parser's, or the ring's. What it gives owns all
 * of its text.
 */
import { RequestHead } from '../app/head.ts';
import type { HeadMemory } from '../node/link.ts';
import { TextRun } from '../node/text-run.ts';
import { LIMIT } from '../wasm/constants.gen.ts';

/** Records up to so many words are remembered: small requests of one client tend to be alike. */
const MOST_WORDS = 32;
/** The word that tells where in a feed a head began; nobody asks for it any more. */
const START_WORD = 7;

export class HeadCutter {
  readonly #run = new TextRun();
  /** Words of the last small record, and the text that was made of them. */
  readonly #words = new Uint32Array(MOST_WORDS);
  #count = 0;
  #records = '';

  /**
   * @param headAt Byte address of the head; its records begin at word `recordAt`.
   * @param isOneOfMany Others may follow at once.
   */
  cut(memory: HeadMemory, recordAt: number, headAt: number, isOneOfMany: boolean): RequestHead {
    const { words } = memory;
    const run = this.#run;
    const buffer = run.bufferOf(memory);
    // Both words are inside the memory.
    const count = LIMIT.HEAD_WORDS + (words[recordAt + 3] as number) * LIMIT.UNIT_WORDS;
    const end = headAt + (words[recordAt + 4] as number);
    if (!this.#isLikeLast(words, recordAt, count)) {
      this.#records = buffer.ucs2Slice(4 * recordAt, 4 * (recordAt + count));
      this.#remember(words, recordAt, count);
    }
    if (!isOneOfMany) return new RequestHead(this.#records, buffer.latin1Slice(headAt, end), 0);
    const start = run.hold(memory, headAt, end);
    return new RequestHead(this.#records, run.text, start);
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
