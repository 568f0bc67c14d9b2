/**
 * Leads accepted connections through the TLS handshake: so many at once, each for so long. It hands on those that are
 * through, and knows neither HTTP nor what a connection is for.
 */
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { SecureContext, Server, TLSSocket } from 'node:tls';
import type { Logger } from '../types.ts';
import { identityOf } from './peer-identity.ts';
import { contextOptions, findName, namedContexts, nodeTls, type TlsSettings } from './tls-settings.ts';
import { shellOf, TlsSocket } from './tls-socket.ts';

/** Milliseconds between two looks at handshakes under way. */
const SWEEP_INTERVAL_MS = 500;
/** Between two log entries about handshakes that failed: peers must not be able to fill a log, or a queue of entries. */
const LOG_INTERVAL_MS = 1_000;
/** Node limits handshakes by a time-out of its own, which cannot be switched off: here this is done by {@link TlsAcceptor}. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

export class TlsAcceptor {
  readonly #accept: (socket: TlsSocket) => void;
  readonly #log: Logger;
  #settings: TlsSettings;
  /** Does handshakes and does not listen. Another one takes its place when settings change: what is under way goes on. */
  #server: Server;
  /** Connections without a finished handshake, by when they came, oldest first: some begun, the others waiting. */
  readonly #since = new Map<Socket, number>();
  readonly #underWay = new Set<Socket>();
  readonly #waiting = new Set<Socket>();
  readonly #onClose: (this: Socket) => void;
  #timer: NodeJS.Timeout | null = null;
  #tickedAt = 0;
  #failures = 0;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(settings: TlsSettings, log: Logger, accept: (socket: TlsSocket) => void) {
    this.#settings = settings;
    this.#log = log;
    this.#accept = accept;
    this.#server = this.#serverFor(settings);
    const forget = (socket: Socket): void => this.#forget(socket);
    // One function for all sockets.
    this.#onClose = function onClose() {
      forget(this);
    };
  }

  /** Other settings for connections whose handshake begins from now on. Throws what Node throws; nothing has changed then. */
  change(settings: TlsSettings): void {
    this.#server = this.#serverFor(settings);
    this.#settings = settings;
    this.#beginNext();
  }

  /** Takes a connection that was accepted and not read from. */
  take(shell: Socket): void {
    const now = performance.now();
    this.#since.set(shell, now);
    shell.on('error', ignoreError);
    shell.on('close', this.#onClose);
    if (this.#timer === null) {
      this.#tickedAt = now;
      this.#timer = setInterval(() => this.#tick(), SWEEP_INTERVAL_MS);
      this.#timer.unref();
    }
    this.#waiting.add(shell);
    this.#beginNext();
  }

  /** Ends all handshakes. */
  close(): void {
    const all = [...this.#since.keys()];
    this.#waiting.clear();
    for (const shell of all) this.#cut(shell);
  }

  #serverFor(settings: TlsSettings): Server {
    const names = namedContexts(settings);
    const { requestCert, rejectUnauthorized } = settings;
    const choose = (name: string, done: (error: null, context?: SecureContext) => void): void =>
      done(null, findName(names, name));
    const server = nodeTls().createServer({
      ...contextOptions(settings, settings),
      requestCert,
      rejectUnauthorized,
      ALPNProtocols: ['http/1.1', 'http/1.0'],
      handshakeTimeout: LONGEST_TIMEOUT_MS,
      // Without a context of its own a name gets the one above.
      ...(names.size === 0 ? {} : { SNICallback: choose }),
    });
    server.on('secureConnection', (socket) => this.#secured(socket, requestCert));
    server.on('tlsClientError', (error, socket) => this.#failed(error, socket));
    return server;
  }

  #beginNext(): void {
    for (const shell of this.#waiting) {
      if (this.#underWay.size >= this.#settings.maxHandshakes) return;
      this.#waiting.delete(shell);
      this.#underWay.add(shell);
      // Who ends his half before the handshake is over will not finish it.
      shell.allowHalfOpen = false;
      // Documented as the way to bring a connection to such a server.
      this.#server.emit('connection', shell);
    }
  }

  #secured(socket: TLSSocket, requestCert: boolean): void {
    const shell = shellOf(socket);
    if (shell !== null) {
      shell.off('close', this.#onClose);
      this.#forget(shell);
    }
    socket.allowHalfOpen = true;
    this.#accept(new TlsSocket(socket, requestCert ? identityOf(socket) : null));
  }

  #failed(error: Error, socket: TLSSocket): void {
    const shell = shellOf(socket);
    // What was cut here has been told of.
    if (shell === null || !this.#since.has(shell)) return;
    const { reason, code } = error as NodeJS.ErrnoException & { readonly reason?: string };
    this.#forget(shell);
    socket.destroy();
    if (code !== 'ECONNRESET') this.#tell(reason ?? error.message);
  }

  #forget(shell: Socket): void {
    this.#since.delete(shell);
    this.#waiting.delete(shell);
    if (this.#underWay.delete(shell)) this.#beginNext();
    if (this.#since.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #cut(shell: Socket): void {
    this.#forget(shell);
    shell.destroy();
  }

  /** A timer that comes late tells that the thread was busy elsewhere, and no peer is to blame for that. */
  #tick(): void {
    const now = performance.now();
    const late = now - this.#tickedAt - SWEEP_INTERVAL_MS;
    this.#tickedAt = now;
    const forgiven = late >= SWEEP_INTERVAL_MS ? late : 0;
    for (const [shell, since] of this.#since) {
      const from = Math.min(now, since + forgiven);
      if (forgiven > 0) this.#since.set(shell, from);
      if (now - from < this.#settings.handshakeTimeoutMs) continue;
      this.#tell('it took longer than handshakeTimeoutMs');
      this.#cut(shell);
    }
  }

  #tell(reason: string): void {
    this.#failures++;
    const now = performance.now();
    if (now - this.#loggedAt < LOG_INTERVAL_MS) return;
    this.#loggedAt = now;
    const failures = this.#failures;
    const what = failures === 1 ? 'a TLS handshake failed' : `${failures} TLS handshakes failed, the last one`;
    this.#log('INFO', `${what}: ${reason}`, { failures });
    this.#failures = 0;
  }
}

/** `close` follows, and is what counts. */
function ignoreError(): void {}
