/** A server for the files of one folder, in one call (R: `runStaticServer`). What serves them is the I/O side. */
import { callerError } from '../errors.ts';
import type { StaticPathInit } from '../static-types.ts';
import type { App, ServerOptions } from '../types.ts';
import { openInBrowser } from './browse.ts';
import { OPTION_NAMES } from './options.ts';
import { randomPort, randomPortSync } from './ports.ts';
import { runUntilEnd, runUntilEndSync } from './run.ts';
import type { WebServer } from './servers.ts';
import { startServer, startServerSync } from './start.ts';
import { staticPath } from './static-paths.ts';

/** The port that is taken when none is given and it is free, the same as in R. */
const USUAL_PORT = 7446;

/** How a folder is served: options of the static path, of the server, and those below. */
export interface StaticServerOptions extends StaticPathInit, Omit<ServerOptions, 'compress'> {
  /** Address to listen on. Default `127.0.0.1`: this machine alone. */
  readonly host?: string;
  /** 1 to 65,535. Default: 7446 when it is free, else a random one. */
  readonly port?: number | null;
  /** True: resolves to the server, which goes on. Default false: runs until `interrupt()`, then stops. */
  readonly background?: boolean;
  /** Opens the address in the user's browser. Default false. */
  readonly browse?: boolean;
  /** Says nothing. Otherwise it says what is served, and where: to `logger`, or on standard error. */
  readonly quiet?: boolean;
}

/**
 * Serves the files of a folder: until `interrupt()`, until its `signal` option aborts, or, with `background`, until it is
 * stopped.
 *
 * @param dir The folder; default the current one.
 * @param options See {@link StaticServerOptions}.
 * @returns `true` once the server has stopped; with `background` the running server.
 * @throws HttpuvError `HV_NO_PORT` when the given port is not available, with the system's error as its `cause`;
 *   `HV_BAD_OPTION` for a bad argument; what `staticPath` throws for the folder, and `startServer` for the rest.
 * @example
 * const server = await runStaticServer('public', { background: true });
 * @see R: `httpuv::runStaticServer`
 */
export function runStaticServer(
  dir: string | undefined,
  options: StaticServerOptions & { readonly background: true },
): Promise<WebServer>;
export function runStaticServer(dir?: string, options?: StaticServerOptions): Promise<WebServer | true>;
export async function runStaticServer(
  dir: string = process.cwd(),
  options: StaticServerOptions = {},
): Promise<WebServer | true> {
  const plan = planned(dir, options);
  const start = async (): Promise<WebServer> => {
    const { host, port, app, serverOptions } = plan;
    let server: WebServer;
    try {
      server = await startServer(host, port ?? USUAL_PORT, app, serverOptions);
    } catch (error) {
      if (port !== null || !isTaken(error)) throw unavailable(error, plan);
      server = await startServer(host, await randomPort(undefined, undefined, host), app, serverOptions);
    }
    return greeted(server, plan);
  };
  return plan.isBackground ? start() : runUntilEnd(start);
}

/**
 * As {@link runStaticServer}, but blocks this thread, as R does; with `background` until the server listens.
 * @throws As {@link runStaticServer} and `startServerSync`.
 * @see R: `httpuv::runStaticServer`
 */
export function runStaticServerSync(
  dir: string | undefined,
  options: StaticServerOptions & { readonly background: true },
): WebServer;
export function runStaticServerSync(dir?: string, options?: StaticServerOptions): WebServer | true;
export function runStaticServerSync(dir: string = process.cwd(), options: StaticServerOptions = {}): WebServer | true {
  const plan = planned(dir, options);
  const start = (): WebServer => {
    const { host, port, app, serverOptions } = plan;
    let server: WebServer;
    try {
      server = startServerSync(host, port ?? USUAL_PORT, app, serverOptions);
    } catch (error) {
      if (port !== null || !isTaken(error)) throw unavailable(error, plan);
      server = startServerSync(host, randomPortSync(undefined, undefined, host), app, serverOptions);
    }
    return greeted(server, plan);
  };
  return plan.isBackground ? start() : runUntilEndSync(start);
}

/** What is served, and how, once the arguments are checked. */
interface Plan {
  readonly dir: string;
  readonly host: string;
  readonly port: number | null;
  readonly app: App;
  readonly serverOptions: ServerOptions;
  readonly isBackground: boolean;
  readonly isBrowsed: boolean;
  readonly say: (line: string) => void;
}

function planned(dir: string, options: StaticServerOptions): Plan {
  if (typeof options !== 'object' || options === null) throw callerError('HV_BAD_OPTION', 'options is an object');
  const { host = '127.0.0.1', port = null, background = false, browse = false, quiet = false, ...others } = options;
  for (const [name, value] of Object.entries({ background, browse, quiet })) {
    if (typeof value !== 'boolean') throw callerError('HV_BAD_OPTION', `option ${name} must be true or false`);
  }
  if (port !== null && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    throw callerError('HV_BAD_OPTION', 'option port must be a whole number from 1 to 65535');
  }
  // What is compressed here are the files.
  const isServers = ([name]: readonly [string, unknown]): boolean => name !== 'compress' && OPTION_NAMES.includes(name);
  const all = Object.entries(others);
  // Whatever is no option of servers is one of static paths, or refused there.
  const files: StaticPathInit = Object.fromEntries(all.filter((each) => !isServers(each)));
  const { logger } = others;
  const toStandardError = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  return {
    dir,
    host,
    port,
    app: { staticPaths: { '/': staticPath(dir, files) } },
    serverOptions: Object.fromEntries(all.filter(isServers)),
    isBackground: background,
    isBrowsed: browse,
    say: quiet ? () => {} : logger === undefined ? toStandardError : (line) => logger('INFO', line),
  };
}

function greeted(server: WebServer, { dir, isBackground, isBrowsed, say }: Plan): WebServer {
  say(`Serving: '${dir}'`);
  say(`View at: ${server.url}`);
  if (!isBackground) say('Press Ctrl + C to stop the server');
  if (isBrowsed) openInBrowser(server.url, say);
  return server;
}

const TAKEN: ReadonlySet<unknown> = new Set(['EADDRINUSE', 'EACCES']);

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && TAKEN.has(error.code);
}

/** R's sentence for a port that was asked for and cannot be had; other errors stay what they are. */
function unavailable(error: unknown, { host, port }: Plan): unknown {
  if (port === null || !isTaken(error)) return error;
  const refusal = callerError('HV_NO_PORT', `Port ${port} is not available on host ${host}`);
  refusal.cause = error;
  return refusal;
}
