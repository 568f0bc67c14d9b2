/** Servers, and contexts that do not listen (R: `create_server`, `createContext`). They stand on `startServer`. */
import type { AddressInfo } from 'node:net';
import type { Takeover } from '../app/takeover.ts';
import { WebSocketConnection } from '../app/web-socket.ts';
import { ipFamily } from '../server/ports.ts';
import type { WebServer } from '../server/servers.ts';
import type { App, AppRequest, AppResponse } from '../types.ts';
import { isCloseCode } from '../websocket/frames.ts';
import { asksForWebSocket } from '../websocket/handshake.ts';
import type { Lane } from './dispatcher.ts';
import { failureOf } from './errors.ts';
import { bytesOf } from './payload.ts';
import { Peer } from './peer.ts';
import { requestHeader } from './request-header.ts';
import { pageRequest } from './serve-page.ts';
import { ServerWire } from './server-wire.ts';
import { Target } from './target.ts';
import type { ServerOptions, WebPage, WsServer } from './types.ts';

const LONGEST_TIMER_MS = 0x7fffffff;

const BUSY: AppResponse = {
  status: 503,
  headers: { 'Content-Type': 'text/plain; charset=UTF-8', 'Retry-After': '1' },
  body: '503 Service Unavailable\n',
};

/** What a server does with handshakes. */
type Judge = Pick<ServerOptions, 'handleProtocols' | 'verifyRequest'>;

export class SocketServer extends Target implements WsServer {
  static: WebPage | null;
  readonly host: string;
  readonly #closeTimeoutMs: number;
  readonly #mostWaiting: number;
  #web: WebServer | null = null;
  #port = 0;
  #closing: Promise<void> | null = null;
  /** Lanes and subprotocols of handshakes that were judged. */
  readonly #judged = new WeakMap<AppRequest, { readonly lane: Lane; protocol: string | false }>();

  constructor(host: string, webpage: WebPage | null, options: ServerOptions) {
    super(options.isBinary ?? 'auto', options.dispatch !== 'manual');
    this.host = host;
    this.static = webpage;
    this.established = options.established ?? null;
    this.receive = options.receive ?? null;
    this.closed = options.closed ?? null;
    this.#closeTimeoutMs = options.closeTimeoutMs || LONGEST_TIMER_MS;
    if (options.closeTimeoutMs === undefined) this.#closeTimeoutMs = 5000;
    this.#mostWaiting = options.maxQueuedRequests === undefined ? 10_000 : options.maxQueuedRequests || Infinity;
  }

  self(): WsServer {
    return this;
  }

  get port(): number {
    return this.#port;
  }

  get listening(): boolean {
    return this.#web !== null && this.#closing === null;
  }

  get server_socket(): number | null {
    return this.listening ? this.#port : null;
  }

