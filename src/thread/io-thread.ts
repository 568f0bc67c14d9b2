/**
 * The I/O thread: owns the sockets and the parser, and does nothing but I/O. Also an entry of the package, for programs
 * that are bundled: `httpuv-wasm/io-thread`.
 */
import { workerData } from 'node:worker_threads';
import { IoEnd } from './io-end.ts';
import type { ThreadData } from './messages.ts';

const end = new IoEnd(workerData as ThreadData); // The link starts this file, and with this.
process.on('uncaughtException', (error) => {
  end.die(error);
  process.exit(1);
});
process.on('exit', () => end.die(null));
