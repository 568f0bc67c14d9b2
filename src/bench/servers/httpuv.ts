/** The app that this package's servers of the comparison run, whatever their mode. */
import { type App, type ServerOptions, startServer, staticPath } from '../../index.ts';
import { filesFolder } from './files.ts';
import { HELLO_BODY } from './hello.ts';
import { reportUsage } from './report-usage.ts';

/** Answers every request at once with the same text, and every message with itself. */
export const HELLO_APP: App = {
  call: () => ({ status: 200, headers: { 'Content-Type': 'text/plain' }, body: HELLO_BODY }),
  onWSOpen: (ws) => {
    ws.onMessage((_isBinary, message) => {
      ws.send(message);
    });
  },
};

/**
 * Serves the app, and the files that the runner names, on the event loop, with sockets on this thread or on the I/O thread.
 * @param tls A certificate: speaks TLS.
 */
export function serveOnEventLoop(io: 'inline' | 'thread', tls?: ServerOptions['tls']): void {
  const files = filesFolder();
  const app = files === undefined ? HELLO_APP : { staticPaths: { '/': staticPath(files) } };
  startServer('127.0.0.1', 0, app, { io, ...(tls === undefined ? {} : { tls }) }).then(
    (server) => reportUsage(server.getPort()),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
}
