/** The client (R: `websocket`). Its socket lives on the program's thread. */
import { ClientWire } from './client-wire.ts';
import { type Dialled, dial } from './dial.ts';
import { Peer } from './peer.ts';
import { Target } from './target.ts';
import type { ClientOptions, Data, WsConnection } from './types.ts';

class Client extends Target implements WsConnection {
  readonly ws: Peer;
  readonly #wire: ClientWire;

  constructor({ socket, agreement }: Dialled, options: ClientOptions) {
    super(options.isBinary ?? 'auto', true);
    this.#wire = new ClientWire(socket, {
      maxMessageBytes: limit('maxMessageBytes', options.maxMessageBytes, 16_777_216),
      maxBufferedBytes: limit('maxBufferedBytes', options.maxBufferedBytes, 16_777_216),
      closeTimeoutMs: limit('closeTimeoutMs', options.closeTimeoutMs, 5000),
    });
    const { version = 13 } = options;
    const { protocol } = agreement;
    this.ws = new Peer(this, this.#wire, this.events.lane(), { info: null, version, protocol });
    this.include(this.ws);
  }

  self(): WsConnection {
    return this;
  }

  /** Begins: what came is told from now on. */
  begin(rest: Uint8Array): void {
    const { ws } = this;
    this.opened(ws);
    void ws.gone().then(() => this.finish());
    this.#wire.start(
      {
        message: (data, isBinary) => this.heard(ws, data, isBinary),
        pinged: (data, isPong) => this.pinged(ws, data, isPong),
        ended: (why) => this.ended(ws, why),
      },
      rest,
    );
  }

  send(data: Data): Promise<void> {
    return this.ws.send(data);
  }

  async close(code = 1000, reason = ''): Promise<void> {
    await this.ws.close(code, reason);
  }

  protected sendToAll(_peers: readonly Peer[], payload: string | Uint8Array): number[] {
    return [this.#wire.send(payload)];
  }
}

/**
 * Connects to a server.
 *
 * @param url `ws:` or `wss:`, with path and query.
 * @param options See {@link ClientOptions}.
 * @returns The open connection. `established` runs on the first turn after this, so that it can be set in time.
 * @throws TypeError and RangeError for a bad argument; WebsocketsError `ERR_CONNECT`, `ERR_TIMEOUT`, or `ERR_HANDSHAKE` with the
 *   answer's `status` and `headers`; the reason of `signal` when that aborts.
 * @example
 * const client = await websocket('ws://127.0.0.1:7681/', { subprotocol: 'chat' });
 * set_callback('receive', (DATA) => console.log(DATA.length), client);
 * websocket_write('Hello', client);
 * @see R: `websockets::websocket`
 */
export async function websocket(url: string | URL, options: ClientOptions = {}): Promise<WsConnection> {
  for (const name of Object.keys(options)) if (!NAMES.includes(name)) throw new TypeError(`there is no option ${name}`);
  for (const name of ['maxMessageBytes', 'maxBufferedBytes', 'closeTimeoutMs'] as const) limit(name, options[name], 1);
  const dialled = await dial(url, options);
  const client = new Client(dialled, options);
  setImmediate(() => client.begin(dialled.rest));
  const { signal } = options;
  const stop = (): void => void client.close();
  if (signal?.aborted === true) stop();
  else signal?.addEventListener('abort', stop, { once: true });
  client.once('close', () => signal?.removeEventListener('abort', stop));
  return client;
}

const NAMES: readonly string[] = [
  'isBinary',
  'maxMessageBytes',
  'maxBufferedBytes',
  'closeTimeoutMs',
  'signal',
  'port',
  'subprotocol',
  'version',
  'headers',
  'origin',
  'handshakeTimeoutMs',
  'tls',
];

function limit(name: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (value === 0 || value === Infinity) return Infinity;
  if (typeof value === 'number' && value > 0) return value;
  throw new RangeError(`${name} is a positive number; 0 or Infinity for no limit`);
}
