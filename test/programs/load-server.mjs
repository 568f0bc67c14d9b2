/**
 * A server in a process of its own, for tests that measure the process. Says its port, then its memory whenever it is
 * asked. Options come as JSON in the first argument, the path of a file for `/file` in the second, and the mode in
 * HTTPUV_TEST_IO.
 */
import { createHash } from 'node:crypto';
import { startServer } from '../../dist/index.js';
import { PumpBudget } from '../../dist/node/pump.js';

const [options, file] = process.argv.slice(2);
const io = process.env.HTTPUV_TEST_IO;
let peak = 0;
let inFlightPeak = 0;
const look = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};

// Counts in mode `inline`; the I/O thread has a budget of its own.
const { take } = PumpBudget.prototype;
PumpBudget.prototype.take = function (bytes) {
  take.call(this, bytes);
  inFlightPeak = Math.max(inFlightPeak, this.inFlight);
};
const watch = setInterval(look, 20);

const server = await startServer(
  '127.0.0.1',
  0,
  {
    call(req) {
      look();
      if (req.path === '/file') return { status: 200, body: { file } };
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
