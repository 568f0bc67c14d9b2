/** One HTTP request waiting for its answer: the answer is given by `httpResponse`, or written byte by byte. */
import { Takeover } from '../app/takeover.ts';
import type { WebSocketConnection } from '../app/web-socket.ts';
import type { AppRequest, AppResponse } from '../types.ts';
import { WebsocketsError } from './errors.ts';
import { bytesOf } from './payload.ts';
import { nextId } from './peer.ts';
import { closed, SentWatch, unheard } from './sent.ts';
import type { Data, HttpSocket } from './types.ts';

/** The connection that the answer is written to. */
interface Raw {
  readonly connection: WebSocketConnection;
  readonly sent: SentWatch;
}

export class PageSocket implements HttpSocket {
  readonly id: number = nextId();
  readonly request: AppRequest;
  readonly #answer: (answer: AppResponse | Takeover) => void;
  #state: 'waiting' | 'written' | 'answered' = 'waiting';
  #raw: Promise<Raw> | null = null;
  #isEnded = false;
  #isCut = false;

  /** @param answer Takes the answer of the request, once. */
  constructor(request: AppRequest, answer: (answer: AppResponse | Takeover) => void) {
    this.request = request;
    this.#answer = answer;
  }

  get remoteAddress(): string | undefined {
    return this.request.remoteAddress || undefined;
  }

  get responded(): boolean {
    return this.#state !== 'waiting';
  }

  /** Bytes were written, and the end was not. */
  get isUnfinished(): boolean {
    return this.#state === 'written' && !this.#isEnded;
  }

  /** The client has left. */
  get isGone(): boolean {
    return this.#isCut || this.request.signal.aborted;
  }

  async body(limit: number = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    let bytes: Uint8Array;
    try {
      bytes = this.request.body;
    } catch (cause) {
      throw new WebsocketsError('ERR_BODY', 'the body is gone: the request was answered', { cause });
    }
    if (bytes.length <= limit) return bytes;
    throw new WebsocketsError('ERR_BODY', `the body has ${bytes.length} bytes; ${limit} are the most`);
  }

  write(chunk: Data): Promise<void> {
    return unheard(this.#write(chunk));
  }

  end(): Promise<void> {
    return unheard(this.#end());
  }

  async #write(chunk: Data): Promise<void> {
    // The program may use its memory again at once.
    const bytes = new Uint8Array(bytesOf(chunk));
    const { connection, sent } = await this.#written();
    if (connection.send(bytes) < 0) throw closed();
    await sent.wait();
  }

  async #end(): Promise<void> {
    if (this.#isEnded) return;
    const raw = this.#written();
    this.#isEnded = true;
    const { connection } = await raw;
    if (connection.readyState === 3) return;
    const ended = new Promise<void>((resolve) => connection.onClose(() => resolve()));
    connection.close();
    await ended;
  }

  /** Gives the whole answer. @throws WebsocketsError `ERR_CLOSED` when one was begun. */
  respond(answer: AppResponse): void {
    if (this.#state !== 'waiting') throw new WebsocketsError('ERR_CLOSED', 'this request has an answer already');
    this.#state = 'answered';
    this.#answer(answer);
  }

  #written(): Promise<Raw> {
    if (this.#state === 'answered' || this.#isEnded || (this.#raw === null && this.isGone)) {
      return Promise.reject(closed());
    }
    this.#state = 'written';
    this.#raw ??= new Promise((resolve, reject) => {
      // Without a client nobody takes it over.
      const { signal } = this.request;
      signal.addEventListener('abort', () => reject(closed()), { once: true });
      const begin = (connection: WebSocketConnection): void => {
        connection.onClose(() => {
          this.#isCut = !this.#isEnded;
        });
        resolve({ connection, sent: new SentWatch(connection) });
      };
      this.#answer(new Takeover(begin));
    });
    return this.#raw;
  }
}
