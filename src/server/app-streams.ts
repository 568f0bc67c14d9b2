/**
 * Answers whose bodies are streams, on the app side: what is in flight of each and of all together, and who hears when
 * one ends. Code of the app runs only in tasks, or behind its own promises.
 */

import type { Answer } from '../answer-types.ts';
import { EventChannel, type EventPort } from '../app/event-stream.ts';
import { ProducedBody } from '../app/producer.ts';
import { globalLoop } from '../later/index.ts';
import { post } from '../later/internal.ts';
import type { StreamsToApp, ToIo } from '../node/link.ts';
import { PumpBudget } from '../node/pump.ts';
import { failureLevel, warnOfPromise } from './calls.ts';
import type { Pending } from './pending.ts';
import { PulledStream, type StreamPort } from './pulled-stream.ts';
import { messageOf } from './results.ts';

/** However many streams there are, each may have so many bytes in flight. */
const LEAST_WINDOW_BYTES = 16_384;
/** When many are in flight, one more may have such a part of what is left. */
const PARTS = 32;

/** What all streams of a thread share. */
export interface StreamCarrier {
  io(): ToIo;
  /** What app code says from outside of tasks leaves soon. */
  planFlush(): void;
  asTask(task: () => void): void;
  /** Hands the answer over, with a body that follows. */
  begin(pending: Pending, early: boolean, answer: Answer): void;
  /** There will be no such answer. */
  failed(pending: Pending, early: boolean, error: unknown): void;
}

/** One stream, and the port through which it speaks. */
abstract class Leaving {
  readonly pending: Pending;
  inFlight = 0;
  protected readonly streams: AppStreams;
  protected readonly carrier: StreamCarrier;

  constructor(streams: AppStreams, carrier: StreamCarrier, pending: Pending) {
    this.streams = streams;
    this.carrier = carrier;
    this.pending = pending;
  }

  piece(bytes: Uint8Array): void {
    const { connection, id } = this.pending;
    this.streams.count(this, bytes.length);
    this.carrier.io().streams.piece(connection, id, bytes);
    this.carrier.planFlush();
  }

  post(task: () => void): void {
    post(globalLoop(), () => this.carrier.asTask(task));
  }

  /** So many bytes less are in flight. It must not run code of the app. */
  abstract roomAgain(): void;
  /** Nobody wants more. Called in a task. */
  abstract giveUp(): void;

  protected finish(trailers: string): void {
    const { connection, id, request } = this.pending;
    this.streams.forget(this);
    this.carrier.io().streams.end(connection, id, trailers);
    this.carrier.planFlush();
    request.closeBody();
  }

  protected cut(atOnce: boolean): void {
    const { connection, id, request } = this.pending;
    this.streams.forget(this);
    this.carrier.io().streams.cut(connection, id, atOnce);
    this.carrier.planFlush();
    request.closeBody();
  }
}

/** A stream that is asked for its chunks. */
class LeavingPulled extends Leaving implements StreamPort {
  readonly stream: PulledStream;
  readonly #answer: Answer;
  readonly #early: boolean;

  constructor(
    streams: AppStreams,
    carrier: StreamCarrier,
    pending: Pending,
    early: boolean,
    answer: Answer,
    body: ProducedBody,
  ) {
    super(streams, carrier, pending);
    this.#answer = answer;
    this.#early = early;
    this.stream = new PulledStream(body, this);
  }

  get announced(): number {
    return this.#answer.length;
  }

