/**
 * Where things stand in the memory of the twin, and the words of its context. The map follows native/README.md: a host
 * that drives httpuv.wasm drives this module too. Knows no rule of HTTP.
 */
import {
  CONTEXT_BYTES, HEAD_WORDS, MAX_FIELDS, MAX_HEAD_BYTES, REGION_BYTES, SHAPES, SLACK_WORDS, UNIT_WORDS,
} from './numbers.gen';

/** Everything below belongs to constant tables, which the compiler places. */
export const CONTEXT: usize = 16384;
export const LIMITS: usize = CONTEXT + CONTEXT_BYTES;
/** Words of the limits. */
export const LIMIT_MAX_HEAD_BYTES: u32 = 0;
export const LIMIT_MAX_FIELDS: u32 = 1;
export const LIMIT_MAX_CHUNK_EXTENSION_BYTES: u32 = 2;
export const LIMIT_PAUSE: u32 = 3;
/** 64 bits. */
export const LIMIT_MAX_BODY_BYTES: u32 = 4;
export const WINDOW: usize = LIMITS + 24;
/** Class bits of each byte. */
export const CLASSES: usize = 16640;
/** The sequence of ids that is being looked up: its length, then the ids, padded with zeros to 64 bytes. */
export const SEQUENCE: usize = 16896;
/** Slots of 16 bits, shape id + 1, open addressing. */
export const SHAPE_SLOTS: u32 = 2048;
export const SHAPE_INDEX: usize = 17408;
export const SHAPE_BYTES: u32 = 64;
export const SHAPE_TABLE: usize = 22528;
/** What each byte does in each state: 16 bits for each of 64 times 256. */
export const GRAMMAR: usize = SHAPE_TABLE + SHAPES * SHAPE_BYTES;
/** The largest head, and complete messages before it. */
export const RECORDS: usize = GRAMMAR + 64 * 256 * 2;
export const RECORD_WORDS: u32 = HEAD_WORDS + MAX_FIELDS * UNIT_WORDS + SLACK_WORDS;
/** On page offset 2,048, as in the other module. */
export const REGION: usize = ((RECORDS + 4 * RECORD_WORDS + 4095) & ~4095) + 2048 + MAX_HEAD_BYTES;
/** Bytes of memory that the map needs: the region and 2,048 bytes behind it. */
export const MAP_BYTES: usize = REGION + REGION_BYTES + 2048;

// ---- The context: words 0 to 7 are public, see native/README.md. ----

// @ts-ignore: decorator
@inline
export function word(n: u32): u32 {
  return load<u32>(CONTEXT + 4 * n);
}
// @ts-ignore: decorator
@inline
export function setWord(n: u32, value: u32): void {
  store<u32>(CONTEXT + 4 * n, value);
}
// @ts-ignore: decorator
@inline
export function wide(n: u32): u64 {
  return load<u64>(CONTEXT + 4 * n);
}
// @ts-ignore: decorator
@inline
export function setWide(n: u32, value: u64): void {
  store<u64>(CONTEXT + 4 * n, value);
}

export const HELD: u32 = 1;
/** Fields of the unfinished head; between messages, empty lines met. */
export const FIELDS: u32 = 2;
/** The public flags of the head, and private ones above them. */
export const FLAGS: u32 = 3;
/** 64 bits: bytes of this message before the next ones; the offset of an error. */
export const SEEN: u32 = 4;
/** 64 bits: Content-Length, then what is left of the body or the chunk; until the end, what may still come. */
export const REMAINING: u32 = 6;
/** 64 bits: bytes of all chunks announced so far. */
export const CHUNKED_BYTES: u32 = 8;
/** Where the current element begins, from the start of the head. */
export const ELEMENT: u32 = 10;
/** Length of the current field name, and its id << 24. */
export const NAME_WORD: u32 = 11;
export const METHOD_BYTES: u32 = 12;
export const METHOD_ID: u32 = 13;
/** Length of the target or of the reason phrase. */
export const TARGET_BYTES: u32 = 14;
export const MINOR: u32 = 15;
export const STATUS_CODE: u32 = 16;
/** Bytes and fields of the main head, for the limits of trailers. */
export const MAIN_BYTES: u32 = 17;
export const MAIN_FIELDS: u32 = 18;
/** Of the chunk size. */
export const DIGITS: u32 = 19;
/** Bytes of chunk extensions, of the line and of the message. */
export const LINE_EXTENSIONS: u32 = 20;
export const ALL_EXTENSIONS: u32 = 21;
/** First digit of the version. */
export const MAJOR: u32 = 22;

// ---- State and kind share word 0. ----

// @ts-ignore: decorator
@inline
export function state(): u32 {
  return load<u8>(CONTEXT);
}
// @ts-ignore: decorator
@inline
export function enter(next: u32): void {
  store<u8>(CONTEXT, <u8>next);
}
// @ts-ignore: decorator
@inline
export function isResponse(): bool {
  return load<u8>(CONTEXT + 1) != 0;
}
export function setError(error: u32): void {
  store<u8>(CONTEXT + 2, <u8>error);
}

// @ts-ignore: decorator
@inline
export function hasFlag(flag: u32): bool {
  return (word(FLAGS) & flag) != 0;
}
// @ts-ignore: decorator
@inline
export function addFlag(flag: u32): void {
  setWord(FLAGS, word(FLAGS) | flag);
}
// @ts-ignore: decorator
@inline
export function dropFlag(flag: u32): void {
  setWord(FLAGS, word(FLAGS) & ~flag);
}
