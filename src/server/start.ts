/** Starts servers: checks what was given, binds, and joins the listener with both sides (R: `startServer`). */
import { callerError } from '../errors.ts';
import type { IoServer } from '../node/link.ts';
import { type Listener, type ListenTarget, listen } from '../node/listener.ts';
import type { App, CallFunction, ServerOptions } from '../types.ts';
import type { AppServer } from './app-host.ts';
import { inlineIo } from './io.ts';
import { resolveOptions } from './options.ts';
import { messageOf } from './results.ts';
import { type Lifecycle, PipeServer, type Server, WebServer } from './servers.ts';

let nextId = 1;

/**
 * Starts a server on a TCP port. Its callbacks run on this thread, when its event loop is idle or inside
 * `servicePending()`.
 *
 * @param host Address to listen on: an IPv4 or IPv6 address or a host name. `127.0.0.1` is this machine only;
 *   `0.0.0.0` and `::` are all addresses.
 * @param port 0 to 65,535; 0 lets the system choose, and `getPort()` tells.
 * @param app What answers: an {@link App}, or a function that is used as its `call`. Null answers 404.
 * @param options See {@link ServerOptions}.
 * @returns The running server.
 * @throws HttpuvError `HV_BAD_OPTION` for a bad argument; the system's error (`EADDRINUSE`, `EACCES`,
 *   `EADDRNOTAVAIL`, `ENOTFOUND`, …) when it cannot listen.
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
  if (typeof host !== 'string' || host === '') {
    throw callerError('HV_BAD_OPTION', 'host must be an address or a host name, such as 127.0.0.1');
  }
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw callerError('HV_BAD_OPTION', 'port must be a whole number from 0 to 65535');
  }
  const address = host === '::/0' ? '::' : host;
  const { lifecycle, signal } = await start({ kind: 'tcp', host: address, port }, app, options);
  return stoppedBySignal(new WebServer(lifecycle, host), lifecycle, signal);
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
  if (typeof name !== 'string' || name === '' || name.includes('\0')) {
    throw callerError('HV_BAD_OPTION', 'name must be the path of a socket');
  }
  if (mask !== null && mask !== undefined && (typeof mask !== 'number' || !Number.isInteger(mask) || mask > 0o777)) {
    throw callerError('HV_BAD_OPTION', 'mask must be null or a whole number up to 0o777');
  }
  const wanted = mask === null || mask === undefined || mask < 0 ? null : mask;
  const { lifecycle, signal } = await start({ kind: 'pipe', path: name, mask: wanted }, app, options);
  return stoppedBySignal(new PipeServer(lifecycle, name, wanted), lifecycle, signal);
}

async function start(
  target: ListenTarget,
  given: App | CallFunction | null,
  options: ServerOptions | boolean | undefined,
): Promise<{ lifecycle: Lifecycle; signal: AbortSignal | null }> {
  const app = resolveApp(given);
  const resolved = resolveOptions(options);
  resolved.signal?.throwIfAborted();
  const { app: appHost, connections } = inlineIo();
  const id = nextId++;
  const asksHeaders = typeof app.onHeaders === 'function';
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  const appServer: AppServer = {
    id,
    app,
    asksHeaders,
    exposeErrors: resolved.exposeErrors,
    log: resolved.logger,
    waiting,
  };
  const ioServer: IoServer = { ...resolved, id, asksHeaders, waiting, log: resolved.logger };
  appHost.add(appServer);
  let listener: Listener;
  try {
    listener = await listen(connections, ioServer, target, resolved.maxConnections);
  } catch (error) {
    appHost.remove(appServer);
    throw error;
  }
  const ended = new AbortController();
  const end = async (graceMs: number): Promise<void> => {
    ended.abort();
    const closed = listener.close();
    connections.endServer(ioServer, graceMs > 0);
    if (graceMs > 0) await within(closed, graceMs);
    connections.endServer(ioServer, false);
    await closed;
    appHost.remove(appServer);
    try {
      await app.onStop?.();
    } catch (error) {
      resolved.logger('ERROR', `onStop failed: ${messageOf(error)}`, { error });
    }
  };
  return { lifecycle: { listener, ended: ended.signal, end }, signal: resolved.signal };
}

/** Waits for `done`, but no longer than `ms`. */
async function within(done: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.min(ms, 0x7fffffff));
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}

function resolveApp(given: App | CallFunction | null | undefined): App {
  if (given === null || given === undefined) return {};
  if (typeof given === 'function') return { call: given };
  if (typeof given !== 'object') throw callerError('HV_BAD_OPTION', 'app must be an object with call, or a function');
  for (const name of ['call', 'onHeaders', 'onStop'] as const) {
    const member: unknown = given[name];
    if (member !== undefined && member !== null && typeof member !== 'function') {
      throw callerError('HV_BAD_OPTION', `app.${name} must be a function`);
    }
  }
  for (const name of ['onWSOpen', 'staticPaths', 'staticPathOptions']) {
    const member: unknown = (given as Record<string, unknown>)[name];
    if (member !== undefined && member !== null) {
      throw callerError('HV_NOT_SUPPORTED', `app.${name} is not supported by this version; remove it`);
    }
  }
  return given;
}

function stoppedBySignal<S extends Server>(server: S, lifecycle: Lifecycle, signal: AbortSignal | null): S {
  if (signal === null) return server;
  const stop = (): void => void server.stop();
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true, signal: lifecycle.ended });
  return server;
}
