/** The public types of WebSockets. No behaviour lives here, so every room may import it. */
import type { AppRequest, Awaitable } from './types.ts';

/** Hears a message: text as a string, or bytes when `isBinary`. */
export type MessageHandler = (isBinary: boolean, message: string | Uint8Array) => Awaitable<void>;
/** Hears how a WebSocket ended. Code 1005: the Close frame had none; 1006: the connection ended without one. */
export type CloseHandler = (code: number, reason: string, wasClean: boolean) => Awaitable<void>;

/**
 * An open WebSocket as the app sees it. Handlers run as tasks, one message at a time, in the order of arrival.
 * @see R: `httpuv::WebSocket`
 */
export interface AppWebSocket {
  /** The request that opened it. */
  readonly request: AppRequest;
  /** The subprotocol that was agreed on; empty without. */
  readonly protocol: string;
  /** As in browsers: 1 open, 2 closing, 3 closed. */
  readonly readyState: 1 | 2 | 3;
  /** Payload bytes that were sent and have not left yet; while some wait, a little more than that. 0 when it is closed. */
  readonly bufferedAmount: number;
  /**
   * Adds a handler for messages; all of them hear each one, in turn. One that throws closes with 1011. Bytes come as a
   * Uint8Array of the app's own, whose buffer may hold other bytes, too, as that of a small `Buffer` does: transfer a `slice()`.
   * @returns A function that takes it away again.
   */
  onMessage(handler: MessageHandler): () => void;
  /**
   * Adds a handler for the end, which comes once, whatever the reason.
   * @returns A function that takes it away again.
   */
  onClose(handler: CloseHandler): () => void;
  /**
   * Adds a handler that runs when everything was sent again, after {@link bufferedAmount} had reached `highWaterBytes`.
   * @returns A function that takes it away again.
   */
  onDrain(handler: () => Awaitable<void>): () => void;
  /**
   * Sends a message: a string as text, bytes as binary. The bytes are copied.
   *
   * @returns Its payload bytes; −1 when it is closed or closing, or when more than `maxBufferedBytes` would wait for the
   *   client, which is then closed with 1008.
   * @throws TypeError for anything but a string, an ArrayBuffer or a view of one.
   * @see R: `ws$send()`
   */
  send(message: string | ArrayBuffer | ArrayBufferView): number;
  /**
   * Sends a Ping. The server sends some by itself (`pingIntervalMs`).
   *
   * @param data At most 125 bytes.
   * @returns Whether it is open.
   * @throws HttpuvError `HV_BAD_OPTION` for more.
   */
  ping(data?: string | Uint8Array): boolean;
  /**
   * Begins the closing handshake, behind what was sent. A second call does nothing.
   *
   * @param code 1000 (the default) to 1003, 1007 to 1014, or 3000 to 4999.
   * @param reason For the peer; what goes beyond 123 bytes of UTF-8 is cut off.
   * @throws RangeError for another code.
   * @see R: `ws$close()`
   */
  close(code?: number, reason?: string): void;
}

/** How WebSocket messages are compressed. */
export interface PerMessageDeflate {
  /** Messages with fewer bytes are sent as they are. Default 1,024. */
  readonly thresholdBytes?: number;
  /** The server forgets what it knows behind each message: less memory, longer messages. Default false. */
  readonly serverNoContextTakeover?: boolean;
  /** Asks that of the client. Default false. */
  readonly clientNoContextTakeover?: boolean;
  /** Window of what the server sends, as a power of two: 9 to 15. Default 15. */
  readonly serverMaxWindowBits?: number;
  /** Window of what the client may send: 8 to 15. Default 15; with less, only clients that can be told are accepted. */
  readonly clientMaxWindowBits?: number;
}
