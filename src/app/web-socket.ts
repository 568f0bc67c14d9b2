/** The app's view of an open WebSocket (R: the `WebSocket` class). It knows neither connections nor threads. */
import { asBytes, type Bytes } from '../codec/bytes.ts';
import type { AppWebSocket, CloseHandler, MessageHandler } from '../socket-types.ts';
import type { AppRequest, Awaitable } from '../types.ts';
import { closePayload, controlPayload, isCloseCode } from '../websocket/frames.ts';

/** Bytes that one unit of a string has at most as UTF-8. */
const MOST_BYTES_PER_UNIT = 3;
const NOBODY: readonly never[] = [];

/**
 * Functions to be called, in order; one alone stands for itself, because every connection has some. What is there is replaced when
 * it changes: whoever goes through it goes through what it was.
 */
type Handlers<T extends object> = T | readonly T[];

/** What carries the words of one WebSocket. */
export interface SocketPort {
  /** Whoever carries it and others. */
  readonly carrier: unknown;
  readonly limits: SendLimits;
  /** Returns the payload bytes. */
  send(data: string | Uint8Array, isBinary: boolean): number;
  /** Asks for the drain handlers to be called when everything has left. */
  notify(): void;
  ping(data: Uint8Array): void;
  close(code: number, reason: string): void;
  /** Too much is unsent: closes with 1008 at once. */
  fail(): void;
  /** Cuts the connection. */
  cut(): void;
  /** Stops reading, and goes on. */
  pause(isPaused: boolean): void;
  /** Sends one message on all these ports, which are of one kind with this one. Text comes as UTF-8. */
  sendAll(ports: readonly SocketPort[], data: Uint8Array, isBinary: boolean): void;
  /** Bytes of a text as UTF-8. */
  byteLength(text: string): number;
  /** Payload bytes that have left so far (wraps at 2^32). */
  sentBytes(): number;
}

/** What a WebSocket keeps for a client that does not read, in bytes. */
export interface SendLimits {
  readonly highWaterBytes: number;
  readonly maxBufferedBytes: number;
}

/** Hears a Ping or Pong. */
export type PingHandler = (data: Uint8Array, isPong: boolean) => void;

/**
 * An open WebSocket. Its members are described in {@link AppWebSocket}; this class adds what the server calls. What is private of
 * it is static: private methods cost each instance a word.
 */
export class WebSocketConnection implements AppWebSocket {
  readonly request: AppRequest;
  readonly protocol: string;
  readonly #port: SocketPort;
  #onMessage: Handlers<MessageHandler> = NOBODY;
  #onClose: Handlers<CloseHandler> = NOBODY;
  #onDrain: Handlers<() => Awaitable<void>> = NOBODY;
  /** For this package: hears Pings and Pongs of servers that tell of them. */
  declare onPing: PingHandler | null;
  #state: 1 | 2 | 3 = 1;
  /** Payload bytes given to the port, counted from where `sentBytes` stood at the beginning (wraps). */
  #given: number;

  /** Made by the server. */
  constructor(request: AppRequest, protocol: string, port: SocketPort) {
    this.request = request;
    this.protocol = protocol;
    this.#port = port;
    this.#given = port.sentBytes();
  }

  get readyState(): 1 | 2 | 3 {
    return this.#state;
  }

  get bufferedAmount(): number {
    return this.#state === 3 ? 0 : (this.#given - this.#port.sentBytes()) >>> 0;
  }

  onMessage(handler: MessageHandler): () => void {
    this.#onMessage = withHandler(this.#onMessage, handler, 'onMessage');
    return () => {
      this.#onMessage = withoutHandler(this.#onMessage, handler);
    };
  }

  onClose(handler: CloseHandler): () => void {
    this.#onClose = withHandler(this.#onClose, handler, 'onClose');
    return () => {
      this.#onClose = withoutHandler(this.#onClose, handler);
    };
  }

  onDrain(handler: () => Awaitable<void>): () => void {
    this.#onDrain = withHandler(this.#onDrain, handler, 'onDrain');
    return () => {
      this.#onDrain = withoutHandler(this.#onDrain, handler);
    };
  }

  send(message: string | ArrayBuffer | ArrayBufferView): number {
    const isBinary = typeof message !== 'string';
    const data = isBinary ? bytesOf(message) : message;
    const before = WebSocketConnection.#admit(this, data);
    return before < 0 ? -1 : WebSocketConnection.#count(this, before, this.#port.send(data, isBinary));
  }

  /** Bytes that wait before it; −1 when it cannot be sent. A client that does not read is given up here. */
  static #admit(socket: WebSocketConnection, data: string | Uint8Array): number {
    if (socket.#state !== 1) return -1;
    const port = socket.#port;
    const before = socket.bufferedAmount;
    if (before === 0 || !exceeds(port, port.limits.maxBufferedBytes - before, data)) return before;
    socket.#state = 2;
    port.fail();
    return -1;
  }

