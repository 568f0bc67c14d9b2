/** Waits for what a connection of a server was given to leave. */
import type { WebSocketConnection } from '../app/web-socket.ts';
import { WebsocketsError } from './errors.ts';

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class SentWatch {
  readonly #connection: WebSocketConnection;
  #waiters: Waiter[] = [];
  #isClosed = false;

  constructor(connection: WebSocketConnection) {
    this.#connection = connection;
    connection.onDrain(() => this.#look());
    connection.onClose((_code, _reason, wasClean) => {
      this.#isClosed = true;
      // What was said before both Closes goes ahead of ours.
      for (const { resolve, reject } of this.#waiters.splice(0)) wasClean ? resolve() : reject(closed());
    });
  }

  /** Resolves when nothing is unsent. @throws WebsocketsError `ERR_CLOSED` when the connection ends before. */
  wait(): Promise<void> {
    if (this.#isClosed) return Promise.reject(closed());
    if (this.#connection.bufferedAmount === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      if (this.#waiters.length === 1) this.#connection.notifySent();
    });
  }

  /** More may have been given since it was asked for. */
  #look(): void {
    if (this.#waiters.length === 0) return;
    if (this.#connection.bufferedAmount > 0) this.#connection.notifySent();
    else for (const { resolve } of this.#waiters.splice(0)) resolve();
  }
}

/** The error of whoever sends too late. */
export function closed(): WebsocketsError {
  return new WebsocketsError('ERR_CLOSED', 'the connection is closed or closing');
}

/** The same promise. Programs need not look at it: that a peer leaves while something is sent to it ends no process. */
export function unheard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
