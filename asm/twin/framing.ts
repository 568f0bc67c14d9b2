/**
 * What targets and the six framing fields mean (RFC 9112 sections 3, 6 and 9, RFC 9110 sections 7 and 10.1.1). Each function
 * reads one whole element with a cursor, and where it breaks off is the byte to blame.
 */
import {
  ALLOW_LENGTH_AND_CHUNKED, ALLOW_MISSING_HOST, ALLOW_OTHER_CODINGS, ALLOW_REPEATED_LENGTH, ERROR_BAD_CONTENT_LENGTH, ERROR_BAD_HOST, ERROR_BAD_TARGET_FORM, ERROR_BAD_TRANSFER_ENCODING, ERROR_CHUNKED_NOT_LAST,
  ERROR_CODING_WITH_HTTP_1_0, ERROR_CONTENT_LENGTH_RANGE, ERROR_LENGTH_AND_CHUNKED, ERROR_MISSING_HOST, ERROR_NONE,
  ERROR_REPEATED_CONTENT_LENGTH, ERROR_REPEATED_HOST, ERROR_UNSUPPORTED_CODING, FIELD_CONNECTION, FIELD_CONTENT_LENGTH,
  FIELD_EXPECT, FIELD_HOST, FIELD_TRANSFER_ENCODING, FIELD_UPGRADE, FLAG_ABSOLUTE_TARGET, FLAG_CHUNKED, FLAG_CLOSE,
  FLAG_CONN_UPGRADE, FLAG_EXPECT_CONTINUE, FLAG_EXPECT_OTHER, FLAG_HAS_HOST, FLAG_HAS_LENGTH, FLAG_HAS_UPGRADE,
  FLAG_KEEP_ALIVE, FLAG_UPGRADE, FLAG_UPGRADE_WEBSOCKET, FLAG_VERSION_1_1, METHOD_CONNECT, METHOD_OPTIONS,
} from './numbers.gen';
import { addFlag, dropFlag, hasFlag, isResponse, METHOD_ID, MINOR, REMAINING, setWide, wide, word } from './memory';
import { ALPHA, BLANK, byteIs, DIGIT, runBefore, runOf, TOKEN } from './bytes';
import { hostEnd, portAt } from './host';
import { allows } from './run';

// Private flags, above those of run.ts.
const LISTS_KEEP_ALIVE: u32 = 1 << 17;
const HAS_CODING: u32 = 1 << 18;
const ENDS_CHUNKED: u32 = 1 << 19;
const HAS_OTHER_CODING: u32 = 1 << 20;

const TWO_53: u64 = 1 << 53;

const CHUNKED = memory.data<u8>([0x63, 0x68, 0x75, 0x6e, 0x6b, 0x65, 0x64]);
const CLOSE = memory.data<u8>([0x63, 0x6c, 0x6f, 0x73, 0x65]);
const KEEP_ALIVE = memory.data<u8>([0x6b, 0x65, 0x65, 0x70, 0x2d, 0x61, 0x6c, 0x69, 0x76, 0x65]);
const UPGRADE = memory.data<u8>([0x75, 0x70, 0x67, 0x72, 0x61, 0x64, 0x65]);
const WEBSOCKET = memory.data<u8>([0x77, 0x65, 0x62, 0x73, 0x6f, 0x63, 0x6b, 0x65, 0x74]);
const CONTINUE = memory.data<u8>([0x31, 0x30, 0x30, 0x2d, 0x63, 0x6f, 0x6e, 0x74, 0x69, 0x6e, 0x75, 0x65]);

/** The byte to blame for the last error. */
export let blame: usize = 0;

function refusal(error: u32, p: usize): u32 {
  blame = p;
  return error;
}

/** Whether p[0..n) is the word of that length, in any case of its letters. */
function isWord(p: usize, last: usize, text: usize, n: u32): bool {
  if (<u32>(last - p) != n) return false;
  for (let i: u32 = 0; i < n; i++) {
    const byte = <u32>load<u8>(p + i);
    if ((byteIs(byte, ALPHA) ? byte | 0x20 : byte) != <u32>load<u8>(text + i)) return false;
  }
  return true;
}

