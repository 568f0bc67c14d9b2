/** The app's view of an open WebSocket (R: the `WebSocket` class). It knows neither connections nor threads. */
import { asBytes, type Bytes } from '../codec/bytes.ts';
import type { AppWebSocket, CloseHandler, MessageHandler } from '../socket-types.ts';
import type { AppRequest, Awaitable } from '../types.ts';
import { closePayload, controlPayload, isCloseCode } from '../websocket/frames.ts';

/** Bytes that one unit of a string has at most as UTF-8. */
const MOST_BYTES_PER_UNIT = 3;
const NOBODY: readonly never[] = [];

/** What carries the words of one WebSocket. */
export interface SocketPort {
  /** Returns the payload bytes. */
  send(data: string | Uint8Array, isBinary: boolean): number;
  /** Asks for the drain handlers to be called when everything has left. */
  notify(): void;
  ping(data: Uint8Array): void;
  close(code: number, reason: string): void;
  /** Too much is unsent: closes with 1008 at once. */
  fail(): void;
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

/** An open WebSocket. Its members are described in {@link AppWebSocket}; this class adds what the server calls. */
export class WebSocketConnection implements AppWebSocket {
  readonly request: AppRequest;
  readonly protocol: string;
  readonly #port: SocketPort;
  readonly #limits: SendLimits;
  readonly #onMessage = new Handlers<MessageHandler>('onMessage');
  readonly #onClose = new Handlers<CloseHandler>('onClose');
  readonly #onDrain = new Handlers<() => Awaitable<void>>('onDrain');
  #state: 1 | 2 | 3 = 1;
  /** Payload bytes given to the port, counted from where `sentBytes` stood at the beginning (wraps). */
  #given: number;

  /** Made by the server. */
  constructor(request: AppRequest, protocol: string, port: SocketPort, limits: SendLimits) {
    this.request = request;
    this.protocol = protocol;
    this.#port = port;
    this.#limits = limits;
    this.#given = port.sentBytes();
  }

  get readyState(): 1 | 2 | 3 {
    return this.#state;
  }

  get bufferedAmount(): number {
    return this.#state === 3 ? 0 : (this.#given - this.#port.sentBytes()) >>> 0;
  }

  onMessage(handler: MessageHandler): () => void {
    return this.#onMessage.add(handler);
  }

  onClose(handler: CloseHandler): () => void {
    return this.#onClose.add(handler);
  }

  onDrain(handler: () => Awaitable<void>): () => void {
    return this.#onDrain.add(handler);
  }

  send(message: string | ArrayBuffer | ArrayBufferView): number {
    const isBinary = typeof message !== 'string';
    const data = isBinary ? bytesOf(message) : message;
    if (this.#state !== 1) return -1;
    const before = this.bufferedAmount;
    const { highWaterBytes, maxBufferedBytes } = this.#limits;
    if (before > 0 && this.#exceeds(maxBufferedBytes - before, data)) {
      this.#state = 2;
      this.#port.fail();
      return -1;
    }
    const size = this.#port.send(data, isBinary);
    this.#given = (this.#given + size) >>> 0;
    if (before + size >= highWaterBytes) this.#port.notify();
    return size;
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

  /** Whether it is more than so many bytes. A text is looked at only when its length does not tell. */
  #exceeds(most: number, data: string | Uint8Array): boolean {
    if (typeof data !== 'string') return data.length > most;
    if (data.length * MOST_BYTES_PER_UNIT <= most) return false;
    return data.length > most || this.#port.byteLength(data) > most;
  }

  /** For the server: handlers that are to hear a message now. None when it was closed by us meanwhile. */
  get messageHandlers(): readonly MessageHandler[] {
    return this.#state === 1 ? this.#onMessage.all : NOBODY;
  }

  /** For the server: all is sent that was. */
  get drainHandlers(): readonly (() => Awaitable<void>)[] {
    return this.#state === 1 ? this.#onDrain.all : NOBODY;
  }

  /** For the server: it is closed. Gives the handlers that are to hear it. */
  end(): readonly CloseHandler[] {
    this.#state = 3;
    return this.#onClose.all;
  }
}

/** Functions to be called, in order. The list is replaced when it changes: whoever goes through it goes through what it was. */
class Handlers<T> {
  all: readonly T[] = NOBODY;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Returns how to take it out. */
  add(handler: T): () => void {
    if (typeof handler !== 'function') throw new TypeError(`${this.#name} takes a function`);
    this.all = [...this.all, handler];
    return () => {
      const at = this.all.indexOf(handler);
      if (at >= 0) this.all = this.all.filter((_, index) => index !== at);
    };
  }
}

function bytesOf(message: unknown): Uint8Array {
  try {
    return asBytes(message as Bytes, 'send');
  } catch (cause) {
    throw new TypeError('send takes a string, an ArrayBuffer or a view of one', { cause });
  }
}
