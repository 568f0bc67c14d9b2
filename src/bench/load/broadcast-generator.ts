/**
 * A program: holds many WebSockets and has one of them ask for a broadcast again and again, each time when all have got the last
 * one. Argument: a `BroadcastPlan` as JSON.
 */
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { frame, headBytes } from '../../websocket/frames.ts';
import { HANDSHAKE, handshakeReader } from './echo.ts';
import type { BroadcastPlan, LoadResult } from './load.ts';

const AT_ONCE = 200;
const GRACE_MS = 10_000;
const TEXT = 0x81;

// The parent is this package and passes one plan.
const plan = JSON.parse(process.argv[2] ?? '{}') as BroadcastPlan;
const expected = plan.connections * (headBytes(plan.bytes) + plan.bytes);
const ask = frame('text', 'go', () => Uint8Array.of(1, 2, 3, 4));
const sockets: Socket[] = [];
const latencies: number[] = [];
let asked = 0;
let got = 0;
let errors = 0;
let askedAt = 0;
let begun = 0;
let cpuBefore = process.cpuUsage();

function openNext(): void {
  if (asked >= plan.connections) return;
  asked++;
  const socket = connect({ host: '127.0.0.1', port: plan.port, noDelay: true });
  const reader = handshakeReader();
  const greet = (piece: Buffer): void => {
    const found = reader.feed(piece);
    if (found === 'more') return;
    socket.off('data', greet);
    if (found === 'wrong') errors++;
    let isFirst = true;
    socket.on('data', (bytes) => {
      if (isFirst && bytes[0] !== TEXT) errors++;
      isFirst = false;
      take(bytes.length);
    });
    sockets.push(socket);
    if (sockets.length === plan.connections) process.send?.('open');
    else openNext();
  };
  socket.on('data', greet).write(HANDSHAKE);
  socket.on('error', () => {
    errors++;
  });
}

function begin(): void {
  begun = performance.now();
  cpuBefore = process.cpuUsage();
  setTimeout(finish, plan.timeMs + GRACE_MS).unref();
  next();
}

function next(): void {
  got = 0;
  askedAt = performance.now();
  sockets[0]?.write(ask);
}

function take(bytes: number): void {
  got += bytes;
  if (got < expected) return;
  if (got > expected) errors++;
  const now = performance.now();
  latencies.push((now - askedAt) * 1000);
  if (now - begun < plan.timeMs) next();
  else finish();
}

function finish(): void {
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - begun) / 1000;
  latencies.sort((a, b) => a - b);
  const result: LoadResult = {
    answers: latencies.length * plan.connections,
    seconds,
    medianMicros: latencies[latencies.length >> 1] ?? Number.NaN,
    errors,
    cpuMicros: user + system,
  };
  process.send?.(result, () => process.exit(0));
}

process.once('message', begin);
process.on('disconnect', () => process.exit(0));
for (let made = 0; made < AT_ONCE; made++) openNext();