/** request-target: origin-form, absolute-form, authority-form with CONNECT, asterisk-form with OPTIONS. */
export function readTarget(p: usize, last: usize): u32 {
  const method = word(METHOD_ID);
  if (method == METHOD_CONNECT) {
    const behind = hostEnd(p, last);
    const hasPort = behind == last && portAt != 0 && portAt < last;
    return hasPort ? ERROR_NONE : refusal(ERROR_BAD_TARGET_FORM, behind);
  }
  const first = <u32>load<u8>(p);
  if (first == 0x2f) return ERROR_NONE;
  if (first == 0x2a && last - p == 1 && method == METHOD_OPTIONS) return ERROR_NONE;
  // scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ), then "://" and an authority without user information.
  if (!byteIs(first, ALPHA)) return refusal(ERROR_BAD_TARGET_FORM, p);
  let q = p;
  while (q < last && isSchemeByte(load<u8>(q))) q++;
  if (last - q < 3 || load<u8>(q) != 0x3a || load<u16>(q, 1) != 0x2f2f) return refusal(ERROR_BAD_TARGET_FORM, p);
  const host = q + 3;
  const behind = hostEnd(host, last);
  const goesOn = behind == last || load<u8>(behind) == 0x2f || load<u8>(behind) == 0x3f;
  if (behind == host || !goesOn) return refusal(ERROR_BAD_TARGET_FORM, behind);
  addFlag(FLAG_ABSOLUTE_TARGET);
  return ERROR_NONE;
}

function isSchemeByte(byte: u32): bool {
  return byteIs(byte, ALPHA | DIGIT) || byte == 0x2b || byte == 0x2d || byte == 0x2e;
}

/** Notes what the value p to `last` of the field with this id says about framing. */
export function readField(id: u32, p: usize, last: usize): u32 {
  switch (id) {
    case FIELD_HOST:
      return isResponse() ? ERROR_NONE : readHost(p, last);
    case FIELD_CONTENT_LENGTH:
      return readLength(p, last);
    case FIELD_TRANSFER_ENCODING:
      return readCodings(p, last);
    case FIELD_UPGRADE:
      addFlag(FLAG_HAS_UPGRADE);
      readList(id, p, last);
      return ERROR_NONE;
    case FIELD_CONNECTION:
    case FIELD_EXPECT:
      readList(id, p, last);
      return ERROR_NONE;
    default:
      return ERROR_NONE;
  }
}

/** Host = [ uri-host [ ":" port ] ]; once. */
function readHost(p: usize, last: usize): u32 {
  if (hasFlag(FLAG_HAS_HOST)) return refusal(ERROR_REPEATED_HOST, p);
  addFlag(FLAG_HAS_HOST);
  const behind = hostEnd(p, last);
  return behind == last ? ERROR_NONE : refusal(ERROR_BAD_HOST, behind);
}

/** Content-Length = 1*DIGIT; once, unless RFC 9110 section 8.6 is followed, which allows equal ones, also as a list. */
function readLength(p: usize, last: usize): u32 {
  if (!allows(ALLOW_REPEATED_LENGTH)) {
    return hasFlag(FLAG_HAS_LENGTH) ? refusal(ERROR_REPEATED_CONTENT_LENGTH, p) : readOneLength(p, last);
  }
  while (true) {
    let comma = p;
    while (comma < last && load<u8>(comma) != 0x2c) comma++;
    const from = runOf(BLANK, p, comma);
    const error = readOneLength(from, runBefore(BLANK, comma, from));
    if (error != ERROR_NONE || comma == last) return error;
    p = comma + 1;
  }
}

function readOneLength(p: usize, last: usize): u32 {
  const behind = runOf(DIGIT, p, last);
  if (behind < last || p == last) return refusal(ERROR_BAD_CONTENT_LENGTH, behind);
  let value: u64 = 0;
  for (let q = p; q < last; q++) {
    value = value * 10 + load<u8>(q) - 0x30;
    if (value >= TWO_53) return refusal(ERROR_CONTENT_LENGTH_RANGE, p);
  }
  if (hasFlag(FLAG_HAS_LENGTH) && value != wide(REMAINING)) return refusal(ERROR_REPEATED_CONTENT_LENGTH, p);
  addFlag(FLAG_HAS_LENGTH);
  setWide(REMAINING, value);
  return ERROR_NONE;
}

/** Transfer-Encoding = transfer-coding *( OWS "," OWS transfer-coding ); no element is empty. */
function readCodings(p: usize, last: usize): u32 {
  addFlag(HAS_CODING);
  while (true) {
    const name = runOf(BLANK, p, last);
    const behind = runOf(TOKEN, name, last);
    if (behind == name) return refusal(ERROR_BAD_TRANSFER_ENCODING, name);
    const isChunked = isWord(name, behind, CHUNKED, 7);
    p = runOf(BLANK, behind, last);
    while (p < last && load<u8>(p) == 0x3b) {
      if (!readParameter(p + 1, last, isChunked)) return ERROR_BAD_TRANSFER_ENCODING;
      p = runOf(BLANK, parameterEnd, last);
    }
    if (hasFlag(ENDS_CHUNKED)) return refusal(ERROR_CHUNKED_NOT_LAST, name);
    addFlag(isChunked ? ENDS_CHUNKED : HAS_OTHER_CODING);
    if (p == last) return ERROR_NONE;
    if (load<u8>(p) != 0x2c) return refusal(ERROR_BAD_TRANSFER_ENCODING, p);
    p++;
  }
}

