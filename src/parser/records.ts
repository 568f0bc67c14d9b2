/** Where the words of a record are; see records.md. The machine writes them, everything here only reads. */
import { KIND, LIMIT } from '../wasm/constants.gen.ts';

/** Words of a head or trailers record, counted from its first. */
export const HEAD = {
  /** Kind, then id << 8 and flags << 16. */
  KIND: 0,
  /** Of the reason phrase in a response. */
  TARGET_OFFSET: 1,
  TARGET_LENGTH: 2,
  FIELDS: 3,
  /** Bytes of the whole head with its empty line. */
  LENGTH: 4,
  BODY_LOW: 5,
  BODY_HIGH: 6,
  /** Signed: where the head begins, from the first byte of this feed. */
  START: 7,
  STATUS: 8,
  SHAPE: 9,
  /** Method length, then minor version << 8. */
  METHOD: 10,
} as const;

/** Words of a field, counted from its first. All offsets count from the first byte of the head. */
export const FIELD = {
  NAME_OFFSET: 0,
  /** Length, then known id << 24. */
  NAME: 1,
  VALUE_OFFSET: 2,
  VALUE_LENGTH: 3,
} as const;

/** Words of a body or end record. */
export const UNIT = { OFFSET: 1, LENGTH: 2 } as const;

/** The word at an index. */
export function word(words: Uint32Array, index: number): number {
  return words[index] as number; // Every index comes from the record table, which lies inside the memory.
}

/** Kind of the record at `at`. */
export function kindAt(words: Uint32Array, at: number): number {
  return word(words, at) & 0xff;
}

/** Index behind the fields of the head record at `at`. */
export function headEnd(words: Uint32Array, at: number): number {
  return at + LIMIT.HEAD_WORDS + word(words, at + HEAD.FIELDS) * LIMIT.UNIT_WORDS;
}

/** Index behind the record at `at`, whatever its kind: the next one of the feed begins there. */
export function recordEnd(words: Uint32Array, at: number): number {
  const kind = kindAt(words, at);
  return kind === KIND.BODY || kind === KIND.END ? at + LIMIT.UNIT_WORDS : headEnd(words, at);
}
