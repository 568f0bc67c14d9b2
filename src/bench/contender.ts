/**
 * What a parser must offer to be compared. A contender's timed code is also the code that is checked: `look` sends one
 * form through the same path and tells what came out. Knows no parser.
 */
import type { ParserInput } from './inputs.ts';

/** One message as a parser that makes strings saw it. */
export interface Seen {
  readonly method: string;
  readonly target: string;
  /** Name, value, name, value, …, names in lower case, in the order of arrival. */
  readonly fields: readonly string[];
  readonly bodyBytes: number;
  /** {@link checksum} over the body. */
  readonly bodySum: number;
}

/** Sums over the messages of one form, for parsers that only find where things are. */
export interface Tally {
  readonly messages: number;
  readonly fields: number;
  readonly targetBytes: number;
  readonly nameBytes: number;
  readonly valueBytes: number;
  readonly bodyBytes: number;
}

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

/** Adds bytes to a running 32-bit sum that changes when bytes are lost, doubled or swapped. */
export function checksum(sum: number, bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at++) sum = (Math.imul(sum, 31) + (bytes[at] ?? 0)) | 0;
  return sum;
}

/** A header object as a flat list with lower-case names. */
export function flatFields(headers: Readonly<Record<string, string | undefined>>): string[] {
  const flat: string[] = [];
  for (const name of Object.keys(headers)) flat.push(name, headers[name] ?? '');
  return flat;
}

/** A flat list as received, with its names in lower case. */
export function lowerNames(flat: readonly string[]): string[] {
  return flat.map((word, at) => (at % 2 === 0 ? word.toLowerCase() : word));
}
