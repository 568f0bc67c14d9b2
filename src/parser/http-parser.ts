/**
 * HTTP/1.x, sans-I/O: bytes in, events out. Knows nothing of sockets, clocks or answers.
 * Bodies are views of what was fed; long ones go past the machine without being copied into it.
 */

import { latin1 } from '../codec/text.ts';
import { callerError, HttpuvError } from '../errors.ts';
import { KIND, LIMIT, PAUSE, STATUS } from '../wasm/constants.gen.ts';
import type { EndEvent, HttpEvent, ParseErrorEvent } from './events.ts';
import { flatFields } from './headers.ts';
import type { HttpLimits } from './machine.ts';
import { checkOptions, type HttpParserOptions } from './options.ts';
import { HEAD, headEnd, kindAt, UNIT, word } from './records.ts';
import { HttpRequest } from './request.ts';
import { HttpResponse } from './response.ts';
import { type SharedMachine, sharedMachine, type Tenant } from './shared-machine.ts';

/** Fewer body bytes than this are copied into the machine along with the rest: one long copy is cheaper than two feeds. */
const LEAST_PASSED_BYTES = 16_384;

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
 *   if (event.type === 'request') console.log(event.request.method, event.request.url, event.request.headers.host);
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
  private failure: ParseErrorEvent | null = null;
  /** Why the machine's instance failed. */
  private trap: HttpuvError | null = null;
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
    if (!(bytes instanceof Uint8Array)) throw callerError('HV_BAD_OPTION', 'feed takes a Uint8Array');
    if (this.state !== 'open') return this.refuse(bytes);
    return bytes.length === 0 ? [] : this.run(bytes);
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
    const events: HttpEvent[] = [];
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
    this.shared.drop(this.message);
    this.failure = null;
    this.trap = null;
    this.asked?.splice(0);
  }

  /** Where the machine stops: behind every response, because the next one may answer another method. */
  private pause(): number {
    if (this.asked === null) return 0;
    const [method] = this.asked;
    const answers = method === 'HEAD' ? PAUSE.ANSWERS_HEAD : method === 'CONNECT' ? PAUSE.ANSWERS_CONNECT : 0;
    return PAUSE.MESSAGE | answers;
  }

  /** Feeds `bytes` piece by piece, passing by long runs of body bytes. */
  private run(bytes: Uint8Array): readonly HttpEvent[] {
    const { limits, shared } = this;
    const { machine } = shared;
    const n = bytes.length;
    const events: HttpEvent[] = [];
    // The next byte, and its place in the region.
    let at = 0;
    let place = shared.claim(this.message, limits, this.pause());
    let left = machine.idle ? 0 : machine.bodyRemaining;
    let status: number = STATUS.NEED_INPUT;
    for (;;) {
      if (left >= LEAST_PASSED_BYTES) {
        const passed = Math.min(left, n - at);
        machine.skipBody(passed);
        this.addBody(bytes, at, at + passed, events);
        at += passed;
        place = 0;
        if (passed < left && at === n) break;
      }
      const to = Math.min(n, at + machine.regionBytes - place);
      shared.place(bytes, at, to, place);
      const stop = place + to - at;
      status = this.step(place, stop);
      if (to === n && at === 0 && status === STATUS.NEED_INPUT && this.isLoneRequest(n)) {
        shared.leave(this.message, 0);
        return [this.headEvent(machine.recordsAt, bytes, 0, place), END];
      }
      for (;;) {
        this.drain(bytes, at, place, events);
        at += machine.consumed;
        place += machine.consumed;
        if (status !== STATUS.TABLE_FULL) break;
        shared.generation++;
        status = this.step(place, stop);
      }
      if (at === n || (status !== STATUS.NEED_INPUT && status !== STATUS.PAUSED)) break;
      left = machine.bodyRemaining;
      if (place === machine.regionBytes || status === STATUS.PAUSED) {
        machine.begin(machine.park(), limits, this.pause());
        place = 0;
      }
    }
    if (this.bodyTo !== 0) this.flushBody(bytes, events);
    this.bodyBuffer = null;
    if (status === STATUS.ERROR) {
      this.fail(events, this.trap ?? peerError(shared));
      return events;
    }
    shared.leave(this.message, place);
    if (status === STATUS.UPGRADE) {
      this.state = 'upgraded';
      events.push({ type: 'upgrade', rest: bytes.subarray(at) });
    }
    return events;
  }

  /** One feed of the machine; an instance that failed is an error like the peer's, and costs only this message. */
  private step(start: number, stop: number): number {
    try {
      return this.shared.machine.feed(start, stop);
    } catch (error) {
      if (!(error instanceof HttpuvError)) throw error;
      this.trap = error;
      return STATUS.ERROR;
    }
  }

  /** Whether the records say: one whole request without a body, nothing else. That is so common that it has its own way. */
  private isLoneRequest(n: number): boolean {
    const { recordsAt, recordsEnd, words } = this.shared.machine;
    if (recordsEnd === recordsAt || kindAt(words, recordsAt) !== KIND.REQUEST) return false;
    const end = headEnd(words, recordsAt);
    // The end is where the bytes end: nothing of a next request was read.
    return end + LIMIT.UNIT_WORDS === recordsEnd && words[end] === KIND.END && words[end + UNIT.OFFSET] === n;
  }

  /** The event of the head record at `at`; `base` and `place` as for {@link drain}. */
  private headEvent(at: number, bytes: Uint8Array, base: number, place: number): HttpEvent {
    const { shared } = this;
    const { machine } = shared;
    const start = word(machine.words, at + HEAD.START) | 0;
    const address = machine.region + place + start;
    shared.shapes.note(machine.words, at);
    // A head of several chunks stands in one piece only in the machine; eager ones are texts at once.
    const isOutside = !this.eager && base + start >= 0;
    const source = isOutside ? bytes : latin1(machine.bytes, address, address + word(machine.words, at + HEAD.LENGTH));
    if (this.asked !== null) {
      const response = new HttpResponse(shared, at, address, source, base + start);
      this.isFinal = response.status >= 200;
      if (this.eager) response.headers; // Asking for them makes them.
      return { type: 'response', response };
    }
    const request = new HttpRequest(shared, at, address, source, base + start);
    if (this.eager) request.headers;
    return { type: 'request', request };
  }

  /**
   * Makes events of the records of one feed.
   *
   * @param base Offset in `bytes` of the first byte of that feed; `place` is its offset in the region.
   */
  private drain(bytes: Uint8Array, base: number, place: number, events: HttpEvent[]): void {
    const { shared } = this;
    const { machine } = shared;
    const { words, recordsEnd } = machine;
    for (let at = machine.recordsAt; at < recordsEnd; ) {
      const kind = kindAt(words, at);
      if (kind === KIND.BODY) {
        const from = base + word(words, at + UNIT.OFFSET);
        this.addBody(bytes, from, from + word(words, at + UNIT.LENGTH), events);
        at += LIMIT.UNIT_WORDS;
        continue;
      }
      if (this.bodyTo !== 0) this.flushBody(bytes, events);
      if (kind === KIND.END) {
        if (this.isFinal) this.asked?.shift();
        events.push(END);
        at += LIMIT.UNIT_WORDS;
        continue;
      }
      if (kind !== KIND.TRAILERS) {
        events.push(this.headEvent(at, bytes, base, place));
      } else {
        const address = machine.region + place + (word(words, at + HEAD.START) | 0);
        const text = latin1(machine.bytes, address, address + word(words, at + HEAD.LENGTH));
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

function peerError(shared: SharedMachine): HttpuvError {
  const { name, message, status, offset } = shared.machine.error;
  return new HttpuvError(name, message, { fault: 'remote', answer: status, offset });
}
