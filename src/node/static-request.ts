/** What static files must know of a request, read out of the parser's records before they are overwritten. */
import { latin1 } from '../codec/text.ts';
import type { HttpMachine } from '../parser/machine.ts';
import type { Conditions } from '../static/conditions.ts';
import { FIELD, FIELD_NAMES, LIMIT, METHOD, METHODS } from '../wasm/constants.gen.ts';

const { HEAD_WORDS, UNIT_WORDS } = LIMIT;
const { ACCEPT_ENCODING, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE } = FIELD;

/** Fields that may change what is answered; empty without. */
export interface AskedFields extends Conditions {
  range: string;
  acceptEncoding: string;
}

/** A request that asks for nothing in particular. */
export const NOTHING_ASKED: Readonly<AskedFields> = {
  ifMatch: '',
  ifNoneMatch: '',
  ifModifiedSince: '',
  ifUnmodifiedSince: '',
  ifRange: '',
  range: '',
  acceptEncoding: '',
};

/** The names of those fields here, by their number in records. */
const ASKED: (keyof AskedFields | undefined)[] = FIELD_NAMES.map(() => undefined);
ASKED[IF_MATCH] = 'ifMatch';
ASKED[IF_NONE_MATCH] = 'ifNoneMatch';
ASKED[IF_MODIFIED_SINCE] = 'ifModifiedSince';
ASKED[IF_UNMODIFIED_SINCE] = 'ifUnmodifiedSince';
ASKED[IF_RANGE] = 'ifRange';
ASKED[RANGE] = 'range';
ASKED[ACCEPT_ENCODING] = 'acceptEncoding';

/** The head of one request, in the parser's memory: to be used before anything else is parsed. */
export class StaticRequest {
  readonly #machine: HttpMachine;
  readonly #at: number;
  readonly #headAt: number;

  constructor(machine: HttpMachine, at: number, headAt: number) {
    this.#machine = machine;
    this.#at = at;
    this.#headAt = headAt;
  }

  get target(): string {
    return this.#text(this.#at + 1);
  }

  get method(): string {
    const { words } = this.#machine;
    const id = ((words[this.#at] as number) >>> 8) & 0xff;
    return METHODS[id] || this.#cut(0, (words[this.#at + 10] as number) & 0xff);
  }

  /** GET or HEAD. */
  get isReading(): boolean {
    const method = ((this.#machine.words[this.#at] as number) >>> 8) & 0xff;
    return method === METHOD.GET || method === METHOD.HEAD;
  }

  /** The fields that may change what is answered. Repeated ones are joined. */
  get asked(): Readonly<AskedFields> {
    const { words } = this.#machine;
    let asked: AskedFields | null = null;
    for (let field = this.#at + HEAD_WORDS, end = this.#end; field < end; field += UNIT_WORDS) {
      // All words are inside the record.
      const name = ASKED[(words[field + 1] as number) >>> 24];
      if (name === undefined) continue;
      asked ??= { ...NOTHING_ASKED };
      const value = this.#text(field + 2);
      asked[name] = asked[name] === '' ? value : `${asked[name]}, ${value}`;
    }
    return asked ?? NOTHING_ASKED;
  }

  /** The value of any field, repeated ones joined. @param name In lower case. */
  field(name: string): string | null {
    const { words } = this.#machine;
    const known = FIELD_NAMES.indexOf(name);
    let value: string | null = null;
    for (let field = this.#at + HEAD_WORDS, end = this.#end; field < end; field += UNIT_WORDS) {
      const second = words[field + 1] as number; // As above.
      const isIt =
        known > 0
          ? second >>> 24 === known
          : second >>> 24 === 0 && this.#cut(words[field] as number, second & 0xffffff).toLowerCase() === name;
      if (isIt) value = value === null ? this.#text(field + 2) : `${value}, ${this.#text(field + 2)}`;
    }
    return value;
  }

  get #end(): number {
    return this.#at + HEAD_WORDS + (this.#machine.words[this.#at + 3] as number) * UNIT_WORDS;
  }

  /** The text whose offset and length stand at a word of the record. */
  #text(word: number): string {
    const { words } = this.#machine;
    return this.#cut(words[word] as number, words[word + 1] as number);
  }

  #cut(offset: number, length: number): string {
    const from = this.#headAt + offset;
    return latin1(this.#machine.bytes, from, from + length);
  }
}
