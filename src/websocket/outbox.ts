/** What one end is going to write: frames in the order they were asked for, also while messages are being compressed. */
import { callerError, type HttpuvError } from '../errors.ts';
import { type DeflateCodec, withoutTail } from './deflate.ts';
import { type FrameType, frameBytes, type MakeKey, payloadBytes, putFrame } from './frames.ts';
import { dropPage, givePage, PAGE_BYTES, takePage } from './pages.ts';
import { encodeText } from './text.ts';

/** Frames above this size have a page of their own, in which their payload begins where engines copy to fastest. */
const LARGE_BYTES = PAGE_BYTES / 2;
/** Room for any header. */
const MOST_HEAD_BYTES = 16;
const NO_BYTES = new Uint8Array(0);
const NOTHING: readonly Uint8Array[] = [];
const NOBODY: readonly (() => void)[] = [];

interface Waiting {
  readonly type: FrameType;
  readonly payload: Uint8Array;
  readonly isCompressed: boolean;
}

/** How what is written is made. */
export interface OutboxSettings {
  /** Masks frames, as clients must; null for servers. */
  readonly makeKey: MakeKey | null;
  readonly codec: DeflateCodec | null;
  /** Messages with fewer bytes are not compressed. */
  readonly thresholdBytes: number;
}

/** Whose it is. */
export interface OutboxOwner {
  /** The codec has brought something, or it failed. */
  compressed(error: HttpuvError | null): void;
}

export class Outbox {
  private readonly settings: OutboxSettings;
  private readonly owner: OutboxOwner;
  /** Messages behind one that is being compressed, which is the first of them. */
  private waiting: Waiting[] = [];
  private waitingBytes: number = 0;
  /** Whole frames, in views of the pages. */
  private ready: Uint8Array[] = [];
  private readyBytes: number = 0;
  /** Whether the last text was. */
  private isAscii: boolean = true;
  /** Pages of what is ready, and of what was taken last. */
  private pages: Uint8Array[] = [];
  private taken: readonly Uint8Array[] = NOTHING;
  /** Who wants back what is ready, and what was taken and has not left. */
  private lenders: readonly (() => void)[] = NOBODY;
  private waitingLenders: readonly (() => void)[] = NOBODY;
  /** The page that frames are written to; those from `from` to `at` have no view yet. */
  private page: Uint8Array = NO_BYTES;
  private from: number = 0;
  private at: number = 0;
  private latestPong: Uint8Array | null = null;
  /** Counts what was cleared, so that a compressor that comes back later is not listened to. */
  private round: number = 0;

  constructor(settings: OutboxSettings, owner: OutboxOwner) {
    this.settings = settings;
    this.owner = owner;
  }

  /** Bytes that are not taken yet. */
  get bytes(): number {
    return this.waitingBytes + this.readyBytes;
  }

  /** Whether nothing waits for the codec, so that `take` gives all there is. */
  get isDone(): boolean {
    return this.waiting.length === 0;
  }

  /** Whether it holds nothing, so that a new one goes on from here as well. */
  get isEmpty(): boolean {
    const holdsNothing = this.taken === NOTHING && this.waitingLenders === NOBODY;
    return holdsNothing && this.isDone && this.readyBytes === 0 && this.latestPong === null;
  }

  /** A message, compressed when it is worth that. Returns its payload bytes. */
  message(type: FrameType, payload: Uint8Array | string): number {
    const { codec, thresholdBytes } = this.settings;
    if (codec === null && this.isDone) return this.now(type, payload);
    // Kept beyond this call, a copy is needed: the caller may change his bytes.
    const bytes = typeof payload === 'string' ? encodeText(payload) : new Uint8Array(payload);
    const isCompressed = codec !== null && bytes.length >= thresholdBytes;
    if (!isCompressed && this.isDone) this.now(type, bytes);
    else this.wait({ type, payload: bytes, isCompressed });
    return bytes.length;
  }

  /** A Close, behind all messages. Nothing may follow it: no Pong either. */
  last(payload: Uint8Array): void {
    if (this.latestPong !== null) this.now('pong', this.latestPong);
    this.latestPong = null;
    if (this.isDone) this.now('close', payload);
    else this.wait({ type: 'close', payload, isCompressed: false });
  }

