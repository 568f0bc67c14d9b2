/**
 * A request head that owns what it needs: the parser's records and the bytes, both as strings, so that nothing of the
 * parser's memory is looked at later. Text is cut out when it is asked for.
 */
import { FIELD_NAMES, LIMIT, METHODS } from '../wasm/constants.gen.ts';

/** Reads request line and fields out of records. */
export class RequestHead {
  readonly #records: string;
  readonly #text: string;
  readonly #start: number;

  /**
   * @param records The words of the head and field records, two UTF-16 units a word, low half first.
   * @param text Holds the bytes of the head as latin1.
   * @param start Where the head begins in the text.
   */
  constructor(records: string, text: string, start: number) {
    this.#records = records;
    this.#text = text;
    this.#start = start;
  }

  /** All of it, as latin1. */
  get text(): string {
    return cut(this.#text, this.#start, wordAt(this.#records, 4));
  }

  get flags(): number {
    return this.#records.charCodeAt(1);
  }

  get method(): string {
    const id = this.#records.charCodeAt(0) >>> 8;
    return id === 0 ? cut(this.#text, this.#start, wordAt(this.#records, 10) & 0xff) : (METHODS[id] ?? '');
  }

  get target(): string {
    return cut(this.#text, this.#start + wordAt(this.#records, 1), wordAt(this.#records, 2));
  }

  get fieldCount(): number {
    return wordAt(this.#records, 3);
  }

  /** Name of a field as received. */
  name(index: number): string {
    const word = LIMIT.HEAD_WORDS + index * LIMIT.UNIT_WORDS;
    return cut(this.#text, this.#start + wordAt(this.#records, word), wordAt(this.#records, word + 1) & 0xffffff);
  }

  /** Name of a field in lower case. */
  lowerName(index: number): string {
    const known = wordAt(this.#records, LIMIT.HEAD_WORDS + index * LIMIT.UNIT_WORDS + 1) >>> 24;
    return FIELD_NAMES[known] || this.name(index).toLowerCase();
  }

  /** Value of a field without the white space around it. */
  value(index: number): string {
    const word = LIMIT.HEAD_WORDS + index * LIMIT.UNIT_WORDS;
    return cut(this.#text, this.#start + wordAt(this.#records, word + 2), wordAt(this.#records, word + 3));
  }
}

// Private methods would cost each head a word.
function wordAt(records: string, index: number): number {
  return (records.charCodeAt(2 * index) | (records.charCodeAt(2 * index + 1) << 16)) >>> 0;
}

function cut(text: string, from: number, length: number): string {
  return text.slice(from, from + length);
}
