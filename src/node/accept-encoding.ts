/**
 * What a client says of codings, read out of the parser's records when its head has come. Clients mostly say the same, so
 * the bytes of the field are compared with those of the last one before they are understood.
 */
import { latin1 } from '../codec/text.ts';
import type { HttpMachine } from '../parser/machine.ts';
import { type Accepted, negotiated } from '../static/coding.ts';
import { FIELD, LIMIT } from '../wasm/constants.gen.ts';
import { StaticRequest } from './static-request.ts';
import { ANSWER_CODINGS, type AnswerCoding } from './zlib-codings.ts';

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { HEAD_WORDS, UNIT_WORDS } = LIMIT;
const { ACCEPT_ENCODING } = FIELD;

export type AcceptedCodings = Accepted<AnswerCoding>;

const NOTHING: AcceptedCodings = { codings: [], refusesPlain: false };
/** A longer field is read anew each time. */
const LONGEST_KEPT = 128;

export class AcceptEncoding {
  readonly #bytes = new Uint8Array(LONGEST_KEPT);
  #length = -1;
  #last: AcceptedCodings = NOTHING;

  /** @param at Word index of the head record. @param headAt Where the head begins in the parser's memory. */
  of(machine: HttpMachine, at: number, headAt: number): AcceptedCodings {
    const { words } = machine;
    // All words are inside the record.
    const end = at + HEAD_WORDS + (words[at + 3] as number) * UNIT_WORDS;
    let found = 0;
    for (let field = at + HEAD_WORDS; field < end; field += UNIT_WORDS) {
      if ((words[field + 1] as number) >>> 24 !== ACCEPT_ENCODING) continue;
      // A list may come in several fields (RFC 9110 section 5.3).
      if (found !== 0) return understood(new StaticRequest(machine, at, headAt).field('accept-encoding') ?? '');
      found = field;
    }
    if (found === 0) return NOTHING;
    return this.#one(machine.bytes, headAt + (words[found + 2] as number), words[found + 3] as number);
  }

  #one(bytes: Uint8Array, from: number, length: number): AcceptedCodings {
    if (length === this.#length && this.#isLast(bytes, from)) return this.#last;
    const accepted = understood(latin1(bytes, from, from + length));
    if (length > LONGEST_KEPT) return accepted;
    this.#bytes.set(bytes.subarray(from, from + length));
    this.#length = length;
    this.#last = accepted;
    return accepted;
  }

  #isLast(bytes: Uint8Array, from: number): boolean {
    const last = this.#bytes;
    const length = this.#length;
    for (let i = 0; i < length; i++) if (last[i] !== bytes[from + i]) return false;
    return true;
  }
}

function understood(field: string): AcceptedCodings {
  return negotiated(field, ANSWER_CODINGS);
}
