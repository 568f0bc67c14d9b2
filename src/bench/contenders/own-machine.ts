/**
 * This package's wasm parser without its face: bytes in, records out, no string made. Twice: with the bytes copied in
 * and the message parked between pieces, as a host does it; and called on whole messages that are already in its memory,
 * which comes closest to the wasm function itself. And both with its other builds: without vectors, and the twin.
 */
import { latin1 } from '../../codec/text.ts';
import { HttpMachine, type Parked } from '../../parser/machine.ts';
import { KIND, LIMIT, METHODS, STATUS } from '../../wasm/constants.gen.ts';
import { instantiateHttpuv } from '../../wasm/httpuv.ts';
import { BYTES } from '../../wasm/httpuv-bytes.gen.ts';
import { type MakeInstance, NO_SIMD_PATH, noSimdMaker, TWIN_PATH, twinMaker } from '../builds.ts';
import { type ContenderLoader, HTTP, Notes, notedRun, type ParserContender, type ParserRun } from '../contender.ts';
import type { ReadOwnFile } from '../host.ts';
import type { ParserInput } from '../inputs.ts';
import { checksum, lowerNames } from '../seen.ts';

/** Bytes of httpuv.wasm, of which this package holds a base64 text. */
export const WASM_BYTES: number = (BYTES.length / 4) * 3 - (/=*$/.exec(BYTES)?.[0].length ?? 0);

/** The build that servers use. */
export const loadOwnMachine: ContenderLoader = async () =>
  both('httpuv', 'httpuv', 'this package', instantiateHttpuv, WASM_BYTES);

/** The same C without vectors. */
export function noSimdLoader(read: ReadOwnFile): ContenderLoader {
  return async () => {
    const bytes = await read(NO_SIMD_PATH);
    return both('no-simd', 'httpuv', 'its C without vectors', noSimdMaker(bytes), bytes.length);
  };
}

/** The second parser. */
export function twinLoader(read: ReadOwnFile): ContenderLoader {
  return async () => {
    const bytes = await read(TWIN_PATH);
    return both('twin', 'twin', 'its second parser, in AssemblyScript', twinMaker(bytes), bytes.length);
  };
}

const LIMITS = {
  maxHeadBytes: 81_920,
  maxFields: 1000,
  maxChunkExtensionBytes: 16_384,
  maxBodyBytes: Number.POSITIVE_INFINITY,
} as const;

function both(
  name: string,
  parser: string,
  title: string,
  instantiate: MakeInstance,
  wasmBytes: number,
): readonly ParserContender[] {
  return [
    {
      name: `${name}-records`,
      title: `${title}, records only, bytes copied into wasm memory`,
      reads: HTTP,
      parser,
      wasmBytes,
      open: (input) => openCopied(input, instantiate),
    },
    {
      name: `${name}-in-place`,
      title: `${title}, records only, bytes already in wasm memory`,
      reads: HTTP,
      parser,
      wasmBytes,
      refuses: inPlaceRefusal,
      open: (input) => openInPlace(input, instantiate),
    },
  ];
}

function openCopied({ forms, kind }: ParserInput, instantiate: MakeInstance): ParserRun {
  const reader = new Reader(new HttpMachine(kind === 'response' ? 'response' : 'request', instantiate));
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
}

function inPlaceRefusal({ forms }: ParserInput): string | undefined {
  if (forms.some(({ pieces }) => pieces.length !== 1)) return 'only whole messages can stay in memory';
  return forms.reduce((sum, form) => sum + form.bytes, 0) > LIMIT.REGION_BYTES
    ? 'its forms are more than fits into the memory'
    : undefined;
}

/** All forms lie in the region, one behind the other. */
function openInPlace({ forms, kind }: ParserInput, instantiate: MakeInstance): ParserRun {
  const machine = new HttpMachine(kind === 'response' ? 'response' : 'request', instantiate);
  const ends: number[] = [];
  let end = 0;
  for (const { pieces } of forms) {
    const [piece = new Uint8Array(0)] = pieces;
    machine.bytes.set(piece, machine.region + end);
    end += piece.length;
    ends.push(end);
  }
  const reader = new Reader(machine);
  let next = 0;
  let start = 0;
  return reader.run((times) => {
    for (let turn = 0; turn < times; turn++) {
      const until = ends[next] ?? 0;
      // Whole messages: nothing is left over that would have to be parked.
      machine.begin(null, LIMITS, 0);
      const status = machine.feed(start, until);
      if (status !== STATUS.NEED_INPUT) throw stopped(machine, status);
      reader.walk(start, machine.recordsEnd);
      next++;
      start = until;
      if (next === ends.length) {
        next = 0;
        start = 0;
      }
    }
  });
}

function stopped(machine: HttpMachine, status: number): Error {
  return new Error(status === STATUS.ERROR ? machine.error.message : `what follows is not read: status ${status}`);
}

/** Drives one machine and walks its records as a host has to: from head to head, past bodies and ends. */
class Reader {
  private readonly machine: HttpMachine;
  private parked: Parked | null = null;
  private readonly notes = new Notes();
  private draft = blank();

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
      if (status === STATUS.ERROR) throw stopped(machine, status);
      this.walk(start, machine.recordsEnd);
      if (status === STATUS.NEED_INPUT) break;
      if (status !== STATUS.TABLE_FULL) throw stopped(machine, status);
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
    if (kind === KIND.REQUEST || kind === KIND.RESPONSE) {
      const headAt = region + start + (word(7) | 0);
      const text = (offset: number, length: number) => latin1(bytes, headAt + offset, headAt + offset + length);
      const fields: string[] = [];
      for (let field = 0; field < word(3); field++) {
        const first = LIMIT.HEAD_WORDS + field * LIMIT.UNIT_WORDS;
        fields.push(text(word(first), word(first + 1) & 0xffffff), text(word(first + 2), word(first + 3)));
      }
      const line =
        kind === KIND.REQUEST
          ? // A method without a number stands at the start of the head.
            { method: METHODS[(word(0) >>> 8) & 0xff] || text(0, word(10) & 0xff), target: text(word(1), word(2)) }
          : { status: word(8), reason: text(word(1), word(2)) };
      this.draft = { ...blank(), ...line, fields: lowerNames(fields) };
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
  return { method: '', target: '', status: 0, reason: '', fields: [] as string[], bodyBytes: 0, bodySum: 0 };
}
