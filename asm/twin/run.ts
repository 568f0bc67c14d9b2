/** One feed in progress: positions in memory, and how it ends. What must survive the feed stands in the context. */
import {
  ERROR_NONE, HEAD_WORDS, KIND_END, PAUSE_MESSAGE, STATE_FAILED,
  STATE_START, STATUS_ERROR, STATUS_PAUSED, UNIT_WORDS,
} from './numbers.gen';
import {
  enter, FIELDS, hasFlag, HELD, LIMITS, MAIN_BYTES, MAIN_FIELDS, RECORDS, RECORD_WORDS, SEEN, setError, setWide, setWord,
  wide, word,
  LIMIT_MAX_FIELDS, LIMIT_MAX_HEAD_BYTES, LIMIT_PAUSE,
} from './memory';

/** Private flag: the fields that are being read are trailers. */
export const IN_TRAILERS: u32 = 1 << 16;
/** Beside the statuses of a feed: reading goes on. */
export const GO_ON: u32 = 0xff;

/** First byte of the feed, and behind its last one. */
export let data: usize = 0;
export let end: usize = 0;
/** The next byte to be read. */
export let at: usize = 0;
/** First byte of the unfinished head, which may stand before the data, and where its limit of bytes ends it. */
export let head: usize = 0;
export let stop: usize = 0;
/** Behind the last complete record. */
export let free: usize = 0;

const TABLE_END: usize = RECORDS + 4 * RECORD_WORDS;

export function begin(first: usize, last: usize): void {
  data = at = first;
  end = stop = last;
  free = RECORDS;
}

// @ts-ignore: decorator
@inline
export function moveTo(p: usize): void {
  at = p;
}

export function limit(n: u32): u32 {
  return load<u32>(LIMITS + 4 * n);
}

/** Whether a bit of the pause word forgives this. */
export function allows(what: u32): bool {
  return (limit(LIMIT_PAUSE) & what) != 0;
}

/** Whether the table has room for so many words more. */
export function hasRoom(words: u32): bool {
  return free + 4 * words <= TABLE_END;
}

/** A head begins at p, or began there in an earlier feed. Trailers may use what the head has left of its limit; the empty
 * line behind them is free. */
export function boundHead(p: usize): void {
  head = p;
  let most = limit(LIMIT_MAX_HEAD_BYTES);
  if (hasFlag(IN_TRAILERS)) most = (most > word(MAIN_BYTES) ? most - word(MAIN_BYTES) : 0) + 2;
  stop = end - head > <usize>most ? head + most : end;
}

/** Fields that the current head may have. */
export function mostFields(): u32 {
  const most = limit(LIMIT_MAX_FIELDS);
  if (!hasFlag(IN_TRAILERS)) return most;
  return most > word(MAIN_FIELDS) ? most - word(MAIN_FIELDS) : 0;
}

/** Where the record of field n goes: behind the room for the words of its head. */
// @ts-ignore: decorator
@inline
export function fieldAt(n: u32): usize {
  return free + 4 * (HEAD_WORDS + n * UNIT_WORDS);
}

/** Ends the stream with an error at byte p. */
export function refuse(error: u32, p: usize): u32 {
  enter(STATE_FAILED);
  setError(error);
  setWord(HELD, 0);
  setWide(SEEN, wide(SEEN) + <u64>(<i64>p - <i64>data));
  at = p > data ? p : data;
  return STATUS_ERROR;
}

/** Refuses at byte p when there is an error, and else goes on. */
export function check(error: u32, p: usize): u32 {
  return error == ERROR_NONE ? GO_ON : refuse(error, p);
}

/** From here on offsets count from byte p. */
export function countFrom(p: usize): void {
  setWide(SEEN, <u64>(<i64>data - <i64>p));
}

export function putUnit(kind: u32, offset: u32, length: u32): void {
  store<u32>(free, kind);
  store<u32>(free, offset, 4);
  store<u32>(free, length, 8);
  store<u32>(free, 0, 12);
  free += 4 * UNIT_WORDS;
}

/** Makes the head whose fields have been written a complete record. */
export function closeHead(fields: u32): void {
  free = fieldAt(fields);
}

/** The message ends before the next byte. `status` is what is to be told, when there is something. */
export function endMessage(status: u32): u32 {
  putUnit(KIND_END, <u32>(at - data), 0);
  enter(STATE_START);
  setWord(FIELDS, 0);
  countFrom(at);
  return status == GO_ON && limit(LIMIT_PAUSE) & PAUSE_MESSAGE ? STATUS_PAUSED : status;
}
