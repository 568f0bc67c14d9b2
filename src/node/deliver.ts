/**
 * From answers to bytes: in the order of the requests, all that is ready in one write. It decides what only the I/O
 * side knows: lengths, persistence, and whether there is a body at all.
 */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import { closeSync } from 'node:fs';
import type { FileAnswer, IoAnswer, PieceSource } from '../answer-types.ts';
import { utf8Length } from '../websocket/text.ts';
import { note, unanswered } from './access.ts';
import { continueHead, isBodiless, localAnswer, type Persistence, RESET_CONTENT, responseHead } from './answer.ts';
import { type Connection, type Exchange, HOLD_DECISION, HOLD_FILE, HOLD_PIPELINE, HOLD_WRITE } from './connection.ts';
import { countAnswer } from './counters.ts';
import { discardFile, FileSource, type OpenFile, openForSending, readWhole } from './files.ts';
import type { Host } from './host.ts';
import { BODY_GONE } from './link.ts';
import { Pump } from './pump.ts';
import { StreamSource } from './stream-source.ts';

/** Up to this many bytes head and body are joined and written at once; above, they are written side by side. */
const JOIN_BYTES = 32_768;
/** Up to so many characters a text is compared with the one before, which costs less than counting its bytes. */
const SHORT_TEXT = 64;
/** A file up to this size is read and sent as one. */
const WHOLE_FILE_BYTES = 131_072;

/** Writes every answer whose turn has come. */
export function advance(host: Host, connection: Connection): void {
  while (connection.pump === null && connection.read !== 'closing' && connection.read !== 'closed') {
    const exchange = connection.oldest;
    if (exchange === null) break;
    if (exchange.acceptance !== null || exchange.isTaken) {
      connection.shift();
      host.sockets.open(connection, exchange);
      return;
    }
    if (exchange.hints !== '') {
      host.markDirty(connection);
      connection.text += exchange.hints;
      exchange.hints = '';
    }
    if (exchange.answer === null) {
      if (exchange.continues === 'due') {
        exchange.continues = 'never';
        host.markDirty(connection);
        connection.text += continueHead();
      }
      break;
    }
    connection.shift();
    send(host, connection, exchange, inForm(host, connection, exchange, exchange.answer));
  }
  if (connection.isBusy) return;
  const isAtEnd = connection.isLast && (connection.read === 'idle' || connection.read === 'fresh');
  if (isAtEnd || connection.read === 'ended' || connection.read === 'discard') finishWriting(host, connection);
}

/** The body of a request is to be read now. A client that waits to be told so is told. */
export function askForBody(host: Host, connection: Connection, exchange: Exchange): void {
  if (exchange.continues === 'when-wanted') {
    exchange.continues = 'due';
    advance(host, connection);
  }
  host.release(connection, HOLD_DECISION);
}

/** Nothing more will be written: FIN after what is ready. What the peer still sends is thrown away. */
export function finishWriting(host: Host, connection: Connection): void {
  if (connection.read === 'closing' || connection.read === 'closed') return;
  connection.become('closing');
  if (connection.current !== null) host.uploads.forget(connection, connection.current, BODY_GONE);
  connection.current = null;
  connection.parked = null;
  connection.rest = null;
  forgetRequests(host, connection);
  connection.endsAfterFlush = true;
  connection.since = host.now();
  connection.heldSince = connection.since;
  host.markDirty(connection);
}

/** Nobody waits for the answers any more. */
export function forgetRequests(host: Host, connection: Connection): void {
  let isTold = false;
  for (let exchange = connection.takeAll(); exchange !== null; exchange = exchange.next) {
    isTold ||= exchange.dispatched;
    unanswered(host, connection, exchange);
    discardAnswer(exchange.answer);
  }
  if (isTold) host.app.gone(connection.id);
}

/** An answer that nobody will get: what was handed over with it is given up. */
export function discardAnswer(answer: IoAnswer | null): void {
  const body = answer?.body ?? null;
  if (body === null || typeof body !== 'object') return;
  if ('next' in body) body.close();
  else if ('path' in body && body.owned) discardFile(body.path);
}

