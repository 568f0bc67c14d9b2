/** The server objects that programs hold, and the list of those that run (R: `Server`, `WebServer`, `PipeServer`). */
import { resolve } from 'node:path';
import { checkNames } from '../codec/option-names.ts';
import { callerError } from '../errors.ts';
import type { Listener } from '../node/listener.ts';
import type { TlsSettings } from '../node/tls-settings.ts';
import type { StaticPath, StaticPathInit, StaticPathOptions } from '../static-types.ts';
import type { TlsOptions } from '../tls-types.ts';
import { checkSignal, onAbort, unlessAborted } from './abort.ts';
import type { StaticPaths } from './static-paths.ts';
import type { ServerStats } from './stats.ts';
import { resolveTls } from './tls-options.ts';

/** How a server is ended; given to its object by what started it. */
export interface Lifecycle {
  readonly listener: Listener;
  readonly io: 'inline' | 'thread';
  /** How it spoke TLS when it was started; null: not at all. */
  readonly tls: TlsSettings | null;
  /** Has connections whose handshake begins from now on be spoken to in this way. */
  setTls(settings: TlsSettings): void;
  readonly statics: StaticPaths;
  /** Has the next request find what {@link statics} say now. */
  setMounts(): void;
  /** Aborts when the server begins to stop. */
  readonly ended: AbortSignal;
  /** Ends all connections; resolves when they are closed, and the app has heard of it. */
  end(graceMs: number): Promise<void>;
  /** Ends them sooner, when it would have taken longer. */
  hasten(graceMs: number): void;
  /** What has been counted so far. */
  stats(): ServerStats;
  /** Has the app do what it does at the end. */
  onStop(): Promise<void>;
}

/** How to stop. */
export interface StopOptions {
  /**
   * Milliseconds in which running requests may finish: their answers say `Connection: close`. Idle connections are closed
   * and WebSockets get 1001 at once; what is left when the time is over is cut. Default 0: requests are cut at once, and
   * WebSockets have `closeTimeoutMs` to agree. Infinity: nothing is cut.
   *
   * The time is kept where the sockets live: on the I/O thread also while this one computes. `onStop` and the promise need
   * the event loop.
   */
  readonly graceMs?: number;
  /** When it aborts, what is left is cut, and the call rejects with its reason. The server stops all the same. */
  readonly signal?: AbortSignal;
}

const STOP_NAMES: readonly (keyof StopOptions)[] = ['graceMs', 'signal'];

const running: Set<Server> = new Set();

/** What web and pipe servers have in common. */
export abstract class Server {
  readonly #lifecycle: Lifecycle;
  #tls: TlsSettings | null;
  #stopped: Promise<void> | null = null;
  /** Resolves when the connections are closed; set while `onStop` runs, which may wait for no more than that. */
  #closed: Promise<void> | null = null;

  constructor(lifecycle: Lifecycle) {
    this.#lifecycle = lifecycle;
    this.#tls = lifecycle.tls;
    running.add(this);
  }

  /**
   * Aborts when the server begins to stop: an answer that has no end, such as an event stream, should end then. Its reason
   * is the error when it stops because of one, and that of the option `signal` when it stops because of that.
   */
  get ended(): AbortSignal {
    return this.#lifecycle.ended;
  }

  /** Where its sockets live. */
  get io(): 'inline' | 'thread' {
    return this.#lifecycle.io;
  }

  /** True from the start to {@link stop}. */
  isRunning(): boolean {
    return this.#stopped === null;
  }

