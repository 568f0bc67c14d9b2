/**
 * The I/O thread: owns the sockets and the parser, and does nothing but I/O. Also an entry of the package, for programs
 * that are bundled: `httpuv-wasm/io-thread`. Imported by anything but the link's own worker it does nothing.
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { IoEnd } from './io-end.ts';
import type { ThreadData } from './messages.ts';

function isOurs(data: unknown): data is ThreadData {
  return typeof data === 'object' && data !== null && 'spoolAccount' in data && 'port' in data;
}

if (!isMainThread && isOurs(workerData)) {
  const end = new IoEnd(workerData);
  process.on('uncaughtException', (error) => {
    end.die(error);
    process.exit(1);
  });
  process.on('exit', () => end.die(null));
}
