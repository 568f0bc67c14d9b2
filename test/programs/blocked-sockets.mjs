/**
 * A server whose callbacks block their thread, for tests of what its WebSockets do meanwhile. It understands these texts:
 *   block [ms, file]     blocks so long, and on until there is the file; tells `blocked`, and `unblocked` with the growth of
 *                        the process meanwhile, in bytes
 *   progress [prefix]    sends ten texts from inside one callback, each after the file `prefix` + number of the one before
 *   bytes                how many bytes came on this WebSocket, their hash, and the most by which the process has grown since the block began
 *   count                how many numbers came on this WebSocket: texts that have to be 0, 1, 2, … in this order
 *   note "word"          keeps the word, and answers with it
 *   notes                the words that were kept
 *   stop                 ends the program
 * It writes synchronously, because nothing else leaves a blocked thread. Options come as JSON in its first argument.
 */
import { createHash } from 'node:crypto';
import { existsSync, writeSync } from 'node:fs';
import { later, serviceSync, startServerSync, stopServer } from '../../dist/index.js';

const tell = (...words) => writeSync(1, `${words.join(' ')}\n`);
const LOOK_MS = 50;
const MOST_MS = 200_000;
const nothing = new Int32Array(new SharedArrayBuffer(4));

let start = Number.POSITIVE_INFINITY;
let peak = 0;
let isStopped = false;
const notes = [];
const look = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};

/** Blocks this thread: it computes nothing, so that the test itself is not kept from its work. */
function block(isOver) {
  for (const end = performance.now() + MOST_MS; !isOver() && performance.now() < end; look()) {
    Atomics.wait(nothing, 0, 0, LOOK_MS);
  }
}

const orders = {
  block(_, [ms, file]) {
    globalThis.gc?.();
    start = process.memoryUsage.rss();
    tell('blocked');
    const began = performance.now();
    block(() => performance.now() - began >= ms && existsSync(file));
    tell('unblocked', peak - start);
  },
  progress({ ws }, [prefix]) {
    for (let step = 1; step <= 10; step++) {
      ws.send(`step ${step}`);
      block(() => existsSync(prefix + step));
    }
    ws.send('done');
  },
  bytes({ ws, hash, bytes }) {
    ws.send(JSON.stringify({ bytes, hash: hash.digest('hex'), growth: peak - start }));
  },
  count({ ws, count }) {
    ws.send(String(count));
  },
  note({ ws }, word) {
    notes.push(word);
    ws.send(word);
  },
  notes({ ws }) {
    ws.send(JSON.stringify(notes));
  },
  stop() {
    isStopped = true;
  },
};

const app = {
  onWSOpen(ws) {
    const state = { ws, hash: createHash('sha256'), bytes: 0, pieces: 0, count: 0 };
    ws.onMessage((isBinary, message) => {
      look();
      if (isBinary) {
        state.hash.update(message);
        state.bytes += message.length;
        // What is held is measured, not what the collector of this thread has not come to yet.
        if (++state.pieces % 16 === 0) globalThis.gc?.();
        return;
      }
      const [word, ...rest] = message.split(' ');
      if (Object.hasOwn(orders, word)) orders[word](state, rest.length > 0 ? JSON.parse(rest.join(' ')) : []);
      else if (Number(word) === state.count) state.count++;
      else ws.close(4000, `${word} came for ${state.count}`);
    });
  },
};

const server = startServerSync('127.0.0.1', 0, app, JSON.parse(process.argv[2] ?? '{}'));
tell(server.getPort());
// Runs when the test is gone without having stopped this program.
const forget = later(() => process.exit(9), 230);
while (!isStopped) serviceSync(100);
stopServer(server);
forget();
