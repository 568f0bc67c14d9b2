/**
 * The grammar as a table: for each state and each byte, the next state, or an action, or an error. RFC 9112 sections 2 to
 * 5 and 7.1. Errors here are those that a single byte makes; what whole elements mean is the affair of the actions.
 */
import {
  ALLOW_BARE_LF, ALLOW_MISSING_REASON, ALLOW_TARGET_BYTES, ERROR_BAD_CHUNK_END, ERROR_BAD_CHUNK_EXTENSION, ERROR_BAD_CHUNK_SIZE, ERROR_BAD_EMPTY_LINE, ERROR_BAD_FIELD_NAME,
  ERROR_BAD_FIELD_VALUE, ERROR_BAD_LINE_END, ERROR_BAD_METHOD, ERROR_BAD_REASON, ERROR_BAD_STATUS_CODE,
  ERROR_BAD_TARGET_BYTE, ERROR_BAD_VERSION, ERROR_MISSING_COLON, ERROR_MISSING_VERSION, ERROR_SPACE_BEFORE_COLON,
  STATE_CHUNK_DATA_CR, STATE_CHUNK_DATA_LF, STATE_CHUNK_LINE_LF, STATE_CHUNK_SIZE, STATE_CHUNK_SIZE_SPACE,
  STATE_CHUNK_START, STATE_END_LF, STATE_EXT_ESCAPED, STATE_EXT_NAME, STATE_EXT_NAME_SPACE, STATE_EXT_NAME_START,
  STATE_EXT_QUOTED, STATE_EXT_TOKEN, STATE_EXT_VALUE_END, STATE_EXT_VALUE_SPACE, STATE_EXT_VALUE_START,
  STATE_FIELD_START, STATE_METHOD, STATE_NAME, STATE_REASON, STATE_REASON_LF, STATE_START, STATE_START_LF,
  STATE_STATUS_VERSION, STATE_TARGET, STATE_VALUE, STATE_VALUE_LF, STATE_VERSION, STATES,
} from './numbers.gen';
import { BLANK, byteIs, DIGIT, HEX, TARGET, TEXT, TOKEN } from './bytes';
import { GRAMMAR } from './memory';

const CR: u32 = 0x0d;
const LF: u32 = 0x0a;
const SP: u32 = 0x20;

// States of this parser beside the public ones: the bytes of a version one by one, then what follows it.
const VERSION_1: u32 = STATES;
const VERSION_MAJOR: u32 = VERSION_1 + 4;
const VERSION_DOT: u32 = VERSION_1 + 5;
const VERSION_MINOR: u32 = VERSION_1 + 6;
export const VERSION_CR: u32 = VERSION_1 + 7;
const VERSION_LF: u32 = VERSION_1 + 8;
export const STATUS_SP: u32 = VERSION_1 + 9;
const STATUS_1: u32 = VERSION_1 + 10;
const STATUS_2: u32 = VERSION_1 + 11;
const STATUS_3: u32 = VERSION_1 + 12;
const STATUS_END: u32 = VERSION_1 + 13;

// Actions, in the upper eight bits of an entry; none just goes to the next state. The lower bits hold the next state, or
// the error.
export const REFUSE: u32 = 1;
export const EMPTY_LINE: u32 = 2;
export const BEGIN_HEAD: u32 = 3;
export const METHOD_BYTE: u32 = 4;
export const END_METHOD: u32 = 5;
export const END_TARGET: u32 = 6;
export const SET_MAJOR: u32 = 7;
export const SET_MINOR: u32 = 8;
export const END_REQUEST_LINE: u32 = 9;
export const STATUS_DIGIT: u32 = 10;
export const END_REASON: u32 = 11;
export const BEGIN_FIELD: u32 = 12;
export const END_NAME: u32 = 13;
export const HIGH_BYTE: u32 = 14;
export const END_FIELD: u32 = 15;
export const END_HEAD: u32 = 16;
export const FIRST_DIGIT: u32 = 17;
export const NEXT_DIGIT: u32 = 18;
export const END_SIZE: u32 = 19;
export const EXTENSION_BYTE: u32 = 20;
export const END_CHUNK_LINE: u32 = 21;

/** Whether the state is within a head or trailers. */
export function isHeadState(state: u32): bool {
  return state <= STATE_END_LF || state >= STATES;
}

/** Whether the state, one of a request's head, is within the request line. */
export function isLineState(state: u32): bool {
  return state <= STATE_VERSION || state >= STATES;
}

