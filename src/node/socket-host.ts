/**
 * WebSockets of the connection host: opens them behind their handshake, gives their sessions what comes, writes what they
 * have to say, and keeps their times. It never runs app code.
 */
import { awaitsClose } from '../websocket/close.ts';
import { codecParams } from '../websocket/deflate.ts';
import { frame, payloadBytes } from '../websocket/frames.ts';
import { acceptHandshake } from '../websocket/handshake.ts';
import { noteOpened, noteRaw } from './access.ts';
import { switchingHead } from './answer.ts';
import { type Connection, type Exchange, HOLD_APP, HOLD_DECISION, HOLD_INFLATE } from './connection.ts';
import { add, COUNT } from './counters.ts';
import { ZlibCodec } from './deflate-codec.ts';
import { advance, finishWriting, takeParts, writeParts } from './deliver.ts';
import { HeldCloses } from './held-closes.ts';
import type { Host } from './host.ts';
import { IoSocket, MESSAGE_BYTES, type SocketHearer, tooMuchUnsent } from './io-socket.ts';
import type { FramesToIo, LentFrame } from './link.ts';
import { RawSession } from './raw-session.ts';
import { SocketSettings } from './socket-settings.ts';
import { dueOf } from './socket-times.ts';

const GOING_AWAY = 1001;
const ABNORMAL = 1006;

/** When less than half of the room at the app side is free, each WebSocket may take so many bytes more of it. */
const SHARE_BYTES = 65_536;

export class SocketHost implements FramesToIo, SocketHearer {
  readonly #host: Host;
  readonly #sent: Uint32Array;
  readonly #settings: SocketSettings;
  readonly #closes = new HeldCloses();

  /** @param sent Bytes that have left, by connection; the app's side looks at them. */
  constructor(host: Host, sent: Uint32Array) {
    this.#host = host;
    this.#sent = sent;
    this.#settings = new SocketSettings(host);
  }

  /** How many connections can carry WebSockets at a time. */
  get most(): number {
    return this.#sent.length;
  }

  accept(connectionId: number, requestId: number, protocol: string): void {
    const host = this.#host;
    const connection = host.connections[connectionId];
    const exchange = connection?.find(requestId) ?? null;
    if (connection === undefined || exchange === null || exchange.handshake === null) {
      // It went while the app was asked.
      host.app.sockets.closed(connectionId, requestId, ABNORMAL, '', false);
      return;
    }
    const { perMessageDeflate } = connection.server;
    exchange.acceptance = acceptHandshake(exchange.handshake, protocol === '' ? false : protocol, perMessageDeflate);
    const { deflate } = exchange.acceptance;
    const codec = deflate === null ? null : new ZlibCodec(codecParams(deflate, 'server'));
    const settings = this.#settings.of(connection.server, codec);
    // What the app says from now on waits here, while answers to earlier requests are still to be written.
    connection.webSocket = new IoSocket(this, connection, requestId, settings);
    advance(host, connection);
  }

  take(connectionId: number, requestId: number): void {
    const host = this.#host;
    const connection = host.connections[connectionId];
    const exchange = connection?.find(requestId) ?? null;
    // What follows has to be known to be no request.
    const isLast = connection?.read === 'discard' || connection?.read === 'ended';
    if (connection === undefined || exchange === null || exchange.answer !== null || !isLast) {
      host.app.sockets.closed(connectionId, requestId, ABNORMAL, '', false);
      return;
    }
    exchange.isTaken = true;
    connection.webSocket = new IoSocket(this, connection, requestId, null);
    advance(host, connection);
  }

  /** Turns a connection whose earlier answers are written into a WebSocket. */
  open(connection: Connection, exchange: Exchange): void {
    const { acceptance } = exchange;
    const socket = connection.webSocket;
    if (socket === null) return;
    const host = this.#host;
    const { session } = socket;
    if (session instanceof RawSession) connection.noteSent = () => noteRaw(host, connection, exchange, session);
    socket.pingedAt = host.now();
    if (socket.closingAt > 0) socket.closingAt = socket.pingedAt;
    connection.parked = null;
    connection.become('socket');
    host.markDirty(connection);
    if (acceptance !== null) {
      noteOpened(host, connection, exchange);
      connection.text += switchingHead(acceptance.fields);
    }
    host.release(connection, HOLD_DECISION);
    // Its server has begun to end while the app was asked.
    if (connection.isLast && !socket.session.isRaw) this.leave(connection, true);
  }

  message(socket: IoSocket, data: string | Uint8Array, isBinary: boolean, isAscii: boolean, isLent: boolean): void {
    this.#closes.tell(socket);
    this.#host.app.sockets.message(socket.connection.id, socket.request, data, isBinary, isAscii, isLent);
  }

