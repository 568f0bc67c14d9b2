/**
 * Drives both parsers, that in C and that in AssemblyScript, with the same bytes, and compares after each feed all that
 * they tell: status, bytes consumed, records word by word, what is parked, errors.
 */

import { HttpMachine, type Parked } from '../../src/parser/machine.ts';
import { CONTEXT, KIND, LIMIT, STATUS } from '../../src/wasm/constants.gen.ts';
import type { HttpuvExports } from '../../src/wasm/httpuv.ts';
import type { FixtureSettings } from '../helpers/fixtures.ts';
import { instantiateTwin } from '../helpers/twin.ts';

/** Inputs that share two instances: so few that the table of shapes, which instances fill, does not get crowded. */
const INPUTS_OF_A_PAIR = 100;

/** Both parsers, for requests or responses. Use one for many inputs: instances cost more than most of them. */
export class Judge {
  readonly #kind: 'request' | 'response';
  readonly #other: () => HttpuvExports;
  #machines: readonly [HttpMachine, HttpMachine];
  #inputs = 0;

  /** @param other Makes what the C parser is compared with: the twin, unless the judge is to be tried itself. */
  constructor(kind: 'request' | 'response', other: () => HttpuvExports = instantiateTwin) {
    this.#kind = kind;
    this.#other = other;
    this.#machines = this.#pair();
  }

  #pair(): [HttpMachine, HttpMachine] {
    return [new HttpMachine(this.#kind), new HttpMachine(this.#kind, this.#other)];
  }

  /**
   * Feeds these pieces, none longer than the region, to both.
   * @returns What differs first, as text; `null` when nothing does.
   */
  difference(settings: FixtureSettings, pieces: readonly Uint8Array[]): string | null {
    if (++this.#inputs % INPUTS_OF_A_PAIR === 0) this.#machines = this.#pair();
    const [c, twin] = this.#machines;
    let ours: Parked | null = null;
    let theirs: Parked | null = null;
    for (const [turn, piece] of pieces.entries()) {
      c.begin(ours, settings, settings.pause);
      twin.begin(theirs, settings, settings.pause);
      c.bytes.set(piece, c.region);
      twin.bytes.set(piece, twin.region);
      for (let at = 0; ; at += c.consumed) {
        const status = c.feed(at, piece.length);
        const where = `piece ${turn} from byte ${at}:`;
        if (twin.feed(at, piece.length) !== status) return `${where} ${both(c, twin, () => `not both ${status}`)}`;
        if (!sameRecords(c, twin)) return `${where} ${both(c, twin, records)}`;
        if (status === STATUS.ERROR) return sameError(c, twin) ? null : `${where} ${both(c, twin, error)}`;
        if (twin.consumed !== c.consumed) return `${where} ${both(c, twin, ({ consumed }) => `${consumed} consumed`)}`;
        if (status === STATUS.NEED_INPUT) break;
      }
      if (c.bodyRemaining !== twin.bodyRemaining) return both(c, twin, ({ bodyRemaining }) => `${bodyRemaining} left`);
      ours = c.park();
      theirs = twin.park();
      const parked = [ours, theirs].map(describe);
      if (parked[0] !== parked[1]) return `behind piece ${turn}: C ${parked[0]}, twin ${parked[1]}`;
    }
    c.begin(ours, settings, settings.pause);
    twin.begin(theirs, settings, settings.pause);
    const same = c.finish() === twin.finish() && sameError(c, twin) && sameRecords(c, twin);
    return same ? null : `at the end: ${both(c, twin, (machine) => `${error(machine)} ${records(machine)}`)}`;
  }
}

function both(c: HttpMachine, twin: HttpMachine, tell: (machine: HttpMachine) => string): string {
  return `C ${tell(c)}, twin ${tell(twin)}`;
}

function error({ error: { name, offset } }: HttpMachine): string {
  return `${name} at ${offset}`;
}

function sameError(c: HttpMachine, twin: HttpMachine): boolean {
  return c.error.number === twin.error.number && c.error.offset === twin.error.offset;
}

/** The public words of a context, and how much of an unfinished head there is. */
function describe(parked: Parked | null): string {
  if (parked === null) return 'idle';
  const { context, recordWords, headBytes } = parked;
  const words = [CONTEXT.HELD, CONTEXT.FIELDS, CONTEXT.SEEN_LOW, CONTEXT.SEEN_HIGH].map((at) => context[at]);
  return `${words.join(' ')}, ${headBytes} bytes, ${recordWords} words`;
}

/** Words of a record of trailers that mean something: kind and flags, fields, bytes, start, shape. */
const OF_TRAILERS = [0, 3, 4, 7, 9];

function records({ words, recordsAt, recordsEnd }: HttpMachine): string {
  return `records ${words.subarray(recordsAt, recordsEnd).join(' ')}`;
}

function sameRecords(c: HttpMachine, twin: HttpMachine): boolean {
  const length = c.recordsEnd - c.recordsAt;
  if (twin.recordsEnd - twin.recordsAt !== length) return false;
  const ours = c.words.subarray(c.recordsAt, c.recordsEnd);
  const theirs = twin.words.subarray(twin.recordsAt, twin.recordsEnd);
  for (let at = 0; at < length; ) {
    const kind = (ours[at] ?? 0) & 0xff;
    const isHead = kind === KIND.REQUEST || kind === KIND.RESPONSE || kind === KIND.TRAILERS;
    const size = isHead ? LIMIT.HEAD_WORDS + LIMIT.UNIT_WORDS * (ours[at + 3] ?? 0) : LIMIT.UNIT_WORDS;
    for (let n = 0; n < size; n++) {
      if (kind === KIND.TRAILERS && n < LIMIT.HEAD_WORDS && !OF_TRAILERS.includes(n)) continue;
      if (ours[at + n] !== theirs[at + n]) return false;
    }
    at += size;
  }
  return true;
}
