/**
 * One of two real threads that send each other numbered records through rings and wake each other, as the ends of a link
 * do. `waits`: `loop`, `blocked`, or `mixed`, which changes between the two. Posts what it has read, or throws.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { awaken, block, fallAsleep, wake } from '../../dist/thread/bell.js';
import { Outbox } from '../../dist/thread/outbox.js';
import { RingReader, RingWriter } from '../../dist/thread/ring.js';

/** A thread that waits so long (ms) although there is more to come was not woken. */
const LONGEST_WAIT_MS = 20_000;
const RECORDS_PER_TURN = 64;

const { control, mine, theirs, inbox, outbox: outMemory, inAt, outAt, port, count, waits } = workerData;

const writer = new RingWriter(control, outAt, outMemory);
const out = new Outbox(writer, 8);
const reader = new RingReader(control, inAt, inbox);
let sent = 0;
let received = 0;
let pings = 0;
let seed = 12_345;
let isOver = false;

const payloadOf = (number) => (number * 2_654_435_761) >>> 26;
const wakeOther = () => wake(control, theirs, () => port.postMessage(0));
const hasMore = () => sent < count && !out.isFull;
const hasWork = () => !reader.isEmpty || out.hasWork || hasMore();

function take(type, connection, request, at, length) {
  if (connection !== received || type !== 5 || request !== ~received >>> 0 || length !== payloadOf(received)) {
    throw new Error(`record ${received} is another one: ${[type, connection, request, length]}`);
  }
  for (let i = 0; i < length; i++) {
    if (reader.bytes[at + i] !== ((received + i) & 0xff)) throw new Error(`record ${received} has another byte ${i}`);
  }
  received++;
}

function turn() {
  awaken(control, mine);
  if (reader.drain(take) && reader.takeRoomWish()) wakeOther();
  for (let i = 0; i < RECORDS_PER_TURN && hasMore(); i++) {
    const length = payloadOf(sent);
    out.begin(length);
    for (let j = 0; j < length; j++) out.bytes[out.at + j] = (sent + j) & 0xff;
    out.end(5, sent, ~sent >>> 0);
    sent++;
  }
  if (out.publish()) wakeOther();
}

function isDone() {
  return received === count && sent === count && !out.isFull;
}

/** Blocks once; throws when nobody came. */
function blockOnce() {
  const began = performance.now();
  block(control, mine, LONGEST_WAIT_MS, hasWork);
  if (performance.now() - began >= LONGEST_WAIT_MS) throw new Error(`not woken: ${sent} sent, ${received} received`);
}

function finish() {
  if (isOver) return;
  isOver = true;
  clearTimeout(alarm);
  port.close();
  parentPort.postMessage({ received, pings });
}

/** A wish for room may still be answered after the end, so nobody minds a message too many. */
function go() {
  if (isOver) return;
  for (;;) {
    turn();
    if (isDone()) {
      finish();
      return;
    }
    alarm.refresh();
    seed = (seed * 1_103_515_245 + 12_345) >>> 0;
    if (waits === 'blocked' || (waits === 'mixed' && seed >>> 31 === 1)) {
      blockOnce();
      continue;
    }
    if (fallAsleep(control, mine, hasWork)) return;
    // Lets messages in between, as an event loop does.
    if (seed >>> 30 === 0) {
      setImmediate(go);
      return;
    }
  }
}

const alarm = setTimeout(() => {
  throw new Error(`not woken: ${sent} sent, ${received} received`);
}, LONGEST_WAIT_MS);
port.on('message', () => {
  pings++;
  go();
});
go();
