/**
 * Heat spreads in a rod, and whoever watches over a WebSocket is told how far it is. One callback computes all of it and
 * returns to nobody meanwhile; what it sends leaves at once, because the sockets live on the I/O thread.
 *   node simulation.mjs [reports]
 * The texts `start` and `stop` are understood; GET tells how far it is. PORT in the environment is where it listens.
 */
import { serviceSync, startServer } from 'httpuv-wasm';

const reports = Number(process.argv[2] ?? 200);
const POINTS = 1_001;
const STEPS = 1_000;

const watchers = new Set();
let last = { report: 0, middle: 0 };
let isRunning = false;
let isStopped = false;

/** One end is held at 100 degrees, the other at 0. */
function* spread() {
  let now = new Float64Array(POINTS);
  let next = new Float64Array(POINTS);
  now[0] = next[0] = 100;
  for (let report = 1; ; report++) {
    for (let step = 0; step < STEPS; step++) {
      for (let i = 1; i < POINTS - 1; i++) next[i] = now[i] + 0.4 * (now[i - 1] - 2 * now[i] + now[i + 1]);
      [now, next] = [next, now];
    }
    yield { report, middle: now[(POINTS - 1) / 2] };
  }
}

function tell(what) {
  const text = JSON.stringify(what);
  // Who does not read fast enough misses reports, and does not make the others wait.
  for (const ws of watchers) if (ws.bufferedAmount < 65_536) ws.send(text);
}

function simulate() {
  isRunning = true;
  isStopped = false;
  for (const state of spread()) {
    last = state;
    tell(state);
    // Whoever asks, comes or says `stop` meanwhile is heard here, between two reports.
    serviceSync(NaN);
    if (isStopped || state.report === reports) break;
  }
  isRunning = false;
  tell({ ...last, end: isStopped ? 'stopped' : 'done' });
}

const app = {
  call: () => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: `${JSON.stringify(last)}\n` }),
  onWSOpen(ws) {
    watchers.add(ws);
    ws.onClose(() => watchers.delete(ws));
    ws.onMessage((_isBinary, message) => {
      if (message === 'stop') isStopped = true;
      else if (message === 'start' && !isRunning) simulate();
    });
  },
};

const server = await startServer('127.0.0.1', Number(process.env.PORT ?? 8080), app, { io: 'thread' });
console.log(`Watch ${server.url}`);
process.once('SIGTERM', () => server.stop());
