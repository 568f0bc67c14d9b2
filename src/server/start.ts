/** Starts servers: checks what was given, binds, and joins the listener with both sides (R: `startServer`). */
import { callerError } from '../errors.ts';
import { globalLoop } from '../later/index.ts';
import { post } from '../later/internal.ts';
import { makeCounters } from '../node/counters.ts';
import type { IoServer } from '../node/link.ts';
import type { ListenTarget } from '../node/listener.ts';
import type { App, CallFunction, Logger, ServerOptions } from '../types.ts';
import { onAbort, unlessAborted } from './abort.ts';
import type { AppHost } from './app-host.ts';
import { watchBlocks } from './blocks.ts';
import { resolveApp } from './calls.ts';
import { contextOf } from './contexts.ts';
import { CHANNELS, watchedBits } from './diagnostics.ts';
import { inlineSide, threadSide } from './io.ts';
import type { OpenServer } from './io-side.ts';
import { type ResolvedOptions, resolveOptions } from './options.ts';
import type { AppServer } from './pending.ts';
import { messageOf } from './results.ts';
import { type Lifecycle, PipeServer, type Server, WebServer } from './servers.ts';
import { StaticPaths } from './static-paths.ts';
import { type ServerStats, statsOf } from './stats.ts';

let nextId = 1;

/** What only other parts of this package ask of a server. */
export interface Traits {
  /** WebSockets tell of Pings and Pongs. */
  readonly tellsPings: boolean;
  /** Each connection ends with the answer to its first request. */
  readonly oneRequest: boolean;
}

const PLAIN: Traits = { tellsPings: false, oneRequest: false };

/**
 * Starts a server on a TCP port. Its callbacks run on this thread: when its event loop is idle, or inside `serviceSync`,
 * `runServerSync`, `servicePending` and `runNow`.
 *
 * @param host Address to listen on: an IPv4 or IPv6 address or a host name. `127.0.0.1` is this machine only;
 *   `0.0.0.0` and `::` are all addresses.
 * @param port 0 to 65,535; 0 lets the system choose, and `getPort()` tells.
 * @param app What answers: an {@link App}, or a function that is used as its `call`. Null answers 404.
 * @param options See {@link ServerOptions}.
 * @returns The running server.
 * @throws HttpuvError `HV_BAD_OPTION` for a bad argument; the system's error (`EADDRINUSE`, `EACCES`,
 *   `EADDRNOTAVAIL`, `ENOTFOUND`, …) when it cannot listen; the reason of `options.signal` when that aborts before.
 * @example
 * const server = await startServer('127.0.0.1', 8080, () => ({ status: 200, body: 'hello' }));
 * @see R: `httpuv::startServer`
 */
export async function startServer(
  host: string,
  port: number,
  app: App | CallFunction | null,
  options?: ServerOptions | boolean,
): Promise<WebServer> {
  return startServerWith(host, port, app, options, PLAIN);
}

/** As {@link startServer}, for other parts of this package. */
export async function startServerWith(
  host: string,
  port: number,
  app: App | CallFunction | null,
  options: ServerOptions | boolean | undefined,
  traits: Traits,
): Promise<WebServer> {
  const plan = planned(tcpTarget(host, port), app, options, traits);
  return plan.running(await opened(plan), (lifecycle) => new WebServer(lifecycle, host));
}

/**
 * As {@link startServer}, but blocks until the server listens: for programs that do not return to the event loop. Its
 * callbacks run inside `serviceSync`, or when the event loop turns again.
 *
 * @returns The running server.
 * @throws As {@link startServer}, at once; HttpuvError `HV_NO_IO_THREAD` when the I/O thread cannot be started, and
 *   `HV_BAD_OPTION` for `io: 'inline'`, which cannot listen without the event loop.
 * @example
 * const server = startServerSync('127.0.0.1', 8080, () => ({ status: 200, body: 'hello' }));
 * while (true) serviceSync(100);
 * @see R: `httpuv::startServer`
 */
export function startServerSync(
  host: string,
  port: number,
  app: App | CallFunction | null,
  options?: ServerOptions | boolean,
): WebServer {
  const plan = planned(tcpTarget(host, port), app, options);
  return plan.running(openedSync(plan, 'startServerSync'), (lifecycle) => new WebServer(lifecycle, host));
}