  address(): AddressInfo | null {
    if (!this.listening) return null;
    return { address: this.host, family: ipFamily(this.host) === 6 ? 'IPv6' : 'IPv4', port: this.#port };
  }

  ref(): this {
    this.#web?.ref();
    return this;
  }

  unref(): this {
    this.#web?.unref();
    return this;
  }

  /** The app of the server underneath. */
  app(judge: Judge): App {
    const judges = judge.verifyRequest !== undefined || judge.handleProtocols !== undefined;
    return {
      call: (request) => this.#page(request),
      onWSOpen: (connection) => {
        if (connection instanceof WebSocketConnection) this.#open(connection);
      },
      handleProtocols: (offered, request) => {
        const judged = this.#judged.get(request);
        return judged === undefined ? ([...offered][0] ?? false) : judged.protocol;
      },
      ...(judges && { onHeaders: (request) => this.#judge(request, judge) }),
    };
  }

  /** The server underneath listens. */
  attach(web: WebServer): void {
    this.#web = web;
    this.#port = web.getPort();
    web.ended.addEventListener('abort', () => this.#lost(web.ended.reason), { once: true });
    this.emit('listening');
  }

  close(code = 1001, reason = ''): Promise<void> {
    if (!isCloseCode(code)) return Promise.reject(new RangeError(`a WebSocket cannot be closed with code ${code}`));
    this.#closing ??= this.#close(code, reason);
    return this.#closing;
  }

  protected sendToAll(peers: readonly Peer[], payload: string | Uint8Array): number[] {
    const connections = peers.map(({ wire }) => (wire as ServerWire).connection); // Servers make no others.
    return WebSocketConnection.sendToAll(connections, bytesOf(payload), typeof payload === 'string');
  }

  async #close(code: number, reason: string): Promise<void> {
    // Whoever asks has to see it closing already.
    await null;
    const peers = new Set<Peer>([...this.peers, ...this.clients]);
    const gone = Promise.all([...peers].map((peer) => this.#closed(peer, code, reason)));
    const stopped = this.#web?.stop();
    // Nobody else dispatches what is left.
    this.events.setAuto(true);
    const timer = setTimeout(
      () => {
        for (const peer of peers) peer.terminate();
      },
      Math.min(this.#closeTimeoutMs, LONGEST_TIMER_MS),
    );
    await gone;
    clearTimeout(timer);
    await stopped;
    this.finish();
  }

  /** Closes a connection; a callback of it that waits for this does not wait for itself. */
  #closed(peer: Peer, code: number, reason: string): Promise<unknown> {
    return peer.readyState === 'open' ? peer.close(code, reason) : peer.lane.isRunning ? peer.ended() : peer.gone();
  }

  /** The server underneath has ended: because it was closed, or because its thread is lost. */
  #lost(reason: unknown): void {
    if (this.#closing !== null) return;
    if (reason instanceof Error && reason.name !== 'AbortError') this.report(reason);
    void this.close();
  }

  #page(request: AppRequest): Promise<AppResponse> {
    if (!this.events.isAuto && this.events.waitingLanes >= this.#mostWaiting) return Promise.resolve(BUSY);
    return new Promise((resolve) => {
      // What is taken over is an answer, too, but none that an app may give.
      const answer = (given: AppResponse | Takeover): void => resolve(given as AppResponse);
      this.events.add(
        this.events.lane(),
        pageRequest(request, () => this.static, answer),
      );
    });
  }

  /** Asks the program about a handshake. */
  #judge(request: AppRequest, { verifyRequest, handleProtocols }: Judge): Promise<AppResponse | undefined> | undefined {
    if (!asksForWebSocket(request.rawHeaders)) return undefined;
    const judged = { lane: this.events.lane(), protocol: false as string | false };
    this.#judged.set(request, judged);
    return new Promise((resolve, reject) => {
      this.events.add(judged.lane, {
        run: async (report) => {
          try {
            const header = requestHeader(request);
            const verdict = verifyRequest === undefined ? true : await verifyRequest(header);
            if (verdict === true) {
              const offered = offeredBy(header.headers.get('sec-websocket-protocol'));
              judged.protocol =
                handleProtocols === undefined ? ([...offered][0] ?? false) : handleProtocols(offered, header);
              resolve(undefined);
            } else resolve(refusal(verdict === false ? 403 : verdict));
          } catch (error) {
            report(error);
            reject(error);
          }
        },
      });
    });
  }

  #open(connection: WebSocketConnection): void {
    const { request, protocol } = connection;
    const lane = this.#judged.get(request)?.lane ?? this.events.lane();
    const version = request.headers['sec-websocket-version'] === '8' ? 8 : 13;
    const peer = new Peer(this, new ServerWire(connection), lane, { info: requestHeader(request), version, protocol });
    connection.onMessage((isBinary, data) => this.heard(peer, data, isBinary));
    connection.onPing = (data, isPong) => this.pinged(peer, data, isPong);
    connection.onClose((code, reason, wasClean) => {
      const error = failureOf(code, reason, wasClean);
      this.ended(peer, { code, reason, wasClean, ...(error !== undefined && { error }) });
    });
    this.opened(peer);
    // It came while the server was being closed.
    if (this.#closing !== null) void peer.close(1001);
  }
}

function offeredBy(field: string | undefined): ReadonlySet<string> {
  const names = (field ?? '').split(',').map((name) => name.trim());
  return new Set(names.filter((name) => name !== ''));
}

function refusal(status: number): AppResponse {
  return { status, headers: { 'Content-Type': 'text/plain; charset=UTF-8' }, body: `${status}\n` };
}
