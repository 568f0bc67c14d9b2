/**
 * Request bodies that the app reads while they arrive, on the app side: what has come of each and was not read, and how much
 * more is asked for. None of it runs code of the app.
 */
import { bodyGone } from '../app/body.ts';
import { clientGone } from '../app/request.ts';
import { allocate, copyInto } from '../codec/bytes.ts';
import { HttpuvError } from '../errors.ts';
import { globalLoop } from '../later/index.ts';
import { post } from '../later/internal.ts';
import { BODY_GONE, BODY_LATE, type UploadsToApp, type UploadsToIo } from '../node/link.ts';
import { PumpBudget } from '../node/pump.ts';
import { ERRORS } from '../wasm/constants.gen.ts';
import { warnOfStream } from './calls.ts';
import type { Pending } from './pending.ts';

/** Bytes that are asked for ahead of what the app has read. */
const WINDOW_BYTES = 262_144;
/** However many bodies there are, so much may be asked for of each. */
const LEAST_WINDOW_BYTES = 16_384;
/** When much is asked for of others, one more may ask for such a part of what is left. */
const PARTS = 32;
/** Short pieces that wait are joined in memory of so many bytes. */
const JOINED_BYTES = 4_096;

/** What carries the bodies of a thread. */
export interface UploadCarrier {
  io(): UploadsToIo;
  /** What app code says from outside of tasks leaves soon. */
  planFlush(): void;
  /** Its answer is a stream that has not ended. */
  isAnswering(pending: Pending): boolean;
}

/** Bytes that have come; the memory may have room for more. */
interface Waiting {
  readonly memory: Uint8Array;
  filled: number;
}

/** One body. */
class Arriving {
  readonly pending: Pending;
  readonly stream: ReadableStream<Uint8Array>;
  /** Bytes that were asked for and that nobody has read; less than none when more came than was asked for. */
  asked = 0;
  readonly #uploads: AppUploads;
  #controller: ReadableByteStreamController | null = null;
  #waiting: Waiting[] = [];
  /** Somebody waits for the next piece. */
  #isWanted = false;
  #hasEnded = false;

  constructor(uploads: AppUploads, pending: Pending) {
    this.#uploads = uploads;
    this.pending = pending;
    this.stream = new ReadableStream(
      {
        type: 'bytes',
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => uploads.forget(this),
      },
      { highWaterMark: 0 },
    );
  }

  /** Takes a piece, as a copy. */
  put(bytes: Uint8Array): void {
    const { length } = bytes;
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.memory.length - last.filled >= length) {
      copyInto(last.memory, last.filled, bytes);
      last.filled += length;
      return;
    }
    const memory = allocate(last === undefined ? length : Math.max(length, JOINED_BYTES));
    copyInto(memory, 0, bytes);
    if (this.#isWanted) this.#hand(memory);
    else this.#waiting.push({ memory, filled: length });
  }

  end(): void {
    this.#hasEnded = true;
    if (this.#waiting.length === 0) this.#close();
  }

  fail(error: Error): void {
    this.#waiting = [];
    this.#controller?.error(error);
  }

  #pull(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) this.#hand(next.memory.subarray(0, next.filled));
    else if (!this.#hasEnded) {
      this.#isWanted = true;
      this.#uploads.ask(this);
    }
  }

  #hand(bytes: Uint8Array): void {
    this.#isWanted = false;
    this.#uploads.handed(this, bytes.length);
    this.#controller?.enqueue(bytes as Uint8Array<ArrayBuffer>); // Memory of its own, which is not shared.
    if (!this.#hasEnded) this.#uploads.ask(this);
    else if (this.#waiting.length === 0) this.#close();
  }

  #close(): void {
    this.#uploads.forget(this);
    try {
      this.#controller?.close();
      this.#controller?.byobRequest?.respond(0);
    } catch {
      // A reader of several bytes at a time has got a part of them: the stream has told it.
    }
  }
}

