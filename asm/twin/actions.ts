/** What happens at the bytes that end or begin an element; the grammar says which action that is. */
import {
  ERROR_BAD_LINE_END, ERROR_BAD_METHOD, ERROR_CHUNK_EXTENSION_TOO_LONG, ERROR_EMPTY_FIELD_NAME, ERROR_EMPTY_TARGET,
  ERROR_FIRST_FIELD_SPACE, ERROR_FOLDED_LINE, ERROR_METHOD_TOO_LONG, ERROR_NONE, ERROR_OLD_VERSION,
  ERROR_TOO_MANY_EMPTY_LINES, ERROR_TOO_MANY_FIELDS, ERROR_UNSUPPORTED_VERSION, FIELD_EXPECT, FLAG_ASCII, HEAD_WORDS,
  MAX_EMPTY_LINES, MAX_EXTENSION_LINE_BYTES, MAX_METHOD_BYTES, STATE_METHOD,
  STATE_STATUS_VERSION, STATUS_TABLE_FULL, UNIT_WORDS,
} from './numbers.gen';
import {
  ALL_EXTENSIONS, dropFlag, ELEMENT, enter, FIELDS, FLAGS, hasFlag, isResponse, LINE_EXTENSIONS, MAJOR,
  METHOD_BYTES, METHOD_ID, MINOR, NAME_WORD, RECORDS, REMAINING, setWide, setWord, STATUS_CODE, TARGET_BYTES, word,
  LIMIT_MAX_CHUNK_EXTENSION_BYTES,
} from './memory';
import { BLANK, byteIs, runBefore, runOf, TOKEN } from './bytes';
import {
  BEGIN_FIELD, BEGIN_HEAD, EMPTY_LINE, END_CHUNK_LINE, END_FIELD, END_HEAD, END_METHOD, END_NAME, END_REASON,
  END_REQUEST_LINE, END_SIZE, END_TARGET, EXTENSION_BYTE, FIRST_DIGIT, HIGH_BYTE, METHOD_BYTE, NEXT_DIGIT, REFUSE,
  SET_MAJOR, SET_MINOR, STATUS_DIGIT, STATUS_SP, VERSION_CR,
} from './grammar';
import { blame, readField, readTarget } from './framing';
import { fieldNumber, methodNumber } from './names';
import { endChunkLine, endHead, endSize, sizeDigit } from './message';
import {
  boundHead, countFrom, fieldAt, free, GO_ON, hasRoom, head, IN_TRAILERS, limit, mostFields, moveTo, refuse,
} from './run';

/** Where a reason phrase begins, behind `HTTP/1.1 200 `. */
const REASON_AT: u32 = 13;

/** Does what is due at byte p, and goes to the state `next`, except where what was read says otherwise. */
export function perform(action: u32, next: u32, p: usize): u32 {
  switch (action) {
    case REFUSE:
      return refuse(next, p);
    case EMPTY_LINE:
      if (word(FIELDS) == MAX_EMPTY_LINES) return refuse(ERROR_TOO_MANY_EMPTY_LINES, p);
      setWord(FIELDS, word(FIELDS) + 1);
      break;
    case BEGIN_HEAD:
      return beginHead(p);
    case METHOD_BYTE:
      if (p - head == MAX_METHOD_BYTES) return refuse(ERROR_METHOD_TOO_LONG, p);
      break;
    case END_METHOD:
      if (p == head) return refuse(ERROR_BAD_METHOD, p);
      setWord(METHOD_BYTES, <u32>(p - head));
      setWord(METHOD_ID, methodNumber(head, <u32>(p - head)));
      break;
    case END_TARGET: {
      const length = <u32>(p - head) - word(METHOD_BYTES) - 1;
      if (length == 0) return refuse(ERROR_EMPTY_TARGET, p);
      setWord(TARGET_BYTES, length);
      break;
    }
    case SET_MAJOR:
      setWord(MAJOR, load<u8>(p) - 0x30);
      break;
    case SET_MINOR: {
      const major = word(MAJOR);
      if (major != 1) return refuse(major == 0 ? ERROR_OLD_VERSION : ERROR_UNSUPPORTED_VERSION, p - 2);
      setWord(MINOR, load<u8>(p) - 0x30);
      next = isResponse() ? STATUS_SP : VERSION_CR;
      break;
    }
    case END_REQUEST_LINE: {
      const target = head + word(METHOD_BYTES) + 1;
      const error = readTarget(target, target + word(TARGET_BYTES));
      if (error != ERROR_NONE) return refuse(error, blame);
      break;
    }
    case STATUS_DIGIT:
      setWord(STATUS_CODE, word(STATUS_CODE) * 10 + load<u8>(p) - 0x30);
      break;
    case END_REASON:
      setWord(TARGET_BYTES, <u32>(p - head) - REASON_AT);
      break;
    case BEGIN_FIELD:
      return beginField(next, p);
    case END_NAME: {
      const name = head + word(ELEMENT);
      const length = <u32>(p - name);
      setWord(NAME_WORD, length | (fieldNumber(name, length) << 24));
      break;
    }
    case HIGH_BYTE:
      dropFlag(FLAG_ASCII);
      break;
    case END_FIELD:
      return endField(next, p);
    case END_HEAD:
      moveTo(p + 1);
      return endHead();
    case FIRST_DIGIT:
    case NEXT_DIGIT: {
      const error = sizeDigit(<u32>load<u8>(p), action == FIRST_DIGIT);
      if (error != ERROR_NONE) return refuse(error, p);
      break;
    }
    case END_SIZE: {
      const error = endSize();
      if (error != ERROR_NONE) return refuse(error, p);
      const byte = <u32>load<u8>(p);
      if (byte == 0x0a) next = endChunkLine();
      else if (byte != 0x0d && !countExtension()) return refuse(ERROR_CHUNK_EXTENSION_TOO_LONG, p);
      break;
    }
    case EXTENSION_BYTE:
      if (!countExtension()) return refuse(ERROR_CHUNK_EXTENSION_TOO_LONG, p);
      break;
    case END_CHUNK_LINE:
      next = endChunkLine();
      break;
    default:
      unreachable();
  }
  enter(next);
  moveTo(p + 1);
  return GO_ON;
}

