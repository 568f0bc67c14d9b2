/**
 * Keeps a request body until the app reads it: in memory while it is small, then in a temporary file that has no
 * name any more. It grows with what has arrived, never with what was announced. It knows nothing of HTTP.
 */
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A body that has arrived: its bytes, or an open file descriptor that the holder closes with {@link releaseBody}. */
export type SpooledBody =
  | { readonly kind: 'memory'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly fd: number; readonly size: number };

/** Why a body could not be kept. */
export type SpoolFailure = 'full' | 'failed';

/** Words of the account: bytes of temporary files of all bodies; those of them that the I/O thread is still filling. */
const ALL = 0;
const FILLING = 1;

let account = new BigInt64Array(new SharedArrayBuffer(16));
let isShared = false;

/** The words in which this thread counts. Bodies are released on other threads than they were made on. */
export function spoolAccount(): BigInt64Array<SharedArrayBuffer> {
  return account;
}

/** Makes this thread count in the words of another one. To be called before the first body arrives. */
export function shareSpoolAccount(words: BigInt64Array<SharedArrayBuffer>): void {
  account = words;
  isShared = true;
}

/** The I/O thread has ended: what it was filling is nobody's. */
export function returnLostSpools(): void {
  Atomics.sub(account, ALL, Atomics.exchange(account, FILLING, 0n));
}

/** Counts bytes of a file that is being filled. */
function countFilling(bytes: number): void {
  Atomics.add(account, ALL, BigInt(bytes));
  if (isShared) Atomics.add(account, FILLING, BigInt(bytes));
}

/** Bytes of temporary files that all bodies of the process hold. */
export function spoolFileBytes(): number {
  return Number(Atomics.load(account, ALL));
}

/** Gives back what a body holds. */
export function releaseBody(body: SpooledBody): void {
  if (body.kind !== 'file') return;
  Atomics.sub(account, ALL, BigInt(body.size));
  closeSync(body.fd);
}

/** Opens a file that only this process can reach: mode 0600, unlinked at once. */
function openUnlinked(): number {
  // The global one is loaded when it is first used: most servers never come here.
  const name = Buffer.from(crypto.getRandomValues(new Uint8Array(12))).toString('hex');
  const path = join(tmpdir(), `httpuv-body-${name}`);
  const fd = openSync(path, 'wx+', 0o600);
  try {
    unlinkSync(path);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return fd;
}

/** Collects one body. Every append copies, so the caller may reuse its buffer. */
export class BodySpool {
  readonly #memoryLimit: number;
  readonly #fileLimit: number;
  #buffer: Uint8Array<ArrayBuffer> | null = null;
  #size = 0;
  #fd = -1;
  /** The error behind the failure `failed`. */
  cause: unknown;

  /**
   * @param memoryLimit Bytes kept in memory before a file is used; Infinity never uses one.
   * @param fileLimit Bytes that all bodies of the process may hold in files.
   */
  constructor(memoryLimit: number, fileLimit: number) {
    this.#memoryLimit = memoryLimit;
    this.#fileLimit = fileLimit;
  }

  /** Adds bytes. A failure leaves nothing behind. */
  append(view: Uint8Array): SpoolFailure | null {
    if (this.#fd < 0 && this.#size + view.length <= this.#memoryLimit) {
      this.#keep(view);
      return null;
    }
    if (spoolFileBytes() + (this.#fd < 0 ? this.#size : 0) + view.length > this.#fileLimit) {
      this.discard();
      return 'full';
    }
    try {
      this.#write(view);
    } catch (error) {
      this.cause = error;
      this.discard();
      return 'failed';
    }
    return null;
  }

  /** Hands the body over; the spool is empty afterwards. */
  take(): SpooledBody {
    const body: SpooledBody =
      this.#fd >= 0
        ? { kind: 'file', fd: this.#fd, size: this.#size }
        : { kind: 'memory', bytes: this.#buffer === null ? new Uint8Array(0) : this.#buffer.subarray(0, this.#size) };
    if (isShared && this.#fd >= 0) Atomics.sub(account, FILLING, BigInt(this.#size));
    this.#fd = -1;
    this.#buffer = null;
    this.#size = 0;
    return body;
  }

  /** Forgets the body. */
  discard(): void {
    releaseBody(this.take());
  }

  #keep(view: Uint8Array): void {
    const need = this.#size + view.length;
    if (this.#buffer === null || need > this.#buffer.length) {
      const grown = new Uint8Array(
        this.#buffer === null ? need : Math.min(Math.max(need, 2 * this.#buffer.length), this.#memoryLimit),
      );
      if (this.#buffer !== null) grown.set(this.#buffer.subarray(0, this.#size));
      this.#buffer = grown;
    }
    this.#buffer.set(view, this.#size);
    this.#size = need;
  }

  #write(view: Uint8Array): void {
    if (this.#fd < 0) {
      this.#fd = openUnlinked();
      countFilling(this.#size);
      if (this.#buffer !== null) writeWhole(this.#fd, this.#buffer.subarray(0, this.#size));
      this.#buffer = null;
    }
    this.#size += view.length;
    countFilling(view.length);
    writeWhole(this.#fd, view);
  }
}

function writeWhole(fd: number, view: Uint8Array): void {
  for (let at = 0; at < view.length; ) at += writeSync(fd, view, at, view.length - at);
}
