/** What the servers of the broadcast comparison send, and this package's one. */
import { createServer } from '../../websockets/index.ts';
import { reportUsage } from './report-usage.ts';

/** 1 KiB of ASCII. */
export const BROADCAST: string = '0123456789abcdef'.repeat(64);

/** Sends it to all whenever one says something. */
export function serveBroadcasts(io: 'inline' | 'thread'): void {
  createServer({ port: 0, io, webpage: null }).then(
    (server) => {
      server.receive = () => {
        server.broadcast(BROADCAST);
      };
      reportUsage(server.port);
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
}