  /**
   * Stops the server: it is unlisted and takes no new connection when this returns. Calling it again is harmless: without
   * `graceMs` that waits for the end, with it the end comes sooner, if it would have come later.
   * @param options See {@link StopOptions}.
   * @returns Resolves when every connection is closed, the `onClose` handlers of WebSockets have run, and `onStop` is through.
   * @throws HttpuvError `HV_BAD_OPTION` when `graceMs` is no number of milliseconds, `signal` no AbortSignal, or another option is named.
   * @example
   * process.once('SIGTERM', () => server.stop({ graceMs: 10_000 }));
   * @see R: `server$stop()`
   */
  stop(options: StopOptions = {}): Promise<void> {
    checkNames('stop', options, STOP_NAMES);
    const { graceMs, signal } = options;
    if (graceMs !== undefined && (typeof graceMs !== 'number' || !(graceMs >= 0))) {
      throw callerError('HV_BAD_OPTION', 'graceMs must be a number of milliseconds, 0 or more');
    }
    checkSignal(signal);
    const stopped = this.#stop(graceMs);
    if (signal === undefined) return stopped;
    const forget = onAbort(signal, () => this.#lifecycle.hasten(0));
    return unlessAborted(signal, stopped).finally(forget);
  }

  #stop(graceMs: number | undefined): Promise<void> {
    if (this.#stopped !== null) {
      if (graceMs !== undefined) this.#lifecycle.hasten(graceMs);
    } else {
      running.delete(this);
      // Noted first: what hears of the end may call this again.
      let settle: (end: Promise<void>) => void = () => {};
      this.#stopped = new Promise((resolve) => {
        settle = resolve;
      });
      settle(this.#end(graceMs ?? 0));
    }
    return this.#closed ?? this.#stopped;
  }

  async #end(graceMs: number): Promise<void> {
    const closed = this.#lifecycle.end(graceMs);
    await closed;
    this.#closed = closed;
    await this.#lifecycle.onStop();
    this.#closed = null;
  }

  /**
   * The static paths by path in URLs, in the order of its bytes; null when the server is stopped.
   * @see R: `server$getStaticPaths()`
   */
  getStaticPaths(): Record<string, StaticPath> | null {
    return this.isRunning() ? this.#lifecycle.statics.all() : null;
  }

  /**
   * Adds static paths, or puts them in the place of others, from the next request on. Of a stopped server nothing changes.
   * @returns All of them.
   * @throws HttpuvError `HV_BAD_OPTION`, and the system's error, as `staticPath`; then nothing has changed.
   * @see R: `server$setStaticPath()`
   */
  setStaticPath(paths: Readonly<Record<string, string | StaticPath>>): Record<string, StaticPath> | null {
    return this.#change((statics) => statics.set(paths))?.all() ?? null;
  }

  /**
   * Takes static paths away. Names that there are not are passed over.
   * @returns Those that are left.
   * @see R: `server$removeStaticPath()`
   */
  removeStaticPath(path: string | readonly string[]): Record<string, StaticPath> | null {
    return this.#change((statics) => statics.remove(path))?.all() ?? null;
  }

  /**
   * The options that static paths inherit; null when the server is stopped.
   * @see R: `server$getStaticPathOptions()`
   */
  getStaticPathOptions(): StaticPathOptions | null {
    return this.isRunning() ? this.#lifecycle.statics.options : null;
  }

  /**
   * Changes the options that are named, from the next request on; null and undefined leave one as it is.
   * @returns All of them.
   * @throws HttpuvError `HV_BAD_OPTION`; then nothing has changed.
   * @see R: `server$setStaticPathOption()`
   */
  setStaticPathOption(options: StaticPathInit): StaticPathOptions | null {
    return this.#change((statics) => statics.setOptions(options))?.options ?? null;
  }

  #change(change: (statics: StaticPaths) => void): StaticPaths | null {
    if (!this.isRunning()) return null;
    change(this.#lifecycle.statics);
    this.#lifecycle.setMounts();
    return this.#lifecycle.statics;
  }

  /**
   * Changes certificates, or whatever else of the option `tls` is named, without a restart: for connections whose handshake
   * begins after this has returned. What is not named stays as it is; connections that are open are left alone. Of a
   * stopped server nothing changes.
   *
   * @throws HttpuvError `HV_BAD_TLS` and `HV_BAD_OPTION` as `startServer`, also for a server that was started without
   *   `tls`; then nothing has changed.
   * @example
   * server.setSecureContext({ cert: readFileSync('cert.pem'), key: readFileSync('key.pem') });
   */
  setSecureContext(tls: Partial<TlsOptions>): void {
    if (this.#tls === null) {
      throw callerError('HV_BAD_OPTION', 'setSecureContext(tls): the server was started without the option tls');
    }
    const settings = resolveTls(tls, this.#tls);
    if (!this.isRunning()) return;
    this.#lifecycle.setTls(settings);
    this.#tls = settings;
  }

  /**
   * What this server has done so far, and what it is doing now. Synchronous and quick, in both modes; of a stopped server
   * the last figures.
   * @returns See {@link ServerStats}.
   * @example
   * setInterval(() => console.log(server.stats().requests.received), 10_000).unref();
   */
  stats(): ServerStats {
    return this.#lifecycle.stats();
  }

  /** Lets the server keep the process running, as it does from the start. */
  ref(): this {
    this.#lifecycle.listener.ref();
    return this;
  }

  /** Lets the process end although the server is running. */
  unref(): this {
    this.#lifecycle.listener.unref();
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** A server on a TCP port. */
export class WebServer extends Server {
  readonly #host: string;
  readonly #address: string;
  readonly #port: number;
  readonly #scheme: 'http' | 'https';

  constructor(lifecycle: Lifecycle, host: string) {
    super(lifecycle);
    this.#scheme = lifecycle.tls === null ? 'http' : 'https';
    this.#host = host;
    this.#address = lifecycle.listener.address;
    this.#port = lifecycle.listener.port;
  }

  /** For this package: the IP address that it is bound to, also where `host` is a name. */
  get boundAddress(): string {
    return this.#address;
  }

  /** The host as given to `startServer`. */
  getHost(): string {
    return this.#host;
  }

  /** The bound port; for port 0 the one that the system chose. */
  getPort(): number {
    return this.#port;
  }

  /** Address to open in a browser on this machine, without a path: `http://127.0.0.1:9454`. */
  get url(): string {
    const host = LOCAL_NAMES[this.#host] ?? this.#host;
    return `${this.#scheme}://${host.includes(':') ? `[${host}]` : host}:${this.#port}`;
  }
}

/** What a browser can open for the addresses that mean "all of them". */
const LOCAL_NAMES: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1', '::/0': '::1' };

/** A server on a Unix-domain socket or a named pipe. */
export class PipeServer extends Server {
  readonly #name: string;
  readonly #mask: number;

  constructor(lifecycle: Lifecycle, name: string, mask: number | null) {
    super(lifecycle);
    this.#name = process.platform === 'win32' ? name : resolve(name);
    this.#mask = mask ?? -1;
  }

  /** Absolute path of the socket. */
  getName(): string {
    return this.#name;
  }

  /** The umask that held while binding; −1 when it was left alone. */
  getMask(): number {
    return this.#mask;
  }
}

/**
 * Stops a server, as its method `stop` does. A stopped one is left alone.
 * @param options See {@link StopOptions}.
 * @returns As `stop`.
 * @throws HttpuvError `HV_BAD_OPTION` when it is no server, and as `stop`.
 * @see R: `httpuv::stopServer`
 */
export function stopServer(server: Server, options?: StopOptions): Promise<void> {
  if (!(server instanceof Server))
    throw callerError('HV_BAD_OPTION', 'stopServer(server): server is what startServer gave');
  return server.stop(options);
}

/**
 * Stops every running server, pipe servers too.
 * @param options See {@link StopOptions}.
 * @returns Resolves when all of them have stopped.
 * @throws HttpuvError `HV_BAD_OPTION`, as `stop`.
 * @see R: `httpuv::stopAllServers`
 */
export async function stopAllServers(options?: StopOptions): Promise<void> {
  await Promise.all([...running].map((server) => server.stop(options)));
}

/**
 * The running servers, in the order in which they were started.
 * @see R: `httpuv::listServers`
 */
export function listServers(): Server[] {
  return [...running];
}