  woken({ connection }: IoSocket): void {
    this.#act(connection);
    if (connection.peerEnded && connection.rest === null) this.ended(connection);
    this.#host.flush();
  }

  /** Takes the first `length` bytes of a chunk of an open one. The host has room for what they say. */
  receive(connection: Connection, chunk: Uint8Array, length: number): void {
    const socket = connection.webSocket;
    if (socket === null) return;
    socket.unanswered = 0;
    socket.session.feed(chunk, length);
    this.#act(connection);
  }

  /** The peer will send no more. */
  ended(connection: Connection): void {
    const session = connection.webSocket?.session;
    // Who ends its own sending behind a request, or a Close, still takes what is said to it; the end follows that.
    if (session === undefined || !awaitsClose(session.state) || session.isBehind) return;
    session.finish();
    this.#act(connection);
    finishWriting(this.#host, connection);
  }

  /** The connection is gone. */
  lost(connection: Connection): void {
    const socket = connection.webSocket;
    if (socket === null) return;
    socket.session.finish();
    this.#act(connection);
    const { session, pingedAt } = socket;
    session.gone();
    this.#closes.forget(socket);
    if (session.codec instanceof ZlibCodec) session.codec.close();
    connection.webSocket = null;
    if (pingedAt > 0 && !session.isRaw) add(connection.server.counters, COUNT.LEFT, 1);
  }

  /** Ends one because its server ends. `isGraceful`: what the app writes itself is an answer, and may be finished. */
  leave(connection: Connection, isGraceful: boolean): void {
    const session = connection.webSocket?.session;
    // Who says good-bye itself is waited for no longer than others.
    if (isGraceful && session?.state === 'answering') return;
    if (!session?.isRaw) this.#close(connection, GOING_AWAY, '');
    else if (!isGraceful) connection.socket.destroy();
  }

  send(connectionId: number, requestId: number, data: string | Uint8Array, isBinary: boolean): number {
    const connection = this.#find(connectionId, requestId);
    const socket = connection?.webSocket ?? null;
    if (connection === null || socket === null) return payloadBytes(data);
    const bytes = socket.session.send(data, isBinary);
    return this.#said(connection, socket, bytes) ? bytes : payloadBytes(data);
  }

  sendFrame(connectionId: number, requestId: number, { frame, payload, isBinary, giveBack }: LentFrame): void {
    const connection = this.#find(connectionId, requestId);
    const socket = connection?.webSocket ?? null;
    if (connection === null || socket === null) giveBack();
    else this.#said(connection, socket, socket.session.sendFrame(frame, payload, isBinary, giveBack));
  }

  broadcast(targets: readonly number[], data: Uint8Array, isBinary: boolean): void {
    const whole = frame(isBinary ? 'binary' : 'text', data);
    for (let i = 0; i + 1 < targets.length; i += 2) {
      const connection = this.#find(targets[i] as number, targets[i + 1] as number);
      const socket = connection?.webSocket;
      if (connection && socket) this.#said(connection, socket, socket.session.sendFrame(whole, data, isBinary));
    }
  }

  /** A session was given a message of so many bytes; negative: it takes none any more. Returns whether it has taken it. */
  #said(connection: Connection, socket: IoSocket, bytes: number): boolean {
    if (bytes < 0) return false;
    socket.unsent += bytes;
    this.#host.markDirty(connection);
    return true;
  }

  notify(connectionId: number, requestId: number): void {
    const connection = this.#find(connectionId, requestId);
    if (!connection?.webSocket) return;
    connection.webSocket.wantsNotice = true;
    this.#host.markDirty(connection);
  }

  ping(connectionId: number, requestId: number, data: Uint8Array): void {
    const connection = this.#find(connectionId, requestId);
    if (connection?.webSocket?.session.ping(data)) this.#host.markDirty(connection);
  }

  close(connectionId: number, requestId: number, code: number, reason: string): void {
    const connection = this.#find(connectionId, requestId);
    if (connection !== null) this.#close(connection, code, reason);
  }

  fail(connectionId: number, requestId: number): void {
    const connection = this.#find(connectionId, requestId);
    connection?.webSocket?.session.fail(tooMuchUnsent());
    if (connection !== null) this.#act(connection);
  }

  cut(connectionId: number, requestId: number): void {
    this.#find(connectionId, requestId)?.socket.destroy();
  }

  hold(connectionId: number, requestId: number, isHeld: boolean): void {
    const connection = this.#find(connectionId, requestId);
    if (connection === null) return;
    if (isHeld) this.#host.hold(connection, HOLD_APP);
    else this.#host.release(connection, HOLD_APP);
  }

  heard(messages: number): boolean {
    const waited = this.#closes.heard(messages);
    for (const { connection } of waited) this.#close(connection);
    if (waited.length > 0) this.#host.flush();
    return true;
  }

