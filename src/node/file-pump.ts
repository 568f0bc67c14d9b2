/**
 * Sends a file in pieces, no faster than the peer takes them. What all pumps of a thread have handed to their
 * sockets and not got rid of is bounded, so that slow readers of large files cost little memory.
 */
import { closeSync, constants, fstatSync, openSync, readSync, unlinkSync } from 'node:fs';
import type { Answer } from '../types.ts';
import { freeNow } from './memory.ts';
import type { PortSocket } from './net-socket.ts';

/** The largest piece, used while the peer takes everything at once. */
const FIRST_PIECE_BYTES = 1_048_576;
/** The largest piece once the peer has fallen behind. */
const LATER_PIECE_BYTES = 131_072;
const SMALLEST_PIECE_BYTES = 16_384;
/** Bytes that all pumps together may have in flight, but for a smallest piece each. */
const BUDGET_BYTES = 33_554_432;

/** An open file and the size that is announced for it. */
export interface OpenFile {
  readonly fd: number;
  readonly size: number;
}

/** Opens a regular file; an owned one is unlinked at once. Throws the system's error, or one for what is no file. */
export function openForSending(path: string, owned: boolean): OpenFile {
  // Without O_NONBLOCK a FIFO would block the thread until somebody writes to it.
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new Error(`${path} is not a regular file`);
    if (owned) unlinkSync(path);
    return { fd, size: stats.size };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** An answer that nobody will get: the file that was handed over with it is removed. */
export function discardAnswer(answer: Answer | null): void {
  const body = answer?.body ?? null;
  if (body === null || typeof body !== 'object' || !('path' in body) || !body.owned) return;
  try {
    closeSync(openForSending(body.path, true).fd);
  } catch {
    // It is gone already, or it is no file: then there is nothing of ours to remove.
  }
}

/** Reads a whole file; null when it is shorter than announced or cannot be read. Closes it in any case. */
export function readWhole(file: OpenFile): Uint8Array | null {
  const bytes = Buffer.allocUnsafe(file.size);
  try {
    let at = 0;
    while (at < bytes.length) {
      const read = readSync(file.fd, bytes, at, bytes.length - at, at);
      if (read === 0) return null;
      at += read;
    }
    return bytes;
  } catch {
    return null;
  } finally {
    closeSync(file.fd);
  }
}

/** What all pumps of a thread share: the bytes that they have in flight. */
export class PumpBudget {
  #inFlight = 0;

  /** Bytes that sockets hold of what pumps have given them. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * The size of the next piece, at most `most`: the fuller the budget, the smaller. A pump that has nothing in flight
   * may always send a smallest piece, so that peers who do not read keep nobody else waiting.
   */
  piece(most: number): number {
    const fair = Math.floor((BUDGET_BYTES - this.#inFlight) / 32);
    return Math.min(most, Math.max(SMALLEST_PIECE_BYTES, fair));
  }

  take(bytes: number): void {
    this.#inFlight += bytes;
  }

  give(bytes: number): void {
    this.#inFlight -= bytes;
  }
}

/** How a pump ended: everything sent, or the file was shorter than announced. */
export type PumpEnd = 'sent' | 'truncated';

/** Sends one open file to one socket. */
export class FilePump {
  readonly #file: OpenFile;
  readonly #socket: PortSocket;
  readonly #budget: PumpBudget;
  readonly #onEnd: (end: PumpEnd) => void;
  #position = 0;
  /** What the socket may still be reading from. */
  #pieces: Uint8Array[] = [];
  #inFlight = 0;
  #most = FIRST_PIECE_BYTES;
  #state: 'running' | 'draining' | 'stopped' = 'running';

  constructor(file: OpenFile, socket: PortSocket, budget: PumpBudget, onEnd: (end: PumpEnd) => void) {
    this.#file = file;
    this.#socket = socket;
    this.#budget = budget;
    this.#onEnd = onEnd;
  }

  /** Sends one piece and plans the next: after the peer has taken it, or in the next turn of the event loop. */
  run(): void {
    if (this.#state === 'stopped') return;
    const left = this.#file.size - this.#position;
    if (left <= 0) {
      this.#finish('sent');
      return;
    }
    const length = Math.min(left, this.#budget.piece(this.#most));
    const piece = this.#read(length);
    if (piece === null) {
      this.#finish('truncated');
      return;
    }
    this.#position += piece.length;
    const wantsMore = this.#socket.write(piece);
    this.#pieces.push(piece);
    if (this.#socket.unsent === 0) this.#release();
    else {
      this.#most = LATER_PIECE_BYTES;
      this.#inFlight += piece.length;
      this.#budget.take(piece.length);
    }
    // A socket announces that it has drained only after a write that returned false.
    this.#state = wantsMore || this.#inFlight === 0 ? 'running' : 'draining';
    if (this.#state === 'running') setImmediate(() => this.run());
  }

  /** The socket has sent everything it was given. */
  drained(): void {
    if (this.#state !== 'draining' || this.#socket.unsent > 0) return;
    this.#state = 'running';
    this.#release();
    this.run();
  }

  /** The connection is gone. */
  stop(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#release();
    closeSync(this.#file.fd);
  }

  /** The next bytes; null when there are none, because the file has shrunk or cannot be read. */
  #read(length: number): Uint8Array | null {
    const piece = Buffer.allocUnsafeSlow(length);
    try {
      const read = readSync(this.#file.fd, piece, 0, length, this.#position);
      return read === 0 ? null : piece.subarray(0, read);
    } catch {
      return null;
    }
  }

  #finish(end: PumpEnd): void {
    this.stop();
    this.#onEnd(end);
  }

  #release(): void {
    const sent = this.#inFlight;
    this.#inFlight = 0;
    this.#budget.give(sent);
    // Of a socket that was cut in the middle the kernel may still be reading: the collector sees to that.
    if (this.#socket.unsent === 0) for (const piece of this.#pieces) freeNow(piece);
    this.#pieces = [];
  }
}
