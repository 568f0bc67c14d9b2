/** The answer that every server of the comparison gives, and the messages between a server program and the runner. */

/** Body of every answer. */
export const HELLO_BODY = 'Hello, world!';

/** What the runner asks a server program: its usage as it is, or after collecting garbage. */
export type Question = 'usage' | 'usage after collecting' | BlockingQuestion;

/** Asks for the thread of the app to be busy, and deaf, until there is a file, which it can see nevertheless. */
export interface BlockingQuestion {
  readonly untilFile: string;
  readonly atMostMs: number;
}

/** What a server program says: once where it listens, then its usage whenever asked. */
/** `isBlocked`: when its thread begins to be busy, and when it is free again. */
export type Word =
  | { readonly port: number }
  | { readonly isBlocked: boolean }
  | { readonly cpuMicros: number; readonly residentBytes: number };
