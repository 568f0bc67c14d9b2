/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): an answer that stays open, into
 * which the app writes events whenever it has some. It knows neither connections nor threads.
 */

import type { StreamAnswer } from '../answer-types.ts';
import { checkNames } from '../codec/option-names.ts';
import { callerError } from '../errors.ts';
import type { AppRequest, AppResponse, EventBody, HeaderValue } from '../types.ts';
import { described } from './described.ts';

/** One event. */
export interface ServerEvent {
  /** Its text; line breaks of any kind become those of the browser's `event.data`. Without it nothing is dispatched. */
  readonly data?: string;
  /** Its type in place of `message`. */
  readonly event?: string;
  /** What the browser says as `Last-Event-ID` when it comes again. */
  readonly id?: string;
  /** Milliseconds after which the browser comes again when the connection is lost. */
  readonly retry?: number;
}

/** How an event stream begins. */
export interface EventStreamOptions {
  /** The request that it answers: tells `lastEventId`. */
  readonly request?: AppRequest;
  /** Further fields of the answer, or others in place of `Content-Type` and `Cache-Control`. */
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  /**
   * After so many milliseconds without an event the server sends an empty comment, also while the app computes, so that
   * nobody on the way takes the connection for dead. Default 15,000; Infinity: never.
   */
  readonly keepAliveMs?: number;
}

/** An open event stream as the app sees it. */
export interface EventStream {
  /** What `call` or `onHeaders` is to return. Events may be sent before. */
  readonly response: AppResponse;
  /** The id of the last event that the browser has seen; empty when it comes for the first time. */
  readonly lastEventId: string;
  /** Whether events may still be sent. */
  readonly isOpen: boolean;
  /** Bytes that were sent and have not left yet. */
  readonly bufferedAmount: number;
  /**
   * Sends an event; a string is its data.
   *
   * @returns Its bytes; −1 when the stream is closed, or when more than `maxBufferedBytes` of the server would wait for
   *   the client, whose connection is then cut.
   * @throws HttpuvError `HV_BAD_OPTION` for what is no event.
   */
  send(event: ServerEvent | string): number;
  /** Sends a comment, which browsers pass over. @returns As {@link send}. */
  comment(text?: string): number;
  /** Ends the answer behind what was sent. Browsers come again by themselves, unless they are answered 204. */
  close(): void;
  /**
   * Adds a handler for the end, which comes once, whatever the reason. One that is added behind the end hears nothing:
   * `isOpen` tells.
   * @returns A function that takes it away again.
   */
  onClose(handler: () => void): () => void;
}

/** What carries an event stream. */
export interface EventPort {
  readonly maxBufferedBytes: number;
  /** Bytes that have not left. */
  unsent(): number;
  piece(bytes: Uint8Array): void;
  end(): void;
  /** The client does not read. */
  fail(): void;
}

const OPTION_NAMES: readonly (keyof EventStreamOptions)[] = ['request', 'headers', 'keepAliveMs'];
const KEEP_ALIVE_MS = 15_000;
/** As timers and records have it. */
const LONGEST_MS = 0x7fffffff;
/** Bytes that may wait before the response is returned. */
const MOST_EARLY_BYTES = 16_777_216;
const BREAK = /\r\n|\r|\n/;
const BREAK_OR_NUL = /[\r\n\0]/;

/**
 * Begins an answer of server-sent events.
 *
 * @throws HttpuvError `HV_BAD_OPTION` when `keepAliveMs` is no time, or another option is named.
 * @example
 * const call = (req) => {
 *   const events = eventStream({ request: req });
 *   const timer = setInterval(() => events.send({ data: String(Date.now()) }), 1000);
 *   events.onClose(() => clearInterval(timer));
 *   return events.response;
 * };
 */
export function eventStream(options: EventStreamOptions = {}): EventStream {
  checkNames('eventStream', options, OPTION_NAMES);
  const { request, headers = {}, keepAliveMs = KEEP_ALIVE_MS } = options;
  if (typeof keepAliveMs !== 'number' || !(keepAliveMs > 0)) {
    throw callerError('HV_BAD_OPTION', 'keepAliveMs must be a positive number of milliseconds, or Infinity');
  }
  const given = request?.headers['last-event-id'] ?? '';
  // Fields are read as latin1, and browsers send this one as UTF-8.
  const id = new TextDecoder().decode(Uint8Array.from(given, (unit) => unit.charCodeAt(0)));
  return new EventChannel(id, headers, Math.ceil(Math.min(keepAliveMs, LONGEST_MS)));
}

/** The one {@link EventStream}, and the body of its response. This class adds what the server calls. */
export class EventChannel implements EventStream, EventBody, StreamAnswer {
  readonly response: AppResponse;
  readonly lastEventId: string;
  readonly keepAliveMs: number;
  #state: 'made' | 'taken' | 'open' | 'closing' | 'closed' = 'made';
  #port: EventPort | null = null;
  /** What was sent before there was a port. */
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #handlers: readonly (() => void)[] = [];