// @ts-ignore: decorator
@inline
export function entryOf(state: u32, byte: u32): u32 {
  return <u32>load<u16>(GRAMMAR + (state << 9) + (byte << 1));
}

function set(state: u32, byte: u32, entry: u32): void {
  store<u16>(GRAMMAR + (state << 9) + (byte << 1), <u16>entry);
}

function setClass(state: u32, kind: u32, entry: u32): void {
  for (let b: u32 = 0; b < 256; b++) if (byteIs(b, kind)) set(state, b, entry);
}

/** What any byte does of which nothing else is said afterwards. */
function setAll(state: u32, entry: u32): void {
  for (let b: u32 = 0; b < 256; b++) set(state, b, entry);
}

function act(action: u32, next: u32): u32 {
  return (action << 8) | next;
}

function error(number: u32): u32 {
  return act(REFUSE, number);
}

/** This byte and no other. */
function only(state: u32, byte: u32, entry: u32, otherwise: u32): void {
  setAll(state, error(otherwise));
  set(state, byte, entry);
}

/** What the table forgives. */
let forgiven: u32 = 0;

/** Fills the table for a pause word, which says what is forgiven. Needs the byte classes. */
export function writeGrammar(allow: u32): void {
  startLines();
  fields();
  chunks();
  if (allow & ALLOW_BARE_LF) bareLf();
  if (allow & ALLOW_MISSING_REASON) {
    set(STATUS_END, CR, STATE_REASON_LF);
    if (allow & ALLOW_BARE_LF) set(STATUS_END, LF, STATE_FIELD_START);
  }
  if (allow & ALLOW_TARGET_BYTES) for (let b: u32 = 0x80; b < 256; b++) set(STATE_TARGET, b, act(HIGH_BYTE, STATE_TARGET));
  forgiven = allow & OF_GRAMMAR;
}

const OF_GRAMMAR: u32 = ALLOW_BARE_LF | ALLOW_MISSING_REASON | ALLOW_TARGET_BYTES;

/** Writes the table anew when it forgives other things than the pause word wants. */
export function adaptGrammar(allow: u32): void {
  if ((allow & OF_GRAMMAR) != forgiven) writeGrammar(allow);
}

/** Wherever CR may begin the end of a line, LF may be all of it; section 2.2. */
function bareLf(): void {
  set(STATE_START, LF, act(EMPTY_LINE, STATE_START));
  set(VERSION_CR, LF, act(END_REQUEST_LINE, STATE_FIELD_START));
  set(STATE_REASON, LF, act(END_REASON, STATE_FIELD_START));
  set(STATE_FIELD_START, LF, act(END_HEAD, STATE_END_LF));
  set(STATE_VALUE, LF, act(END_FIELD, STATE_FIELD_START));
  set(STATE_CHUNK_SIZE, LF, act(END_SIZE, 0));
  set(STATE_EXT_NAME, LF, act(END_CHUNK_LINE, 0));
  set(STATE_EXT_TOKEN, LF, act(END_CHUNK_LINE, 0));
  set(STATE_EXT_VALUE_END, LF, act(END_CHUNK_LINE, 0));
  set(STATE_CHUNK_DATA_CR, LF, STATE_CHUNK_START);
}

