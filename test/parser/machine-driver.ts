/** Feeds a machine piece by piece and writes down what it tells, in the notation of the fixtures. */
import type { HttpMachine, Parked } from '../../src/parser/machine.ts';
import { FLAG, KIND, METHODS, STATUS } from '../../src/wasm/constants.gen.ts';
import { type FixtureSettings, quote } from '../helpers/fixtures.ts';

/** Flag words as they appear in fixtures, in the order of their bits. */
const FLAG_WORDS = Object.entries(FLAG)
  .sort(([, a], [, b]) => a - b)
  .map(([name, bit]) => [name.toLowerCase().replaceAll('_', '-'), bit] as const);

/** Lines that describe everything the machine tells about these pieces. Neighbouring body records are one line. */
export function tell(machine: HttpMachine, settings: FixtureSettings, pieces: readonly Uint8Array[]): string[] {
  const lines: string[] = [];
  const body: number[] = [];
  const flush = (): void => {
    if (body.length > 0) lines.push(`body ${quote(Uint8Array.from(body.splice(0)))}`);
  };
  let parked: Parked | null = null;
  for (const piece of pieces.flatMap(regions)) {
    machine.begin(parked, settings, settings.pause);
    machine.bytes.set(piece, machine.region);
    let at = 0;
    for (;;) {
      const status = machine.feed(at, piece.length);
      drain(machine, at, lines, body, flush);
      at += machine.consumed;
      if (status === STATUS.NEED_INPUT) break;
      if (status === STATUS.TABLE_FULL) continue;
      flush();
      if (status === STATUS.ERROR) {
        const { name, status: answer, offset } = machine.error;
        lines.push(`error ${name.slice(3)} ${answer} at ${offset}`);
        return lines;
      }
      lines.push(status === STATUS.UPGRADE ? 'upgrade' : 'paused');
    }
    parked = machine.park();
  }
  flush();
  machine.begin(parked, settings, settings.pause);
  const clean = machine.finish();
  drain(machine, 0, lines, body, flush);
  if (!clean) lines.push('unfinished');
  return lines;
}

function regions(piece: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < piece.length; at += 65_536) parts.push(piece.subarray(at, at + 65_536));
  return parts;
}

function drain(machine: HttpMachine, fed: number, lines: string[], body: number[], flush: () => void): void {
  const { bytes, words } = machine;
  const data = machine.region + fed;
  const word = (at: number): number => words[at] ?? 0;
  for (let at = machine.recordsAt; at < machine.recordsEnd; ) {
    const kind = word(at) & 0xff;
    if (kind === KIND.BODY) {
      for (const byte of bytes.subarray(data + word(at + 1), data + word(at + 1) + word(at + 2))) body.push(byte);
      at += 4;
      continue;
    }
    flush();
    if (kind === KIND.END) {
      lines.push('end');
      at += 4;
      continue;
    }
    const head = data + (word(at + 7) | 0);
    const text = (offset: number, length: number): string =>
      quote(bytes.subarray(head + offset, head + offset + length));
    lines.push(headLine(kind, (n) => word(at + n), text));
    for (let n = word(at + 3), field = at + 12; n > 0; n--, field += 4) {
      const name = word(field + 1);
      const colon = name >>> 24 === 0 ? 'other' : 'field';
      lines.push(`${colon} ${text(word(field), name & 0xffffff)}: ${text(word(field + 2), word(field + 3))}`);
    }
    at += 12 + 4 * word(at + 3);
  }
}

function headLine(kind: number, word: (n: number) => number, text: (at: number, n: number) => string): string {
  const flags = word(0) >>> 16;
  const known = FLAG_WORDS.filter(([, bit]) => flags & bit).map(([name]) => name);
  if (kind === KIND.TRAILERS) return ['trailers', `head=${word(4)}`, ...known].join(' ');
  const method = METHODS[(word(0) >>> 8) & 0xff] || text(0, word(10) & 0xff);
  const start = kind === KIND.REQUEST ? `request ${method}` : `response ${word(8)}`;
  const length = word(5) + 2 ** 32 * word(6);
  const rest = [text(word(1), word(2)), `1.${(word(10) >>> 8) & 0xff}`, `head=${word(4)}`, ...known];
  if (flags & FLAG.HAS_LENGTH) rest.push(`length=${length}`);
  return [start, ...rest].join(' ');
}
