/** What comes out of a WebSocket connection. Types only. */
import type { HttpuvError } from '../errors.ts';

/** A complete message. */
export interface MessageEvent {
  readonly type: 'message';
  readonly isBinary: boolean;
  /** Text of a text message, unless it was asked for as bytes; else bytes of the receiver's own. */
  readonly data: string | Uint8Array;
  /** Whether a text has only bytes below 0x80. */
  readonly isAscii: boolean;
}

/** A complete message that still is compressed. */
export interface CompressedEvent {
  readonly type: 'compressed';
  readonly isBinary: boolean;
  readonly data: Uint8Array;
}

/** A Ping, or a Pong. */
export interface PingEvent {
  readonly type: 'ping' | 'pong';
  readonly data: Uint8Array;
}

/** A Close frame. */
export interface CloseFrameEvent {
  readonly type: 'close';
  /** 1005 when the frame had none. */
  readonly code: number;
  readonly reason: string;
}

/** The peer broke the rules: answer with code `error.answer`, read nothing more. */
export interface FrameErrorEvent {
  readonly type: 'error';
  readonly error: HttpuvError;
}

/** One event of a receiver; `type` tells which. */
export type FrameEvent = MessageEvent | CompressedEvent | PingEvent | CloseFrameEvent | FrameErrorEvent;

/** A run of payload bytes of one message. */
export interface DataPieceEvent {
  readonly type: 'piece';
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly isBinary: boolean;
  readonly isCompressed: boolean;
  /** Unmasked; a copy. Perhaps none. */
  readonly bytes: Uint8Array;
}

/** One event of a {@link FrameReader}; `type` tells which. */
export type PieceEvent = DataPieceEvent | PingEvent | CloseFrameEvent | FrameErrorEvent;

/** What happened to a session, in order. `close` comes once, and last. */
export type SessionEvent =
  | {
      readonly type: 'message';
      readonly isBinary: boolean;
      readonly data: string | Uint8Array;
      readonly isAscii: boolean;
    }
  | { readonly type: 'ping' | 'pong'; readonly data: Uint8Array }
  | { readonly type: 'error'; readonly error: HttpuvError }
  /** 1006: the connection ended without a Close; `wasClean`: Close frames went both ways. */
  | { readonly type: 'close'; readonly code: number; readonly reason: string; readonly wasClean: boolean };

/** Hears what a receiver reads, at once. `to` is for whom the receiver was fed. */
export interface FrameSink<For> {
  /** `isLent`: these are bytes, and they are overwritten when this returns. */
  message(to: For, data: string | Uint8Array, isBinary: boolean, isAscii: boolean, isLent: boolean): void;
  other(to: For, event: Exclude<FrameEvent, MessageEvent>): void;
}
