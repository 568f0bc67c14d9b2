/**
 * A server in a process of its own, for tests that measure the process. Says its port, then its memory whenever it is
 * asked. `/stream/sync` and `async` are streams of two gigabytes. Options come as JSON in the first argument, the path of a file for `/file`, and as a static path for `/static`, in
 * the second, and the mode in HTTPUV_TEST_IO. To all of its WebSockets it sends, and closes them, when it is told to.
 */
import { createHash } from 'node:crypto';
import { collectGarbage } from '../../dist/bench/servers/collect-garbage.js';
import { startServer } from '../../dist/index.js';
import { PumpBudget } from '../../dist/node/pump.js';

const [options, file] = process.argv.slice(2);
const io = process.env.HTTPUV_TEST_IO;
let peak = 0;
let inFlightPeak = 0;
const sockets = new Set();
let closedCleanly = 0;
const look = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};

// Counts in mode `inline`; the I/O thread has a budget of its own.
const { take } = PumpBudget.prototype;
PumpBudget.prototype.take = function (bytes) {
  take.call(this, bytes);
  inFlightPeak = Math.max(inFlightPeak, this.inFlight);
};
// On a busy machine a thread may not collect within the time that it is given.
const collect = () => collectGarbage().catch(collect);
const watch = setInterval(look, 20);

/** Two gigabytes, all in one piece of memory that changes: it may when the next piece is asked for. */
const pieces = (path) => {
  const memory = Buffer.alloc(1_048_576);
  const all = function* () {
    for (let i = 0; i < 2048; i++) {
      memory.fill(i & 0xff);
      memory.writeUInt32LE(i, 0);
      look();
      yield memory;
    }
  };
  const waiting = async function* () {
    for (const piece of all()) {
      await null;
      yield piece;
    }
  };
  return path === '/stream/async' ? waiting() : all();
};
/** The hash of a body that is read while it arrives. */
const sha256 = async (stream) => {
  const hash = createHash('sha256');
  for await (const piece of stream) {
    hash.update(piece);
    look();
  }
  return { status: 200, body: hash.digest('hex') };
};
const server = await startServer(
  '127.0.0.1',
  0,
  {
    staticPaths: file ? { '/static': file } : null,
    call(req) {
      look();
      if (req.path === '/file') return { status: 200, body: { file } };
      if (req.path.startsWith('/stream/')) return { status: 200, body: pieces(req.path) };
      if (req.path === '/sha256/stream') return sha256(req.stream());
      if (req.path === '/sha256') {
        const hash = createHash('sha256');
        const piece = new Uint8Array(65_536);
        for (let count = 1; count > 0; ) {
          count = req['rook.input'].readInto(piece);
          hash.update(piece.subarray(0, count));
          look();
        }
        return { status: 200, body: hash.digest('hex') };
      }
      return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: req.path };
    },
    onWSOpen(ws) {
      sockets.add(ws);
      ws.onClose((_code, _reason, wasClean) => {
        sockets.delete(ws);
        if (wasClean) closedCleanly++;
      });
    },
  },
  { io, ...JSON.parse(options ?? '{}') },
);

process.on('message', (message) => {
  if (message === 'reset') {
    globalThis.gc?.();
    peak = process.memoryUsage.rss();
    inFlightPeak = 0;
    process.send?.({ rss: peak, peak, inFlightPeak });
  } else if (message === 'memory') {
    look();
    process.send?.({ rss: process.memoryUsage.rss(), peak, inFlightPeak });
  } else if (message === 'collect') {
    collect().then(() => process.send?.(process.memoryUsage.rss()));
  } else if (message === 'broadcast') {
    for (const ws of sockets) ws.send('to all');
    process.send?.(sockets.size);
  } else if (message === 'close') {
    for (const ws of sockets) ws.close(4000, 'over');
  } else if (message === 'sockets') {
    process.send?.({ open: sockets.size, closedCleanly });
  } else if (message === 'stop') {
    clearInterval(watch);
    // With the server stopped and the channel closed nothing is left that holds the process.
    server.stop().then(() => {
      process.removeAllListeners('disconnect');
      process.disconnect();
    });
  }
});
// The test is gone.
process.on('disconnect', () => process.exit());
process.send?.({ port: server.getPort() });
