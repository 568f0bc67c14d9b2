/**
 * From bytes to requests: feeds the parser, walks its records, keeps bodies, and refuses what breaks the rules.
 * It never runs app code and never touches the socket; answers are left to `deliver`.
 */

import { freeNow } from '../codec/bytes.ts';
import type { HttpMachine } from '../parser/machine.ts';
import { FLAG, KIND, LIMIT, METHOD, PAUSE, STATUS } from '../wasm/constants.gen.ts';
import { accessStart, unanswered } from './access.ts';
import { localAnswer } from './answer.ts';
import { type Connection, Exchange, HOLD_DECISION, HOLD_PIPELINE } from './connection.ts';
import { add, COUNT } from './counters.ts';
import { advance, finishWriting } from './deliver.ts';
import type { Host } from './host.ts';
import { BODY_FOLLOWS, BODY_GONE, BODY_WAITS, NO_BODY, UPGRADE, waitingRequests, wantsAnswers } from './link.ts';
import { refusalOf, refuse } from './refusal.ts';
import { BodySpool } from './spool.ts';
import { staticAnswer } from './static-answer.ts';
import { StaticRequest } from './static-request.ts';
import { judgeUpgrade } from './upgrade.ts';

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { CHUNKED, EXPECT_CONTINUE, KEEP_ALIVE, UPGRADE_WEBSOCKET, VERSION_1_1 } = FLAG;
const { BODY, REQUEST, TRAILERS } = KIND;
const { MADE, RECEIVED } = COUNT;
const { HEAD_WORDS, UNIT_WORDS } = LIMIT;
const { HEAD } = METHOD;

/** From this many body bytes on, what is left of a body passes by the parser. */
const BYPASS_BYTES = 4096;

/**
 * All messages of a chunk are parsed at once. When reading has to wait before one of them, what is left is parsed again
 * later, and then message by message: no byte is looked at more than twice.
 */
const PAUSE_POINTS: number = PAUSE.BODY;
const PAUSE_POINTS_LATER: number = PAUSE.BODY | PAUSE.MESSAGE;

/** Takes the first `end` bytes of a chunk from the socket. `isLent`: its memory is overwritten when this returns. */
export function receive(host: Host, connection: Connection, chunk: Uint8Array, end: number, isLent: boolean): void {
  if (!connection.isReading) {
    if (connection.read === 'socket') receiveFrames(host, connection, chunk, end, isLent);
    else if (connection.read === 'closing') connection.since = host.now();
    return;
  }
  if (connection.hold === 0) host.parse(connection, chunk, end, isLent);
  else keep(connection, chunk, end, isLent);
}

/** Takes bytes of a WebSocket. */
function receiveFrames(host: Host, connection: Connection, chunk: Uint8Array, end: number, isLent: boolean): void {
  if (connection.hold === 0 && !host.app.hasRoom()) host.waitForRoom(connection);
  if (connection.hold === 0) host.sockets.receive(connection, chunk, end);
  else keep(connection, chunk, end, isLent);
}

/** Keeps bytes until they may be read. */
function keep(connection: Connection, chunk: Uint8Array, end: number, isLent: boolean): void {
  const { rest } = connection;
  if (rest === null) connection.rest = kept(chunk, 0, end, isLent);
  else {
    connection.rest = Buffer.concat([rest, chunk.subarray(0, end)]);
    freeNow(rest);
  }
}

/** Part of a chunk that stays when the chunk is gone. */
function kept(chunk: Uint8Array, from: number, end: number, isLent: boolean): Uint8Array {
  const part = chunk.subarray(from, end);
  return isLent ? Buffer.from(part) : part;
}

/** Parses a chunk to its end, or to the point where reading has to wait. Called by the host, one at a time. */
export function parseInput(host: Host, connection: Connection, chunk: Uint8Array, end: number, isLent: boolean): void {
  const messagesBefore = connection.read === 'idle' ? -1 : connection.messages;
  parseChunk(host, connection, chunk, end, isLent);
  if (!connection.isReading) return;
  // Messages that come and end within one chunk leave no trace here, and the clock is not read for them.
  connection.become(connection.current !== null ? 'body' : connection.parked !== null ? 'head' : 'idle');
  if (connection.read === 'idle') return;
  host.uploads.settle();
  // An unfinished message that began here counts its time from here; the first of all counts from the connect.
  if (connection.messages > messagesBefore) connection.since = host.now();
}

