/**
 * HTTP/1.x, sans-I/O: bytes in, events out. Knows nothing of sockets, clocks or answers.
 * Bodies are views of what was fed; long ones go past the machine without being copied into it.
 */

import { callerError, type HttpuvError } from '../errors.ts';
import { KIND, LIMIT, PAUSE, STATUS } from '../wasm/constants.gen.ts';
import { Asked } from './asked.ts';
import type { EndEvent, HttpEvent, ParseErrorEvent } from './events.ts';
import { checkBytes, peerError } from './faults.ts';
import { flatFields } from './headers.ts';
import { END, eagerRequest, loneRequest } from './lone.ts';
import type { HttpLimits } from './machine.ts';
import { checkOptions, type HttpParserOptions } from './options.ts';
import { HEAD, headEnd, kindAt, UNIT, word } from './records.ts';
import { HttpRequest, nameMethod } from './request.ts';
import { HttpResponse } from './response.ts';
import { machineOf, NOT_FED, type SharedMachine, type Tenant } from './shared-machine.ts';

/** Fewer body bytes than this are copied into the machine along with the rest: one long copy is cheaper than two feeds. */
const LEAST_PASSED_BYTES = 16_384;

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { LONE, REGION_BYTES, UNIT_WORDS } = LIMIT;
const { BODY, END: END_KIND, TRAILERS } = KIND;
const { NEED_INPUT } = STATUS;
const { METHOD, START } = HEAD;

/** What a parser is doing. It leaves `upgraded` and `paused` by `resume`, and every state by `reset`. */
type State = 'open' | 'upgraded' | 'paused' | 'failed' | 'finished';

/**
 * Parses the requests of one connection, or the responses.
 *
 * All parsers of a kind in a thread share one machine in turn, so thousands of them cost little, and any number may be used
 * alternately, also while the events of another one are being handled.
 *
 * @example
 * ```ts
 * const parser = new HttpParser();
 * for (const event of parser.feed(new TextEncoder().encode('GET /a HTTP/1.1\r\nHost: b\r\n\r\n'))) {
 *   if (event.type === 'request') console.log(event.method, event.url, event.headers.host);
 *   if (event.type === 'error') console.log(event.error.code, event.error.answer);
 * }
 * ```
 */
export class HttpParser {
  private readonly shared: SharedMachine;
  private readonly limits: HttpLimits;
  private readonly eager: boolean;
  /** Where the caller wants to be stopped, and what is forgiven: `PAUSE` and `ALLOW` flags. */
  private readonly stops: number;
  private readonly flags: number;
  private readonly offsets: boolean;
  /** Bytes of the connection before the chunk being fed; wrong once a chunk has gone the way of a lone request. */
  private before: number = 0;
  /** Whether requests that come alone and whole may have their own way. */
  private readonly isPlain: boolean;
  /** For responses: what they answer. */
  private readonly asked: Asked | null;
  private readonly message: Tenant = { parked: null };
  private state: State = 'open';
  /** Whether the next bytes begin a request and not a response: open, and no message of this parser is in progress. */
  private mayBeLone: boolean;
  private failure: ParseErrorEvent | null = null;
  /** Body bytes of the chunk being fed that are not an event yet; none while the second is 0. */
  private bodyFrom: number = 0;
  private bodyTo: number = 0;
  /** The buffer of that chunk, asked for once a feed. */
  private bodyBuffer: ArrayBufferLike | null = null;

  /**
   * @param shared The machine to use; by default the one that all parsers of the kind share.
   * @throws HttpuvError `HV_BAD_OPTION`.
   */
  constructor(options: HttpParserOptions = {}, shared?: SharedMachine) {
    const { kind, eager, limits, stops, allows, offsets } = checkOptions(options);
    this.shared = machineOf(kind, shared);
    this.asked = kind === 'response' ? new Asked() : null;
    this.limits = limits;
    this.eager = eager;
    this.stops = stops;
    this.flags = stops | allows;
    this.offsets = offsets;
    this.isPlain = this.mayBeLone = kind === 'request' && this.flags === 0 && !offsets;
  }

  /**
   * Takes the next bytes of the connection, any number of them, and tells what became complete.
   *
   * Body events are views of `bytes`, and so are the unread fields of requests: do not overwrite `bytes` while either is
   * in use. What the peer did wrong is the last event, of type `error`; feeding on gives the same event again. Behind an
   * `upgrade` the bytes are handed back in a further `upgrade` event, and so they are while the parser is paused.
   *
   * @throws HttpuvError `HV_BAD_OPTION` when `bytes` is no Uint8Array, `HV_FINISHED` after {@link finish}.
   */
  feed(bytes: Uint8Array): readonly HttpEvent[] {
    // An engine that has asked for the length knows what `bytes` is, and need not search its prototypes.
    if (!(bytes?.length >= 0 && bytes instanceof Uint8Array)) checkBytes(bytes);
    // One request that came whole is so common that it has its own way, as long as nothing else turns up.
    const { shared } = this;
    const first = this.mayBeLone ? shared.feedLone(bytes, this.limits) : NOT_FED;
    if ((first & LONE) === 0 || this.eager) return this.feedAny(bytes, first);
    return loneRequest(shared, first, bytes);
  }

