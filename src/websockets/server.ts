/** Servers, and contexts that do not listen (R: `create_server`, `createContext`). They stand on `startServer`. */
import { STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Takeover } from '../app/takeover.ts';
import { WebSocketConnection } from '../app/web-socket.ts';
import { callerError } from '../errors.ts';
import { ipFamily } from '../server/ports.ts';
import type { WebServer } from '../server/servers.ts';
import type { App, AppRequest, AppResponse } from '../types.ts';
import { listOf } from '../websocket/fields.ts';
import { isCloseCode } from '../websocket/frames.ts';
import { asksForWebSocket } from '../websocket/handshake.ts';
import type { Lane } from './dispatcher.ts';
import { failureOf } from './errors.ts';
import { bytesOf } from './payload.ts';
import { Peer } from './peer.ts';
import { requestHeader } from './request-header.ts';
import { failed, pageRequest } from './serve-page.ts';
import { ServerWire } from './server-wire.ts';
import { Target } from './target.ts';
import type { RequestHeader, ServerOptions, WebPage, WsServer } from './types.ts';

const LONGEST_TIMER_MS = 0x7fffffff;

const PLAIN = { 'Content-Type': 'text/plain; charset=UTF-8' } as const;
const BUSY: AppResponse = {
  status: 503,
  headers: { ...PLAIN, 'Retry-After': '1' },
  body: '503 Service Unavailable\n',
};
/** The close code for whom there is no room. */
const TRY_LATER = 1013;

/** What a server does with handshakes. */
type Judge = Pick<ServerOptions, 'handleProtocols' | 'verifyRequest'>;

/** What was found about one. */
interface Judged {
  readonly lane: Lane;
  readonly header: RequestHeader;
  protocol: string | false;
}

export class SocketServer extends Target implements WsServer {
  static: WebPage | null;
  readonly host: string;
  readonly #closeTimeoutMs: number;
  readonly #mostWaiting: number;
  readonly #exposesErrors: boolean;
  #web: WebServer | null = null;
  #port = 0;
  #closing: Promise<void> | null = null;
  /** Connections that closing waits for, and how each is let go: one of its callbacks waits for the server. */
  readonly #awaited = new Map<Peer, () => void>();
  /** Handshakes that were judged. */
  readonly #judged = new WeakMap<AppRequest, Judged>();

