/** Starts the server of the command, on the next free port if it has to, and says where it is. */
import { networkInterfaces } from 'node:os';
import { randomPort, type ServerOptions, startServer, staticPath, type WebServer } from '../../index.ts';
import { openInBrowser } from '../../server/browse.ts';
import { isLoopback } from '../loopback.ts';
import { logLine } from './log.ts';
import type { ServePlan } from './options.ts';
import { type LineSink, Lines } from './output.ts';
import { answerRest } from './rest.ts';

/** The port of static servers, the same as in R. */
export const SERVE_PORT = 7446;
/** How far the next free port is looked for. */
const PORTS_TO_TRY = 100;

/** Where the command writes: the log to `out`, what it has to say to `err`. */
export interface Streams {
  readonly out: LineSink;
  readonly err: LineSink;
}

/** A server that serves a folder. */
export interface Serving {
  readonly server: WebServer;
  /** Writes what is still to be logged. */
  flush(): void;
}

/**
 * Serves a folder until the returned server is stopped.
 *
 * @param io Where sockets live; default on the I/O thread.
 * @throws Error when the port that was asked for is taken, with the next free one in its message; what `startServer` throws.
 */
export async function serve(plan: ServePlan, streams: Streams, io?: ServerOptions['io']): Promise<Serving> {
  const lines = new Lines(streams.out);
  const format = logLine(plan.log);
  const options: ServerOptions = {
    ...(io === undefined ? {} : { io }),
    ...(plan.allowedHosts === undefined ? {} : { allowedHosts: plan.allowedHosts }),
    ...(plan.tls === undefined ? {} : { tls: plan.tls }),
    ...(format === undefined ? {} : { onAccess: (entry) => lines.add(format(entry)) }),
  };
  const say = (line: string): void => {
    if (!plan.isQuiet) streams.err.write(`${line}\n`);
  };
  const server = await started(plan, options, say);
  say(greeting(plan, server).join('\n'));
  if (plan.isOpened) openInBrowser(`${server.url}/`, (line) => streams.err.write(`${line}\n`));
  return { server, flush: () => lines.flush() };
}

async function started(plan: ServePlan, options: ServerOptions, say: (line: string) => void): Promise<WebServer> {
  const { folder, host, port: asked, files, isShared } = plan;
  const app = { staticPaths: { '/': staticPath(folder, files) }, ...(isShared ? { call: answerRest } : {}) };
  for (let port = asked ?? SERVE_PORT; ; ) {
    try {
      return await startServer(host, port, app, options);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      // Its sentence names the options of a program.
      if (error.code === 'HV_BAD_TLS') throw new Error(error.message.replace(/\btls\.(cert|key)\b/g, '--$1'));
      if (error.code !== 'EADDRINUSE') throw error;
      const next = await nextFree(host, port);
      const busy = `Port ${port} on ${host} is already in use`;
      if (next === undefined) throw new Error(`${busy}. Choose another one with --port (--port 0 takes any free one).`);
      if (asked !== undefined) throw new Error(`${busy}. The next free one is ${next}: try --port ${next}`);
      say(`${busy}; taking ${next}.`);
      port = next;
    }
  }
}

/** The first free port above one; undefined when none is near. */
async function nextFree(host: string, port: number): Promise<number | undefined> {
  try {
    // In order, from the first on: that is what fewer than two tries mean there.
    return await randomPort(port + 1, port + PORTS_TO_TRY, host, 1);
  } catch {
    return undefined;
  }
}

function greeting({ folder, host, files, tls }: ServePlan, server: WebServer): string[] {
  const isOpen = host === '0.0.0.0' || host === '::';
  const elsewhere = isOpen ? networkAddresses(tls === undefined ? 'http' : 'https', server.getPort()) : [];
  return [
    `Serving ${JSON.stringify(folder)} at ${server.url}/`,
    ...elsewhere.map((url) => `On your network: ${url}`),
    ...(isLoopback(host) ? [] : ['Everybody who can reach this address can read these files.']),
    ...(files.dotfiles === true ? ['Hidden files are served too.'] : []),
    'Press Ctrl-C to stop.',
  ];
}

/** Where other machines find this one. */
function networkAddresses(scheme: string, port: number): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses
      .filter(({ internal, family }) => !internal && family === 'IPv4')
      .map(({ address }) => `${scheme}://${address}:${port}/`),
  );
}
