/**
 * Heads to be sent. Each is read by the parser before it leaves: what the parser would refuse, or would read as another
 * message than the caller wrote, is not sent. So nothing in a target, a name or a value can split or misframe a message.
 */
import { withoutBlanks } from '../codec/blanks.ts';
import { callerError, type HttpuvError } from '../errors.ts';
import { FLAG, METHOD, PAUSE, STATUS } from '../wasm/constants.gen.ts';
import { peerError } from './faults.ts';
import { flatFields } from './headers.ts';
import { HEAD, word } from './records.ts';
import { type SharedMachine, sharedMachine } from './shared-machine.ts';

/**
 * Fields to be sent: an object, with lists for repeated names; pairs, in a list or in whatever gives them one by one, such as a
 * `Headers` or a `Map`; or flat as in {@link HttpHead.rawHeaders}.
 */
export type FieldsToWrite =
  | Readonly<Record<string, string | number | readonly string[]>>
  | Iterable<readonly [name: string, value: string]>
  | readonly string[];

/** A request to be sent. */
export interface RequestToWrite {
  readonly method: string;
  /** The request target as it stands in the request line. */
  readonly target: string;
  /** Default `'1.1'`, for which there has to be a `Host` field. */
  readonly httpVersion?: '1.0' | '1.1';
  readonly headers?: FieldsToWrite;
}

/** A response to be sent. */
export interface ResponseToWrite {
  /** 100 to 999. */
  readonly status: number;
  /** Default: empty, as it may be (RFC 9112 section 4). */
  readonly reason?: string;
  /** Default `'1.1'`. */
  readonly httpVersion?: '1.0' | '1.1';
  readonly headers?: FieldsToWrite;
}

/** How the end of a body is found. `raw`: what follows is not HTTP. */
export type Framing = 'none' | 'length' | 'chunked' | 'close' | 'raw';

/** A head that may be sent. */
export interface WrittenHead {
  readonly bytes: Uint8Array;
  readonly framing: Framing;
  /** Bytes of the body when its framing is `length`; else 0. */
  readonly length: number;
  readonly keepAlive: boolean;
}

/** An error for a message that may not be sent. */
export function badMessage(sentence: string): HttpuvError {
  return callerError('HV_BAD_MESSAGE', `this message may not be sent: ${sentence}`);
}

/** Text as bytes, one a character. @throws HttpuvError `HV_BAD_MESSAGE` for a character beyond latin1. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) throw badMessage(`${JSON.stringify(text.charAt(i))} cannot stand in a head; encode it first`);
    bytes[i] = code;
  }
  return bytes;
}

/** The fields as name, value, name, value, … */
export function flatOf(fields: FieldsToWrite): string[] {
  if (typeof fields !== 'object' || fields === null) throw badMessage('headers is an object or a list');
  if (Symbol.iterator in fields) {
    const items: unknown[] = [...fields];
    const flat = items.every((item) => Array.isArray(item) && item.length === 2) ? items.flat() : items;
    if (flat.length % 2 === 0 && flat.every((item) => typeof item === 'string')) return flat;
    throw badMessage('headers is no list of names and values');
  }
  return Object.entries(fields as Readonly<Record<string, string | number | readonly string[]>>).flatMap(
    ([name, value]) => (Array.isArray(value) ? value : [value]).flatMap((one: unknown) => [name, valueText(name, one)]),
  );
}

function valueText(name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw badMessage(`the value of ${JSON.stringify(name)} is no string`);
}

/** The lines of fields, each ended by CR LF. */
export function fieldLines(flat: readonly string[]): string {
  let text = '';
  for (let i = 0; i < flat.length; i += 2) text += `${flat[i]}: ${flat[i + 1]}\r\n`;
  return text;
}

/** @throws HttpuvError `HV_BAD_MESSAGE`. */
export function requestHead(request: RequestToWrite): WrittenHead {
  const { method, target, httpVersion = '1.1', headers = [] } = request;
  if (typeof method !== 'string' || typeof target !== 'string') throw badMessage('method and target are strings');
  checkVersion(httpVersion);
  const flat = flatOf(headers);
  const bytes = latin1Bytes(`${method} ${target} HTTP/${httpVersion}\r\n${fieldLines(flat)}\r\n`);
  return judged('request', bytes, flat, 0, (words, at) => {
    return word(words, at + HEAD.TARGET_OFFSET) === method.length + 1 && targetBytes(words, at) === target.length;
  });
}