function parseChunk(host: Host, connection: Connection, chunk: Uint8Array, end: number, isLent: boolean): void {
  const { machine } = host;
  // What a socket has read into the region is parsed where it lies. After a trap the region is another one.
  const isInPlace = isLent && chunk.buffer === machine.bytes.buffer;
  let at = 0;
  while (at < end) {
    if (connection.hold !== 0) {
      connection.rest = kept(chunk, at, end, isLent);
      return;
    }
    machine.begin(connection.parked, connection.server, isLent ? PAUSE_POINTS : PAUSE_POINTS_LATER);
    const passed = bypass(host, connection, chunk, at, end);
    if (passed > 0) {
      if (!connection.isReading) return;
      at += passed;
      connection.parked = machine.park();
      continue;
    }
    // Offsets in the region, and how far those in the chunk are ahead of them.
    let fed = isInPlace ? at : 0;
    const ahead = at - fed;
    const to = isInPlace ? end : Math.min(end - at, machine.regionBytes);
    if (!isInPlace) machine.bytes.set(to === chunk.length ? chunk : chunk.subarray(at, at + to), machine.region);
    while (fed < to) {
      if (mustWait(host, connection)) {
        connection.parked = machine.park();
        connection.rest = kept(chunk, ahead + fed, end, isLent);
        return;
      }
      const start = fed;
      const status = machine.feed(start, to);
      fed += machine.consumed;
      const taken = takeRecords(host, connection, machine, start, chunk, ahead + start);
      if (taken >= 0) {
        connection.parked = null;
        connection.rest = kept(chunk, ahead + start + taken, end, isLent);
        return;
      }
      if (status === STATUS.ERROR && connection.isReading)
        refuse(host, connection, machine.error.status, machine.error.number);
      if (!connection.isReading) return;
    }
    at = ahead + to;
    connection.parked = machine.park();
  }
}

/** The peer has sent FIN and nothing waits to be parsed. A message cut short is no message (RFC 9112 section 8). */
export function peerEnded(host: Host, connection: Connection): void {
  if (connection.pump?.source.endsWithPeer) {
    connection.socket.destroy();
    return;
  }
  switch (connection.read) {
    case 'head':
    case 'body':
      abandonCurrent(host, connection);
      connection.become('ended');
      break;
    case 'fresh':
    case 'idle':
    case 'discard':
      connection.become('ended');
      break;
    case 'socket':
      host.sockets.ended(connection);
      return;
    default:
      return;
  }
  if (!connection.isBusy) finishWriting(host, connection);
}

/** Lets body bytes by without copying them into the parser; it always sees the last one, and so the end. */
function bypass(host: Host, connection: Connection, chunk: Uint8Array, at: number, end: number): number {
  if (connection.current === null) return 0;
  const { machine } = host;
  const length = Math.min(machine.bodyRemaining - 1, end - at);
  if (length < BYPASS_BYTES) return 0;
  machine.skipBody(length);
  keepBody(host, connection, chunk, at, length);
  return length;
}

/** Says whether what comes now may not be parsed yet, and sees to that it is when it may. */
function mustWait(host: Host, connection: Connection): boolean {
  if (connection.current === null) {
    // Pausing a socket costs more than a request: only bytes beyond the most that is read ahead are a reason to.
    if (connection.waiting >= connection.server.maxPipelined) host.hold(connection, HOLD_PIPELINE);
    // What ends a message that the app knows of always has room; a further one may have to wait.
    if (!host.app.hasRoom()) host.waitForRoom(connection);
  }
  return connection.hold !== 0;
}

/** Acts on what was fed. Returns −1, or where the first message begins that has to wait, counted from the first byte fed. */
function takeRecords(
  host: Host,
  connection: Connection,
  machine: HttpMachine,
  start: number,
  chunk: Uint8Array,
  chunkAt: number,
): number {
  const { words } = machine;
  /** Where the last message ended; −1 as long as none has. */
  let ended = -1;
  for (let at = machine.recordsAt; at < machine.recordsEnd && connection.isReading; ) {
    const first = words[at] ?? 0;
    switch (first & 0xff) {
      case REQUEST:
        if (ended >= 0 && mustWait(host, connection)) return ended;
        takeHead(host, connection, machine, at, start);
        at += HEAD_WORDS + (words[at + 3] ?? 0) * UNIT_WORDS;
        break;
      case TRAILERS:
        at += HEAD_WORDS + (words[at + 3] ?? 0) * UNIT_WORDS;
        break;
      case BODY:
        keepBody(host, connection, chunk, chunkAt + (words[at + 1] ?? 0), words[at + 2] ?? 0);
        at += UNIT_WORDS;
        break;
      default:
        takeEnd(host, connection);
        ended = words[at + 1] ?? 0;
        at += UNIT_WORDS;
    }
  }
  return -1;
}

