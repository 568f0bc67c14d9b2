/**
 * A program: opens many connections to a server on loopback, says how many are open, and holds them, sending nothing,
 * until its parent ends it or is gone. Argument: `{ port, connections }` as JSON.
 */
import { connect } from 'node:net';

const AT_ONCE = 200;
const LIFETIME_MS = 120_000;

// The parent is this package and passes one plan.
const plan = JSON.parse(process.argv[2] ?? '{}') as { port: number; connections: number };
let asked = 0;
let opened = 0;
let failed = 0;

function openNext(): void {
  if (asked >= plan.connections) return;
  asked++;
  const socket = connect({ host: '127.0.0.1', port: plan.port });
  const settled = () => {
    if (opened + failed === plan.connections) process.send?.({ opened, failed });
    else openNext();
  };
  socket.once('connect', () => {
    opened++;
    settled();
  });
  socket.once('error', () => {
    failed++;
    settled();
  });
}

process.on('disconnect', () => process.exit(0));
setTimeout(() => process.exit(1), LIFETIME_MS).unref();
for (let made = 0; made < AT_ONCE; made++) openNext();
