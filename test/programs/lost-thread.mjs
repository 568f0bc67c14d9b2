/**
 * A program whose I/O thread ends in the middle of its work: killed from outside, or by a record that it cannot read.
 * Tells what becomes of servers and callbacks.
 */

import { writeSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const threads = createRequire(import.meta.url)('node:worker_threads');
let worker = null;
let shared = null;
threads.Worker = class extends threads.Worker {
  constructor(file, options) {
    super(file, options);
    worker = this;
    shared = options.workerData;
  }
};
syncBuiltinESMExports();
const { HttpuvError, listServers, runServerSync, startServer, startServerSync, stopServer } = await import(
  '../../dist/index.js'
);
const { CONTROL, RING } = await import('../../dist/thread/control.js');

const tell = (...words) => writeSync(1, `${words.join(' ')}\n`);

/** Makes the next command one of a type that there is not. */
function poison() {
  const at = CONTROL.COMMANDS + RING.HEAD;
  const { store } = Atomics;
  Atomics.store = (words, index, value) => {
    if (words.buffer === shared.control.buffer && index === at) {
      const start = (Atomics.load(words, at) >>> 0) % shared.commands.byteLength;
      new Uint32Array(shared.commands)[start / 4 + 2] = 99;
      Atomics.store = store;
    }
    return store(words, index, value);
  };
}

const [how] = process.argv.slice(2);
// When the test is gone without having stopped this program.
setTimeout(() => process.exit(9), 180_000).unref();
if (how === 'sync') {
  const probe = startServerSync('127.0.0.1', 0, null);
  stopServer(probe);
  tell(probe.getPort());
  const call = () => {
    poison();
    return { status: 200 };
  };
  try {
    runServerSync('127.0.0.1', probe.getPort(), call, { logger: (_level, message) => tell(message) });
  } catch (error) {
    tell(error instanceof HttpuvError, error.code);
  }
} else {
  let started = 0;
  let settled = 0;
  let aborted = 0;
  let stopped = 0;
  /** Lets go of requests that wait, in their order. */
  const waiting = [];
  const app = {
    async call(req) {
      started++;
      req.signal.addEventListener('abort', () => aborted++);
      // Some may be answered before the end of the thread, the others settle behind it.
      await (req.path === '/quick' ? sleep(0) : new Promise((resolve) => waiting.push(resolve)));
      settled++;
      return { status: 200, body: 'ok' };
    },
    onStop: () => stopped++,
  };
  const logged = [];
  const options = { logger: (level, message) => logged.push(`${level} ${message}`) };
  const servers = [await startServer('127.0.0.1', 0, app, options), await startServer('127.0.0.1', 0, app, options)];
  tell(servers[0].getPort());
  while (started < 200) await sleep(5);
  if (how === 'terminate') worker.terminate();
  else {
    poison();
    // The answer to it is the record that cannot be read, unless a quick one was faster.
    waiting.shift()();
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.ended.addEventListener('abort', resolve))));
  tell(
    'ended',
    servers[0].ended.reason.code,
    servers.some((server) => server.isRunning()),
    listServers().length,
  );
  for (const goOn of waiting) goOn();
  while (settled < started) await sleep(5);
  await Promise.all(servers.map((server) => server.stop()));
  tell('settled', started, settled, aborted > 0 && aborted <= started, stopped, logged.length);
  const next = await startServer('127.0.0.1', 0, () => ({ status: 200, body: 'again' }));
  tell(await (await fetch(next.url)).text());
  await next.stop();
}
