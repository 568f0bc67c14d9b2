/** What one end is going to write: frames in the order they were asked for, also while messages are being compressed. */
import { callerError, type HttpuvError } from '../errors.ts';
import { type DeflateCodec, withoutTail } from './deflate.ts';
import { type FrameType, frame, type MakeKey, payloadBytes, randomKeys } from './frames.ts';
import type { Role } from './machine.ts';
import { encodeText } from './text.ts';

interface Waiting {
  readonly type: FrameType;
  readonly payload: Uint8Array;
  readonly isCompressed: boolean;
}

export class Outbox {
  private readonly makeKey: MakeKey | null;
  private readonly codec: DeflateCodec | null;
  private readonly thresholdBytes: number;
  private readonly changed: (error: HttpuvError | null) => void;
  /** Messages behind one that is being compressed, which is the first of them. */
  private waiting: Waiting[] = [];
  private waitingBytes: number = 0;
  private ready: Uint8Array[] = [];
  private readyBytes: number = 0;
  private latestPong: Uint8Array | null = null;
  /** Counts what was cleared, so that a compressor that comes back later is not listened to. */
  private round: number = 0;

  /** @param changed The codec has brought something, or it failed. */
  constructor(
    role: Role,
    codec: DeflateCodec | null,
    thresholdBytes: number,
    changed: (error: HttpuvError | null) => void,
  ) {
    this.makeKey = role === 'client' ? randomKeys() : null;
    this.codec = codec;
    this.thresholdBytes = thresholdBytes;
    this.changed = changed;
  }

  /** Bytes that are not taken yet. */
  get bytes(): number {
    return this.waitingBytes + this.readyBytes;
  }

  /** Whether nothing waits for the codec, so that `take` gives all there is. */
  get isDone(): boolean {
    return this.waiting.length === 0;
  }

  /** A message, compressed when it is worth that. Returns its payload bytes. */
  message(type: FrameType, payload: Uint8Array | string): number {
    if (this.codec === null && this.isDone) return this.now(type, payload);
    // Kept beyond this call, a copy is needed: the caller may change his bytes.
    const bytes = typeof payload === 'string' ? encodeText(payload) : new Uint8Array(payload);
    const isCompressed = this.codec !== null && bytes.length >= this.thresholdBytes;
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
    const bytes = frame(type, payload, this.makeKey, isCompressed);
    this.ready.push(bytes);
    this.readyBytes += bytes.length;
    return payloadBytes(bytes);
  }

  /** A Pong in place of any that was not taken yet. */
  pong(payload: Uint8Array): void {
    this.latestPong = payload;
  }

  take(): readonly Uint8Array[] {
    if (this.latestPong !== null) this.now('pong', this.latestPong);
    const { ready } = this;
    this.latestPong = null;
    this.ready = [];
    this.readyBytes = 0;
    return ready;
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
    this.ready = [];
    this.readyBytes = 0;
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
    this.codec?.deflate(first.payload, (error, bytes) => {
      if (round !== this.round) return;
      if (error) {
        const failure = callerError('HV_DEFLATE', 'the compressor of a WebSocket failed');
        failure.cause = error;
        this.changed(failure);
        return;
      }
      this.shift(first);
      this.now(first.type, withoutTail(bytes), true);
      this.compress();
      this.changed(null);
    });
  }
}
