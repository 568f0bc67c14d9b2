/**
 * This package's server with sockets on the I/O thread and the app in a loop that blocks this one: the event loop never
 * turns, so nothing can be asked over IPC. Prints its port, then serves until the process that started it is gone, or
 * until a signal ends it. Argument: the process id of the starter.
 */
import { writeSync } from 'node:fs';
import { later, serviceSync, startServerSync } from '../../index.ts';
import { HELLO_APP } from './httpuv.ts';

const STANDARD_OUTPUT = 1;

const starter = Number(process.argv[2]);

/** A process whose parent is gone gets another one. */
function endWithStarter(): void {
  if (process.ppid !== starter) process.exit(0);
  later(endWithStarter, 1);
}

const server = startServerSync('127.0.0.1', 0, HELLO_APP);
// Written at once: a stream might wait for the event loop.
writeSync(STANDARD_OUTPUT, `port ${server.getPort()}\n`);
endWithStarter();
while (true) serviceSync(100);