/**
 * Starts a server on a Unix-domain socket (on Windows: a named pipe). A socket file that a server left behind when it
 * was killed is replaced; the file is removed when the server stops.
 *
 * @param name Path of the socket.
 * @param mask The umask (0 to 0o777) that holds while the socket is made; null or a negative number leaves it alone.
 * @param app As for {@link startServer}.
 * @param options As for {@link startServer}.
 * @throws HttpuvError `HV_BAD_OPTION`; the system's error when it cannot listen.
 * @see R: `httpuv::startPipeServer`
 */
export async function startPipeServer(
  name: string,
  mask: number | null,
  app: App | CallFunction | null,
  options?: ServerOptions | boolean,
): Promise<PipeServer> {
  const target = pipeTarget(name, mask);
  const plan = planned(target, app, options);
  return plan.running(await opened(plan), (lifecycle) => new PipeServer(lifecycle, name, target.mask));
}

/**
 * As {@link startPipeServer}, but blocks until the server listens.
 * @throws As {@link startPipeServer} and {@link startServerSync}.
 * @see R: `httpuv::startPipeServer`
 */
export function startPipeServerSync(
  name: string,
  mask: number | null,
  app: App | CallFunction | null,
  options?: ServerOptions | boolean,
): PipeServer {
  const target = pipeTarget(name, mask);
  const plan = planned(target, app, options);
  const open = openedSync(plan, 'startPipeServerSync');
  return plan.running(open, (lifecycle) => new PipeServer(lifecycle, name, target.mask));
}

function tcpTarget(host: string, port: number): ListenTarget {
  if (typeof host !== 'string' || host === '') {
    throw callerError('HV_BAD_OPTION', 'host must be an address or a host name, such as 127.0.0.1');
  }
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw callerError('HV_BAD_OPTION', 'port must be a whole number from 0 to 65535');
  }
  return { kind: 'tcp', host: host === '::/0' ? '::' : host, port };
}

function pipeTarget(name: string, mask: number | null | undefined): ListenTarget & { readonly kind: 'pipe' } {
  if (typeof name !== 'string' || name === '' || name.includes('\0')) {
    throw callerError('HV_BAD_OPTION', 'name must be the path of a socket');
  }
  if (mask !== null && mask !== undefined && (typeof mask !== 'number' || !Number.isInteger(mask) || mask > 0o777)) {
    throw callerError('HV_BAD_OPTION', 'mask must be null or a whole number up to 0o777');
  }
  return { kind: 'pipe', path: name, mask: mask === null || mask === undefined || mask < 0 ? null : mask };
}

/** A server that is checked and not yet listening. */
interface Plan {
  readonly target: ListenTarget;
  readonly resolved: ResolvedOptions;
  readonly server: IoServer;
  readonly appServer: AppServer;
  /** Hears that the server has ended without being told to. */
  readonly onLost: (error: Error) => void;
  /** Makes the server object of one that listens. */
  running<S extends Server>(open: Opened, make: (lifecycle: Lifecycle) => S): S;
}

/** A server that listens, and the app side that it belongs to. */
interface Opened {
  readonly open: OpenServer;
  readonly appHost: AppHost;
}

