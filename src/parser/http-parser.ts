/**
 * HTTP/1.x requests, sans-I/O: bytes in, events out. Knows nothing of sockets, clocks or answers.
 * Bodies are views of what was fed; long ones go past the machine without being copied into it.
 */

import { latin1 } from '../codec/text.ts';
import { callerError, HttpuvError } from '../errors.ts';
import { KIND, LIMIT, STATUS } from '../wasm/constants.gen.ts';
import type { EndEvent, HttpEvent, ParseErrorEvent } from './events.ts';
import { flatFields } from './headers.ts';
import type { HttpLimits, Parked } from './machine.ts';
import { checkOptions, type HttpParserOptions } from './options.ts';
import { HttpRequest } from './request.ts';
import { type SharedMachine, sharedMachine } from './shared-machine.ts';

/** A chunk up to this length goes into the machine at once. A longer one holds a body, most likely. */
const WHOLE_BYTES = 16_384;
/** The first piece of a longer chunk; each further piece is twice as long until body bytes could be passed by. */
const FIRST_PIECE_BYTES = 4096;
/** The piece behind passed body bytes: enough for the end of one chunk of the body and the beginning of the next. */
const PIECE_AFTER_BODY_BYTES = 128;
/** Fewer body bytes than this are not worth passing by. */
const LEAST_PASSED_BYTES = 256;

const END: EndEvent = Object.freeze({ type: 'end' });

/** What a parser is doing. It leaves `upgraded` by `resume`, and every state by `reset`. */
type State = 'open' | 'upgraded' | 'failed' | 'finished';

/**
 * Parses the requests of one connection.
 *
 * All parsers of a thread share one machine in turn, so thousands of them cost little, and any number may be used
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
  private parked: Parked | null = null;
  private state: State = 'open';
  private failure: ParseErrorEvent | null = null;
  /** Body bytes of the chunk being fed that are not an event yet; none while the second is 0. */
  private bodyFrom: number = 0;
  private bodyTo: number = 0;

  /** @throws HttpuvError `HV_BAD_OPTION` when an option is unknown or out of range. */
  constructor(options: HttpParserOptions = {}) {
    const { eager, ...limits } = checkOptions(options);
    this.shared = sharedMachine();
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
    const events: HttpEvent[] = [];
    if (bytes.length === 0) return events;
    try {
      this.run(bytes, events);
    } catch (error) {
      // The machine replaces an instance that failed, so only this message is lost.
      if (!(error instanceof HttpuvError)) throw error;
      this.fail(events, error);
    }
    return events;
  }

  /**
   * Tells that the peer will send nothing more.
   *
   * @returns An `error` event with code `HV_INCOMPLETE` when that was within a message, else nothing.
   */
  finish(): readonly HttpEvent[] {
    if (this.state !== 'open') return this.failure === null ? [] : [this.failure];
    const { machine } = this.shared;
    machine.begin(this.parked, this.limits, 0);
    this.state = 'finished';
    const events: HttpEvent[] = [];
    if (!machine.finish()) this.fail(events, peerError(this.shared));
    this.parked = null;
    return events;
  }

  /** Goes on with HTTP behind an `upgrade` event, when that request is answered as an ordinary one; feed its `rest` next. */
  resume(): void {
    if (this.state !== 'upgraded') throw callerError('HV_NOT_UPGRADED', 'resume is for use after an upgrade event');
    this.state = 'open';
  }

  /** Forgets everything: the next byte fed is the first of a new connection. */
  reset(): void {
    this.state = 'open';
    this.parked = null;
    this.failure = null;
  }

  /** Feeds `bytes` piece by piece, passing by long runs of body bytes. */
  private run(bytes: Uint8Array, events: HttpEvent[]): void {
    const { limits, parked, shared } = this;
    const { machine } = shared;
    const n = bytes.length;
    machine.begin(parked, limits, 0);
    // The next byte, its place in the region, and how much is placed next.
    let at = 0;
    let place = 0;
    let piece = n <= WHOLE_BYTES ? n : FIRST_PIECE_BYTES;
    let left = parked === null ? 0 : machine.bodyRemaining;
    let status: number = STATUS.NEED_INPUT;
    for (;;) {
      if (left >= LEAST_PASSED_BYTES) {
        const passed = Math.min(left, n - at);
        machine.skipBody(passed);
        this.addBody(bytes, at, at + passed, events);
        at += passed;
        place = 0;
        piece = PIECE_AFTER_BODY_BYTES;
        if (passed < left && at === n) break;
      }
      const to = Math.min(n, at + piece, at + machine.regionBytes - place);
      shared.place(bytes, at, to, place);
      const stop = place + to - at;
      status = machine.feed(place, stop);
      this.drain(bytes, at, place, events);
      at += machine.consumed;
      place += machine.consumed;
      while (status === STATUS.TABLE_FULL) {
        shared.generation++;
        status = machine.feed(place, stop);
        this.drain(bytes, at, place, events);
        at += machine.consumed;
        place += machine.consumed;
      }
      if (at === n || status !== STATUS.NEED_INPUT) break;
      piece *= 2;
      left = machine.bodyRemaining;
      if (place === machine.regionBytes) {
        machine.begin(machine.park(), limits, 0);
        place = 0;
      }
    }
    if (this.bodyTo !== 0) this.flushBody(bytes, events);
    if (status === STATUS.ERROR) {
      this.fail(events, peerError(shared));
      return;
    }
    this.parked = machine.park();
    if (status === STATUS.UPGRADE) {
      this.state = 'upgraded';
      events.push({ type: 'upgrade', rest: bytes.subarray(at) });
    }
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
      const kind = (words[at] ?? 0) & 0xff;
      if (kind === KIND.BODY) {
        const from = base + (words[at + 1] ?? 0);
        this.addBody(bytes, from, from + (words[at + 2] ?? 0), events);
        at += LIMIT.UNIT_WORDS;
        continue;
      }
      if (this.bodyTo !== 0) this.flushBody(bytes, events);
      if (kind === KIND.END) {
        events.push(END);
        at += LIMIT.UNIT_WORDS;
        continue;
      }
      const start = (words[at + 7] ?? 0) | 0;
      const address = machine.region + place + start;
      const length = words[at + 4] ?? 0;
      if (kind === KIND.REQUEST) {
        shared.shapes.note(words, at);
        const isWhole = base + start >= 0;
        // A head of several chunks stands in one piece only in the machine, so it is copied out.
        const source = isWhole ? bytes : Uint8Array.prototype.slice.call(machine.bytes, address, address + length);
        const request = new HttpRequest(shared, at, address, source, isWhole ? base + start : 0, this.eager);
        events.push({ type: 'request', request });
      } else {
        const text = latin1(machine.bytes, address, address + length);
        const headers = shared.shapes.build(words, at, text);
        events.push({ type: 'trailers', headers, rawHeaders: flatFields(words, at, text) });
      }
      at += LIMIT.HEAD_WORDS + (words[at + 3] ?? 0) * LIMIT.UNIT_WORDS;
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
    events.push({ type: 'body', bytes: bytes.subarray(this.bodyFrom, this.bodyTo) });
    this.bodyTo = 0;
  }

  private fail(events: HttpEvent[], error: HttpuvError): void {
    this.state = 'failed';
    this.parked = null;
    this.bodyTo = 0;
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