/** The first byte of a message, which the method or the version will read. Its record, a field and an END need room. */
function beginHead(p: usize): u32 {
  moveTo(p);
  if (!hasRoom(HEAD_WORDS + 2 * UNIT_WORDS)) return STATUS_TABLE_FULL;
  countFrom(p);
  setWord(FLAGS, FLAG_ASCII);
  setWord(FIELDS, 0);
  setWide(REMAINING, 0);
  setWord(METHOD_BYTES, 0);
  setWord(METHOD_ID, 0);
  setWord(TARGET_BYTES, 0);
  setWord(STATUS_CODE, 0);
  enter(isResponse() ? STATE_STATUS_VERSION : STATE_METHOD);
  boundHead(p);
  return GO_ON;
}

/** The first byte of a field line. */
function beginField(next: u32, p: usize): u32 {
  const n = word(FIELDS);
  if (n >= mostFields()) return refuse(ERROR_TOO_MANY_FIELDS, p);
  if (!hasRoom(HEAD_WORDS + (n + 2) * UNIT_WORDS)) {
    if (free == RECORDS) return refuse(ERROR_TOO_MANY_FIELDS, p);
    moveTo(p);
    return STATUS_TABLE_FULL;
  }
  const byte = <u32>load<u8>(p);
  if (byteIs(byte, BLANK)) {
    // RFC 9112 sections 2.2 and 5.2.
    return refuse(n > 0 || hasFlag(IN_TRAILERS) ? ERROR_FOLDED_LINE : ERROR_FIRST_FIELD_SPACE, p);
  }
  if (byte == 0x3a) return refuse(ERROR_EMPTY_FIELD_NAME, p);
  if (byte == 0x0a) return refuse(ERROR_BAD_LINE_END, p);
  setWord(ELEMENT, <u32>(p - head));
  enter(next);
  moveTo(byteIs(byte, TOKEN) ? p + 1 : p);
  return GO_ON;
}

/** The LF of a field line; its CR stands before p, unless that may be missing. */
function endField(next: u32, p: usize): u32 {
  const n = word(FIELDS);
  const nameWord = word(NAME_WORD);
  const name = word(ELEMENT);
  const end = load<u8>(p - 1) == 0x0d ? p - 1 : p;
  const first = runOf(BLANK, head + name + (nameWord & 0xffffff) + 1, end);
  const last = runBefore(BLANK, end, first);
  const to = fieldAt(n);
  store<u32>(to, name);
  store<u32>(to, nameWord, 4);
  store<u32>(to, <u32>(first - head), 8);
  store<u32>(to, <u32>(last - first), 12);
  const id = nameWord >> 24;
  // The first ids are those of the fields with a meaning for framing, which trailers cannot have.
  if (id != 0 && id <= FIELD_EXPECT && !hasFlag(IN_TRAILERS)) {
    const error = readField(id, first, last);
    if (error != ERROR_NONE) return refuse(error, blame);
  }
  setWord(FIELDS, n + 1);
  enter(next);
  moveTo(p + 1);
  return GO_ON;
}

/** One byte more of chunk extensions; false when it is one too many. All ones is no limit, of the line neither. */
function countExtension(): bool {
  const most = limit(LIMIT_MAX_CHUNK_EXTENSION_BYTES);
  const ofLine = word(LINE_EXTENSIONS);
  const ofMessage = word(ALL_EXTENSIONS);
  if (ofMessage >= most || (ofLine >= MAX_EXTENSION_LINE_BYTES && most != u32.MAX_VALUE)) return false;
  setWord(LINE_EXTENSIONS, ofLine + 1);
  setWord(ALL_EXTENSIONS, ofMessage + 1);
  return true;
}
