/**
 * Long bodies of answers on their way to the I/O thread, which takes them piece by piece as their clients do: of each
 * only a part lies there, the rest waits here. It is a copy, because the app may change its bytes or give them away.
 */
import { copyInto } from '../codec/bytes.ts';
import { HttpuvError } from '../errors.ts';
import { PumpBudget } from '../node/pump.ts';
import type { Outbox } from './outbox.ts';

/** The largest piece: one record. */
const PIECE_BYTES = 131_072;
/** Bytes that may wait here for clients, all bodies together. */
const MOST_BYTES = 1_073_741_824;

/** One body: from `at` on it is still here. */
interface Leaving {
  readonly connection: number;
  readonly request: number;
  body: Uint8Array;
  at: number;
  /** Bytes on the I/O thread that have not left. */
  inFlight: number;
  /** It is among those that may send. */
  isReady: boolean;
}

export class LongBodies {
  readonly #out: Outbox;
  readonly #type: number;
  readonly #budget = new PumpBudget();
  readonly #leaving = new Map<number, Leaving>();
  /** Those that may send a piece, in turn. */
  #ready: Leaving[] = [];
  #heldBytes = 0;

  /** @param type Type of the records that carry pieces. */
  constructor(out: Outbox, type: number) {
    this.#out = out;
    this.#type = type;
  }

  /** Whether a piece may be sent, if there is room. */
  get hasMore(): boolean {
    return this.#ready.length > 0;
  }

  /** Bytes on the I/O thread that have not left. */
  get inFlight(): number {
    return this.#budget.inFlight;
  }

  /** Bytes that wait here. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** @throws HttpuvError `HV_TOO_MUCH_UNSENT` when so many bytes more would wait here that it gets too much. */
  check(bytes: number): void {
    if (this.#heldBytes + bytes <= MOST_BYTES) return;
    const most = `${MOST_BYTES / 2 ** 30} GiB`;
    throw new HttpuvError(
      'HV_TOO_MUCH_UNSENT',
      `answers of more than ${most} would wait in memory for their clients: send large ones as files`,
      { fault: 'local', answer: 503 },
    );
  }

  /** Begins to send. @param isOurs Nobody else has the bytes. Of others' bytes what has to wait is copied. */
  add(connection: number, request: number, body: Uint8Array, isOurs: boolean): void {
    const one = { connection, request, body, at: 0, inFlight: 0, isReady: true };
    this.#leaving.set(request, one);
    this.#ready.push(one);
    this.#heldBytes += body.length;
    this.#out.pump();
    if (isOurs || one.at === body.length) return;
    // Not `slice`, which of a Buffer gives a view.
    one.body = new Uint8Array(body.subarray(one.at));
    one.at = 0;
  }

  /** So many bytes of a body have left. Returns whether there is such a body. */
  sent(request: number, bytes: number): boolean {
    const one = this.#leaving.get(request);
    if (one === undefined) return false;
    one.inFlight -= bytes;
    this.#budget.give(bytes);
    if (one.isReady || !this.#maySend(one)) return true;
    one.isReady = true;
    this.#ready.push(one);
    return true;
  }

  /** Nothing more of a body is wanted. Returns whether there was such a body. */
  forget(request: number): boolean {
    const one = this.#leaving.get(request);
    if (one === undefined) return false;
    this.#leaving.delete(request);
    this.#budget.give(one.inFlight);
    this.#heldBytes -= one.body.length - one.at;
    if (one.isReady) this.#ready = this.#ready.filter((each) => each !== one);
    return true;
  }

  /** Sends a piece of each in turn while there is room. Without, the reader has been asked for some. */
  fill(): void {
    for (let one = this.#ready[0]; one !== undefined; one = this.#ready[0]) {
      const length = Math.min(this.#budget.piece(PIECE_BYTES), one.body.length - one.at);
      if (!this.#out.hasPlace(length)) return;
      this.#ready.shift();
      this.#put(one, length);
      one.isReady = this.#maySend(one);
      if (one.isReady) this.#ready.push(one);
    }
  }

  #put(one: Leaving, length: number): void {
    const out = this.#out;
    out.begin(length);
    copyInto(out.bytes, out.at, one.body, one.at, one.at + length);
    out.end(this.#type, one.connection, one.request);
    one.at += length;
    one.inFlight += length;
    this.#budget.take(length);
    this.#heldBytes -= length;
  }

  /** As much as is free for all others: half of the budget for one alone, and a smallest piece for everybody. */
  #maySend(one: Leaving): boolean {
    return one.at < one.body.length && (one.inFlight === 0 || one.inFlight < this.#budget.free);
  }
}
