/** The answer that every server of the comparison gives, and the messages between a server program and the runner. */

/** Body of every answer. */
export const HELLO_BODY = 'Hello, world!';

/** What the runner asks a server program: its usage as it is, or after collecting garbage. */
export type Question = 'usage' | 'usage after collecting';

/** What a server program says: once where it listens, then its usage whenever asked. */
export type Word = { readonly port: number } | { readonly cpuMicros: number; readonly residentBytes: number };