  sentBytes(connection: number): number {
    return Atomics.load(this.#sent, connection);
  }

  /** Writes what there is to say. */
  flush(connection: Connection): void {
    const socket = connection.webSocket;
    if (socket === null || socket.isBlocked) return;
    const { session } = socket;
    // What answers it, and requests before it, goes first.
    const isAnswered = connection.text === '' && connection.parts === null;
    const parts = isAnswered ? session.output() : [...takeParts(connection), ...session.output()];
    if (parts.length > 0) {
      const wantsMore = writeParts(connection, parts);
      if (connection.socket.unsent === 0) session.sent();
      else socket.isBlocked = !wantsMore;
    }
    this.#account(connection, socket);
    if (session.mayEnd) finishWriting(this.#host, connection);
  }

  /** The socket has taken everything. */
  drained(connection: Connection): void {
    const socket = connection.webSocket;
    if (socket === null) return;
    socket.isBlocked = false;
    // What was taken last was written at once, so it has left, too: its memory is free.
    if (connection.socket.unsent === 0) socket.session.sent();
    this.#host.markDirty(connection);
  }

  /** Pings, and ends what does not answer. */
  sweep(connection: Connection, now: number): void {
    const socket = connection.webSocket;
    if (socket === null) return;
    this.#account(connection, socket);
    // A little more than was taken at once has left without a word.
    if (!socket.isBlocked && connection.socket.unsent === 0) socket.session.sent();
    socket.session.rest();
    if (socket.session.isRaw) return;
    const due = dueOf(connection, socket, now);
    if (due === 'ping') {
      socket.session.ping();
      this.#host.markDirty(connection);
    } else if (due === 'answer') this.#close(connection);
    else if (due !== null) {
      if (due === 'expire') {
        socket.session.expire();
        this.#act(connection);
      }
      connection.socket.destroy();
    }
  }

  /** Tells what a session has brought, and plans to write what it says. */
  #act(connection: Connection): void {
    const socket = connection.webSocket;
    if (socket === null) return;
    const { session, request } = socket;
    const { sockets } = this.#host.app;
    for (const event of session.events()) {
      if (event.type === 'error') {
        const { answer, code, message } = event.error;
        connection.server.log('INFO', `a WebSocket is closed with ${answer}: ${message}`, { code });
      } else if (event.type === 'close') {
        if (socket.closingAt === 0) socket.closingAt = this.#host.now();
        sockets.closed(connection.id, request, event.code, event.reason, event.wasClean);
        if (session.state === 'answering' && this.#closes.isHeard(socket)) this.#close(connection);
      } else if (event.type !== 'message' && connection.server.tellsPings) {
        socket.told += event.data.length + MESSAGE_BYTES;
        sockets.pinged(connection.id, request, event.data, event.type === 'pong');
      }
    }
    if (connection.read !== 'socket') return;
    if (socket.told > 0) this.#share(connection, socket);
    this.#host.markDirty(connection);
    if (session.isBehind) this.#host.hold(connection, HOLD_INFLATE);
    else this.#host.release(connection, HOLD_INFLATE);
  }

  /** One that sends more than the app takes leaves room to the others: their messages, and Pings behind them, are read. */
  #share(connection: Connection, socket: IoSocket): void {
    if (this.#host.app.sockets.hasPlenty()) {
      socket.told = 0;
      return;
    }
    if (socket.told <= SHARE_BYTES) return;
    socket.told = 0;
    this.#host.waitForRoom(connection);
  }

  /** Sends our Close; with the peer's code where its Close came first. */
  #close(connection: Connection, code?: number, reason?: string): void {
    const socket = connection.webSocket;
    if (socket === null || !socket.session.close(code, reason)) return;
    this.#closes.forget(socket);
    socket.closingAt = this.#host.now();
    if (socket.session.isRaw) this.#act(connection);
    this.#host.markDirty(connection);
  }

  /** Counts what has left. Frames are a little longer than what they carry, so while some wait the count is too low. */
  #account(connection: Connection, socket: IoSocket): void {
    if (socket.unsent === 0 && !socket.wantsNotice) return;
    const waiting = socket.session.bufferedBytes + connection.socket.unsent;
    const before = socket.unsent;
    socket.unsent = Math.min(before, waiting);
    // Only this thread writes here.
    if (socket.unsent !== before)
      Atomics.store(this.#sent, connection.id, this.sentBytes(connection.id) + before - socket.unsent);
    if (waiting > 0 || !socket.wantsNotice) return;
    socket.wantsNotice = false;
    this.#host.app.sockets.drained(connection.id, socket.request);
  }

  #find(connectionId: number, requestId: number): Connection | null {
    const connection = this.#host.connections[connectionId];
    return connection?.webSocket?.request === requestId ? connection : null;
  }
}