let parameterEnd: usize = 0;

/** transfer-parameter = token BWS "=" BWS ( token / quoted-string ), behind its semicolon. `chunked` has none. */
function readParameter(p: usize, last: usize, isChunked: bool): bool {
  const name = runOf(BLANK, p, last);
  const behind = runOf(TOKEN, name, last);
  blame = behind;
  if (behind == name || isChunked) return false;
  p = runOf(BLANK, behind, last);
  blame = p;
  if (p == last || load<u8>(p) != 0x3d) return false;
  const value = runOf(BLANK, p + 1, last);
  blame = value;
  parameterEnd = value < last && load<u8>(value) == 0x22 ? quotedEnd(value, last) : runOf(TOKEN, value, last);
  return parameterEnd != value;
}

/** Behind a quoted-string that begins at p, or p when it does not end. */
function quotedEnd(p: usize, last: usize): usize {
  for (let q = p + 1; q < last; q++) {
    const byte = <u32>load<u8>(q);
    if (byte == 0x22) return q + 1;
    if (byte == 0x5c) q++;
  }
  return p;
}

/** Connection, Upgrade and Expect: elements between commas; what is no known word is passed by. */
function readList(id: u32, p: usize, last: usize): void {
  while (p < last) {
    let comma = p;
    while (comma < last && load<u8>(comma) != 0x2c) comma++;
    const from = runOf(BLANK, p, comma);
    const to = runBefore(BLANK, comma, from);
    if (to > from) readElement(id, from, to);
    p = comma + 1;
  }
}

function readElement(id: u32, p: usize, last: usize): void {
  if (id == FIELD_EXPECT) addFlag(isWord(p, last, CONTINUE, 12) ? FLAG_EXPECT_CONTINUE : FLAG_EXPECT_OTHER);
  else if (id == FIELD_UPGRADE) addFlag(isWord(p, last, WEBSOCKET, 9) ? FLAG_UPGRADE_WEBSOCKET : 0);
  else if (isWord(p, last, CLOSE, 5)) addFlag(FLAG_CLOSE);
  else if (isWord(p, last, KEEP_ALIVE, 10)) addFlag(LISTS_KEEP_ALIVE);
  else if (isWord(p, last, UPGRADE, 7)) addFlag(FLAG_CONN_UPGRADE);
}

/** What the head as a whole must fulfil, and the flags that more than one field decides. */
export function concludeHead(): u32 {
  const isOld = word(MINOR) == 0;
  if (isOld && hasFlag(HAS_CODING)) return ERROR_CODING_WITH_HTTP_1_0;
  if (!isOld && !isResponse() && !hasFlag(FLAG_HAS_HOST) && !allows(ALLOW_MISSING_HOST)) return ERROR_MISSING_HOST;
  const isDoubtful = hasFlag(HAS_CODING) && hasFlag(FLAG_HAS_LENGTH);
  if (hasFlag(HAS_CODING)) {
    const error = concludeCodings(isDoubtful);
    if (error != ERROR_NONE) return error;
  }
  // RFC 9112 section 9.3: `close` wins, HTTP/1.0 has to ask. RFC 9110 section 10.1.1: HTTP/1.0 cannot expect a 100.
  if (!isDoubtful && !hasFlag(FLAG_CLOSE) && (!isOld || hasFlag(LISTS_KEEP_ALIVE))) addFlag(FLAG_KEEP_ALIVE);
  if (isOld) dropFlag(FLAG_EXPECT_CONTINUE);
  else addFlag(FLAG_VERSION_1_1);
  if (hasFlag(FLAG_HAS_UPGRADE) && hasFlag(FLAG_CONN_UPGRADE)) addFlag(FLAG_UPGRADE);
  return ERROR_NONE;
}

/** Section 6.3, rules 3 and 4. */
function concludeCodings(hasLength: bool): u32 {
  if (hasLength) {
    if (!allows(ALLOW_LENGTH_AND_CHUNKED)) return ERROR_LENGTH_AND_CHUNKED;
    dropFlag(FLAG_HAS_LENGTH);
    setWide(REMAINING, 0);
  }
  const takesOthers = allows(ALLOW_OTHER_CODINGS);
  if (!hasFlag(ENDS_CHUNKED) && !(takesOthers && isResponse())) return ERROR_CHUNKED_NOT_LAST;
  if (hasFlag(HAS_OTHER_CODING) && !takesOthers) return ERROR_UNSUPPORTED_CODING;
  if (hasFlag(ENDS_CHUNKED)) addFlag(FLAG_CHUNKED);
  return ERROR_NONE;
}