  begin(): void {
    this.carrier.begin(this.pending, this.#early, this.#answer);
  }

  end(trailers: string): void {
    this.finish(trailers);
  }

  fail(error: unknown, hasBegun: boolean): void {
    const { server, request } = this.pending;
    if (!hasBegun) {
      this.streams.forget(this);
      this.carrier.failed(this.pending, this.#early, error);
      return;
    }
    const what = `${request.method} ${request.path}`;
    const level = failureLevel(this.pending, error);
    server.log(level, `the body for ${what} failed while it was sent: ${messageOf(error)}`, { error });
    this.cut(false);
  }

  window(most: number): number {
    return this.streams.window(most);
  }

  awaits(promise: unknown): void {
    warnOfPromise(this.pending, this.#early, promise);
  }

  roomAgain(): void {
    this.stream.roomAgain();
  }

  giveUp(): void {
    this.stream.giveUp();
    this.pending.request.closeBody();
  }
}

/** A stream into which the app writes events. */
class LeavingEvents extends Leaving implements EventPort {
  readonly #channel: EventChannel;

  constructor(streams: AppStreams, carrier: StreamCarrier, pending: Pending, channel: EventChannel) {
    super(streams, carrier, pending);
    this.#channel = channel;
  }

  get maxBufferedBytes(): number {
    return this.pending.server.sendLimits.maxBufferedBytes;
  }

  unsent(): number {
    // What has left meanwhile lies in the ring while the app computes.
    if (this.inFlight > 0) this.carrier.io().poll();
    return this.inFlight;
  }

  end(): void {
    this.finish('');
    this.post(() => this.#tell());
  }

  fail(): void {
    const { server } = this.pending;
    server.log('INFO', 'an event stream is cut: its client does not read what it is sent', {
      code: 'HV_TOO_MUCH_UNSENT',
    });
    this.cut(true);
    this.post(() => {
      this.pending.request.abort();
      this.#tell();
    });
  }

  roomAgain(): void {}

  giveUp(): void {
    this.#tell();
    this.pending.request.closeBody();
  }

  #tell(): void {
    for (const handler of this.#channel.end()) {
      try {
        handler();
      } catch (error) {
        this.pending.server.log('ERROR', `onClose failed: ${messageOf(error)}`, { error });
      }
    }
  }
}

export class AppStreams implements StreamsToApp {
  readonly #carrier: StreamCarrier;
  readonly #open = new Map<number, Leaving>();
  readonly #budget = new PumpBudget();

  constructor(carrier: StreamCarrier) {
    this.#carrier = carrier;
  }

  /** How many are open. */
  get open(): number {
    return this.#open.size;
  }

  /** Whether the answer of a request is one of them. */
  has({ id }: Pending): boolean {
    return this.#open.has(id);
  }

  /** Begins with an answer whose body is a stream. Called in a task, or behind a promise of the app. */
  begin(pending: Pending, early: boolean, answer: Answer): void {
    const carrier = this.#carrier;
    const { body } = answer;
    if (body instanceof EventChannel) {
      const leaving = new LeavingEvents(this, carrier, pending, body);
      this.#enter(leaving);
      carrier.begin(pending, early, answer);
      body.attach(leaving);
    } else if (body instanceof ProducedBody) {
      const leaving = new LeavingPulled(this, carrier, pending, early, answer, body);
      this.#enter(leaving);
      leaving.stream.start();
    }
  }

  /** The client has gone before the answer was handed over. Called in a task. */
  abandon(pending: Pending): void {
    const leaving = this.#open.get(pending.id);
    if (leaving === undefined) return;
    this.forget(leaving);
    leaving.giveUp();
  }

  sent(_connection: number, request: number, bytes: number): void {
    const leaving = this.#open.get(request);
    if (leaving === undefined) return;
    this.count(leaving, -bytes);
    leaving.roomAgain();
  }

  enough(_connection: number, request: number): void {
    const leaving = this.#open.get(request);
    if (leaving === undefined) return;
    this.forget(leaving);
    leaving.post(() => {
      leaving.pending.request.abort();
      leaving.giveUp();
    });
  }

  /** The I/O side has ended. */
  allGone(): void {
    for (const { pending } of [...this.#open.values()]) this.enough(pending.connection, pending.id);
  }

  /** Bytes that one stream may have in flight. */
  window(most: number): number {
    return Math.max(LEAST_WINDOW_BYTES, Math.min(most, Math.floor(this.#budget.free / PARTS)));
  }

  count(leaving: Leaving, bytes: number): void {
    leaving.inFlight += bytes;
    this.#budget.take(bytes);
  }

  forget(leaving: Leaving): void {
    if (!this.#open.delete(leaving.pending.id)) return;
    this.#budget.give(leaving.inFlight);
    leaving.inFlight = 0;
  }

  #enter(leaving: Leaving): void {
    this.#open.set(leaving.pending.id, leaving);
  }
}