  /** A frame that waits for no message. Returns its payload bytes. */
  now(type: FrameType, payload: Uint8Array | string, isCompressed: boolean = false): number {
    // Of a text these are its bytes if it is ASCII. Texts mostly are what the last one was.
    let size = typeof payload === 'string' && !this.isAscii ? payloadBytes(payload) : payload.length;
    let written = this.put(type, payload, size, isCompressed);
    if (written < 0) {
      size = payloadBytes(payload);
      written = this.put(type, payload, size, isCompressed);
    }
    if (typeof payload === 'string') this.isAscii = written === payload.length;
    const bytes = frameBytes(written, this.settings.makeKey);
    this.at += bytes;
    this.readyBytes += bytes;
    return written;
  }

  /** A whole frame that is not ours. @param giveBack Called once it has left, or is forgotten. */
  shared(frame: Uint8Array, giveBack?: () => void): void {
    this.view();
    this.ready.push(frame);
    this.readyBytes += frame.length;
    if (giveBack !== undefined) this.lenders = [...this.lenders, giveBack];
  }

  private put(type: FrameType, payload: Uint8Array | string, size: number, isCompressed: boolean): number {
    const { makeKey } = this.settings;
    const bytes = frameBytes(size, makeKey);
    if (bytes > LARGE_BYTES) {
      this.turn(MOST_HEAD_BYTES + bytes);
      this.from = this.at = MOST_HEAD_BYTES + size - bytes;
    } else if (this.at + bytes > this.page.length) this.turn(bytes);
    return putFrame(this.page, this.at, type, payload, size, makeKey, isCompressed);
  }

  /** A Pong in place of any that was not taken yet. */
  pong(payload: Uint8Array): void {
    this.latestPong = payload;
  }

  /** What is to be written. It may be looked at until {@link sent}. */
  take(): readonly Uint8Array[] {
    if (this.latestPong !== null) this.now('pong', this.latestPong);
    this.latestPong = null;
    if (this.readyBytes === 0) return NOTHING;
    this.view();
    const { ready } = this;
    this.leave();
    this.taken = this.pages;
    this.waitingLenders = this.waitingLenders === NOBODY ? this.lenders : [...this.waitingLenders, ...this.lenders];
    this.lenders = NOBODY;
    this.reset();
    return ready;
  }

  /** Everything that was taken has left. */
  sent(): void {
    for (const page of this.taken) givePage(page);
    this.taken = NOTHING;
    for (const giveBack of this.waitingLenders) giveBack();
    this.waitingLenders = NOBODY;
  }

  /** Forgets what is no frame yet: messages that wait for the codec, and the Pong. */
  dropWaiting(): void {
    this.waiting = [];
    this.waitingBytes = 0;
    this.latestPong = null;
    this.round++;
  }

  /** Forgets everything that was not taken. */
  clear(): void {
    this.dropWaiting();
    for (const page of this.pages) givePage(page);
    for (const giveBack of this.lenders) giveBack();
    this.lenders = NOBODY;
    this.leave();
    this.reset();
  }

  /** Nobody will write anything any more, or is writing. */
  gone(): void {
    this.sent();
    this.clear();
  }

  /** What was taken may still be on its way. */
  private leave(): void {
    for (const page of this.taken) dropPage(page);
    this.taken = NOTHING;
  }

  /** Goes on writing on another page, with room for so many bytes. */
  private turn(bytes: number): void {
    this.view();
    this.page = takePage(bytes);
    this.pages.push(this.page);
    this.from = this.at = 0;
  }

  /** Counts frames that have no view among what is ready. */
  private view(): void {
    if (this.at > this.from) this.ready.push(this.page.subarray(this.from, this.at));
    this.from = this.at;
  }

  private reset(): void {
    this.ready = [];
    this.readyBytes = 0;
    this.pages = [];
    this.page = NO_BYTES;
    this.from = this.at = 0;
  }

  private wait(one: Waiting): void {
    this.waiting.push(one);
    this.waitingBytes += one.payload.length;
    if (this.waiting.length === 1) this.compress();
  }

  /** Makes frames of what waits, up to the next message that takes time. */
  private compress(): void {
    for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
      if (first.isCompressed) {
        this.deflate(first);
        return;
      }
      this.shift(first);
      this.now(first.type, first.payload);
    }
  }

  private shift(first: Waiting): void {
    this.waiting.shift();
    this.waitingBytes -= first.payload.length;
  }

  private deflate(first: Waiting): void {
    const { round } = this;
    this.settings.codec?.deflate(first.payload, (error, bytes) => {
      if (round !== this.round) return;
      if (error) {
        const failure = callerError('HV_DEFLATE', 'the compressor of a WebSocket failed');
        failure.cause = error;
        this.owner.compressed(failure);
        return;
      }
      this.shift(first);
      this.now(first.type, withoutTail(bytes), true);
      this.compress();
      this.owner.compressed(null);
    });
  }
}