/** Hands what is ready to the socket. */
export function flushOutput(host: Host, connection: Connection, now: number): void {
  connection.isDirty = false;
  if (connection.read === 'closed') return;
  if (connection.read === 'socket') {
    host.sockets.flush(connection);
    return;
  }
  // The time between requests begins when the last answer is written.
  if (connection.read === 'idle' && connection.oldest === null) connection.since = now;
  const { socket } = connection;
  let wantsMore = true;
  if (connection.parts !== null) wantsMore = writeParts(connection, takeParts(connection));
  else if (connection.text !== '') wantsMore = socket.write(connection.text);
  connection.text = '';
  if (connection.endsAfterFlush) {
    connection.endsAfterFlush = false;
    socket.end();
    if (connection.hold !== 0) {
      connection.hold = 0;
      socket.resume();
    }
    return;
  }
  // Answers are not piled up for a peer that does not read them: reading stops until they are gone.
  if (!wantsMore && socket.unsent > 0 && connection.isReading) host.hold(connection, HOLD_WRITE);
  if (connection.hold & HOLD_PIPELINE && connection.waiting < connection.server.maxPipelined) {
    host.release(connection, HOLD_PIPELINE);
  }
}

/** What is ready, in order. It is the caller's, who has to write it. */
export function takeParts(connection: Connection): (string | Uint8Array)[] {
  const parts = connection.parts ?? [];
  if (connection.text !== '') parts.push(connection.text);
  connection.parts = null;
  connection.text = '';
  return parts;
}

/** Writes some parts at once. Returns whether the socket takes more. */
export function writeParts(connection: Connection, parts: readonly (string | Uint8Array)[]): boolean {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return connection.socket.write(first);
  let total = 0;
  for (const part of parts) total += part.length;
  if (total > JOIN_BYTES) return connection.socket.writeAll(parts);
  const joined = Buffer.allocUnsafe(total);
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'string') joined.write(part, at, 'latin1');
    else joined.set(part, at);
    at += part.length;
  }
  return connection.socket.write(joined);
}

/** Adds bytes behind the text so far. */
function putBytes(connection: Connection, bytes: Uint8Array): void {
  connection.parts ??= [];
  if (connection.text !== '') connection.parts.push(connection.text);
  connection.text = '';
  connection.parts.push(bytes);
}

/** The answer in the coding that its client likes best. */
function inForm(host: Host, { server }: Connection, exchange: Exchange, answer: IoAnswer): IoAnswer {
  if (exchange.accepted === null || server.compress === null) return answer;
  return host.coder.apply(exchange, server.compress, answer);
}

/** @param what Names the body in the log. */
function send(
  host: Host,
  connection: Connection,
  exchange: Exchange,
  answer: IoAnswer,
  what = 'the body of a response',
): void {
  const { body } = answer;
  if (body !== null && typeof body === 'object' && 'path' in body) {
    sendFile(host, connection, exchange, answer, body);
    return;
  }
  if (body !== null && typeof body === 'object' && 'next' in body) {
    sendPieces(host, connection, exchange, answer, body, what);
    return;
  }
  const size = body === null ? 0 : typeof body === 'string' ? textBytes(body, answer) : body.length;
  const closes = putHead(host, connection, exchange, answer, size);
  const isSent = body !== null && size > 0 && hasBody(exchange, answer);
  if (exchange.access !== null) note(host, connection, exchange, answer.status, isSent ? size : 0);
  if (isSent) {
    if (typeof body !== 'string') putBytes(connection, body);
    // As many bytes as characters: all ASCII, so it may travel with the head as latin1.
    else if (size === body.length && size <= JOIN_BYTES) connection.text += body;
    else putBytes(connection, Buffer.from(body));
  }
  if (closes) finishWriting(host, connection);
}

/** The last short text of a body, and its bytes: many apps say the same again and again. */
let lastText = '';
let lastBytes = 0;

function textBytes(text: string, answer: IoAnswer): number {
  if (answer.isAscii === true) return text.length;
  if (text.length > SHORT_TEXT) return utf8Length(text);
  if (text !== lastText) {
    lastBytes = utf8Length(text);
    lastText = text;
  }
  return lastBytes;
}

function hasBody(exchange: Exchange, answer: IoAnswer): boolean {
  return !exchange.isHead && !isBodiless(answer.status);
}

/** Writes the head and says whether the connection ends with this answer. */
function putHead(host: Host, connection: Connection, exchange: Exchange, answer: IoAnswer, size: number): boolean {
  const isLast = connection.oldest === null && (connection.read === 'ended' || connection.isLast);
  const closes = !exchange.keepAlive || exchange.closes || answer.close || isLast;
  const persistence: Persistence = closes
    ? closing(answer.status)
    : exchange.minorVersion === 0
      ? 'Connection: keep-alive\r\n'
      : '';
  const length = announcedLength(exchange, answer, size);
  countAnswer(connection.server.counters, answer.status);
  host.markDirty(connection);
  connection.text += responseHead(answer.status, answer.fields, answer.ownDate, persistence, length);
  return closes;
}

