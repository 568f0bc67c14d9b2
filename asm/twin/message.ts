/** What follows what: the body behind a head, chunk behind chunk, trailers, the end. RFC 9112 sections 6 and 7.1. */
import {
  ERROR_BAD_CHUNK_SIZE, ERROR_BODY_TOO_LARGE, ERROR_CHUNK_SIZE_RANGE, ERROR_NONE, FLAG_ASCII, FLAG_CHUNKED,
  FLAG_HAS_LENGTH, FLAG_KEEP_ALIVE, FLAG_REPEATED_OR_UNKNOWN, FLAG_UNTIL_CLOSE, FLAG_UPGRADE_WEBSOCKET, HEAD_WORDS,
  KIND_BODY, KIND_REQUEST, KIND_RESPONSE, KIND_TRAILERS, METHOD_CONNECT, NO_SHAPE,
  PAUSE_ANSWERS_CONNECT, PAUSE_ANSWERS_HEAD, PAUSE_BODY, STATE_BODY, STATE_CHUNK_DATA, STATE_CHUNK_DATA_CR,
  STATE_CHUNK_START, STATE_FAILED, STATE_FIELD_START, STATE_START, STATE_TRAILERS_START, STATE_UNTIL_CLOSE,
  STATUS_ERROR, STATUS_NEED_INPUT, STATUS_PAUSED, STATUS_TABLE_FULL, STATUS_UPGRADE, UNIT_WORDS,
} from './numbers.gen';
import {
  addFlag, ALL_EXTENSIONS, CHUNKED_BYTES, DIGITS, dropFlag, enter, FIELDS, FLAGS, hasFlag, isResponse, LIMITS,
  LINE_EXTENSIONS, MAIN_BYTES, MAIN_FIELDS, METHOD_BYTES, METHOD_ID, MINOR, REMAINING, setWide, setWord, state,
  STATUS_CODE, TARGET_BYTES, wide, word,
  LIMIT_PAUSE, LIMIT_MAX_BODY_BYTES,
} from './memory';
import { concludeHead } from './framing';
import { isMixed, shapeWord } from './shapes';
import {
  at, boundHead, closeHead, data, end, endMessage, fieldAt, free, GO_ON, hasRoom, head, IN_TRAILERS, limit, moveTo,
  putUnit, refuse,
} from './run';

/** Where a reason phrase begins, behind `HTTP/1.1 200 `. */
const REASON_AT: u32 = 13;
const MOST_DIGITS: u32 = 16;
const TWO_53: u64 = 1 << 53;

function maxBodyBytes(): u64 {
  return load<u64>(LIMITS + 4 * LIMIT_MAX_BODY_BYTES);
}

// ---- Heads ----

/** The empty line of a head or of trailers ends before the next byte. */
export function endHead(): u32 {
  if (hasFlag(IN_TRAILERS)) return endTrailers();
  const error = concludeHead();
  if (error != ERROR_NONE) return refuse(error, at - 2);
  const hasBody = !isResponse() || mayHaveBody();
  if (isResponse() && hasBody && !hasFlag(FLAG_CHUNKED | FLAG_HAS_LENGTH)) {
    addFlag(FLAG_UNTIL_CLOSE);
    dropFlag(FLAG_KEEP_ALIVE);
  }
  const fields = word(FIELDS);
  let shape = NO_SHAPE;
  if (isMixed(fieldAt(0), fields)) addFlag(FLAG_REPEATED_OR_UNKNOWN);
  else shape = shapeWord(fieldAt(0), fields);
  putHead(isResponse() ? KIND_RESPONSE : KIND_REQUEST, shape);
  setWord(MAIN_BYTES, <u32>(at - head));
  setWord(MAIN_FIELDS, fields);
  setWide(CHUNKED_BYTES, 0);
  setWord(ALL_EXTENSIONS, 0);

  const status = leavesHttp() ? STATUS_UPGRADE : GO_ON;
  const next = hasBody ? bodyState() : STATE_START;
  if (next == STATE_START) return endMessage(status);
  enter(next);
  if (next == STATE_BODY && wide(REMAINING) > maxBodyBytes()) return refuse(ERROR_BODY_TOO_LARGE, at);
  return status == GO_ON && limit(LIMIT_PAUSE) & PAUSE_BODY ? STATUS_PAUSED : status;
}

function endTrailers(): u32 {
  const fields = word(FIELDS);
  setWide(REMAINING, 0);
  setWord(METHOD_ID, 0);
  setWord(METHOD_BYTES, 0);
  setWord(TARGET_BYTES, 0);
  if (fields > 0) {
    if (isMixed(fieldAt(0), fields)) addFlag(FLAG_REPEATED_OR_UNKNOWN);
    putHead(KIND_TRAILERS, NO_SHAPE);
  }
  return endMessage(GO_ON);
}

