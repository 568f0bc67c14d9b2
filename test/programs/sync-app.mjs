/**
 * A program whose event loop does not turn: it serves in the way its first argument names and tells on standard output
 * what it sees. It writes synchronously, because nothing else leaves a blocked thread. Ends by itself.
 */
import { createHash } from 'node:crypto';
import { existsSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import {
  deferred,
  interrupt,
  interruptHandle,
  later,
  runServer,
  runServerSync,
  service,
  servicePending,
  serviceSync,
  startPipeServerSync,
  startServerSync,
  stopAllServers,
  stopServer,
} from '../../dist/index.js';

const tell = (...words) => writeSync(1, `${words.join(' ')}\n`);
const ok = (body = 'ok') => ({ status: 200, body });
const busy = (ms) => {
  for (const end = performance.now() + ms; performance.now() < end; );
};

const modes = {
  /** Serves in slices until it has had so many requests. */
  slices(count) {
    let seen = 0;
    const server = startServerSync('127.0.0.1', 0, () => ok(String(++seen)));
    tell(server.getPort());
    while (seen < Number(count)) serviceSync(100);
    tell('seen', seen);
    // What was answered last leaves before the program ends.
    serviceSync(200);
    stopServer(server);
  },

  /** Computes, and answers what has come meanwhile without waiting. */
  steps(form) {
    let seen = 0;
    const server = startServerSync('127.0.0.1', 0, () => ok(String(++seen)));
    tell(server.getPort());
    while (seen < 5) {
      busy(50);
      if (form === 'pending') servicePending();
      else serviceSync(Number.NaN);
    }
    busy(100);
    stopServer(server);
  },

  /** Is interrupted by the third request, in the form that is named. */
  async interrupted(form) {
    let seen = 0;
    const app = () => {
      if (++seen === 3) interrupt();
      return ok(String(seen));
    };
    if (form === 'runServerSync' || form === 'runServer') {
      const port = (() => {
        const probe = startServerSync('127.0.0.1', 0, null);
        stopServer(probe);
        return probe.getPort();
      })();
      tell(port);
      const result =
        form === 'runServer' ? await runServer('127.0.0.1', port, app) : runServerSync('127.0.0.1', port, app);
      tell('returned', result);
      return;
    }
    const server = startServerSync('127.0.0.1', 0, app);
    tell(server.getPort());
    const result = form === 'service' ? await service(0) : serviceSync(0);
    tell('returned', result);
    serviceSync(200);
    stopServer(server);
  },

  /** Is interrupted by another thread, in the form that is named. */
  async handle(form) {
    const watchdog = `
      const { workerData } = require('node:worker_threads');
      import(workerData.entry).then(({ interrupt }) => setTimeout(() => interrupt(workerData.handle), 200));`;
    const entry = new URL('../../dist/index.js', import.meta.url).href;
    new Worker(watchdog, { eval: true, workerData: { entry, handle: interruptHandle() } }).unref();
    const forms = {
      service: () => service(0),
      serviceSync: () => serviceSync(Number.POSITIVE_INFINITY),
      runServer: () => runServer('127.0.0.1', 0, null),
      runServerSync: () => runServerSync('127.0.0.1', 0, null),
      // A wait of the event loop that nothing else would end.
      inline: () => runServer('127.0.0.1', 0, null, { io: 'inline' }),
    };
    const keep = setInterval(() => {}, 1_000);
    tell('returned', await forms[form]());
    clearInterval(keep);
  },

  /** A callback serves others while it is running itself. */
  nested() {
    const seen = [];
    let isInnerDone = false;
    const server = startServerSync('127.0.0.1', 0, (req) => {
      seen.push(req.path);
      if (req.path === '/outer') while (!isInnerDone) serviceSync(50);
      if (req.path === '/inner') isInnerDone = true;
      return ok(req.path);
    });
    tell(server.getPort());
    while (seen.length < 3) serviceSync(50);
    serviceSync(300);
    tell('seen', seen.join(','));
    stopServer(server);
  },

  /** Answers by a promise, which waits for the event loop, and by a thenable, which does not. */
  async promises() {
    let seen = 0;
    const server = startServerSync('127.0.0.1', 0, (req) => {
      seen++;
      if (req.path === '/promise') return Promise.resolve(ok('promise'));
      const { thenable, resolve } = deferred();
      later(() => resolve(ok('thenable')), 0.05);
      return thenable;
    });
    tell(server.getPort());
    while (seen < 3) serviceSync(50);
    const end = performance.now() + 300;
    while (performance.now() < end) serviceSync(50);
    tell('returning');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.stop();
  },

  /** Reads a body while it arrives, which waits for the event loop. */
  async uploads() {
    let seen = 0;
    const call = async (req) => {
      seen++;
      let text = '';
      for await (const part of req.stream()) text += Buffer.from(part).toString();
      return ok(text);
    };
    const server = startServerSync('127.0.0.1', 0, call, { bodyMode: 'stream' });
    tell(server.getPort());
    while (seen < 2) serviceSync(50);
    const end = performance.now() + 300;
    while (performance.now() < end) serviceSync(50);
    tell('returning');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.stop();
  },

  /** Starts and stops on one port in one synchronous program, and fails on a port that is taken. */
  restarts(count) {
    let server = startServerSync('127.0.0.1', 0, () => ok());
    const port = server.getPort();
    for (let i = 0; i < Number(count); i++) {
      stopServer(server);
      server = startServerSync('127.0.0.1', port, () => ok(`server ${i}`));
    }
    try {
      startServerSync('127.0.0.1', port, null);
    } catch (error) {
      tell(error.code, error.message);
    }
    tell(port);
    serviceSync(5_000);
    serviceSync(200);
    stopAllServers();
  },

  /** A pipe server; the mask holds for the socket and not for this program. */
  pipe(path) {
    const before = process.umask();
    const server = startPipeServerSync(path, 0o077, () => ok('pipe'));
    tell(server.getName(), process.umask() === before);
    serviceSync(5_000);
    serviceSync(200);
    stopServer(server);
  },

  /** Waits for a signal inside a synchronous form, with a handler or without one. */
  signals(handler) {
    if (handler === 'handled') process.on('SIGINT', () => tell('handled'));
    const server = startServerSync('127.0.0.1', 0, () => ok());
    tell(server.getPort());
    serviceSync(1_000);
    tell('waited');
    stopServer(server);
  },

  /** Computes for so many milliseconds, and further until there is a file `sign`; then serves until `/stop`. */
  blocked(ms, sign, options) {
    let peak = 0;
    const look = () => {
      peak = Math.max(peak, process.memoryUsage.rss());
    };
    const orders = new Map();
    let calls = 0;
    let isStopped = false;
    const server = startServerSync(
      '127.0.0.1',
      0,
      (req) => {
        look();
        calls++;
        if (req.path === '/stop') {
          isStopped = true;
          return ok(JSON.stringify({ calls: calls - 1, growth: peak - start }));
        }
        if (req.path === '/sha256') {
          const hash = createHash('sha256');
          const piece = new Uint8Array(65_536);
          for (let count = 1; count > 0; ) {
            count = req['rook.input'].readInto(piece);
            hash.update(piece.subarray(0, count));
            look();
          }
          return ok(hash.digest('hex'));
        }
        // `/connection/number`: the order in which calls run.
        const [, connection, number] = req.path.split('/');
        const expected = (orders.get(connection) ?? -1) + 1;
        orders.set(connection, Number(number));
        return Number(number) === expected ? ok(req.path) : { status: 500, body: `out of order: ${req.path}` };
      },
      JSON.parse(options ?? '{}'),
    );
    serviceSync(Number.NaN);
    globalThis.gc?.();
    const start = process.memoryUsage.rss();
    tell(server.getPort());
    const began = performance.now();
    const hasWaited = () => performance.now() - began > (existsSync(sign) ? Number(ms) : 180_000);
    while (!hasWaited()) {
      busy(100);
      look();
    }
    tell('unblocked');
    for (const last = performance.now() + 180_000; !isStopped && performance.now() < last; look()) serviceSync(100);
    serviceSync(200);
    stopAllServers();
  },
};

const [mode, ...args] = process.argv.slice(2);
// Runs in either way of serving, when the test is gone without having stopped this program.
const forget = later(() => process.exit(9), 230);
await modes[mode](...args);
forget();
