/** A message in progress, kept outside of wasm while other connections use the machine. */
import { CONTEXT, LIMIT, STATE } from '../wasm/constants.gen.ts';

const NO_BYTES = new Uint8Array(0);
const NO_WORDS = new Uint32Array(0);

/** Words of the parser's context. */
export const CONTEXT_WORDS: number = LIMIT.CONTEXT_BYTES / 4;

/** The context, and the bytes and records of a head while that is unfinished. */
export class ParkedMessage {
  readonly context: Uint32Array = new Uint32Array(CONTEXT_WORDS);
  /** The first `headBytes` of these are the unfinished head; the rest is room to grow. */
  head: Uint8Array = NO_BYTES;
  headBytes = 0;
  records: Uint32Array = NO_WORDS;
  recordWords = 0;

  /** Bytes that are left of the body, or of the chunk, that is being read, as far as that is known. */
  get bodyLeft(): number {
    // All words are inside the context.
    const state = (this.context[CONTEXT.STATE] as number) & 0xff;
    if (state !== STATE.BODY && state !== STATE.CHUNK_DATA) return 0;
    const low = this.context[CONTEXT.REMAINING_LOW] as number;
    return low + 2 ** 32 * (this.context[CONTEXT.REMAINING_LOW + 1] as number);
  }

  /** There is no unfinished head any more. */
  forgetHead(): void {
    this.head = NO_BYTES;
    this.headBytes = 0;
    this.records = NO_WORDS;
    this.recordWords = 0;
  }

  /**
   * Keeps the bytes of an unfinished head, of which the first `used` are kept already.
   * @param bytes Memory in which the head lies, from `at` on.
   */
  keepHead(bytes: Uint8Array, at: number, length: number, used: number): void {
    this.head = roomy(this.head, used, length, (n) => new Uint8Array(n));
    this.head.set(bytes.subarray(at + used, at + length), used);
    this.headBytes = length;
  }

  /** Keeps its records, of which the first `used` words are kept already. */
  keepRecords(words: Uint32Array, at: number, length: number, used: number): void {
    this.records = roomy(this.records, used, length, (n) => new Uint32Array(n));
    this.records.set(words.subarray(at + used, at + length), used);
    this.recordWords = length;
  }
}

/** `from` when it has room for `length` elements, else a copy of its first `used` ones with twice that room. */
function roomy<T extends Uint8Array | Uint32Array>(from: T, used: number, length: number, make: (n: number) => T): T {
  if (from.length >= length) return from;
  const grown = make(from.length === 0 ? length : 2 * length);
  grown.set(from.subarray(0, used));
  return grown;
}
