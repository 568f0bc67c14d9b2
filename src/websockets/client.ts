/** The client (R: `websocket`). Its socket lives on the program's thread. */
import { ClientWire } from './client-wire.ts';
import { type Dialled, dial } from './dial.ts';
import { checkClientOptions, clientLimit } from './options.ts';
import { Peer } from './peer.ts';
import { Target } from './target.ts';
import type { ClientOptions, Data, WsConnection } from './types.ts';

class Client extends Target implements WsConnection {
  readonly ws: Peer;
  readonly #wire: ClientWire;

  constructor({ socket, agreement }: Dialled, options: ClientOptions) {
    super(options.isBinary ?? 'auto', true);
    this.#wire = new ClientWire(socket, {
      maxMessageBytes: clientLimit('maxMessageBytes', options),
      maxBufferedBytes: clientLimit('maxBufferedBytes', options),
      closeTimeoutMs: clientLimit('closeTimeoutMs', options),
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
 * @throws TypeError and RangeError for a bad argument; HttpuvError `HV_BAD_OPTION` for an unknown option, and for what cannot
 *   stand in a head; WebsocketsError `ERR_CONNECT`, `ERR_TIMEOUT`, or `ERR_HANDSHAKE` with the
 *   answer's `status` and `headers`; the reason of `signal` when that aborts.
 * @example
 * const client = await websocket('ws://127.0.0.1:7681/', { subprotocol: 'chat' });
 * set_callback('receive', (DATA) => console.log(DATA.length), client);
 * websocket_write('Hello', client);
 * @see R: `websockets::websocket`
 */
export async function websocket(url: string | URL, options: ClientOptions = {}): Promise<WsConnection> {
  checkClientOptions(options);
  const dialled = await dial(url, options);
  const client = new Client(dialled, options);
  setImmediate(() => client.begin(dialled.rest));
  client.closeWith(options.signal);
  return client;
}