function startLines(): void {
  // Section 2.2: empty lines before a message are passed by.
  setAll(STATE_START, act(BEGIN_HEAD, STATE_START));
  set(STATE_START, CR, act(EMPTY_LINE, STATE_START_LF));
  only(STATE_START_LF, LF, STATE_START, ERROR_BAD_EMPTY_LINE);

  // request-line = method SP request-target SP HTTP-version CRLF
  only(STATE_METHOD, SP, act(END_METHOD, STATE_TARGET), ERROR_BAD_METHOD);
  setClass(STATE_METHOD, TOKEN, act(METHOD_BYTE, STATE_METHOD));
  only(STATE_TARGET, SP, act(END_TARGET, STATE_VERSION), ERROR_BAD_TARGET_BYTE);
  setClass(STATE_TARGET, TARGET, STATE_TARGET);
  set(STATE_TARGET, CR, error(ERROR_MISSING_VERSION));
  set(STATE_TARGET, LF, error(ERROR_MISSING_VERSION));

  // HTTP-version = "HTTP" "/" DIGIT "." DIGIT; a request and a response begin it in states of different names.
  only(STATE_VERSION, 0x48, VERSION_1, ERROR_BAD_VERSION);
  only(STATE_STATUS_VERSION, 0x48, VERSION_1, ERROR_BAD_VERSION);
  only(VERSION_1, 0x54, VERSION_1 + 1, ERROR_BAD_VERSION);
  only(VERSION_1 + 1, 0x54, VERSION_1 + 2, ERROR_BAD_VERSION);
  only(VERSION_1 + 2, 0x50, VERSION_1 + 3, ERROR_BAD_VERSION);
  only(VERSION_1 + 3, 0x2f, VERSION_MAJOR, ERROR_BAD_VERSION);
  setAll(VERSION_MAJOR, error(ERROR_BAD_VERSION));
  setClass(VERSION_MAJOR, DIGIT, act(SET_MAJOR, VERSION_DOT));
  only(VERSION_DOT, 0x2e, VERSION_MINOR, ERROR_BAD_VERSION);
  setAll(VERSION_MINOR, error(ERROR_BAD_VERSION));
  setClass(VERSION_MINOR, DIGIT, act(SET_MINOR, VERSION_CR));
  setAll(VERSION_CR, error(ERROR_BAD_LINE_END));
  setClass(VERSION_CR, TEXT, error(ERROR_BAD_VERSION));
  set(VERSION_CR, CR, VERSION_LF);
  only(VERSION_LF, LF, act(END_REQUEST_LINE, STATE_FIELD_START), ERROR_BAD_LINE_END);

  // status-line = HTTP-version SP status-code SP [ reason-phrase ] CRLF
  only(STATUS_SP, SP, STATUS_1, ERROR_BAD_VERSION);
  setAll(STATUS_1, error(ERROR_BAD_STATUS_CODE));
  setClass(STATUS_1, DIGIT, act(STATUS_DIGIT, STATUS_2));
  set(STATUS_1, 0x30, error(ERROR_BAD_STATUS_CODE));
  setAll(STATUS_2, error(ERROR_BAD_STATUS_CODE));
  setClass(STATUS_2, DIGIT, act(STATUS_DIGIT, STATUS_3));
  setAll(STATUS_3, error(ERROR_BAD_STATUS_CODE));
  setClass(STATUS_3, DIGIT, act(STATUS_DIGIT, STATUS_END));
  only(STATUS_END, SP, STATE_REASON, ERROR_BAD_STATUS_CODE);
  text(STATE_REASON, ERROR_BAD_REASON);
  set(STATE_REASON, CR, act(END_REASON, STATE_REASON_LF));
  only(STATE_REASON_LF, LF, STATE_FIELD_START, ERROR_BAD_LINE_END);
}

/** A run of text, RFC 9110 section 5.5, up to CR LF. */
function text(state: u32, otherwise: u32): void {
  setAll(state, error(otherwise));
  setClass(state, TEXT, state);
  for (let b: u32 = 0x80; b < 256; b++) set(state, b, act(HIGH_BYTE, state));
  set(state, LF, error(ERROR_BAD_LINE_END));
}

/** field-line = field-name ":" OWS field-value OWS, each with its CRLF; an empty line ends them. */
function fields(): void {
  setAll(STATE_FIELD_START, act(BEGIN_FIELD, STATE_NAME));
  set(STATE_FIELD_START, CR, STATE_END_LF);
  setAll(STATE_NAME, error(ERROR_BAD_FIELD_NAME));
  setClass(STATE_NAME, TOKEN, STATE_NAME);
  setClass(STATE_NAME, BLANK, error(ERROR_SPACE_BEFORE_COLON));
  set(STATE_NAME, CR, error(ERROR_MISSING_COLON));
  set(STATE_NAME, LF, error(ERROR_MISSING_COLON));
  set(STATE_NAME, 0x3a, act(END_NAME, STATE_VALUE));
  text(STATE_VALUE, ERROR_BAD_FIELD_VALUE);
  set(STATE_VALUE, CR, STATE_VALUE_LF);
  only(STATE_VALUE_LF, LF, act(END_FIELD, STATE_FIELD_START), ERROR_BAD_LINE_END);
  only(STATE_END_LF, LF, act(END_HEAD, STATE_END_LF), ERROR_BAD_LINE_END);
}

/** chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
 * chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ) */