export class AppUploads implements UploadsToApp {
  readonly #carrier: UploadCarrier;
  readonly #open = new Map<number, Arriving>();
  readonly #budget = new PumpBudget();
  #handedBytes = 0;

  constructor(carrier: UploadCarrier) {
    this.#carrier = carrier;
  }

  /** How many are open. */
  get open(): number {
    return this.#open.size;
  }

  /** The body of a request as a stream; nothing of it comes before it is read. */
  begin(pending: Pending): ReadableStream<Uint8Array> {
    warnOfStream(pending);
    const arriving = new Arriving(this, pending);
    this.#open.set(pending.id, arriving);
    if (pending.isComplete) arriving.end();
    // The head of an answer may be on its way, and what is behind it is made of this body.
    else if (pending.isOver && !this.#carrier.isAnswering(pending)) {
      this.close(pending, pending.isRunning ? clientGone() : bodyGone());
    }
    return arriving.stream;
  }

  piece(_connection: number, request: number, bytes: Uint8Array): void {
    this.#open.get(request)?.put(bytes);
  }

  end(_connection: number, request: number): void {
    this.#open.get(request)?.end();
  }

  failed(_connection: number, request: number, why: number): void {
    const arriving = this.#open.get(request);
    if (arriving === undefined) return;
    const { pending } = arriving;
    const error = errorOf(why);
    pending.request.fail(error);
    this.close(pending, error);
    post(globalLoop(), () => pending.request.abort());
  }

  /** Nobody will get more of a body. */
  close(pending: Pending, error: Error): void {
    const arriving = this.#open.get(pending.id);
    if (arriving === undefined) return;
    this.forget(arriving);
    arriving.fail(error);
  }

  /** The I/O side has ended. */
  allGone(): void {
    for (const { pending } of [...this.#open.values()]) this.failed(pending.connection, pending.id, BODY_GONE);
  }

  /** Asks for more of a body, when enough of what was asked for has been read. */
  ask(arriving: Arriving): void {
    const window = Math.max(LEAST_WINDOW_BYTES, Math.min(WINDOW_BYTES, Math.floor(this.#budget.free / PARTS)));
    if (arriving.asked > window / 2) return;
    const more = window - arriving.asked;
    this.count(arriving, more);
    const { connection, id } = arriving.pending;
    this.#carrier.io().want(connection, id, more);
    this.#carrier.planFlush();
  }

  count(arriving: Arriving, bytes: number): void {
    arriving.asked += bytes;
    this.#budget.take(bytes);
  }

  /** So many bytes were read. */
  handed(arriving: Arriving, bytes: number): void {
    this.count(arriving, -bytes);
    this.#handedBytes += bytes;
    if (this.#handedBytes < PRESS_EVERY_BYTES) return;
    this.#handedBytes = 0;
    pressCollector();
  }

  forget(arriving: Arriving): void {
    if (!this.#open.delete(arriving.pending.id)) return;
    this.#budget.give(arriving.asked);
    arriving.asked = 0;
  }
}

/** After so many bytes that were read the collector is pressed to look for them. */
const PRESS_EVERY_BYTES = 8_388_608;
const PRESSING_BYTES = 41_943_040;

/**
 * What was read is the reader's, and only the collector finds out that it is done with. V8 lets 32 to 64 MiB of such memory pile
 * up, by versions. Memory that is never touched counts among that and costs nothing: allocators map so much of it afresh.
 */
function pressCollector(): void {
  try {
    void new ArrayBuffer(PRESSING_BYTES);
  } catch {
    // Where so much may not be had, the collector comes by itself.
  }
}

/** The error of a body that breaks off. */
function errorOf(why: number): HttpuvError {
  if (why === BODY_LATE) {
    const message = 'the body did not arrive within requestTimeoutMs';
    return new HttpuvError('HV_BODY_TIMEOUT', message, { fault: 'remote', answer: 408 });
  }
  const known = why === BODY_GONE ? undefined : ERRORS[why];
  if (known === undefined) return clientGone();
  return new HttpuvError(known.name, known.message, { fault: 'remote', answer: known.status });
}
