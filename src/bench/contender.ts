/**
 * What a parser must offer to be compared. A contender's timed code is also the code that is checked: `look` sends one
 * form through the same path and tells what came out. Knows no parser.
 */
import type { InputKind, ParserInput } from './inputs.ts';
import type { Seen, Tally } from './seen.ts';

/** What one form came to. */
export type Look = readonly Seen[] | Tally;

/** A parser set up for one input. */
export interface ParserRun {
  /** Messages parsed so far, counted by the timed code; the runner checks that none was lost. */
  readonly messages: number;
  /** Parses the next `times` forms, going round. The loop is the contender's own, so that no foreign call is timed. */
  repeat(times: number): void;
  /** Parses the next form on the same path and describes it. */
  look(): Look;
  close?(): void;
}

/** A parser ready to run. */
export interface ParserContender {
  readonly name: string;
  /** What the caller gets from it, in a few words. */
  readonly title: string;
  /** What it can read; default requests alone. Inputs of other kinds are left out. */
  readonly reads?: readonly InputKind[];
  /**
   * The parser behind it, where several contenders use the same one: about a user's own bytes they have one voice.
   * Default: its name.
   */
  readonly parser?: string;
  /** The package that it comes from, whose version is told with what it came to. */
  readonly package?: string;
  /** That package with its version, once that was found. */
  readonly version?: string;
  /** Bytes of its WebAssembly module, when it has one. */
  readonly wasmBytes?: number;
  /** Why a fresh process says nothing of it, in a few words; absent: its cold start and memory are measured. */
  readonly notCold?: string;
  /** Undefined when it takes this input, else why not, in a few words. Asked only about kinds that it reads. */
  refuses?(input: ParserInput): string | undefined;
  open(input: ParserInput): ParserRun;
}

/** A parser that cannot run here, and what would help. */
export interface MissingContender {
  readonly name: string;
  readonly missing: string;
  /** What it would read; default: anything. */
  readonly reads?: readonly InputKind[];
}

/** Finds a parser at run time. Loading one may compile or read files; it never throws for something not installed. */
export interface ContenderLoader {
  (): Promise<readonly (ParserContender | MissingContender)[]>;
  /** Names of all that it finds, so that it need not look when nobody asks for these. */
  readonly names?: readonly string[];
}

/** Packages that need not be installed. Both give undefined for what is not there. */
export interface Packages {
  /** What a package, or a file in one, exports. */
  find(request: string): unknown;
  /** Bytes of a file in a package. */
  sizeOf(request: string): number | undefined;
}

/** What reads heads and bodies, whoever sent them. */
export const HTTP: readonly InputKind[] = ['request', 'response'];
/** What reads WebSocket frames, whoever sent them. */
export const FRAMES: readonly InputKind[] = ['client-frames', 'server-frames'];

const REQUESTS: readonly InputKind[] = ['request'];

const KIND_NAMES: Readonly<Record<InputKind, string>> = {
  request: 'requests',
  response: 'responses',
  'client-frames': 'frames of clients',
  'server-frames': 'frames of servers',
};

/** A loader that tells what it finds. */
export function named(names: readonly string[], load: ContenderLoader): ContenderLoader {
  return Object.assign(() => load(), { names });
}

/** True for a parser that cannot run here. */
export function isMissing(contender: ParserContender | MissingContender): contender is MissingContender {
  return 'missing' in contender;
}

/** Whether it reads anything of the protocol of an input, so that there is something to say about both. */
export function concerns(contender: ParserContender | MissingContender, { kind }: ParserInput): boolean {
  const { reads = isMissing(contender) ? [kind] : REQUESTS } = contender;
  return reads.some((one) => FRAMES.includes(one) === FRAMES.includes(kind));
}

/** Why a contender does not take an input, undefined when it does. */
export function refusal(contender: ParserContender, input: ParserInput): string | undefined {
  const { reads = REQUESTS } = contender;
  if (!reads.includes(input.kind)) return `reads ${reads.map((kind) => KIND_NAMES[kind]).join(' and ')} only`;
  return contender.refuses?.(input);
}

/** What the timed code of a contender notes: messages always, what they say only while somebody looks. */
export class Notes {
  messages: number = 0;
  seen: Seen[] | null = null;
}

/** The run of a contender whose `repeat` fills `notes`. */
export function notedRun(notes: Notes, repeat: (times: number) => void, close: () => void = () => {}): ParserRun {
  return {
    get messages() {
      return notes.messages;
    },
    repeat,
    look() {
      const found: Seen[] = [];
      notes.seen = found;
      try {
        repeat(1);
      } finally {
        notes.seen = null;
      }
      return found;
    },
    close,
  };
}
