/**
 * The connection of a client behind its handshake: its socket lives on the program's thread, and the session of the project
 * speaks on it.
 */
import type { Socket } from 'node:net';
import { HttpuvError } from '../errors.ts';
import { WebSocketSession } from '../websocket/session.ts';
import { type ErrorCode, WebsocketsError } from './errors.ts';
import { sizeOf } from './payload.ts';
import { closed } from './sent.ts';
import type { Disconnect } from './types.ts';
import type { Wire } from './wire.ts';

const LONGEST_TIMER_MS = 0x7fffffff;

/** What a client allows. Limits that are off are Infinity. */
export interface ClientLimits {
  readonly maxMessageBytes: number;
  readonly maxBufferedBytes: number;
  readonly closeTimeoutMs: number;
}

/** Hears what comes. */
export interface ClientEar {
  message(data: string | Uint8Array, isBinary: boolean): void;
  pinged(data: Uint8Array, isPong: boolean): void;
  ended(why: Disconnect): void;
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  1007: 'ERR_INVALID_UTF8',
  1008: 'ERR_TOO_BIG',
  1009: 'ERR_TOO_BIG',
};

export class ClientWire implements Wire {
  readonly keyBytes = 4;
  readonly #socket: Socket;
  readonly #session: WebSocketSession;
  readonly #limits: ClientLimits;
  #ear: ClientEar | null = null;
  #isPlanned = false;
  #isPaused = false;
  #error: WebsocketsError | undefined;
  #timer: NodeJS.Timeout | null = null;
  #waiters: { resolve(): void; reject(error: Error): void }[] = [];

  constructor(socket: Socket, limits: ClientLimits) {
    this.#socket = socket;
    this.#limits = limits;
    this.#session = new WebSocketSession({ role: 'client', maxMessageBytes: limits.maxMessageBytes });
    socket.on('drain', () => this.#flush());
    socket.on('close', () => this.#lost());
    // The end follows, and tells.
    socket.on('error', () => {});
  }

  /** Begins to listen. @param rest What came behind the handshake. */
  start(ear: ClientEar, rest: Uint8Array): void {
    this.#ear = ear;
    const socket = this.#socket;
    this.#session.feed(rest);
    socket.on('data', (bytes: Buffer) => {
      this.#session.feed(bytes);
      this.#act();
    });
    socket.on('end', () => {
      this.#session.finish();
      this.#act();
    });
    this.#act();
    if (socket.destroyed) this.#lost();
    else if (!this.#isPaused) socket.resume();
  }

  get bufferedAmount(): number {
    return this.#session.bufferedBytes + this.#socket.writableLength;
  }

  send(payload: string | Uint8Array): number {
    const session = this.#session;
    if ((session.state !== 'open' && session.state !== 'answering') || this.#socket.destroyed) return -1;
    const before = this.bufferedAmount;
    if (before > 0 && before + sizeOf(payload) > this.#limits.maxBufferedBytes) {
      const sentence = 'the server does not read what it is sent';
      session.fail(new HttpuvError('HV_TOO_MUCH_UNSENT', sentence, { fault: 'local', answer: 1008 }));
      this.#act();
      this.#socket.destroy();
      return -1;
    }
    const bytes = session.send(payload);
    this.#plan();
    return bytes;
  }

  ping(payload: Uint8Array): boolean {
    const isSent = this.#session.ping(payload);
    this.#plan();
    return isSent;
  }

  close(code: number, reason: string): void {
    if (!this.#session.close(code, reason)) return;
    this.#flush();
    this.#cutLater();
  }

  terminate(): void {
    this.#socket.destroy();
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (isPaused) this.#socket.pause();
    else this.#socket.resume();
  }

  sent(): Promise<void> {
    if (this.#socket.destroyed) return Promise.reject(closed());
    this.#flush();
    if (this.bufferedAmount === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#look();
    });
  }

  /** What is said in one turn leaves in one go. */
  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    process.nextTick(() => {
      this.#isPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return;
    // While it does not take more, only the latest Pong has to be kept.
    if (!socket.writableNeedDrain) {
      const frames = this.#session.output();
      if (frames.length > 1) socket.cork();
      for (const frame of frames) socket.write(frame, this.#look);
      if (frames.length > 1) socket.uncork();
      if (socket.writableLength === 0) this.#session.sent();
    }
    if (this.#session.mayEnd) {
      socket.end();
      this.#cutLater();
    }
  }

  /** Tells those who wait for everything to have left. */
  readonly #look = (): void => {
    // What is thrown away with the connection has not left; its end tells.
    if (this.#waiters.length === 0 || this.#socket.destroyed || this.bufferedAmount > 0) return;
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  };

  #act(): void {
    for (const event of this.#session.events()) {
      if (event.type === 'message') this.#ear?.message(event.data, event.isBinary);
      else if (event.type === 'ping' || event.type === 'pong') this.#ear?.pinged(event.data, event.type === 'pong');
      else if (event.type === 'error') {
        this.#error = new WebsocketsError(CODES[event.error.answer] ?? 'ERR_PROTOCOL', event.error.message, {
          cause: event.error,
        });
      } else if (event.type === 'close') {
        const { code, reason, wasClean } = event;
        this.#ear?.ended({ code, reason, wasClean, ...(this.#error !== undefined && { error: this.#error }) });
      }
    }
    this.#flush();
  }

  #lost(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const { reject } of this.#waiters.splice(0)) reject(closed());
    if (this.#ear === null) return;
    this.#session.finish();
    this.#act();
  }

  /** The server has so long for its part of the end, from when it last took something of what was sent before. */
  #cutLater(): void {
    const { closeTimeoutMs } = this.#limits;
    if (this.#timer !== null || this.#socket.destroyed || closeTimeoutMs === Infinity) return;
    const { bufferedAmount } = this;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        // One that takes what was sent before is not at the Close yet.
        if (this.bufferedAmount < bufferedAmount) {
          this.#cutLater();
          return;
        }
        this.#session.expire();
        this.#act();
        this.#socket.destroy();
      },
      Math.min(closeTimeoutMs, LONGEST_TIMER_MS),
    );
  }
}
