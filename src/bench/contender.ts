/**
 * What a parser must offer to be compared. A contender's timed code is also the code that is checked: `look` sends one
 * form through the same path and tells what came out. Knows no parser.
 */
import type { ParserInput } from './inputs.ts';
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
  /** Undefined when it takes this input, else why not, in a few words. */
  refuses?(input: ParserInput): string | undefined;
  open(input: ParserInput): ParserRun;
}

/** A parser that cannot run here, and what would help. */
export interface MissingContender {
  readonly name: string;
  readonly missing: string;
}

/** Finds a parser at run time. Loading one may compile or read files; it never throws for something not installed. */
export type ContenderLoader = () => Promise<readonly (ParserContender | MissingContender)[]>;

/** True for a parser that cannot run here. */
export function isMissing(contender: ParserContender | MissingContender): contender is MissingContender {
  return 'missing' in contender;
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
      repeat(1);
      notes.seen = null;
      return found;
    },
    close,
  };
}
