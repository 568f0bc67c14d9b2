/**
 * This package's wasm parser without its face: bytes in, records out, no string made. Twice: with the bytes copied in
 * and the message parked between pieces, as a host does it; and called on whole messages that are already in its memory,
 * which comes closest to the wasm function itself.
 */
import { HttpMachine, type Parked } from '../../parser/machine.ts';
import { KIND, LIMIT, METHODS, STATUS } from '../../wasm/constants.gen.ts';
import { type HttpuvExports, instantiateHttpuv } from '../../wasm/httpuv.ts';
import { type ContenderLoader, Notes, notedRun, type ParserContender, type ParserRun } from '../contender.ts';
import type { ReadOwnFile } from '../host.ts';
import type { ParserInput } from '../inputs.ts';
import { checksum, lowerNames } from '../seen.ts';
import { TWIN_PATH, twinMaker } from '../twin.ts';

/** Both ways to feed the machine. */
export const loadOwnMachine: ContenderLoader = async () => [
  COPIED,
  inPlace('httpuv-in-place', 'this package, records only, bytes already in wasm memory', instantiateHttpuv),
];

/** The second way with the twin, whose bytes are read. */
export function twinLoader(read: ReadOwnFile): ContenderLoader {
  return async () => {
    const instantiate = twinMaker(await read(TWIN_PATH));
    return [inPlace('twin-in-place', 'its second parser, in AssemblyScript, in the same way', instantiate)];
  };
}

const latin1 = new TextDecoder('latin1');

const LIMITS = {
  maxHeadBytes: 81_920,
  maxFields: 1000,
  maxChunkExtensionBytes: 16_384,
  maxBodyBytes: Number.POSITIVE_INFINITY,
} as const;

const COPIED: ParserContender = {
  name: 'httpuv-records',
  title: 'this package, records only, bytes copied into wasm memory',
  open(input) {
    const { forms } = input;
    const reader = new Reader(new HttpMachine('request'));
    let next = 0;
    return reader.run((times) => {
      for (let turn = 0; turn < times; turn++) {
        const pieces = forms[next]?.pieces ?? [];
        next = next + 1 < forms.length ? next + 1 : 0;
        for (let at = 0; at < pieces.length; at++) {
          const piece = pieces[at];
          if (piece !== undefined) reader.take(piece);
        }
      }
    });
  },
};

const inPlace = (name: string, title: string, instantiate: () => HttpuvExports): ParserContender => ({
  name,
  title,
  refuses: (input: ParserInput) =>
    input.forms.length > 1 || input.forms[0]?.pieces.length !== 1
      ? 'only one form in one piece can stay in memory'
      : undefined,
  open(input) {
    const piece = input.forms[0]?.pieces[0] ?? new Uint8Array(0);
    const machine = new HttpMachine('request', instantiate);
    machine.bytes.set(piece, machine.region);
    const reader = new Reader(machine);
    return reader.run((times) => {
      for (let turn = 0; turn < times; turn++) {
        // Whole messages: nothing is left over that would have to be parked.
        machine.begin(null, LIMITS, 0);
        const status = machine.feed(0, piece.length);
        if (status !== STATUS.NEED_INPUT) throw new Error(`feed gave status ${status}`);
        reader.walk(0, machine.recordsEnd);
      }
    });
  },
});

/** Drives one machine and walks its records as a host has to: from head to head, past bodies and ends. */
class Reader {
  private readonly machine: HttpMachine;
  private parked: Parked | null = null;
  private readonly notes = new Notes();
  private draft: { method: string; target: string; fields: string[]; bodyBytes: number; bodySum: number } = blank();

  constructor(machine: HttpMachine) {
    this.machine = machine;
  }

  /** Feeds one piece of any size, parking what is unfinished. */
  take(piece: Uint8Array): void {
    const size = this.machine.regionBytes;
    for (let from = 0; from < piece.length; from += size) {
      const part = piece.length <= size ? piece : piece.subarray(from, from + size);
      this.machine.bytes.set(part, this.machine.region);
      this.parse(part.length);
    }
  }

  /** Parses the first `length` bytes of the region. */
  private parse(length: number): void {
    const { machine } = this;
    machine.begin(this.parked, LIMITS, 0);
    for (let start = 0; ; start += machine.consumed) {
      const status = machine.feed(start, length);
      if (status === STATUS.ERROR) throw new Error(machine.error.message);
      this.walk(start, machine.recordsEnd);
      if (status === STATUS.NEED_INPUT) break;
    }
    this.parked = machine.park();
  }

  run(repeat: (times: number) => void): ParserRun {
    return notedRun(this.notes, repeat);
  }

  /** Counts messages. `start` is where in the region the last feed began, `end` the word behind its last record. */
  walk(start: number, end: number): void {
    const { words, recordsAt } = this.machine;
    for (let at = recordsAt; at < end; ) {
      const kind = (words[at] ?? 0) & 0xff;
      if (this.notes.seen !== null) this.describe(at, start);
      if (kind === KIND.END) this.notes.messages++;
      at += kind <= KIND.TRAILERS ? LIMIT.HEAD_WORDS + (words[at + 3] ?? 0) * LIMIT.UNIT_WORDS : LIMIT.UNIT_WORDS;
    }
  }

  private describe(at: number, start: number): void {
    const { words, bytes, region } = this.machine;
    const word = (index: number) => words[at + index] ?? 0;
    const kind = word(0) & 0xff;
    if (kind === KIND.REQUEST) {
      const headAt = region + start + (word(7) | 0);
      const text = (offset: number, length: number) =>
        latin1.decode(bytes.subarray(headAt + offset, headAt + offset + length));
      const fields: string[] = [];
      for (let field = 0; field < word(3); field++) {
        const first = LIMIT.HEAD_WORDS + field * LIMIT.UNIT_WORDS;
        fields.push(text(word(first), word(first + 1) & 0xffffff), text(word(first + 2), word(first + 3)));
      }
      const method = METHODS[(word(0) >>> 8) & 0xff] ?? '';
      this.draft = { ...blank(), method, target: text(word(1), word(2)), fields: lowerNames(fields) };
    } else if (kind === KIND.BODY) {
      const part = bytes.subarray(region + start + word(1), region + start + word(1) + word(2));
      this.draft.bodyBytes += part.length;
      this.draft.bodySum = checksum(this.draft.bodySum, part);
    } else if (kind === KIND.END) {
      this.notes.seen?.push(this.draft);
    }
  }
}

function blank() {
  return { method: '', target: '', fields: [] as string[], bodyBytes: 0, bodySum: 0 };
}
