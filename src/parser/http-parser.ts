/**
 * HTTP/1.x, sans-I/O: bytes in, events out. Knows nothing of sockets, clocks or answers.
 * Bodies are views of what was fed; long ones go past the machine without being copied into it.
 */

import { callerError, HttpuvError } from '../errors.ts';
import { KIND, LIMIT, PAUSE, STATUS } from '../wasm/constants.gen.ts';
import type { EndEvent, HttpEvent, ParseErrorEvent } from './events.ts';
import { flatFields } from './headers.ts';
import type { HttpLimits } from './machine.ts';
import { checkOptions, type HttpParserOptions } from './options.ts';
import { HEAD, headEnd, kindAt, UNIT, word } from './records.ts';
import { HttpRequest, nameMethod } from './request.ts';
import { HttpResponse } from './response.ts';
import { NOT_FED, type SharedMachine, sharedMachine, type Tenant } from './shared-machine.ts';

/** Fewer body bytes than this are copied into the machine along with the rest: one long copy is cheaper than two feeds. */
const LEAST_PASSED_BYTES = 16_384;

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { LONE, REGION_BYTES, UNIT_WORDS } = LIMIT;
const { BODY, END: END_KIND, TRAILERS } = KIND;
const { NEED_INPUT } = STATUS;
const { METHOD, START } = HEAD;

const END: EndEvent = Object.freeze({ type: 'end' });