  /** Counts payload bytes that are given to the port. */
  static #count(socket: WebSocketConnection, before: number, size: number): number {
    const port = socket.#port;
    socket.#given = (socket.#given + size) >>> 0;
    if (before + size >= port.limits.highWaterBytes) port.notify();
    return size;
  }

  /**
   * For this package: sends one message to many, which is made into a frame once.
   * @param text Whether the bytes are the UTF-8 of a text.
   * @returns What {@link send} would for each.
   */
  static sendToAll(sockets: readonly WebSocketConnection[], data: Uint8Array, text: boolean): number[] {
    const results: number[] = [];
    // Servers whose sockets live on different threads have different carriers.
    const groups = new Map<unknown, SocketPort[]>();
    for (const socket of sockets) {
      const before = WebSocketConnection.#admit(socket, data);
      results.push(before < 0 ? -1 : data.length);
      if (before < 0) continue;
      const port = socket.#port;
      const group = groups.get(port.carrier);
      if (group === undefined) groups.set(port.carrier, [port]);
      else group.push(port);
      WebSocketConnection.#count(socket, before, data.length);
    }
    for (const ports of groups.values()) ports[0]?.sendAll(ports, data, !text);
    return results;
  }

  /** For this package: has the drain handlers called when everything has left. */
  notifySent(): void {
    this.#port.notify();
  }

  /** For this package: cuts the connection without a closing handshake. */
  terminate(): void {
    if (this.#state === 3) return;
    this.#state = 2;
    this.#port.cut();
  }

  /** For this package: stops reading from the client, and goes on. */
  pause(isPaused: boolean): void {
    if (this.#state !== 3) this.#port.pause(isPaused);
  }

  ping(data: string | Uint8Array = ''): boolean {
    const payload = controlPayload(data);
    if (this.#state !== 1) return false;
    this.#port.ping(payload);
    return true;
  }

  close(code = 1000, reason = ''): void {
    if (!isCloseCode(code)) {
      throw new RangeError(`a WebSocket cannot be closed with code ${code}: use 1000 or 3000 to 4999`);
    }
    if (this.#state !== 1) return;
    this.#state = 2;
    // Cut here, so that what travels is what is sent.
    const payload = closePayload(code, String(reason));
    this.#port.close(code, new TextDecoder().decode(payload.subarray(2)));
  }

  /** For the server: handlers that are to hear a message now. None when it was closed by us meanwhile. */
  get messageHandlers(): Handlers<MessageHandler> {
    return this.#state === 1 ? this.#onMessage : NOBODY;
  }

  /** For the server: all is sent that was. */
  get drainHandlers(): readonly (() => Awaitable<void>)[] {
    return this.#state === 1 ? listOf(this.#onDrain) : NOBODY;
  }

  /** For the server: the peer has said good-bye, and hears nothing any more. */
  leave(): void {
    if (this.#state === 1) this.#state = 2;
  }

  /** For the server: it is closed. Gives the handlers that are to hear it. */
  end(): readonly CloseHandler[] {
    this.#state = 3;
    return listOf(this.#onClose);
  }
}

// Few have one: it is theirs only when it is set.
WebSocketConnection.prototype.onPing = null;

/** Whether it is more than so many bytes. A text is looked at only when its length does not tell. */
function exceeds(port: SocketPort, most: number, data: string | Uint8Array): boolean {
  if (typeof data !== 'string') return data.length > most;
  if (data.length * MOST_BYTES_PER_UNIT <= most) return false;
  return data.length > most || port.byteLength(data) > most;
}

/** Handlers and one more. */
function withHandler<T extends object>(handlers: Handlers<T>, handler: T, name: string): Handlers<T> {
  if (typeof handler !== 'function') throw new TypeError(`${name} takes a function`);
  return handlers === NOBODY ? handler : listOf(handlers).concat(handler);
}

/** Handlers without the first of these. */
function withoutHandler<T extends object>(handlers: Handlers<T>, handler: T): Handlers<T> {
  const list = listOf(handlers);
  const at = list.indexOf(handler);
  return at < 0 ? handlers : list.filter((_, index) => index !== at);
}

function listOf<T extends object>(handlers: Handlers<T>): readonly T[] {
  return Array.isArray(handlers) ? handlers : [handlers as T]; // What is no list is one handler.
}

function bytesOf(message: unknown): Uint8Array {
  try {
    return asBytes(message as Bytes, 'send');
  } catch (cause) {
    throw new TypeError('send takes a string, an ArrayBuffer or a view of one', { cause });
  }
}
