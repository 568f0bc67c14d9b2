/** Starts the demo server and says where it is. */
import { startServer, type WebServer } from '../../index.ts';
import { allowedNames } from '../loopback.ts';
import { demoApp } from './app.ts';
import { ECHO_BYTES } from './echo.ts';

/** The demo's port, the same as in R. */
export const DEMO_PORT = 9454;

/** Where the demo listens. */
export interface DemoOptions {
  /** Address to listen on. Default `127.0.0.1`: this machine alone. */
  readonly host?: string;
  /** Port; 0 takes any free one. Default 9454. */
  readonly port?: number;
  /** Takes the lines for the user. Default: standard output. */
  readonly print?: (line: string) => void;
}

/**
 * Runs the demo until the returned server is stopped, and prints its address.
 *
 * @throws Error with Node's `code` (`EADDRINUSE`, …) when the address cannot be listened on.
 * @example
 * const server = await runDemo({ port: 0 });
 * await server.stop();
 */
export async function runDemo(options: DemoOptions = {}): Promise<WebServer> {
  const { host = '127.0.0.1', port = DEMO_PORT, print = console.log } = options;
  const allowedHosts = allowedNames(host);
  const server = await startServer(host, port, demoApp(), {
    maxBodyBytes: 1_048_576,
    maxMessageBytes: ECHO_BYTES,
    ...(allowedHosts === undefined ? {} : { allowedHosts }),
  });
  const name = host.includes(':') ? `[${host}]` : host;
  print(`The demo is running at http://${name}:${server.getPort()}/`);
  print('Press Ctrl-C to stop it.');
  return server;
}