function chunks(): void {
  setAll(STATE_CHUNK_START, error(ERROR_BAD_CHUNK_SIZE));
  setClass(STATE_CHUNK_START, HEX, act(FIRST_DIGIT, STATE_CHUNK_SIZE));
  setAll(STATE_CHUNK_SIZE, error(ERROR_BAD_CHUNK_SIZE));
  setClass(STATE_CHUNK_SIZE, HEX, act(NEXT_DIGIT, STATE_CHUNK_SIZE));
  set(STATE_CHUNK_SIZE, CR, act(END_SIZE, STATE_CHUNK_LINE_LF));
  set(STATE_CHUNK_SIZE, 0x3b, act(END_SIZE, STATE_EXT_NAME_START));
  setClass(STATE_CHUNK_SIZE, BLANK, act(END_SIZE, STATE_CHUNK_SIZE_SPACE));

  extension(STATE_CHUNK_SIZE_SPACE, BLANK, STATE_CHUNK_SIZE_SPACE);
  nextExtension(STATE_CHUNK_SIZE_SPACE);
  extension(STATE_EXT_NAME_START, BLANK, STATE_EXT_NAME_START);
  setClass(STATE_EXT_NAME_START, TOKEN, act(EXTENSION_BYTE, STATE_EXT_NAME));
  extension(STATE_EXT_NAME, BLANK, STATE_EXT_NAME_SPACE);
  setClass(STATE_EXT_NAME, TOKEN, act(EXTENSION_BYTE, STATE_EXT_NAME));
  nextExtension(STATE_EXT_NAME);
  set(STATE_EXT_NAME, 0x3d, act(EXTENSION_BYTE, STATE_EXT_VALUE_START));
  set(STATE_EXT_NAME, CR, STATE_CHUNK_LINE_LF);
  extension(STATE_EXT_NAME_SPACE, BLANK, STATE_EXT_NAME_SPACE);
  nextExtension(STATE_EXT_NAME_SPACE);
  set(STATE_EXT_NAME_SPACE, 0x3d, act(EXTENSION_BYTE, STATE_EXT_VALUE_START));
  extension(STATE_EXT_VALUE_START, BLANK, STATE_EXT_VALUE_START);
  setClass(STATE_EXT_VALUE_START, TOKEN, act(EXTENSION_BYTE, STATE_EXT_TOKEN));
  set(STATE_EXT_VALUE_START, 0x22, act(EXTENSION_BYTE, STATE_EXT_QUOTED));
  extension(STATE_EXT_TOKEN, TOKEN, STATE_EXT_TOKEN);
  behindValue(STATE_EXT_TOKEN);
  extension(STATE_EXT_QUOTED, TEXT, STATE_EXT_QUOTED);
  set(STATE_EXT_QUOTED, 0x22, act(EXTENSION_BYTE, STATE_EXT_VALUE_END));
  set(STATE_EXT_QUOTED, 0x5c, act(EXTENSION_BYTE, STATE_EXT_ESCAPED));
  extension(STATE_EXT_ESCAPED, TEXT, STATE_EXT_QUOTED);
  setAll(STATE_EXT_VALUE_END, error(ERROR_BAD_CHUNK_EXTENSION));
  behindValue(STATE_EXT_VALUE_END);
  extension(STATE_EXT_VALUE_SPACE, BLANK, STATE_EXT_VALUE_SPACE);
  nextExtension(STATE_EXT_VALUE_SPACE);

  only(STATE_CHUNK_LINE_LF, LF, act(END_CHUNK_LINE, 0), ERROR_BAD_LINE_END);
  only(STATE_CHUNK_DATA_CR, CR, STATE_CHUNK_DATA_LF, ERROR_BAD_CHUNK_END);
  only(STATE_CHUNK_DATA_LF, LF, STATE_CHUNK_START, ERROR_BAD_CHUNK_END);
}

/** A state of extensions in which these bytes go on; what else may stand there is said afterwards. */
function extension(state: u32, kind: u32, next: u32): void {
  setAll(state, error(ERROR_BAD_CHUNK_EXTENSION));
  setClass(state, kind, act(EXTENSION_BYTE, next));
}

function nextExtension(state: u32): void {
  set(state, 0x3b, act(EXTENSION_BYTE, STATE_EXT_NAME_START));
}

/** White space behind a value is BWS, so that only a further extension may follow it. */
function behindValue(state: u32): void {
  setClass(state, BLANK, act(EXTENSION_BYTE, STATE_EXT_VALUE_SPACE));
  nextExtension(state);
  set(state, CR, STATE_CHUNK_LINE_LF);
}
