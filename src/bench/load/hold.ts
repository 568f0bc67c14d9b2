/**
 * A program: opens many connections to a server on loopback, says how many are open, and holds them, sending nothing,
 * until its parent ends it or is gone. Argument: a `HoldPlan` as JSON.
 */
import { connect } from 'node:net';
import { HANDSHAKE, handshakeReader } from './echo.ts';
import type { HoldPlan } from './held.ts';

const AT_ONCE = 200;
const LIFETIME_MS = 120_000;

// The parent is this package and passes one plan.
const plan = JSON.parse(process.argv[2] ?? '{}') as HoldPlan;
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
  const isOpen = () => {
    opened++;
    settled();
  };
  const hasFailed = () => {
    failed++;
    settled();
  };
  socket.once('error', hasFailed);
  if (!plan.isWebSocket) {
    socket.once('connect', isOpen);
    return;
  }
  const reader = handshakeReader();
  const read = (piece: Buffer): void => {
    const found = reader.feed(piece);
    if (found === 'more') return;
    // What comes later, such as Pings, is read and dropped.
    socket.off('data', read).resume();
    if (found === 'done') isOpen();
    else hasFailed();
  };
  socket.on('data', read).write(HANDSHAKE);
}

process.on('disconnect', () => process.exit(0));
setTimeout(() => process.exit(1), LIFETIME_MS).unref();
for (let made = 0; made < AT_ONCE; made++) openNext();
