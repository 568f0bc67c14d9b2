/** Clients of others with the interface of browsers, and what they have in common. */
import { WebSocket as UndiciSocket } from 'undici';
import { type ClientOptions, WebSocket as WsSocket } from 'ws';
import { PATIENCE_MS } from './patience.ts';
import { trusting } from './trusting.ts';

/** What `ws` and undici both offer. */
interface BrowserSocket {
  binaryType: string;
  readonly protocol: string;
  readonly extensions: string;
  onopen: unknown;
  onerror: unknown;
  onclose: unknown;
  onmessage: unknown;
  send(message: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
}

export const WITH_WS = 'ws';
export const WITH_UNDICI = 'undici';

/** An open WebSocket; messages are taken one by one. */
export class BrowserClient {
  readonly socket: BrowserSocket;
  readonly #messages: (string | Buffer)[] = [];
  #notice: (() => void) | null = null;
  #closed: readonly [code: number, reason: string, wasClean: boolean] | null = null;

  private constructor(socket: BrowserSocket) {
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }: { data: string | ArrayBuffer }) => {
      this.#messages.push(typeof data === 'string' ? data : Buffer.from(data));
      this.#notice?.();
    };
    socket.onclose = ({ code, reason, wasClean }: { code: number; reason: string; wasClean: boolean }) => {
      this.#closed = [code, reason, wasClean];
      this.#notice?.();
    };
    socket.onerror = () => {};
  }

  static async open(
    kind: string,
    port: number,
    options: ClientOptions = {},
    protocols: string[] = [],
  ): Promise<BrowserClient> {
    const { ca } = options;
    const url = `${ca === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}/`;
    const dispatcher = ca === undefined ? {} : { dispatcher: trusting(ca) };
    const client = new BrowserClient(
      kind === WITH_WS ? new WsSocket(url, protocols, options) : new UndiciSocket(url, { protocols, ...dispatcher }),
    );
    await new Promise((resolve, reject) => {
      client.socket.onopen = resolve;
      client.socket.onerror = reject;
    });
    client.socket.onerror = () => {};
    return client;
  }

  /** The next message. */
  async next(): Promise<string | Buffer> {
    await this.#until(() => this.#messages.length > 0 || this.#closed !== null, 'message');
    const message = this.#messages.shift();
    if (message === undefined) throw new Error(`closed with ${this.#closed}`);
    return message;
  }

  /** How it was closed. */
  async closed(): Promise<readonly [code: number, reason: string, wasClean: boolean] | null> {
    await this.#until(() => this.#closed !== null, 'end');
    return this.#closed;
  }

  async #until(enough: () => boolean, what: string): Promise<void> {
    if (enough()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${what} within ${PATIENCE_MS} ms`)), PATIENCE_MS);
      this.#notice = () => {
        if (!enough()) return;
        clearTimeout(timer);
        this.#notice = null;
        resolve();
      };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed === null) this.socket.close();
    await this.closed();
  }
}