/** Who sends Upgrade names it here (RFC 9110 section 7.8), and a 426 has to send it. */
function closing(status: number): Persistence {
  return status === 426 ? 'Connection: close, upgrade\r\n' : 'Connection: close\r\n';
}

/** Content-Length to send, −1 for none (RFC 9110 section 8.6; R leaves it out for HEAD without a body). */
function announcedLength(exchange: Exchange, answer: IoAnswer, size: number): number {
  if (answer.status === 204) return -1;
  if (answer.status === RESET_CONTENT) return 0;
  if (answer.status === 304) return answer.length;
  if (exchange.isHead) return answer.length >= 0 ? answer.length : answer.body === null ? -1 : size;
  return size;
}

function sendFile(host: Host, connection: Connection, exchange: Exchange, answer: IoAnswer, request: FileAnswer): void {
  let file: OpenFile;
  try {
    file = openForSending(request.path, request.owned);
  } catch (cause) {
    connection.server.log('ERROR', `the file of a response cannot be sent: ${request.path}`, { cause });
    send(host, connection, exchange, localAnswer(500));
    return;
  }
  if (answer.length >= 0 && answer.length !== file.size) {
    closeSync(file.fd);
    connection.server.log('ERROR', `Content-Length is ${answer.length}, but ${request.path} has ${file.size} bytes`);
    send(host, connection, exchange, localAnswer(500));
    return;
  }
  const isWhole = file.size <= WHOLE_FILE_BYTES && (hasBody(exchange, answer) || exchange.accepted !== null);
  const body = isWhole ? readWhole(file) : new FileSource(file, host.budget);
  if (body === null) {
    connection.server.log('ERROR', 'the file of a response became shorter while it was read');
    send(host, connection, exchange, localAnswer(500));
    return;
  }
  send(host, connection, exchange, inForm(host, connection, exchange, { ...answer, body }), request.path);
}

/** Sends a body as its pieces come and the peer takes them. */
function sendPieces(
  host: Host,
  connection: Connection,
  exchange: Exchange,
  answer: IoAnswer,
  source: PieceSource,
  what: string,
): void {
  // It failed while the answers before it were sent.
  if (source.isCut) {
    source.close();
    send(host, connection, exchange, localAnswer(500));
    return;
  }
  // Nobody is there any more for whom it was to be sent.
  if (connection.peerEnded && source.endsWithPeer) {
    source.close();
    unanswered(host, connection, exchange);
    connection.socket.destroy();
    return;
  }
  const { status } = answer;
  const { announced = source.size } = source;
  const lastsUntilClose = announced === -1 && hasBody(exchange, answer);
  if (lastsUntilClose) exchange.closes = true;
  if (source instanceof StreamSource) source.lastAt = host.now();
  const closes = putHead(host, connection, exchange, answer, announced);
  if (!hasBody(exchange, answer)) {
    source.close();
    note(host, connection, exchange, status, 0);
    if (closes) finishWriting(host, connection);
    return;
  }
  const pump = new Pump(source, connection.socket, (end) => {
    connection.pump = null;
    if (connection.current === exchange) host.uploads.leave(connection, exchange);
    connection.noteSent?.(end !== 'sent');
    connection.noteSent = null;
    if (connection.read === 'idle') connection.since = host.now();
    if (end === 'truncated') {
      // Fewer bytes than announced can only be told by ending the connection.
      connection.server.log('ERROR', `${what} became shorter while it was sent`);
      connection.socket.destroy();
      return;
    }
    if (end === 'cut') {
      // Where the end of the connection is the end of the body, only a reset tells that it is not all.
      if (lastsUntilClose) connection.socket.reset();
      else connection.socket.destroy();
      return;
    }
    if (closes) finishWriting(host, connection);
    else advance(host, connection);
    host.release(connection, HOLD_FILE);
    host.flush();
  });
  // From here on nothing else is written. Flushing may let reading go on, and so may answer what is read then.
  connection.pump = pump;
  const sent = (): number => source.payload ?? pump.given;
  if (exchange.access !== null) {
    connection.noteSent = (aborted) => note(host, connection, exchange, status, sent(), aborted);
  }
  flushOutput(host, connection, host.now());
  pump.run();
}
