/**
 * From what the app returned to an answer that may be sent: everything is checked here, as strictly as what comes in
 * from outside, so that nothing an app does can split or misframe a response (bad-inputs: section 4).
 */

import type { Answer, FileAnswer, StreamAnswer, WholeAnswer } from '../answer-types.ts';
import { callerError, type HttpuvError } from '../errors.ts';
import { isTrailer } from '../parser/trailer-names.ts';
import { AT_ONCE_BYTES } from '../static/coding.ts';
import type { AppResponse } from '../types.ts';
import { described } from './described.ts';
import { EventChannel } from './event-stream.ts';
import { isBlob, isWebStream, ProducedBody, type Producer, producerOf } from './producer.ts';

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
  const { status, headers, body, trailers, compress } = value as Record<keyof AppResponse, unknown>;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) {
    throw bad(`status is ${described(status)}; it is a whole number from 200 to 599`);
  }
  if (compress !== undefined && typeof compress !== 'boolean') {
    throw bad(`compress is ${described(compress)}; it is true or false`);
  }
  const answer = answerOf(status, collect(headers), trailers, body, isHead);
  return compress === false ? { ...answer, asIs: true } : answer;
}

function answerOf(status: number, collected: Collected, trailers: unknown, body: unknown, isHead: boolean): Answer {
  let content = toBody(body);
  const { fields, ownDate, close, length } = collected;
  if (trailers !== undefined && trailers !== null) content = withTrailers(content, trailers, length);
  if (isStream(content)) return streamAnswer(status, collected, content, body, isHead);
  if (isHead && status !== 304 && content !== null && !isFile(content)) {
    // Only its length is told. A short one goes along all the same: that may be its length when it is compressed.
    const size = sizeOf(content);
    if (size <= AT_ONCE_BYTES && (length < 0 || length === size)) {
      return { status, fields, ownDate, close, length: size, body: content };
    }
    return { status, fields, ownDate, close, length: length >= 0 ? length : size, body: null, isLeftOut: true };
  }
  if (length >= 0 && !isHead && status !== 304 && !isFile(content)) {
    const size = sizeOf(content);
    if (length !== size) throw bad(`Content-Length is ${length}, but the body has ${size} bytes; leave the field out`);
  }
  return { status, fields, ownDate, close, length, body: content };
}

/** Collects the fields of a head. */
function collect(headers: unknown): Collected {
  const collected: Collected = { fields: '', ownDate: false, close: false, length: -1 };
  if (headers !== undefined && headers !== null) collectHeaders(headers, collected);
  if (collected.fields.length > MOST_FIELD_BYTES) {
    throw bad(`the header fields have ${collected.fields.length} bytes; ${MOST_FIELD_BYTES} is the most that is sent`);
  }
  return collected;
}

/** The field lines of an interim answer. @throws HttpuvError `HV_BAD_RESPONSE`. */
export function toHints(headers: unknown): string {
  const { fields, close, length } = collect(headers);
  if (close || length >= 0) throw bad('early hints may not hold Content-Length or Connection');
  return fields;
}

/** The field lines behind a body. @throws HttpuvError `HV_BAD_RESPONSE`. */
function toTrailers(given: unknown): string {
  const { fields, close, length } = collect(given);
  const wrong = close
    ? 'Connection'
    : length >= 0
      ? 'Content-Length'
      : fieldNames(fields).find((name) => !isTrailer(name));
  if (wrong !== undefined)
    throw bad(`${wrong} may not stand in trailers (RFC 9110 section 6.5.1): send it as a header`);
  return fields;
}

function fieldNames(fields: string): string[] {
  return fields.split('\r\n').flatMap((line) => (line === '' ? [] : [line.slice(0, line.indexOf(':'))]));
}

function withTrailers(content: Answer['body'], trailers: unknown, length: number): Answer['body'] {
  if (length >= 0) throw bad('a body with trailers is sent in chunks: leave Content-Length out');
  if (isFile(content) || content instanceof EventChannel) throw bad('a file and an event stream have no trailers');
  if (typeof trailers !== 'function' && typeof trailers !== 'object') {
    throw bad(`trailers is ${described(trailers)}; it is like headers, or a function that gives that`);
  }
  const lines = typeof trailers === 'function' ? null : toTrailers(trailers);
  const give = (): string => lines ?? toTrailers((trailers as () => unknown)());
  if (content instanceof ProducedBody) return new ProducedBody(content.producer, give);
  const whole = producerOf(content === null ? [] : [content]) as Producer; // Lists are streams.
  return new ProducedBody(whole, give);
}

function streamAnswer(status: number, head: Collected, content: StreamAnswer, body: unknown, isHead: boolean): Answer {
  const { fields, ownDate, close } = head;
  const size = isObject(body) && isBlob(body) ? body.size : -1;
  if (size >= 0 && head.length >= 0 && head.length !== size) {
    throw bad(`Content-Length is ${head.length}, but the Blob has ${size} bytes; leave the field out`);
  }
  // Where trailers follow, there are chunks.
  const hasTrailers = content instanceof ProducedBody && content.trailers !== NO_TRAILERS;
  const length = head.length >= 0 ? head.length : hasTrailers ? -1 : size;
  if (isHead || status === 204 || status === 304) {
    discardStream(content);
    const told = status === 304 ? head.length : length;
    return { status, fields, ownDate, close, length: told, body: null, isLeftOut: true };
  }
  return { status, fields, ownDate, close, length, body: content };
}

/** Gives up a stream that is not read. */
export function discardStream(content: StreamAnswer): void {
  if (content instanceof ProducedBody) content.producer.cancel();
  else if (content instanceof EventChannel) content.discard();
}

/** As {@link discardStream}, of whatever was returned in place of an answer. */
export function discardReturned(value: unknown): void {
  try {
    if (!isObject(value) || !('body' in value)) return;
    const content = toBody(value.body);
    if (isStream(content)) discardStream(content);
  } catch {
    // What is no body needs not be given up.
  }
}

const NO_TRAILERS = (): string => '';

function isStream(content: Answer['body']): content is StreamAnswer {
  return content !== null && typeof content === 'object' && 'keepAliveMs' in content;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function sizeOf(content: string | Uint8Array | null): number {
  return content === null ? 0 : typeof content === 'string' ? utf8Length(content) : content.length;
}

/** An answer of plain text. */
export function textAnswer(status: number, contentType: string, body: string): WholeAnswer {
  const fields = `Content-Type: ${contentType}\r\n`;
  return { status, fields, ownDate: false, close: false, length: -1, body, asIs: true };
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
  if (body instanceof EventChannel) return body.taken();
  if (typeof body === 'object') {
    if (isWebStream(body) && body.locked)
      throw bad('body is a stream that somebody else reads, or that was sent before');
    const producer = producerOf(body);
    if (producer !== null) return new ProducedBody(producer, NO_TRAILERS);
  }
  throw bad(`body is ${described(body)}; it is a string, bytes, { file }, a stream, or null`);
}

function isFile(body: Answer['body']): body is FileAnswer {
  return body !== null && typeof body === 'object' && 'path' in body;
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

function bad(sentence: string): HttpuvError {
  return callerError('HV_BAD_RESPONSE', sentence);
}