  /**
   * All other cases of {@link feed}.
   *
   * @param fed What {@link SharedMachine.feedLone} returned, or `NOT_FED`.
   */
  private feedAny(bytes: Uint8Array, fed: number): readonly HttpEvent[] {
    if (this.state !== 'open') return this.refuse(bytes);
    if ((fed & LONE) === 0) return bytes.length === 0 ? [] : this.run(bytes, fed);
    return eagerRequest(this.shared, fed);
  }

  /**
   * Tells that the peer will send nothing more.
   *
   * @returns An `error` event with code `HV_INCOMPLETE` when that was within a message; the end of a response body that
   *   lasts until then; else nothing.
   */
  finish(): readonly HttpEvent[] {
    if (this.state !== 'open' && this.state !== 'paused') return this.failure === null ? [] : [this.failure];
    const { shared } = this;
    const { machine } = shared;
    shared.claim(this.message, this.limits, this.words());
    this.state = 'finished';
    this.mayBeLone = false;
    const events: HttpEvent[] = [];
    shared.generation++; // The end record overwrites the last head's.
    if (!machine.finish()) this.fail(events, peerError(shared), this.before);
    else if (machine.recordsEnd !== machine.recordsAt) events.push(this.end(this.before));
    shared.drop(this.message);
    return events;
  }

  /**
   * Tells a parser of responses which request the next final response answers, in the order the requests were sent:
   * that to `HEAD` has no body, and a 2xx to `CONNECT` ends HTTP. A request that was not told counts as a GET.
   */
  expect(method: string): void {
    if (this.asked === null)
      throw callerError('HV_NOT_RESPONSES', "expect is for parsers made with { kind: 'response' }");
    if (this.asked.add(method)) this.shared.release(this.message);
  }

  /** Reads nothing until {@link resume}: bytes that are fed come back in `pause` events. Does nothing but in an open parser. */
  pause(): void {
    if (this.state !== 'open') return;
    this.state = 'paused';
    this.mayBeLone = false;
  }

  /**
   * Goes on behind a `pause` event, or with HTTP behind an `upgrade` event, when that request is answered as an ordinary
   * one. Feed the `rest` of the event next.
   * @throws HttpuvError `HV_NOT_UPGRADED` when there is nothing to go on from.
   */
  resume(): void {
    if (this.state !== 'upgraded' && this.state !== 'paused')
      throw callerError('HV_NOT_UPGRADED', 'resume is for use after an upgrade or a pause');
    this.state = 'open';
  }

  /** Forgets everything: the next byte fed is the first of a new connection. */
  reset(): void {
    this.state = 'open';
    this.mayBeLone = this.isPlain;
    this.shared.drop(this.message);
    this.failure = null;
    this.before = 0;
    this.asked?.forget();
  }

  /** What the machine is told beside the limits. */
  private words(): number {
    return this.asked === null ? this.flags : this.flags | this.asked.flags;
  }

  /**
   * Feeds `bytes` piece by piece, passing by long runs of body bytes.
   *
   * @param fed Status of the first feed, when all of the bytes were fed at once already; else `NOT_FED`.
   */
  private run(bytes: Uint8Array, fed: number): readonly HttpEvent[] {
    const { limits, shared } = this;
    const { machine } = shared;
    const n = bytes.length;
    const events: HttpEvent[] = [];
    // The next byte, and its place in the region.
    let at = 0;
    let place = 0;
    let left = 0;
    let seen = 0;
    let status = fed;
    let isStopped = false;
    if (fed === NOT_FED) {
      place = shared.claim(this.message, limits, this.words());
      left = machine.idle ? 0 : machine.bodyRemaining;
    }
    for (;;) {
      if (left >= LEAST_PASSED_BYTES) {
        const passed = Math.min(left, n - at);
        machine.skipBody(passed);
        this.addBody(bytes, at, at + passed, events);
        at += passed;
        place = 0;
        if (passed < left && at === n) break;
      }
      const to = Math.min(n, at + REGION_BYTES - place);
      const stop = place + to - at;
      if (status === NOT_FED) {
        shared.place(bytes, at, to, place);
        if (this.offsets) seen = machine.seen;
        status = shared.feed(place, stop);
      }
      for (;;) {
        this.drain(bytes, at, events);
        at += machine.consumed;
        place += machine.consumed;
        if (status !== STATUS.TABLE_FULL) break;
        if (this.offsets) seen = machine.seen;
        status = shared.feed(place, stop);
      }
      const isPaused = status === STATUS.PAUSED;
      isStopped = isPaused && (this.stops & (machine.idle ? PAUSE.MESSAGE : PAUSE.BODY)) !== 0;
      if (at === n || isStopped || (status !== NEED_INPUT && !isPaused)) break;
      left = machine.bodyRemaining;
      status = NOT_FED;
      if (place === REGION_BYTES || isPaused) {
        machine.begin(machine.park(), limits, this.words());
        place = 0;
      }
    }
    if (this.bodyTo !== 0) this.flushBody(bytes, events);
    this.bodyBuffer = null;
    if (status === STATUS.ERROR) {
      const error = machine.takeTrap() ?? peerError(shared);
      // What is noticed late may lie in an earlier chunk.
      this.fail(events, error, this.before + at + (machine.consumed === 0 ? (error.offset ?? 0) - seen : 0));
      return events;
    }
    shared.leave(this.message, place);
    this.mayBeLone = this.isPlain && machine.idle && status !== STATUS.UPGRADE;
    this.before += at;
    if (status === STATUS.UPGRADE || isStopped) {
      this.state = isStopped ? 'paused' : 'upgraded';
      events.push({ type: isStopped ? 'pause' : 'upgrade', rest: bytes.subarray(at) });
    }
    return events;
  }