/** What a parser is doing. It leaves `upgraded` by `resume`, and every state by `reset`. */
type State = 'open' | 'upgraded' | 'failed' | 'finished';

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
  /** For responses: the methods they answer, the next one first. */
  private readonly asked: string[] | null;
  private isFinal: boolean = true;
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
   * @throws HttpuvError `HV_BAD_OPTION` when an option is unknown or out of range.
   */
  constructor(options: HttpParserOptions = {}, shared?: SharedMachine) {
    const { kind, eager, limits } = checkOptions(options);
    this.shared = shared ?? sharedMachine(kind);
    this.asked = kind === 'response' ? [] : null;
    this.limits = limits;
    this.eager = eager;
    this.mayBeLone = kind === 'request';
  }

  /**
   * Takes the next bytes of the connection, any number of them, and tells what became complete.
   *
   * Body events are views of `bytes`, and so are the unread fields of requests: do not overwrite `bytes` while either is
   * in use. What the peer did wrong is the last event, of type `error`; feeding on gives the same event again. Behind an
   * `upgrade` the bytes are handed back in a further `upgrade` event.
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
    const { shared } = this;
    const { recordsAt } = shared.machine;
    const request = new HttpRequest(shared, fed, recordsAt, shared.textAt(recordsAt), 0);
    request.headers; // Asking for them makes them.
    return [request, END];
  }

  /**
   * Tells that the peer will send nothing more.
   *
   * @returns An `error` event with code `HV_INCOMPLETE` when that was within a message; the end of a response body that
   *   lasts until then; else nothing.
   */
  finish(): readonly HttpEvent[] {
    if (this.state !== 'open') return this.failure === null ? [] : [this.failure];
    const { shared } = this;
    const { machine } = shared;
    shared.claim(this.message, this.limits, this.pause());
    this.state = 'finished';
    this.mayBeLone = false;
    const events: HttpEvent[] = [];
    shared.generation++; // The end record overwrites the last head's.
    if (!machine.finish()) this.fail(events, peerError(shared));
    else if (machine.recordsEnd !== machine.recordsAt) events.push(END);
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
    this.asked.push(method);
  }

  /** Goes on with HTTP behind an `upgrade` event, when that request is answered as an ordinary one; feed its `rest` next. */
  resume(): void {
    if (this.state !== 'upgraded') throw callerError('HV_NOT_UPGRADED', 'resume is for use after an upgrade event');
    this.state = 'open';
  }

  /** Forgets everything: the next byte fed is the first of a new connection. */
  reset(): void {
    this.state = 'open';
    this.mayBeLone = this.asked === null;
    this.shared.drop(this.message);
    this.failure = null;
    this.asked?.splice(0);
  }

  /** Where the machine stops: behind every response, because the next one may answer another method. */
  private pause(): number {
    if (this.asked === null) return 0;
    const [method] = this.asked;
    const answers = method === 'HEAD' ? PAUSE.ANSWERS_HEAD : method === 'CONNECT' ? PAUSE.ANSWERS_CONNECT : 0;
    return PAUSE.MESSAGE | answers;
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
    let status = fed;
    if (fed === NOT_FED) {
      place = shared.claim(this.message, limits, this.pause());
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
        status = shared.feed(place, stop);
      }
      for (;;) {
        this.drain(bytes, at, events);
        at += machine.consumed;
        place += machine.consumed;
        if (status !== STATUS.TABLE_FULL) break;
        status = shared.feed(place, stop);
      }
      if (at === n || (status !== NEED_INPUT && status !== STATUS.PAUSED)) break;
      left = machine.bodyRemaining;
      const isPaused = status === STATUS.PAUSED;
      status = NOT_FED;
      if (place === REGION_BYTES || isPaused) {
        machine.begin(machine.park(), limits, this.pause());
        place = 0;
      }
    }
    if (this.bodyTo !== 0) this.flushBody(bytes, events);
    this.bodyBuffer = null;
    if (status === STATUS.ERROR) {
      this.fail(events, machine.takeTrap() ?? peerError(shared));
      return events;
    }
    shared.leave(this.message, place);
    this.mayBeLone = this.asked === null && machine.idle && status !== STATUS.UPGRADE;
    if (status === STATUS.UPGRADE) {
      this.state = 'upgraded';
      events.push({ type: 'upgrade', rest: bytes.subarray(at) });
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
      this.isFinal = head.status >= 200;
    } else {
      head = new HttpRequest(shared, first, at, source, start);
      if ((first & 0xff00) === 0) nameMethod(head, shared, at);
    }
    if (this.eager) head.headers; // Asking for them makes them.
    return head;
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
        if (this.isFinal) this.asked?.shift();
        events.push(END);
        at += UNIT_WORDS;
        continue;
      }
      if (kind !== TRAILERS) {
        events.push(this.head(at, bytes, base));
      } else {
        const text = shared.textAt(at);
        const headers = shared.shapes.build(words, at, text);
        events.push({ type: 'trailers', headers, rawHeaders: flatFields(words, at, text) });
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
    events.push({ type: 'body', bytes: view });
    this.bodyTo = 0;
  }

  private fail(events: HttpEvent[], error: HttpuvError): void {
    this.state = 'failed';
    this.mayBeLone = false;
    this.shared.drop(this.message);
    this.failure = { type: 'error', error };
    events.push(this.failure);
  }

  private refuse(bytes: Uint8Array): readonly HttpEvent[] {
    if (this.failure !== null) return [this.failure];
    if (this.state === 'upgraded') return [{ type: 'upgrade', rest: bytes }];
    throw callerError('HV_FINISHED', 'feed after finish: call reset for a new connection');
  }
}

/**
 * The events of a lone request. A function of its own, because a `new` that the compiler does not put into its caller, for
 * want of room, costs more than such a call.
 */
function loneRequest(shared: SharedMachine, first: number, bytes: Uint8Array): readonly HttpEvent[] {
  return [new HttpRequest(shared, first, shared.machine.recordsAt, bytes, 0), END];
}

/** Lets bytes of another realm pass, a page's frame or a `vm` context, whose classes are others than ours. */
function checkBytes(bytes: unknown): void {
  if (ArrayBuffer.isView(bytes) && Object.prototype.toString.call(bytes) === '[object Uint8Array]') return;
  throw callerError('HV_BAD_OPTION', 'feed takes a Uint8Array');
}

function peerError(shared: SharedMachine): HttpuvError {
  const { name, message, status, offset } = shared.machine.error;
  return new HttpuvError(name, message, { fault: 'remote', answer: status, offset });
}
