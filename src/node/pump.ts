/**
 * Sends a body in pieces, no faster than the peer takes them. What its sockets hold of such bodies is bounded, so that
 * slow readers of large ones cost little memory.
 */

import type { PieceSource } from '../answer-types.ts';
import { freeNow } from '../codec/bytes.ts';
import type { PortSocket } from './net-socket.ts';
import { PieceMemory } from './piece-memory.ts';

const SMALLEST_PIECE_BYTES = 16_384;
/** Bytes that all bodies of a kind together may have in flight, but for a smallest piece each. */
const BUDGET_BYTES = 33_554_432;

/** What all bodies of a kind share: the bytes that they have in flight. */
export class PumpBudget {
  #inFlight = 0;
  /** Where pieces of files are read to. */
  readonly memory: PieceMemory = new PieceMemory();

  /** Bytes that were given away and have not left. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Bytes that may still be given away; less than none when smallest pieces went beyond. */
  get free(): number {
    return BUDGET_BYTES - this.#inFlight;
  }

  /**
   * The size of the next piece, at most `most`: the fuller the budget, the smaller. Whoever has nothing in flight may
   * always send a smallest piece, so that peers who do not read keep nobody else waiting.
   */
  piece(most: number): number {
    const fair = Math.floor(this.free / 32);
    return Math.min(most, Math.max(SMALLEST_PIECE_BYTES, fair));
  }

  take(bytes: number): void {
    this.#inFlight += bytes;
  }

  give(bytes: number): void {
    this.#inFlight -= bytes;
  }
}

/** How a pump ended: everything sent, less than announced, or less than it should, which whoever has to know knows. */
export type PumpEnd = 'sent' | 'truncated' | 'cut';

/** Sends what one source gives to one socket. */
export class Pump {
  readonly #source: PieceSource;
  readonly #socket: PortSocket;
  readonly #onEnd: (end: PumpEnd) => void;
  #given = 0;
  /** What the socket may still be reading from. */
  #pieces: Uint8Array[] = [];
  #inFlight = 0;
  #isBehind = false;
  #state: 'running' | 'draining' | 'waiting' | 'stopped' = 'running';

  constructor(source: PieceSource, socket: PortSocket, onEnd: (end: PumpEnd) => void) {
    this.#source = source;
    this.#socket = socket;
    this.#onEnd = onEnd;
    source.onPiece = () => {
      if (this.#state !== 'waiting') return;
      this.#state = 'running';
      this.run();
    };
  }

  /** What it sends. */
  get source(): PieceSource {
    return this.#source;
  }

  /** Bytes that were handed to the socket. */
  get given(): number {
    return this.#given;
  }

  /** Sends one piece and plans the next: after the peer has taken it, or in the next turn of the event loop. */
  run(): void {
    if (this.#state !== 'running') return;
    if (this.#given >= this.#source.size) {
      this.#finish('sent');
      return;
    }
    const piece = this.#source.next(this.#isBehind);
    if (piece === 'broken' || piece === 'cut') {
      this.#finish(piece === 'cut' ? 'cut' : 'truncated');
      return;
    }
    if (piece === null) {
      this.#state = 'waiting';
      // Whoever gives the next piece may wait to hear that this one has left, and short writes are not told of.
      if (this.#inFlight > 0) this.#releaseOrAsk();
      return;
    }
    this.#given += piece.length;
    this.#inFlight += piece.length;
    const wantsMore = this.#socket.write(piece);
    this.#pieces.push(piece);
    if (this.#socket.unsent === 0) this.#release();
    else this.#isBehind = true;
    // A socket announces that it has drained only after a write that returned false.
    this.#state = wantsMore || this.#inFlight === 0 ? 'running' : 'draining';
    if (this.#state === 'running') setImmediate(() => this.run());
  }

  /** The socket has sent everything it was given. */
  drained(): void {
    if (this.#socket.unsent > 0) return;
    if (this.#state === 'waiting') this.#release();
    if (this.#state !== 'draining') return;
    this.#state = 'running';
    this.#release();
    this.run();
  }

  /** The connection is gone. */
  stop(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#source.onPiece = null;
    this.#release();
    this.#source.close();
  }

  #finish(end: PumpEnd): void {
    this.stop();
    this.#onEnd(end);
  }

  #releaseOrAsk(): void {
    if (this.#socket.unsent === 0) this.#release();
    else this.#socket.tellWhenSent();
  }

  #release(): void {
    const sent = this.#inFlight;
    this.#inFlight = 0;
    if (sent > 0) this.#source.sent(sent);
    // Of a socket that was cut in the middle the kernel may still be reading: the collector sees to that.
    if (this.#socket.unsent === 0) {
      for (const piece of this.#pieces) {
        if (this.#source.reuse === undefined) freeNow(piece);
        else this.#source.reuse(piece);
      }
    }
    this.#pieces = [];
  }
}