  constructor(host: string, webpage: WebPage | null, options: ServerOptions) {
    super(options.isBinary ?? 'auto', options.dispatch !== 'manual');
    this.host = host;
    this.static = webpage;
    this.established = options.established ?? null;
    this.receive = options.receive ?? null;
    this.closed = options.closed ?? null;
    this.#closeTimeoutMs = options.closeTimeoutMs || LONGEST_TIMER_MS;
    if (options.closeTimeoutMs === undefined) this.#closeTimeoutMs = 5000;
    this.#exposesErrors = options.exposeErrors === true;
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
    if (this.#web === null || !this.listening) return null;
    const address = this.#web.boundAddress;
    return { address, family: ipFamily(address) === 6 ? 'IPv6' : 'IPv4', port: this.#port };
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
    // Whoever waits for the server has it by then, and can listen to it.
    process.nextTick(() => {
      if (this.listening) this.emit('listening');
    });
  }

  close(code = 1001, reason = ''): Promise<void> {
    if (!isCloseCode(code)) return Promise.reject(new RangeError(`a WebSocket cannot be closed with code ${code}`));
    this.#closing ??= this.#close(code, reason);
    for (const [{ lane }, letGo] of this.#awaited) if (lane.isInside) letGo();
    return this.#closing;
  }

  /** So many wait for the program that nobody new is let in. */
  get #isBusy(): boolean {
    return this.newcomers >= this.#mostWaiting;
  }

  protected sendToAll(peers: readonly Peer[], payload: string | Uint8Array): number[] {
    const connections = peers.map(({ wire }) => (wire as ServerWire).connection); // Servers make no others.
    return WebSocketConnection.sendToAll(connections, bytesOf(payload), typeof payload === 'string');
  }

  async #close(code: number, reason: string): Promise<void> {
    const peers = new Set<Peer>([...this.peers, ...this.clients]);
    let cut: () => void = () => {};
    const late = new Promise<void>((resolve) => {
      cut = resolve;
    });
    const gone = [...peers].map((peer) => this.#gone(peer, late));
    // Whoever asks has to see it closing already.
    await null;
    for (const peer of peers) if (peer.readyState === 'open') void peer.close(code, reason);
    const stopped = this.#web?.stop();
    this.events.runRest();
    const ms = Math.min(this.#closeTimeoutMs, LONGEST_TIMER_MS);
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        for (const peer of peers) peer.terminate();
        cut();
        // So long for the `closed` callbacks of those, which may wait for this, too.
        timer = setTimeout(resolve, ms);
      }, ms);
    });
    await Promise.race([Promise.all(gone), over]);
    clearTimeout(timer);
    await stopped;
    this.finish();
  }

  /**
   * Resolves when the `closed` callback of a connection is through. One of its callbacks that waits for this does not wait for
   * itself: not at all where it asked at once, and no longer than for what is late where it asked behind a promise.
   */
  async #gone(peer: Peer, late: Promise<void>): Promise<void> {
    const asked = new Promise<void>((resolve) => this.#awaited.set(peer, resolve));
    const unlessStuck = late.then(() => this.#goneUnlessStuck(peer));
    await Promise.race([peer.gone(), asked.then(() => peer.ended()), unlessStuck]);
    this.#awaited.delete(peer);
  }

  async #goneUnlessStuck(peer: Peer): Promise<void> {
    await peer.ended();
    const { isRunning, waiting } = peer.lane;
    if (!isRunning || waiting.length === 0) await peer.gone();
  }

  /** The server underneath has ended: because it was closed, or because its thread is lost. */
  #lost(reason: unknown): void {
    if (this.#closing !== null) return;
    if (reason instanceof Error && reason.name !== 'AbortError') this.report(reason);
    void this.close();
  }

  #page(request: AppRequest): Promise<AppResponse> {
    if (this.#isBusy) return Promise.resolve(BUSY);
    return new Promise((resolve) => {
      // What is taken over is an answer, too, but none that an app may give.
      const answer = (given: AppResponse | Takeover): void => resolve(given as AppResponse);
      this.events.add(
        this.events.lane(),
        pageRequest(request, () => this.static, answer, this.#exposesErrors),
      );
    });
  }

  /** Asks the program about a handshake. */
  #judge(request: AppRequest, { verifyRequest, handleProtocols }: Judge): Promise<AppResponse | undefined> | undefined {
    if (!asksForWebSocket(request.rawHeaders)) return undefined;
    if (this.#isBusy) return Promise.resolve(BUSY);
    const judged = { lane: this.events.lane(), header: requestHeader(request), protocol: false as string | false };
    const { lane, header } = judged;
    this.#judged.set(request, judged);
    return new Promise((resolve) => {
      this.events.add(lane, {
        isNew: true,
        run: async (report) => {
          try {
            // While it waited its client may have left.
            if (request.signal.aborted) {
              resolve(BUSY);
              return;
            }
            const refusal = verifyRequest === undefined ? null : refusalFor(await verifyRequest(header));
            if (refusal === null) judged.protocol = chosen(header, handleProtocols);
            resolve(refusal ?? undefined);
          } catch (error) {
            resolve(failed(error, this.#exposesErrors));
            report(error);
          }
        },
      });
    });
  }

  #open(connection: WebSocketConnection): void {
    if (this.#isBusy) {
      connection.close(TRY_LATER);
      return;
    }
    const { request, protocol } = connection;
    const { lane, header } = this.#judged.get(request) ?? {
      lane: this.events.lane(),
      header: requestHeader(request),
    };
    const facts = { info: header, version: null, protocol };
    const peer = new Peer(this, new ServerWire(connection), lane, facts);
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

/** The subprotocol for a handshake. */
function chosen(header: RequestHeader, handleProtocols: ServerOptions['handleProtocols']): string | false {
  const field = header.headers.get('sec-websocket-protocol');
  const offered = new Set(field === undefined ? [] : listOf([field]));
  const [first = false] = offered;
  const protocol = handleProtocols === undefined ? first : handleProtocols(offered, header);
  if (protocol === false || offered.has(protocol)) return protocol;
  throw callerError('HV_BAD_PROTOCOL', `the subprotocol ${JSON.stringify(protocol)} was not offered`);
}

/** The answer to a handshake of which the program said this; null for one that may open. */
function refusalFor(verdict: boolean | number): AppResponse | null {
  if (verdict === true) return null;
  const status = verdict === false ? 403 : verdict;
  if (Number.isInteger(status) && status >= 300 && status <= 599) {
    return { status, headers: PLAIN, body: `${status} ${STATUS_CODES[status] ?? 'Refused'}\n` };
  }
  throw new RangeError(`verifyRequest gives true, false or a status from 300 to 599, not ${String(verdict)}`);
}
