/**
 * From what the app returned to an answer that may be sent: everything is checked here, as strictly as what comes in
 * from outside, so that nothing an app does can split or misframe a response (bad-inputs: section 4).
 */
import { callerError, type HttpuvError } from '../errors.ts';
import type { Answer, FileAnswer } from '../types.ts';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Bytes of a field value (RFC 9110 section 5.5): visible, space, tab, and what is beyond ASCII, as latin1. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Bytes that the field lines of a response may have together, and the path of a file. */
const MOST_FIELD_BYTES = 524_288;
const LONGEST_PATH = 32_768;

/** Headers whose text is longer are not kept for the next time. */
const LONGEST_KEPT = 4096;

interface Collected {
  fields: string;
  ownDate: boolean;
  close: boolean;
  length: number;
}

/**
 * Checks a response of the app.
 * @param value What `call` or `onHeaders` returned.
 * @param isHead The request's method is HEAD, so that Content-Length may speak of a body that is not there.
 * @throws HttpuvError `HV_BAD_RESPONSE`, with a sentence that says what to change.
 */
export function toAnswer(value: unknown, isHead: boolean): Answer {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad(`the app returned ${described(value)}; return an object with status, headers and body`);
  }
  const { status, headers, body } = value as { status?: unknown; headers?: unknown; body?: unknown };
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) {
    throw bad(`status is ${described(status)}; it is a whole number from 200 to 599`);
  }
  const collected: Collected = { fields: '', ownDate: false, close: false, length: -1 };
  if (headers !== undefined && headers !== null) collectHeaders(headers, collected);
  if (collected.fields.length > MOST_FIELD_BYTES) {
    throw bad(`the header fields have ${collected.fields.length} bytes; ${MOST_FIELD_BYTES} is the most that is sent`);
  }
  const content = toBody(body);
  const { fields, ownDate, close, length } = collected;
  if (isHead && status !== 304 && content !== null && !isFile(content)) {
    // Only its length is told.
    return { status, fields, ownDate, close, length: length >= 0 ? length : sizeOf(content), body: null };
  }
  if (length >= 0 && !isHead && status !== 304 && !isFile(content)) {
    const size = sizeOf(content);
    if (length !== size) throw bad(`Content-Length is ${length}, but the body has ${size} bytes; leave the field out`);
  }
  return { status, fields, ownDate, close, length, body: content };
}

function sizeOf(content: string | Uint8Array | null): number {
  return content === null ? 0 : typeof content === 'string' ? utf8Length(content) : content.length;
}

/** An answer of plain text. */
export function textAnswer(status: number, contentType: string, body: string): Answer {
  return { status, fields: `Content-Type: ${contentType}\r\n`, ownDate: false, close: false, length: -1, body };
}

function collectHeaders(headers: unknown, into: Collected): void {
  if (typeof headers !== 'object' || headers === null) {
    throw bad(`headers is ${described(headers)}; it is an object, a Headers object, or a list of name and value pairs`);
  }
  if (Symbol.iterator in headers) {
    for (const pair of headers as Iterable<unknown>) {
      if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string') {
        throw bad('headers holds an item that is no pair of name and value');
      }
      collectField(pair[0], pair[1], into);
    }
    return;
  }
  collectObject(headers as Record<string, unknown>, into);
}

/** Names and values of the last headers object that was accepted, and what it came to. */
let lastNames: string[] = [];
let lastValues: unknown[] = [];
let lastCollected: Collected = { fields: '', ownDate: false, close: false, length: -1 };

/** An app mostly sends the same few fields: what is like the last time is taken from there. */
function collectObject(headers: Record<string, unknown>, into: Collected): void {
  let like = 0;
  let count = 0;
  for (const name in headers) {
    if (!Object.hasOwn(headers, name)) continue;
    if (lastNames[count] === name && lastValues[count] === headers[name]) like++;
    count++;
  }
  if (like < count || count !== lastNames.length) {
    const names = Object.keys(headers);
    // Each value is read once: what a getter gives the second time need not be what was checked.
    const values = names.map((name) => headers[name]);
    names.forEach((name, i) => {
      collectField(name, values[i], into);
    });
    const isWorthKeeping = into.fields.length <= LONGEST_KEPT && !values.some((value) => typeof value === 'object');
    lastNames = isWorthKeeping ? names : [];
    lastValues = isWorthKeeping ? values : [];
    lastCollected = { ...into };
    return;
  }
  if (count === 0) return;
  into.fields = lastCollected.fields;
  into.ownDate = lastCollected.ownDate;
  into.close = lastCollected.close;
  into.length = lastCollected.length;
}

function collectField(name: string, value: unknown, into: Collected): void {
  if (Array.isArray(value)) {
    for (const item of value) collectField(name, item, into);
    return;
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw bad(`the field ${JSON.stringify(name)} has ${described(value)} as its value; use a string`);
  }
  const text = String(value);
  if (!TOKEN.test(name)) throw bad(`${JSON.stringify(name)} is no field name: a name has only token characters`);
  if (!VALUE.test(text)) {
    throw bad(`the value of ${name} has a control character or one beyond latin1, which may not be sent`);
  }
  switch (name.toLowerCase()) {
    case 'content-length':
      collectLength(text, into);
      return;
    case 'connection':
      collectConnection(text, into);
      return;
    case 'transfer-encoding':
      throw bad('Transfer-Encoding is set by the server; leave the field out');
    case 'date':
      into.ownDate = true;
      break;
    default:
  }
  into.fields += `${name}: ${text}\r\n`;
}

function collectLength(text: string, into: Collected): void {
  const length = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(length))
    throw bad(`Content-Length is ${text}; it is a number of bytes`);
  if (into.length >= 0 && into.length !== length) throw bad('Content-Length is given twice with different values');
  into.length = length;
}

function collectConnection(text: string, into: Collected): void {
  for (const option of text.toLowerCase().split(',')) {
    const name = option.trim();
    if (name === 'close') into.close = true;
    else if (name !== 'keep-alive' && name !== '') {
      throw bad(`Connection: ${text} is set by the server; of the app it may be close or keep-alive`);
    }
  }
}

function toBody(body: unknown): Answer['body'] {
  if (body === undefined || body === null) return null;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (typeof body === 'object' && 'file' in body) {
    const { file, owned } = body as { file: unknown; owned?: unknown };
    if (typeof file !== 'string' || file === '' || file.includes('\0')) {
      throw bad(`body.file is ${described(file)}; it is the path of a file`);
    }
    if (file.length > LONGEST_PATH) throw bad(`body.file has ${file.length} characters, which no path has`);
    if (owned !== undefined && typeof owned !== 'boolean') throw bad('body.owned is true or false');
    return { path: file, owned: owned === true };
  }
  throw bad(`body is ${described(body)}; it is a string, bytes, { file }, or null`);
}

function isFile(body: Answer['body']): body is FileAnswer {
  return body !== null && typeof body === 'object' && 'path' in body;
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

function described(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return value.length > 40 ? 'a text' : JSON.stringify(value);
    case 'object':
      return 'an object';
    case 'function':
      return 'a function';
    default:
      return String(value);
  }
}

function bad(sentence: string): HttpuvError {
  return callerError('HV_BAD_RESPONSE', sentence);
}
