/** A server that is stopped with a little time of grace by a program which then computes until a file exists. */
import { existsSync, writeSync } from 'node:fs';
import { startServer } from '../../dist/index.js';

const [file] = process.argv.slice(2);
let asked = 0;
const server = await startServer('127.0.0.1', 0, {
  call: () => {
    if (++asked < 2) return new Promise(() => {});
    server.stop({ graceMs: 100 });
    while (!existsSync(file));
    return { status: 200, body: 'too late' };
  },
  onStop: () => writeSync(1, 'stopped\n'),
});
writeSync(1, `${server.getPort()}\n`);