/** Writes the first words of the record; its fields stand behind them already. */
function putHead(kind: u32, shape: u32): void {
  const to = free;
  const fields = word(FIELDS);
  store<u32>(to, kind | (word(METHOD_ID) << 8) | (word(FLAGS) << 16));
  store<u32>(to, kind == KIND_REQUEST ? word(METHOD_BYTES) + 1 : REASON_AT, 4);
  store<u32>(to, word(TARGET_BYTES), 8);
  store<u32>(to, fields, 12);
  store<u32>(to, <u32>(at - head), 16);
  store<u64>(to, wide(REMAINING), 20);
  store<u32>(to, <u32>(head - data), 28);
  store<u32>(to, word(STATUS_CODE), 32);
  store<u32>(to, shape, 36);
  store<u32>(to, word(METHOD_BYTES) | (word(MINOR) << 8), 40);
  store<u32>(to, 0, 44);
  closeHead(fields);
}

/** Section 6.3, rules 1 and 2: some responses have no body, whatever their fields say. */
function mayHaveBody(): bool {
  const code = word(STATUS_CODE);
  const pause = limit(LIMIT_PAUSE);
  if (code < 200 || code == 204 || code == 304 || pause & PAUSE_ANSWERS_HEAD) return false;
  return !(pause & PAUSE_ANSWERS_CONNECT && code < 300);
}

/** Whether other than HTTP may follow the head. */
function leavesHttp(): bool {
  if (!isResponse()) return hasFlag(FLAG_UPGRADE_WEBSOCKET) || word(METHOD_ID) == METHOD_CONNECT;
  const code = word(STATUS_CODE);
  return code == 101 || (limit(LIMIT_PAUSE) & PAUSE_ANSWERS_CONNECT && code >= 200 && code < 300);
}

function bodyState(): u32 {
  if (hasFlag(FLAG_CHUNKED)) return STATE_CHUNK_START;
  if (hasFlag(FLAG_UNTIL_CLOSE)) {
    setWide(REMAINING, maxBodyBytes());
    return STATE_UNTIL_CLOSE;
  }
  return wide(REMAINING) > 0 ? STATE_BODY : STATE_START;
}

// ---- Bodies ----

/** Whether the state needs no look at single bytes. */
// @ts-ignore: decorator
@inline
export function isPassing(now: u32): bool {
  return (
    now == STATE_BODY ||
    now == STATE_UNTIL_CLOSE ||
    now == STATE_CHUNK_DATA ||
    now == STATE_TRAILERS_START ||
    now == STATE_FAILED
  );
}

/** Passes by what such a state is about. */
export function pass(): u32 {
  switch (state()) {
    case STATE_BODY:
      if (!putBody(wide(REMAINING))) return STATUS_TABLE_FULL;
      if (wide(REMAINING) > 0) return STATUS_NEED_INPUT;
      return hasRoom(UNIT_WORDS) ? endMessage(GO_ON) : STATUS_TABLE_FULL;
    case STATE_UNTIL_CLOSE:
      if (!putBody(wide(REMAINING))) return STATUS_TABLE_FULL;
      return at < end ? refuse(ERROR_BODY_TOO_LARGE, at) : STATUS_NEED_INPUT;
    case STATE_CHUNK_DATA:
      if (!putBody(wide(REMAINING))) return STATUS_TABLE_FULL;
      if (wide(REMAINING) > 0) return STATUS_NEED_INPUT;
      enter(STATE_CHUNK_DATA_CR);
      return GO_ON;
    case STATE_TRAILERS_START:
      if (!hasRoom(HEAD_WORDS + 2 * UNIT_WORDS)) return STATUS_TABLE_FULL;
      setWord(FLAGS, IN_TRAILERS | FLAG_ASCII);
      setWord(FIELDS, 0);
      enter(STATE_FIELD_START);
      boundHead(at);
      return GO_ON;
    default:
      return STATUS_ERROR;
  }
}

/** Describes the body bytes that are there, at most so many; false when the table has no room for that and an END. */
function putBody(most: u64): bool {
  const n = min<u64>(end - at, most);
  if (n == 0) return true;
  if (!hasRoom(2 * UNIT_WORDS)) return false;
  putUnit(KIND_BODY, <u32>(at - data), <u32>n);
  setWide(REMAINING, most - n);
  moveTo(at + <usize>n);
  return true;
}

/** One digit of a chunk size, at most sixteen of them. */
export function sizeDigit(byte: u32, isFirst: bool): u32 {
  const digits = isFirst ? 0 : word(DIGITS);
  if (digits == MOST_DIGITS) return ERROR_BAD_CHUNK_SIZE;
  const value = byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57;
  setWide(REMAINING, ((isFirst ? 0 : wide(REMAINING)) << 4) | value);
  setWord(DIGITS, digits + 1);
  return ERROR_NONE;
}

/** The digits of a chunk size are complete. */
export function endSize(): u32 {
  const size = wide(REMAINING);
  if (size >= TWO_53) return ERROR_CHUNK_SIZE_RANGE;
  const all = wide(CHUNKED_BYTES) + size;
  if (all > maxBodyBytes()) return ERROR_BODY_TOO_LARGE;
  setWide(CHUNKED_BYTES, all);
  setWord(LINE_EXTENSIONS, 0);
  return ERROR_NONE;
}

/** The state behind a chunk line. */
export function endChunkLine(): u32 {
  return wide(REMAINING) > 0 ? STATE_CHUNK_DATA : STATE_TRAILERS_START;
}
