/** Files as answers: opened, read whole when they are small, else in pieces. */
import { closeSync, constants, fstatSync, openSync, readSync, unlinkSync } from 'node:fs';
import type { PieceSource } from '../answer-types.ts';
import type { ByteRange } from '../static/range.ts';
import type { PumpBudget } from './pump.ts';

/** The largest piece, used while the peer takes everything at once. */
const FIRST_PIECE_BYTES = 1_048_576;
/** The largest piece once the peer has fallen behind. */
const LATER_PIECE_BYTES = 131_072;

/** By so many bytes a file is known again. */
const TAIL_BYTES = 512;

/** An open file, its size, and when it was changed. */
export interface OpenFile {
  readonly fd: number;
  readonly size: number;
  readonly mtimeMs: number;
}

/** Opens a file without ever waiting for it: a FIFO would block the thread until somebody writes to it. */
export function openWithoutWaiting(path: string): number {
  return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

/** Opens a regular file; an owned one is unlinked at once. Throws the system's error, or one for what is no file. */
export function openForSending(path: string, owned: boolean): OpenFile {
  const fd = openWithoutWaiting(path);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new Error(`${path} is not a regular file`);
    if (owned) unlinkSync(path);
    return { fd, size: stats.size, mtimeMs: stats.mtimeMs };
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
    return fill(bytes, file.fd) ? bytes : null;
  } catch {
    return null;
  } finally {
    closeSync(file.fd);
  }
}

/** Reads from the start of a file until `bytes` are full. @returns False when it is shorter. */
export function fill(bytes: Uint8Array, fd: number): boolean {
  for (let at = 0; at < bytes.length; ) {
    const read = readSync(fd, bytes, at, bytes.length - at, at);
    if (read === 0) return false;
    at += read;
  }
  return true;
}

/** An open file, or a part of it, in pieces: smaller ones the more all files together have in flight. */
export class FileSource implements PieceSource {
  readonly size: number;
  readonly #file: OpenFile;
  readonly #budget: PumpBudget;
  #position: number;
  readonly #end: number;
  /** The last bytes that were given, by which an append can be told from another content. */
  readonly #tail = Buffer.alloc(TAIL_BYTES);
  #tailBytes = 0;

  /** @param part The bytes to send; without it all. */
  constructor(file: OpenFile, budget: PumpBudget, part: ByteRange = { start: 0, length: file.size }) {
    this.size = part.length;
    this.#file = file;
    this.#budget = budget;
    this.#position = part.start;
    this.#end = part.start + part.length;
  }

  next(isBehind: boolean): Uint8Array | 'broken' {
    const most = this.#budget.piece(isBehind ? LATER_PIECE_BYTES : FIRST_PIECE_BYTES);
    // Powers of two, so that the memory of one is good for others.
    const length = 2 ** Math.floor(Math.log2(most));
    const piece = this.#budget.memory.take(Math.min(length, this.#end - this.#position));
    let read = 0;
    try {
      // Whoever has waited for a turn knows nothing of the content by which it could be told from another one.
      if (this.#tailBytes === 0 && fstatSync(this.#file.fd).mtimeMs !== this.#file.mtimeMs) return 'broken';
      read = readSync(this.#file.fd, piece, 0, piece.length, this.#position);
      // Looked at behind the reading, so that nothing that was overwritten before is taken for what was announced.
      if (this.#isOverwritten()) read = 0;
    } catch {
      // As if it had ended.
      read = 0;
    }
    if (read === 0) return 'broken';
    this.#position += read;
    this.#tailBytes = Math.min(TAIL_BYTES, read);
    this.#tail.set(piece.subarray(read - this.#tailBytes, read));
    this.#budget.take(read);
    return piece.subarray(0, read);
  }

  reuse(piece: Uint8Array): void {
    this.#budget.memory.giveBack(piece);
  }

  sent(bytes: number): void {
    this.#budget.give(bytes);
  }

  close(): void {
    closeSync(this.#file.fd);
  }

  /** A file that has grown, and still is what it was where it was read, has been appended to; else it is another one. */
  #isOverwritten(): boolean {
    const { size, mtimeMs } = fstatSync(this.#file.fd);
    if (mtimeMs === this.#file.mtimeMs) return size < this.#file.size;
    if (size <= this.#file.size) return true;
    const now = Buffer.alloc(this.#tailBytes);
    readSync(this.#file.fd, now, 0, now.length, this.#position - now.length);
    return !now.equals(this.#tail.subarray(0, now.length));
  }
}