function planned(
  target: ListenTarget,
  given: App | CallFunction | null,
  options: ServerOptions | boolean | undefined,
  traits: Traits = PLAIN,
): Plan {
  const app = resolveApp(given);
  const statics = new StaticPaths(app.staticPaths, app.staticPathOptions);
  const resolved = resolveOptions(options);
  resolved.signal?.throwIfAborted();
  const id = nextId++;
  const asksHeaders = typeof app.onHeaders === 'function';
  const opensSockets = typeof app.onWSOpen === 'function';
  const taken = new Int32Array(new SharedArrayBuffer(8));
  const counters = makeCounters();
  const {
    exposeErrors,
    logger,
    signal,
    io: _io,
    bodyMode,
    onAccess,
    highWaterBytes,
    maxBufferedBytes,
    ...limits
  } = resolved;
  /** Why it stops; undefined when it is told to. */
  let why: unknown;
  let object: Server | null = null;
  const log: Logger = (level, message, fields) => {
    if (level === 'ERROR' && CHANNELS.error.hasSubscribers)
      CHANNELS.error.publish({ server: object, message, ...fields });
    logger(level, message, fields);
  };
  const watch = (): void => {
    taken[1] = watchedBits();
  };
  watch();
  const appServer: AppServer = {
    id,
    context: contextOf(resolved.tls === null ? 'http' : 'https', resolved.trustProxy),
    app,
    asksHeaders,
    bodyMode,
    spoolBytes: resolved.spoolBytes,
    maxSpoolBytes: resolved.maxSpoolBytes,
    exposeErrors,
    onAccess,
    sendLimits: { highWaterBytes, maxBufferedBytes },
    taken,
    log,
    object: null,
    hasWarned: false,
    hint: null,
    uploads: null,
    opened: null,
  };
  return {
    target,
    resolved,
    server: {
      ...limits,
      ...traits,
      id,
      asksHeaders,
      streamsBodies: bodyMode === 'stream',
      opensSockets,
      notesAccess: onAccess !== null,
      mounts: statics.mounts(),
      statics: null,
      trust: null,
      counters,
      taken,
      log,
    },
    appServer,
    onLost: (error) => {
      why ??= error;
      object?.stop();
    },
    running: (opened, make) => {
      const watched = watchBlocks(watch);
      const stats = (): ServerStats => statsOf(counters, taken, opened.open.ring(), watched.take());
      const made = make({ ...lifecycleOf(opened, app, statics, { ...resolved, logger: log }, id, () => why), stats });
      onAbort(made.ended, watched.end);
      object = made;
      appServer.object = made;
      if (signal !== null)
        stopWithSignal(made, signal, (reason) => {
          why ??= reason;
        });
      return made;
    },
  };
}

async function opened({ target, resolved, server, appServer, onLost }: Plan): Promise<Opened> {
  const side = resolved.io === 'inline' ? inlineSide() : threadSide();
  const leave = (): void => side.app.remove(appServer.id);
  side.app.add(appServer);
  const opening = side.listen(server, target, resolved.maxConnections, onLost);
  opening.catch(leave);
  const open = await unlessAborted(resolved.signal, opening, (late) => {
    void late.close().then(leave);
    late.endConnections(0);
  });
  return { open, appHost: side.app };
}

function openedSync({ target, resolved, server, appServer, onLost }: Plan, name: string): Opened {
  if (resolved.io === 'inline') {
    throw callerError(
      'HV_BAD_OPTION',
      `${name} needs io: 'thread', because an inline server listens by the event loop`,
    );
  }
  const side = threadSide();
  side.app.add(appServer);
  try {
    return { open: side.listenSync(server, target, resolved.maxConnections, onLost), appHost: side.app };
  } catch (error) {
    side.app.remove(appServer.id);
    throw error;
  }
}

function lifecycleOf(
  { open, appHost }: Opened,
  app: App,
  statics: StaticPaths,
  { io, tls, logger: log }: ResolvedOptions,
  id: number,
  why: () => unknown,
): Omit<Lifecycle, 'stats'> {
  const ended = new AbortController();
  let isClosed = false;
  const end = async (graceMs: number): Promise<void> => {
    ended.abort(why());
    const closed = open.close();
    open.endConnections(graceMs);
    await closed;
    isClosed = true;
    appHost.remove(id);
    // The app is yet to hear of some that they are closed.
    await new Promise<void>((heard) => post(globalLoop(), heard));
  };
  const onStop = async (): Promise<void> => {
    try {
      await app.onStop?.();
    } catch (error) {
      log('ERROR', `onStop failed: ${messageOf(error)}`, { error });
    }
  };
  return {
    listener: open,
    io,
    tls,
    setTls: (settings) => open.setTls(settings),
    statics,
    setMounts: () => open.setMounts(statics.mounts()),
    ended: ended.signal,
    end,
    hasten: (graceMs) => {
      if (!isClosed) open.endConnections(graceMs);
    },
    onStop,
  };
}

/** @param tell Hears why, before the server stops. */
function stopWithSignal(server: Server, signal: AbortSignal, tell: (reason: unknown) => void): void {
  const forget = onAbort(signal, () => {
    tell(signal.reason);
    void server.stop();
  });
  onAbort(server.ended, forget);
  signal.throwIfAborted();
}
