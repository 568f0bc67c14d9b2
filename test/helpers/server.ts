/** Starts servers of the source in the mode of this run, and stops those that belong to one test. */
import { onTestFinished } from 'vitest';
import type { App, ServerOptions, WebServer } from '../../src/index.ts';
import * as source from '../../src/index.ts';
import { inMode } from './io-mode.ts';

export const startServer: typeof source.startServer = inMode(source.startServer);
export const startPipeServer: typeof source.startPipeServer = inMode(source.startPipeServer);
export const runServer: typeof source.runServer = inMode(source.runServer);

/** A server for the running test on any port, silent unless it is given a logger. It is stopped behind the test. */
export async function testServer(app: App, options: ServerOptions = {}): Promise<WebServer> {
  const server = await startServer('127.0.0.1', 0, app, { logger: () => {}, ...options });
  onTestFinished(() => server.stop());
  return server;
}

/** As {@link testServer}, for tests that need nothing but its port. */
export async function serve(app: App, options: ServerOptions = {}): Promise<number> {
  return (await testServer(app, options)).getPort();
}