  constructor(lastEventId: string, headers: Readonly<Record<string, HeaderValue>>, keepAliveMs: number) {
    this.lastEventId = lastEventId;
    this.keepAliveMs = keepAliveMs;
    const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
    const usual = Object.entries(USUAL_HEADERS).filter(([name]) => !names.has(name.toLowerCase()));
    this.response = { status: 200, headers: { ...Object.fromEntries(usual), ...headers }, body: this };
  }

  get isOpen(): boolean {
    return this.#state !== 'closing' && this.#state !== 'closed';
  }

  get bufferedAmount(): number {
    if (this.#state === 'closed') return 0;
    return this.#port === null ? this.#earlyBytes : this.#port.unsent();
  }

  send(event: ServerEvent | string): number {
    return this.#put(eventText(event));
  }

  comment(text = ''): number {
    return this.#put(`${lines(': ', text, 'a comment')}\n`);
  }

  close(): void {
    if (!this.isOpen) return;
    this.#state = 'closing';
    this.#port?.end();
  }

  onClose(handler: () => void): () => void {
    if (typeof handler !== 'function') throw new TypeError('onClose takes a function');
    this.#handlers = [...this.#handlers, handler];
    return () => {
      const at = this.#handlers.indexOf(handler);
      if (at >= 0) this.#handlers = this.#handlers.filter((_, index) => index !== at);
    };
  }

  /** For the server: it is returned as a body. @throws HttpuvError `HV_BAD_RESPONSE` the second time. */
  taken(): this {
    const wasMade = this.#state === 'made' || (this.#state === 'closing' && this.#port === null && !this.#isTaken);
    if (!wasMade)
      throw callerError('HV_BAD_RESPONSE', 'this event stream was returned before; make one for each request');
    this.#isTaken = true;
    if (this.#state === 'made') this.#state = 'taken';
    return this;
  }
  #isTaken = false;

  /** For the server: the head is on its way. */
  attach(port: EventPort): void {
    this.#port = port;
    for (const bytes of this.#early) port.piece(bytes);
    this.#early = [];
    this.#earlyBytes = 0;
    if (this.#state === 'closing') port.end();
    else if (this.#state === 'taken') this.#state = 'open';
  }

  /** For the server: nobody will hear anything more. Gives the handlers that are to be told. */
  end(): readonly (() => void)[] {
    if (this.#state === 'closed') return [];
    this.#state = 'closed';
    this.#early = [];
    return this.#handlers;
  }

  /** For the server: it is not sent. */
  discard(): void {
    for (const handler of this.end()) {
      try {
        handler();
      } catch {
        // The answer goes out without it all the same.
      }
    }
  }

  #put(text: string): number {
    if (!this.isOpen) return -1;
    const bytes = new TextEncoder().encode(text);
    const before = this.bufferedAmount;
    const most = this.#port?.maxBufferedBytes ?? MOST_EARLY_BYTES;
    if (before > 0 && before + bytes.length > most) {
      this.#state = 'closing';
      this.#port?.fail();
      return -1;
    }
    if (this.#port !== null) this.#port.piece(bytes);
    else {
      this.#early.push(bytes);
      this.#earlyBytes += bytes.length;
    }
    return bytes.length;
  }
}

const USUAL_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
};

/** An event as it is written, with the empty line that ends it. */
function eventText(given: ServerEvent | string): string {
  if (typeof given === 'string') return `${lines('data: ', given, 'data')}\n`;
  if (typeof given !== 'object' || given === null)
    throw noEvent(`an event is ${described(given)}; it is a text or an object`);
  const { data, event, id, retry } = given;
  let text = '';
  if (event !== undefined) text += `event: ${oneLine(event, 'event')}\n`;
  if (id !== undefined) text += `id: ${oneLine(id, 'id')}\n`;
  if (retry !== undefined) {
    if (!Number.isSafeInteger(retry) || retry < 0) throw noEvent('retry is a whole number of milliseconds');
    text += `retry: ${retry}\n`;
  }
  if (data !== undefined) text += lines('data: ', data, 'data');
  if (text === '') throw noEvent('an event has data, event, id or retry');
  return `${text}\n`;
}

function oneLine(text: unknown, name: string): string {
  if (typeof text !== 'string') throw noEvent(`${name} is ${described(text)}; it is a text`);
  if (BREAK_OR_NUL.test(text)) throw noEvent(`${name} has a line break or a NUL, which would end it`);
  return text;
}

function lines(prefix: string, text: unknown, name: string): string {
  if (typeof text !== 'string') throw noEvent(`${name} is ${described(text)}; it is a text`);
  return text
    .split(BREAK)
    .map((line) => `${prefix}${line}\n`)
    .join('');
}

function noEvent(sentence: string): Error {
  return callerError('HV_BAD_OPTION', sentence);
}