/**
 * @param asked The method of the request that this answers.
 * @throws HttpuvError `HV_BAD_MESSAGE`.
 */
export function responseHead(response: ResponseToWrite, asked: string): WrittenHead {
  const { status, reason = '', httpVersion = '1.1', headers = [] } = response;
  if (!Number.isInteger(status)) throw badMessage('status is a whole number');
  checkVersion(httpVersion);
  const flat = flatOf(headers);
  const isBodiless = status < 200 || status === 204 || (asked === 'CONNECT' && status < 300);
  const framing = flat.find((name, i) => i % 2 === 0 && /^(?:content-length|transfer-encoding)$/i.test(name));
  // RFC 9110 section 8.6, RFC 9112 section 6.1.
  if (isBodiless && framing !== undefined) throw badMessage(`a ${status} answer to ${asked} has no ${framing} field`);
  const bytes = latin1Bytes(`HTTP/${httpVersion} ${status} ${reason}\r\n${fieldLines(flat)}\r\n`);
  const answers = asked === 'HEAD' ? PAUSE.ANSWERS_HEAD : asked === 'CONNECT' ? PAUSE.ANSWERS_CONNECT : 0;
  return judged('response', bytes, flat, answers, (words, at) => {
    return word(words, at + HEAD.STATUS) === status && targetBytes(words, at) === reason.length;
  });
}

/** The parser takes any minor version; we speak two. */
function checkVersion(httpVersion: string): void {
  if (httpVersion !== '1.0' && httpVersion !== '1.1') throw badMessage("httpVersion is '1.0' or '1.1'");
}

function targetBytes(words: Uint32Array, at: number): number {
  return word(words, at + HEAD.TARGET_LENGTH);
}

/** Lets the parser read a head that is to be sent. `isSame`: whether it finds the start line as it was meant. */
function judged(
  kind: 'request' | 'response',
  bytes: Uint8Array,
  flat: readonly string[],
  answers: number,
  isSame: (words: Uint32Array, at: number) => boolean,
): WrittenHead {
  const shared = sharedMachine(kind);
  const status = shared.parseHead(bytes, PAUSE.BODY | PAUSE.MESSAGE | answers);
  const { machine } = shared;
  const { words, recordsAt: at } = machine;
  const isHead = machine.recordsEnd > at && word(words, at + HEAD.LENGTH) === bytes.length;
  if (status === STATUS.ERROR) throw refused(shared);
  if (!isHead || !isSame(words, at) || !areSame(flatFields(words, at, shared.textAt(at)), flat))
    throw badMessage('a line end, colon or space stands where none may be, so it would be read otherwise');
  const flags = word(words, at + HEAD.KIND) >>> 16;
  // A request to change to WebSockets may still be answered as any other.
  const endsHttp = kind === 'response' || ((word(words, at + HEAD.KIND) >>> 8) & 0xff) === METHOD.CONNECT;
  const framing = status === STATUS.UPGRADE && endsHttp ? RAW : framingOf(shared, flags);
  return { bytes, keepAlive: (flags & FLAG.KEEP_ALIVE) !== 0, ...framing };
}

interface Framed {
  readonly framing: Framing;
  readonly length: number;
}
const RAW: Framed = { framing: 'raw', length: 0 };

function framingOf({ machine }: SharedMachine, flags: number): Framed {
  if (machine.idle) return { framing: 'none', length: 0 };
  if (flags & FLAG.CHUNKED) return { framing: 'chunked', length: 0 };
  return flags & FLAG.UNTIL_CLOSE
    ? { framing: 'close', length: 0 }
    : { framing: 'length', length: machine.bodyRemaining };
}

function refused(shared: SharedMachine): HttpuvError {
  const { message, offset } = shared.machine.takeTrap() ?? peerError(shared);
  return badMessage(`${message}${offset === undefined ? '' : `, at byte ${offset} of its head`}`);
}

/** Whether what was read is what was written, but for white space around values. */
function areSame(read: readonly string[], written: readonly string[]): boolean {
  if (read.length !== written.length) return false;
  return read.every((part, i) => part === (i % 2 === 0 ? written[i] : withoutBlanks(written[i] ?? '')));
}