  /** The head whose record is at `at`; `base` as for {@link drain}. */
  private head(at: number, bytes: Uint8Array, base: number): HttpRequest | HttpResponse {
    const { shared } = this;
    const { words } = shared.machine;
    const start = base + (word(words, at + START) | 0);
    // A head of several chunks stands in one piece only in the machine; eager ones are texts at once.
    const source = this.eager || start < 0 ? shared.textAt(at) : bytes;
    const first = word(words, at) | 0 | ((word(words, at + METHOD) & 0xf00) >>> 5);
    let head: HttpRequest | HttpResponse;
    if (this.asked !== null) {
      head = new HttpResponse(shared, first, at, source, start);
      this.asked.isFinal = head.status >= 200;
    } else {
      head = new HttpRequest(shared, first, at, source, start);
      if ((first & 0xff00) === 0) nameMethod(head, shared, at);
    }
    if (this.eager) head.headers; // Asking for them makes them.
    return this.offsets ? Object.assign(head, { offset: this.before + start }) : head;
  }

  /**
   * Makes events of the records of one feed.
   *
   * @param base Offset in `bytes` of the first byte of that feed.
   */
  private drain(bytes: Uint8Array, base: number, events: HttpEvent[]): void {
    const { shared } = this;
    const { machine } = shared;
    const { words, recordsEnd } = machine;
    for (let at = machine.recordsAt; at < recordsEnd; ) {
      const kind = kindAt(words, at);
      if (kind === BODY) {
        const from = base + word(words, at + UNIT.OFFSET);
        this.addBody(bytes, from, from + word(words, at + UNIT.LENGTH), events);
        at += UNIT_WORDS;
        continue;
      }
      if (this.bodyTo !== 0) this.flushBody(bytes, events);
      if (kind === END_KIND) {
        this.asked?.answered();
        events.push(this.end(this.before + base + word(words, at + UNIT.OFFSET)));
        at += UNIT_WORDS;
        continue;
      }
      if (kind !== TRAILERS) {
        events.push(this.head(at, bytes, base));
      } else {
        const text = shared.textAt(at);
        const headers = shared.shapes.build(words, at, text);
        const event = { type: 'trailers' as const, headers, rawHeaders: flatFields(words, at, text) };
        const offset = this.before + base + (word(words, at + START) | 0);
        events.push(this.offsets ? { ...event, offset } : event);
      }
      at = headEnd(words, at);
    }
  }

  /** Adds `bytes[from..to)` to the body. Runs that touch become one event. */
  private addBody(bytes: Uint8Array, from: number, to: number, events: HttpEvent[]): void {
    if (this.bodyTo !== from || from === 0) {
      if (this.bodyTo !== 0) this.flushBody(bytes, events);
      this.bodyFrom = from;
    }
    this.bodyTo = to;
  }

  private flushBody(bytes: Uint8Array, events: HttpEvent[]): void {
    // A plain view of the same buffer takes half the time that `subarray` of a Buffer does.
    this.bodyBuffer ??= bytes.buffer;
    const view = new Uint8Array(this.bodyBuffer, bytes.byteOffset + this.bodyFrom, this.bodyTo - this.bodyFrom);
    events.push(
      this.offsets ? { type: 'body', bytes: view, offset: this.before + this.bodyFrom } : { type: 'body', bytes: view },
    );
    this.bodyTo = 0;
  }

  private end(offset: number): EndEvent {
    return this.offsets ? { type: 'end', offset } : END;
  }

  private fail(events: HttpEvent[], error: HttpuvError, offset: number): void {
    this.state = 'failed';
    this.mayBeLone = false;
    this.shared.drop(this.message);
    this.failure = this.offsets ? { type: 'error', error, offset } : { type: 'error', error };
    events.push(this.failure);
  }

  private refuse(bytes: Uint8Array): readonly HttpEvent[] {
    if (this.failure !== null) return [this.failure];
    if (this.state !== 'finished') return [{ type: this.state === 'paused' ? 'pause' : 'upgrade', rest: bytes }];
    throw callerError('HV_FINISHED', 'feed after finish: call reset for a new connection');
  }
}
