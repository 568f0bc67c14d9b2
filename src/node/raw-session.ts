/**
 * What the app writes in place of an answer: bytes that go out as they are, behind which the connection ends. It is driven like
 * the session of a WebSocket, so that whatever is said of one by either side holds for it too.
 */
import type { SessionEvent } from '../websocket/session.ts';

const DONE = 1000;
const ABNORMAL = 1006;
const NOTHING: readonly never[] = [];

export class RawSession {
  /** Nobody pings what has no Pongs, or waits for its Close. */
  readonly isRaw = true;
  readonly isBehind = false;
  bufferedBytes = 0;
  private parts: Uint8Array[] = [];
  private told: SessionEvent[] = [];
  private isOver: boolean = false;

  get mayEnd(): boolean {
    return this.isOver && this.bufferedBytes === 0;
  }

  /** What the peer says is not listened to. */
  feed(): void {}

  events(): readonly SessionEvent[] {
    const { told } = this;
    if (told.length === 0) return NOTHING;
    this.told = [];
    return told;
  }

  output(): readonly Uint8Array[] {
    const { parts } = this;
    if (parts.length === 0) return NOTHING;
    this.parts = [];
    this.bufferedBytes = 0;
    return parts;
  }

  sent(): void {}

  /** Takes bytes; text is UTF-8. They are copied. Returns how many. */
  send(data: string | Uint8Array, _isBinary?: boolean): number {
    if (this.isOver) return -1;
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
    this.parts.push(bytes);
    this.bufferedBytes += bytes.length;
    return bytes.length;
  }

  /** There are no messages to all here. */
  sendFrame(): number {
    return -1;
  }

  ping(): boolean {
    return false;
  }

  /** Ends the connection behind what was sent. */
  close(): boolean {
    return this.end(DONE, true);
  }

  /** Too much waits: nothing of it is sent. */
  fail(): void {
    this.parts = [];
    this.bufferedBytes = 0;
    this.end(ABNORMAL, false);
  }

  expire(): void {}

  /** The connection has ended. */
  finish(): void {
    this.fail();
  }

  private end(code: number, wasClean: boolean): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    this.told.push({ type: 'close', code, reason: '', wasClean });
    return true;
  }
}
