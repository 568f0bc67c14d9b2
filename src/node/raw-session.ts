/**
 * What the app writes in place of an answer: bytes that go out as they are, behind which the connection ends. It is driven like
 * the session of a WebSocket, so that whatever is said of one by either side holds for it too.
 */
import { latin1 } from '../codec/text.ts';
import type { CloseState } from '../websocket/close.ts';
import type { SessionEvent } from '../websocket/events.ts';

const DONE = 1000;
const ABNORMAL = 1006;
const NOTHING: readonly never[] = [];

const STATUS_LINE = /^HTTP\/1\.[01] ([2-5]\d\d)[ \r]/;
const LONGEST_HEAD = 65_536;

export class RawSession {
  /** Nobody pings what has no Pongs, or waits for its Close. */
  readonly isRaw = true;
  readonly isBehind = false;
  /** Nothing but its end is waited for. */
  readonly state: CloseState = 'finished';
  readonly codec = null;
  bufferedBytes = 0;
  private parts: Uint8Array[] = [];
  private told: SessionEvent[] = [];
  private isOver: boolean = false;
  private wasCut: boolean = false;
  private status: number = 0;
  private bodyBytes: number = 0;

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

  gone(): void {}

  rest(): void {}

  /** Takes bytes; text is UTF-8. They are copied. Returns how many. */
  send(data: string | Uint8Array, _isBinary?: boolean): number {
    if (this.isOver) return -1;
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
    this.parts.push(bytes);
    this.bufferedBytes += bytes.length;
    this.bodyBytes += bytes.length;
    if (this.status === 0) this.look(bytes);
    return bytes.length;
  }

  /** There are no frames here: what is sent is the payload. Messages to all are none for it. */
  sendFrame(_frame: Uint8Array, payload: Uint8Array, isBinary: boolean, giveBack?: () => void): number {
    if (giveBack === undefined) return -1;
    const bytes = this.send(payload, isBinary);
    giveBack();
    return bytes;
  }

  ping(): boolean {
    return false;
  }

  /** Ends the connection behind what was sent. */
  close(): boolean {
    return this.end(DONE, true);
  }

  /** What the first bytes say of the answer, as far as it is one. Its head may be longer than they are. */
  private look(first: Uint8Array): void {
    const start = latin1(first, 0, Math.min(first.length, LONGEST_HEAD));
    this.status = Number(STATUS_LINE.exec(start)?.[1] ?? 0);
    const end = start.indexOf('\r\n\r\n');
    this.bodyBytes -= end < 0 ? first.length : end + 4;
  }

  /** The answer so far; a status of 0: it is none. */
  get written(): { readonly status: number; readonly bodyBytes: number; readonly isWhole: boolean } {
    const { status, bodyBytes, isOver, wasCut } = this;
    return { status, bodyBytes, isWhole: isOver && !wasCut };
  }

  /** Too much waits: nothing of it is sent. */
  fail(): void {
    if (!this.isOver) this.wasCut = true;
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
