/**
 * The I/O side of a body that is a stream: pieces as the app gives them, framed for the peer, until the socket takes
 * them. Whatever comes, what the peer is sent is framed well: a body that breaks its word ends with its connection.
 */

import type { PieceSource } from '../answer-types.ts';
import { copyInto } from '../codec/bytes.ts';
import { CHUNKED } from './answer.ts';
import type { StreamsToApp } from './link.ts';
import type { TextBuffer } from './text-buffer.ts';

/** How the peer is told where the body ends (RFC 9112 section 6); `none`: that is another one's matter. */
export type Framing = 'length' | 'chunked' | 'close' | 'none';

/** Pieces are joined up to so many bytes: a write costs more than a copy of a short one. */
const JOIN_BYTES = 16_384;
const CRLF_BYTES = 2;
/** A comment of an event stream that says nothing. */
const COMMENT: Uint8Array = Buffer.from(':\n\n');
const LF = 10;

/** A framed piece, and how many of its bytes are the app's. */
interface Waiting {
  readonly bytes: Uint8Array;
  readonly payload: number;
}

/** What a body is about. */
export interface StreamPlan {
  readonly connection: number;
  readonly request: number;
  readonly framing: Framing;
  /** Bytes that are announced; −1: none are. */
  readonly announced: number;
  /** After so many milliseconds without a piece a comment is sent; 0: never. */
  readonly keepAliveMs: number;
}

export class StreamSource implements PieceSource {
  readonly plan: StreamPlan;
  onPiece: (() => void) | null = null;
  /** When something was given last (monotonic ms), or the head was sent. */
  lastAt: number = Number.POSITIVE_INFINITY;
  /** Field lines behind the body, when it has ended. */
  trailers = '';
  readonly #app: StreamsToApp;
  /** Called once, when no further piece is taken. */
  readonly #onEnd: (request: number) => void;
  #waiting: Waiting[] = [];
  /** Bytes of the app so far; and with their framing. */
  #given = 0;
  #framed = 0;
  /** Bytes of the app that were handed out since it was told. */
  #out = 0;
  /** The last two bytes were line feeds: nothing is torn by a comment. */
  #isBetweenEvents = true;
  #state: 'open' | 'ended' | 'cut' | 'closed' = 'open';

  constructor(plan: StreamPlan, app: StreamsToApp, onEnd: (request: number) => void) {
    this.plan = plan;
    this.#app = app;
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#state === 'ended' ? this.#framed : Number.POSITIVE_INFINITY;
  }

  get announced(): number {
    const { framing, announced } = this.plan;
    return framing === 'length' ? announced : framing === 'chunked' ? CHUNKED : -1;
  }

  /** Bytes of the app so far. */
  get payload(): number {
    return this.#given;
  }

  /** It ended before its time. */
  get isCut(): boolean {
    return this.#state === 'cut';
  }

  /** A client that listens to events has gone when it ends its half. */
  get endsWithPeer(): boolean {
    return this.plan.keepAliveMs > 0;
  }

  /** Takes a piece. Returns false when it is more than was announced; then the body is cut. */
  put(bytes: Uint8Array): boolean {
    if (this.#state !== 'open' || bytes.length === 0) return true;
    const { framing, announced, keepAliveMs } = this.plan;
    this.#given += bytes.length;
    if (announced >= 0 && this.#given > announced) {
      this.#break();
      return false;
    }
    if (keepAliveMs > 0) this.#isBetweenEvents = endsEvent(bytes, this.#isBetweenEvents);
    this.#add(framing === 'chunked' ? chunkOf(bytes) : copied(bytes), bytes.length);
    this.onPiece?.();
    return true;
  }

  /** That was all. Returns false when more was announced; then the body is cut. */
  end(trailers: string): boolean {
    if (this.#state !== 'open') return true;
    const { framing, announced } = this.plan;
    if (announced >= 0 && this.#given < announced) {
      this.#break();
      return false;
    }
    if (framing === 'chunked') this.#add(Buffer.from(`0\r\n${trailers}\r\n`, 'latin1'), 0);
    this.trailers = trailers;
    this.#state = 'ended';
    this.#onEnd(this.plan.request);
    this.onPiece?.();
    return true;
  }

  /** There is no more, though it is not all. */
  cut(atOnce: boolean): void {
    if (this.#state !== 'open') return;
    this.#state = 'cut';
    if (atOnce) this.#waiting = [];
    this.#onEnd(this.plan.request);
    this.onPiece?.();
  }

  /** Adds a comment where none is torn by it and nothing else waits. */
  comment(now: number): void {
    this.lastAt = now;
    if (this.#state !== 'open' || !this.#isBetweenEvents || this.#waiting.length > 0) return;
    this.#add(this.plan.framing === 'chunked' ? chunkOf(COMMENT) : copied(COMMENT), 0);
    this.onPiece?.();
  }

  next(): Uint8Array | null | 'cut' {
    const first = this.#waiting.shift();
    if (first === undefined) return this.#state === 'cut' ? 'cut' : null;
    this.#out += first.payload;
    let total = first.bytes.length;
    if (total >= JOIN_BYTES || this.#waiting.length === 0) return first.bytes;
    const parts = [first.bytes];
    for (let one = this.#waiting[0]; one !== undefined && total + one.bytes.length <= JOIN_BYTES; ) {
      parts.push(one.bytes);
      total += one.bytes.length;
      this.#out += one.payload;
      this.#waiting.shift();
      one = this.#waiting[0];
    }
    return parts.length === 1 ? first.bytes : Buffer.concat(parts, total);
  }

  /** All that was handed out has left. */
  sent(): void {
    const bytes = this.#out;
    this.#out = 0;
    if (bytes > 0 && this.#state === 'open') this.#app.sent(this.plan.connection, this.plan.request, bytes);
  }

  close(): void {
    const wasOpen = this.#state === 'open';
    if (this.#state !== 'ended') this.#state = 'closed';
    this.#waiting = [];
    if (wasOpen) this.#enough();
  }

  #break(): void {
    this.#state = 'cut';
    this.#enough();
    this.onPiece?.();
  }

  #enough(): void {
    this.#onEnd(this.plan.request);
    this.#app.enough(this.plan.connection, this.plan.request);
  }

  #add(bytes: Uint8Array, payload: number): void {
    this.#framed += bytes.length;
    this.#waiting.push({ bytes, payload });
  }
}

/** A chunk: its size in hexadecimal digits, the bytes, each ended by CRLF (RFC 9112 section 7.1). */
export function chunkOf(bytes: Uint8Array): Uint8Array {
  const size = `${bytes.length.toString(16)}\r\n`;
  const chunk = memory(size.length + bytes.length + CRLF_BYTES);
  chunk.latin1Write(size, 0, size.length);
  copyInto(chunk, size.length, bytes);
  chunk.latin1Write('\r\n', size.length + bytes.length, CRLF_BYTES);
  return chunk;
}

function copied(bytes: Uint8Array): Uint8Array {
  const copy = memory(bytes.length);
  copyInto(copy, 0, bytes);
  return copy;
}

/** What is long has memory of its own, which is given back as soon as it is sent. */
function memory(bytes: number): TextBuffer {
  return (bytes < JOIN_BYTES ? Buffer.allocUnsafe(bytes) : Buffer.allocUnsafeSlow(bytes)) as TextBuffer;
}

function endsEvent(bytes: Uint8Array, wasBetween: boolean): boolean {
  const { length } = bytes;
  if (bytes[length - 1] !== LF) return false;
  // One byte alone tells too little; whether a comment may come is then put off.
  return length > 1 ? bytes[length - 2] === LF : wasBetween;
}