function takeHead(host: Host, connection: Connection, machine: HttpMachine, at: number, start: number): void {
  const { words } = machine;
  const { server } = connection;
  const first = words[at] ?? 0;
  const method = (first >>> 8) & 0xff;
  const flags = first >>> 16;
  const hasBody = (flags & CHUNKED) !== 0 || ((words[at + 5] ?? 0) | (words[at + 6] ?? 0)) !== 0;
  const minor = (flags & VERSION_1_1) !== 0 ? 1 : 0;
  const keepAlive = (flags & KEEP_ALIVE) !== 0 && !connection.isLast && !server.oneRequest;
  const isUpgrade = (flags & UPGRADE_WEBSOCKET) !== 0;
  const isHead = method === HEAD;
  const exchange = new Exchange(host.numberRequest(), keepAlive, isHead, minor, hasBody, isUpgrade);
  connection.push(exchange);
  connection.current = exchange;
  add(server.counters, RECEIVED, 1);

  const headAt = machine.region + start + ((words[at + 7] ?? 0) | 0);
  if (wantsAnswers(server)) {
    exchange.access = accessStart(connection, new StaticRequest(machine, at, headAt));
  }
  const status = refusalOf(connection, method, flags, machine, at, headAt);
  if (status !== 0) {
    refuse(host, connection, status);
    return;
  }
  const opens = isUpgrade && server.opensSockets;
  if (server.statics !== null && !opens) {
    const answer = staticAnswer(host, connection, exchange, new StaticRequest(machine, at, headAt));
    if (answer === 'given') return;
    if (answer !== 'none') {
      refuse(host, connection, answer);
      return;
    }
  }
  // Files are served although the app is behind.
  if (waitingRequests(server) >= server.maxQueuedRequests) {
    refuse(host, connection, 503);
    return;
  }
  if (opens && !judged(host, connection, exchange, machine, at, headAt, minor)) return;
  if (server.compress !== null) exchange.accepted = host.coder.accepts.of(machine, at, headAt);
  exchange.dispatched = true;
  const waits = opens || (hasBody && (server.asksHeaders || server.streamsBodies));
  if (waits) host.hold(connection, HOLD_DECISION);
  const expects = (flags & EXPECT_CONTINUE) !== 0 && minor === 1 && hasBody;
  if (expects) exchange.continues = waits ? 'when-wanted' : 'due';
  const body = opens ? UPGRADE : hasBody ? (waits ? BODY_WAITS : BODY_FOLLOWS) : NO_BODY;
  if (server.asksHeaders || !hasBody || server.streamsBodies) add(server.counters, MADE, 1);
  host.app.request(server.id, connection.id, exchange.id, machine, at, headAt, connection.socket, body);
  if (expects && !waits) advance(host, connection);
}

/** Whether the request for a WebSocket is without fault; if not, it is answered. */
function judged(
  host: Host,
  connection: Connection,
  exchange: Exchange,
  machine: HttpMachine,
  at: number,
  headAt: number,
  minor: number,
): boolean {
  const { server } = connection;
  const result = judgeUpgrade(server, machine.words, at, machine.bytes, headAt, minor);
  if ('key' in result && connection.id < host.sockets.most) {
    exchange.handshake = result;
    return true;
  }
  refuse(host, connection, 'key' in result ? localAnswer(503) : result);
  return false;
}

function keepBody(host: Host, connection: Connection, chunk: Uint8Array, at: number, length: number): void {
  const exchange = connection.current;
  if (exchange === null) return;
  if (exchange.upload !== null) {
    host.uploads.take(connection, exchange, exchange.upload, chunk.subarray(at, at + length));
    return;
  }
  exchange.spool ??= new BodySpool(connection.server.spoolBytes, connection.server.maxSpoolBytes);
  const failure = exchange.spool.append(chunk.subarray(at, at + length));
  if (failure === null) return;
  if (failure === 'failed') {
    connection.server.log('ERROR', 'a request body could not be kept in a temporary file', {
      cause: exchange.spool.cause,
    });
  }
  refuse(host, connection, failure === 'full' ? 503 : 500);
}

function takeEnd(host: Host, connection: Connection): void {
  const exchange = connection.current;
  if (exchange === null || (exchange.hasBody && !takeBody(host, connection, exchange))) return;
  connection.current = null;
  connection.messages++;
  // What follows a request for a WebSocket may be frames, whatever else it says.
  if (!exchange.keepAlive && exchange.handshake === null) connection.become('discard');
}

/** All of a body has been read. Returns whether its request goes on. */
function takeBody(host: Host, connection: Connection, exchange: Exchange): boolean {
  const { server } = connection;
  exchange.continues = 'never';
  if (exchange.upload !== null) {
    host.uploads.end(connection, exchange);
    return true;
  }
  // Others may have come to wait while it was read.
  if (waitingRequests(server) >= server.maxQueuedRequests) {
    refuse(host, connection, 503);
    return false;
  }
  const spool = exchange.spool ?? new BodySpool(0, 0);
  exchange.spool = null;
  add(server.counters, MADE, 1);
  host.app.body(server.id, connection.id, exchange.id, spool.take());
  return true;
}

/** The message being read will not be completed: the app hears of it, and nothing of it is answered. */
function abandonCurrent(host: Host, connection: Connection): void {
  const current = connection.current;
  connection.current = null;
  connection.parked = null;
  if (current === null) return;
  host.uploads.forget(connection, current, BODY_GONE);
  // It is answered all the same.
  if (current.answer !== null) return;
  if (current.dispatched) host.app.abort(connection.id, current.id);
  connection.remove(current);
  unanswered(host, connection, current);
}
