/** What an app is given to read a request body with, and Rook's way to write diagnostics. Types only. */

/** How request bodies are read: whole and before `call` runs, or by the app while they arrive. */
export type BodyMode = 'buffer' | 'stream';

/** What a form may have; 0 or Infinity is no limit. */
export interface FormLimits {
  /** Fields and files. Default 1,000. */
  readonly maxParts?: number;
  /** Bytes of the names and values of all fields that are no files, together. Default 1,048,576. */
  readonly maxFieldBytes?: number;
  /** Bytes of one file. Default: what `maxBodyBytes` and `maxSpoolBytes` of the server allow. */
  readonly maxFileBytes?: number;
}

/** Reads a request body in the way of Rook: from a position that each call moves on. */
export interface RookInput {
  /** Up to `length` bytes from the current position; negative (the default): all the rest. */
  read(length?: number): Uint8Array;
  /**
   * Fills `target` with bytes from the current position and returns how many: fewer than its length only at the end, 0
   * behind it. Reading a large body piece by piece into one array leaves nothing for the collector.
   */
  readInto(target: Uint8Array): number;
  /** Up to `count` lines without their LF or CRLF; negative (the default): all the rest. */
  readLines(count?: number): string[];
  /** Back to the first byte. */
  rewind(): void;
  /** Releases the body; later reads throw `HV_BODY_GONE`. The server does this once the response is handed over. */
  close(): void;
}

/** Writes diagnostics of the app in the way of Rook: to standard error. */
export interface RookErrors {
  /** Writes the parts with a space between them. */
  cat(...parts: readonly unknown[]): void;
  /** Nothing is held back, so nothing is done. */
  flush(): void;
}
