/**
 * The exports of twin.wasm: a second HTTP/1.x parser that writes the same records as httpuv.wasm and is driven alike, so
 * that each judges the other. A table says what each byte may be; tests and the benchmark load it, servers never do.
 */
import {
  CONTEXT_BYTES, ERROR_HEAD_TOO_LARGE, ERROR_INCOMPLETE, ERROR_REQUEST_LINE_TOO_LONG, HEAD_WORDS, IDLE,
  KIND_REQUEST, LONE, STATE_FAILED, STATE_NAME, STATE_REASON, STATE_START, STATE_TARGET, STATE_UNTIL_CLOSE, STATE_VALUE,
  STATUS_ERROR, STATUS_NEED_INPUT, UNIT_WORDS, WINDOW_CONSUMED, WINDOW_CONTEXT_AT, WINDOW_LIMITS_AT, WINDOW_RECORDS_AT,
  WINDOW_RECORDS_LENGTH, WINDOW_RECORD_WORDS, WINDOW_REGION_AT,
} from './twin/numbers.gen';
import {
  CONTEXT, enter, FIELDS, HELD, isResponse, LIMIT_PAUSE, LIMITS, MAP_BYTES, MINOR, RECORDS, RECORD_WORDS, REGION, SEEN, setError,
  setWide, setWord, state, wide, WINDOW, word,
} from './twin/memory';
import { classify, plainRun, runOf, targetRun, TOKEN } from './twin/bytes';
import { adaptGrammar, entryOf, isHeadState, isLineState, writeGrammar } from './twin/grammar';
import { isPassing, pass } from './twin/message';
import { perform } from './twin/actions';
import { forgetShapes } from './twin/shapes';
import { at, begin, boundHead, data, end, endMessage, free, GO_ON, head, limit, moveTo, refuse, stop } from './twin/run';

function setWindow(n: u32, value: u32): void {
  store<u32>(WINDOW + 4 * n, value);
}

/** Resets everything for requests (0) or responses (1). Returns the address of the window table. */
export function hv_window(kind: u32): usize {
  // The map is fixed, so the compiler's own tables must end before it and the memory behind it.
  if (__heap_base > CONTEXT || MAP_BYTES > <usize>memory.size() << 16) unreachable();
  classify();
  writeGrammar(0);
  forgetShapes();
  memory.fill(CONTEXT, 0, CONTEXT_BYTES);
  store<u8>(CONTEXT + 1, <u8>kind);
  enter(STATE_START);
  setWindow(WINDOW_CONTEXT_AT, <u32>CONTEXT);
  setWindow(WINDOW_LIMITS_AT, <u32>LIMITS);
  setWindow(WINDOW_RECORDS_AT, <u32>RECORDS);
  setWindow(WINDOW_RECORD_WORDS, RECORD_WORDS);
  setWindow(WINDOW_REGION_AT, <u32>REGION);
  setWindow(WINDOW_RECORDS_LENGTH, 0);
  return WINDOW;
}

/** Parses region bytes [first, last). Returns the status, plus IDLE between two messages; of a lone request see the README. */
export function hv_feed(first: u32, last: u32): u32 {
  begin(REGION + first, REGION + last);
  adaptGrammar(limit(LIMIT_PAUSE));
  if (isHeadState(state())) resumeHead();
  const status = read();
  const consumed = <u32>(at - data);
  setWindow(WINDOW_CONSUMED, consumed);
  setWindow(WINDOW_RECORDS_LENGTH, <u32>(free - RECORDS) >> 2);
  if (status != STATUS_ERROR) {
    setWide(SEEN, wide(SEEN) + consumed);
    setWord(HELD, isHeadState(state()) ? <u32>(at - head) : 0);
  }
  if (state() != STATE_START || word(FIELDS) != 0) return status;
  if (status == STATUS_NEED_INPUT && isLone()) return LONE | (word(MINOR) << 3) | load<u32>(RECORDS);
  return status | IDLE;
}

/** The connection ended. Returns 1 when a message may end there. */
export function hv_finish(): u32 {
  begin(REGION, REGION);
  let isClean: u32 = 0;
  if (state() == STATE_UNTIL_CLOSE) {
    endMessage(GO_ON);
    isClean = 1;
  } else if (state() == STATE_START) {
    isClean = 1;
  } else if (state() != STATE_FAILED) {
    enter(STATE_FAILED);
    setError(ERROR_INCOMPLETE);
    setWord(HELD, 0);
  }
  setWindow(WINDOW_RECORDS_LENGTH, <u32>(free - RECORDS) >> 2);
  return isClean;
}

/** The bytes of an unfinished head stand before the data, and its field records behind the complete ones, which the host
 * has read: they become the first. */
function resumeHead(): void {
  boundHead(data - word(HELD));
  const length = load<u32>(WINDOW + 4 * WINDOW_RECORDS_LENGTH);
  if (length > 0) memory.copy(RECORDS, RECORDS + 4 * length, 4 * (HEAD_WORDS + word(FIELDS) * UNIT_WORDS));
}

/** Reads until something is to be told. */
function read(): u32 {
  let status = GO_ON;
  while (status == GO_ON) status = isPassing(state()) ? pass() : walk();
  return status;
}

/** Reads byte by byte, as the grammar says, up to the first action. */
function walk(): u32 {
  let now = state();
  let p = at;
  const last = isHeadState(now) ? stop : end;
  while (p < last) {
    p = skip(now, p, last);
    if (p == last) break;
    const entry = entryOf(now, load<u8>(p));
    if (entry > 255) {
      enter(now);
      return perform(entry >> 8, entry & 255, p);
    }
    now = entry;
    p++;
  }
  enter(now);
  moveTo(p);
  if (stop == end || !isHeadState(now)) return STATUS_NEED_INPUT;
  return refuse(!isResponse() && isLineState(now) ? ERROR_REQUEST_LINE_TOO_LONG : ERROR_HEAD_TOO_LARGE, stop);
}

/** Goes past bytes that would leave the state as it is. */
// @ts-ignore: decorator
@inline
function skip(now: u32, p: usize, last: usize): usize {
  switch (now) {
    case STATE_VALUE:
    case STATE_REASON:
      return plainRun(p, last);
    case STATE_TARGET:
      return targetRun(p, last);
    case STATE_NAME:
      return runOf(TOKEN, p, last);
    default:
      return p;
  }
}

/** Whether the feed was one request with a known method and without body bytes, all of it and nothing else. */
function isLone(): bool {
  const first = load<u32>(RECORDS);
  const words = <u32>(free - RECORDS) >> 2;
  return (
    (first & 0xff) == KIND_REQUEST &&
    (first & 0xff00) != 0 &&
    load<u32>(RECORDS, 28) == 0 &&
    words == HEAD_WORDS + (load<u32>(RECORDS, 12) + 1) * UNIT_WORDS
  );
}
