/** Files as answers: opened, read whole when they are small, else in pieces. */
import { closeSync, constants, fstatSync, openSync, readSync, unlinkSync } from 'node:fs';
import type { PieceSource } from '../types.ts';
import type { PumpBudget } from './pump.ts';

/** The largest piece, used while the peer takes everything at once. */
const FIRST_PIECE_BYTES = 1_048_576;
/** The largest piece once the peer has fallen behind. */
const LATER_PIECE_BYTES = 131_072;

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

/** Removes a file that was handed over with an answer that nobody will get. */
export function discardFile(path: string): void {
  try {
    closeSync(openForSending(path, true).fd);
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

/** An open file in pieces, smaller ones the more all files together have in flight. */
export class FileSource implements PieceSource {
  readonly size: number;
  readonly #fd: number;
  readonly #budget: PumpBudget;
  #position = 0;

  constructor(file: OpenFile, budget: PumpBudget) {
    this.size = file.size;
    this.#fd = file.fd;
    this.#budget = budget;
  }

  next(isBehind: boolean): Uint8Array | 'broken' {
    const most = this.#budget.piece(isBehind ? LATER_PIECE_BYTES : FIRST_PIECE_BYTES);
    const piece = Buffer.allocUnsafeSlow(Math.min(most, this.size - this.#position));
    let read = 0;
    try {
      read = readSync(this.#fd, piece, 0, piece.length, this.#position);
    } catch {
      // As if it had ended.
    }
    if (read === 0) return 'broken';
    this.#position += read;
    this.#budget.take(read);
    return piece.subarray(0, read);
  }

  sent(bytes: number): void {
    this.#budget.give(bytes);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
