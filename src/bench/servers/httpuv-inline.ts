/** This package's server with everything on one thread. */
import { startServer } from '../../index.ts';
import { HELLO_BODY } from './hello.ts';
import { reportUsage } from './report-usage.ts';

const call = () => ({ status: 200, headers: { 'Content-Type': 'text/plain' }, body: HELLO_BODY });

startServer('127.0.0.1', 0, { call }, { io: 'inline' }).then(
  (server) => reportUsage(server.getPort()),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
