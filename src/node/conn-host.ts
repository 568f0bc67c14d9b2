/**
 * The I/O side: owns all connections of a thread, one parser, and the clock that ends what takes too long. It is
 * told of bytes and answers and knows neither listeners nor app code.
 */
import { performance } from 'node:perf_hooks';
import type { GivenAnswer, IoAnswer } from '../answer-types.ts';
import { freeNow } from '../codec/bytes.ts';
import { HttpMachine } from '../parser/machine.ts';
import type { AccessEntry } from '../static-types.ts';
import { type FrameExports, instantiateHttpuv } from '../wasm/httpuv.ts';
import { FrameMachine } from '../websocket/machine.ts';
import { isBodiless, refreshDate } from './answer.ts';
import { AnswerCoder } from './answer-coder.ts';
import { type Connection, HOLD_DECISION, HOLD_ROOM } from './connection.ts';
import { HeardConnection } from './connection-events.ts';
import { add, COUNT, openConnections } from './counters.ts';
import { advance, askForBody, discardAnswer, flushOutput, forgetRequests } from './deliver.ts';
import { Endings } from './endings.ts';
import type { Host } from './host.ts';
import { BODY_GONE, type IoServer, MOST_SOCKETS, type ToApp, type ToIo, WATCH_CONNECTIONS } from './link.ts';
import type { PortSocket, SocketOwner } from './net-socket.ts';
import { PumpBudget } from './pump.ts';
import { parseInput, peerEnded, receive } from './receive.ts';
import { SocketHost } from './socket-host.ts';
import { StaticSide } from './static-side.ts';
import { StreamHost } from './stream-host.ts';
import { forgive, sweep } from './sweep.ts';
import { UploadHost } from './upload-host.ts';

/** Milliseconds between two looks at the time-outs. */
const SWEEP_INTERVAL_MS = 500;

/** Monotonic milliseconds, whole ones: engines keep a fraction beside the object that has it, and each connection has several. */
export type Clock = () => number;

const wholeMs: Clock = () => Math.floor(performance.now());

export class ConnHost implements Omit<ToIo, 'poll'>, Host {
  readonly app: ToApp;
  readonly now: Clock;
  readonly budget: PumpBudget = new PumpBudget();
  readonly sockets: SocketHost;
  readonly statics: StaticSide = new StaticSide(this);
  readonly streams: StreamHost = new StreamHost(this);
  readonly endings: Endings = new Endings(this);
  readonly coder: AnswerCoder = new AnswerCoder();
  readonly uploads: UploadHost = new UploadHost(this);
  /** Connections by number; numbers of closed ones are given again, so a request is named by its own number too. */
  readonly connections: (Connection | undefined)[] = [];
  /** Numbers that may be given again. */
  readonly #freeNumbers: number[] = [];
  #openConnections = 0;
  #nextRequest = 1;
  /** Connections with output that waits for the end of the batch. */
  #dirty: Connection[] = [];
  /** Connections that may go on reading once the parser is free. */
  #resumable: Connection[] = [];
  /** Connections that are not read because the app side has no room. */
  #roomless: Connection[] = [];
  /** Answers that the app is to hear of at the end of the batch, by server. */
  readonly #noted = new Map<number, AccessEntry[]>();
  #machine: HttpMachine | null;
  #isParsing = false;
  #timer: ReturnType<typeof setInterval> | null = null;
  #tickedAt = 0;
  /** The parser's receive region as sockets see it. */
  #region: Buffer = Buffer.alloc(0);
  #frames: FrameMachine | null = null;
  /** As {@link #region}, for frames. */
  #frameRegion: Buffer = Buffer.alloc(0);

  /** @param sent Bytes that WebSockets have sent, by connection, for the app side to look at. */
  constructor(
    app: ToApp,
    now: Clock = wholeMs,
    sent: Uint32Array = new Uint32Array(MOST_SOCKETS),
    machine: HttpMachine | null = null,
  ) {
    this.app = app;
    this.now = now;
    this.sockets = new SocketHost(this, sent);
    this.#machine = machine;
  }

  /** The one parser; made when it is first needed, because a server can listen before. */
  get machine(): HttpMachine {
    this.#machine ??= new HttpMachine('request');
    return this.#machine;
  }

  /** Takes an accepted socket. The returned owner must be given its events. */
  accept(server: IoServer, socket: PortSocket): SocketOwner {
    const number = this.#freeNumbers.pop() ?? this.connections.length;
    const connection = new HeardConnection(number, server, socket, this.now(), this);
    this.connections[number] = connection;
    this.#openConnections++;
    socket.counters = server.counters;
    add(server.counters, COUNT.ACCEPTED, 1);
    // Connections that come faster than the app hears of them are not told.
    if (((server.taken[1] as number) & WATCH_CONNECTIONS) !== 0 && this.app.hasRoom()) {
      connection.isWatched = true;
      this.app.connections.opened(server.id, number, socket);
    }
    if (this.#timer === null) {
      this.#tickedAt = this.now();
      this.#timer = setInterval(() => this.#tick(), SWEEP_INTERVAL_MS);
      this.#timer.unref();
    }
    return connection;
  }

  /** The frame machine. It works in the parser's instance, so that frames are read where sockets put them. */
  get frames(): FrameMachine {
    if (this.#frames !== null) return this.#frames;
    let { instance }: { instance: FrameExports | null } = this.machine;
    this.#frames = new FrameMachine(() => {
      const given = instance ?? instantiateHttpuv();
      // The one that takes the place of a failed one is its own.
      instance = null;
      return given;
    });
    return this.#frames;
  }

  /**
   * The memory that sockets read requests into, asked before each read. One for all: a read is told of before the next begins.
   */
  nextBuffer(): Buffer {
    const { machine } = this;
    if (this.#region.buffer !== machine.bytes.buffer) this.#region = regionOf(machine);
    return this.#region;
  }

  /** As {@link nextBuffer}, for WebSockets: larger, because long messages are read fastest in one piece. */
  nextFrameBuffer(): Buffer {
    const { frames } = this;
    if (this.#frameRegion.buffer !== frames.bytes.buffer) this.#frameRegion = regionOf(frames);
    return this.#frameRegion;
  }

  proceed(connectionId: number, requestId: number): void {
    const connection = this.connections[connectionId];
    const exchange = connection?.current;
    if (connection === undefined || exchange?.id !== requestId || (connection.hold & HOLD_DECISION) === 0) return;
    askForBody(this, connection, exchange);
  }

  respond(connectionId: number, requestId: number, answer: GivenAnswer, early: boolean): void {
    const connection = this.connections[connectionId];
    const exchange = connection?.find(requestId) ?? null;
    const { body } = answer;
    const stream = body !== null && typeof body === 'object' && 'keepAliveMs' in body ? body : null;
    if (connection === undefined || exchange === null || exchange.answer !== null) {
      if (stream === null) discardAnswer(answer as IoAnswer);
      else this.app.streams.enough(connectionId, requestId);
      return;
    }
    // What is no stream is one of those that can be sent as they are.
    exchange.answer = stream === null ? (answer as IoAnswer) : this.streams.begin(connection, exchange, answer, stream);
    if (early && exchange.isUpgrade) exchange.closes = true;
    // An early answer to a request without a body decides nothing about a later one whose body waits.
    const decides = early && exchange === connection.current;
    if (decides) {
      connection.leaveUnread(exchange);
    } else if (exchange === connection.current) {
      // The app reads the body of this one by itself, and goes on with that while its answer is a stream.
      if (stream === null || exchange.isHead || isBodiless(answer.status)) this.uploads.leave(connection, exchange);
    }
    advance(this, connection);
    if (decides) this.release(connection, HOLD_DECISION);
  }

  flush(): void {
    this.#write();
    if (this.#noted.size > 0) this.#tellAccess();
  }

  #write(): void {
    if (this.#dirty.length === 0) return;
    const now = this.now();
    // Writing may let reading go on, and what is read then may be answered at once.
    while (this.#dirty.length > 0) {
      const dirty = this.#dirty;
      this.#dirty = [];
      for (const connection of dirty) flushOutput(this, connection, now);
    }
  }

  noteAccess(server: IoServer, entry: AccessEntry): void {
    const entries = this.#noted.get(server.id);
    if (entries === undefined) this.#noted.set(server.id, [entry]);
    else entries.push(entry);
  }

  #tellAccess(): void {
    const noted = [...this.#noted];
    this.#noted.clear();
    for (const [server, entries] of noted) this.app.access(server, entries);
  }

  /** How many connections are open. */
  get openConnections(): number {
    return this.#openConnections;
  }

  /** A number for a request that no other of this host has had. */
  numberRequest(): number {
    return this.#nextRequest++;
  }

  /** Notes that a connection has something to write. */
  markDirty(connection: Connection): void {
    if (connection.isDirty) return;
    connection.isDirty = true;
    // The clock is read once a batch, not once an answer.
    if (this.#dirty.length === 0) refreshDate();
    this.#dirty.push(connection);
  }

  /** Stops reading from a connection for one more reason. */
  hold(connection: Connection, reason: number): void {
    if (connection.hold === 0) {
      connection.heldSince = this.now();
      connection.socket.pause();
    }
    connection.hold |= reason;
  }

  /** Stops reading from a connection until {@link roomAgain}. */
  waitForRoom(connection: Connection): void {
    if ((connection.hold & HOLD_ROOM) === 0) this.#roomless.push(connection);
    this.hold(connection, HOLD_ROOM);
  }

  /** Whether connections wait for room at the app side. */
  get wantsRoom(): boolean {
    return this.#roomless.length > 0;
  }

  /** The app side has room again: reads on, as far as it lasts. */
  roomAgain(): void {
    const waiting = this.#roomless;
    this.#roomless = [];
    for (const connection of waiting) this.release(connection, HOLD_ROOM);
    this.flush();
  }

  /** Takes one reason away; reading goes on when none is left. */
  release(connection: Connection, reason: number): void {
    if ((connection.hold & reason) === 0) return;
    connection.hold &= ~reason;
    if (connection.hold !== 0) return;
    const now = this.now();
    connection.since = Math.min(now, connection.since + now - connection.heldSince);
    this.#resumable.push(connection);
    this.#resume();
  }

  /** Runs the parser for a connection. The parser is one for all, so nothing else parses meanwhile. */
  parse(connection: Connection, chunk: Uint8Array, end: number, isLent: boolean): void {
    this.#isParsing = true;
    try {
      parseInput(this, connection, chunk, end, isLent);
    } catch (error) {
      // A trap of the parser costs this connection, and only this one: the machine has replaced its instance.
      connection.server.log('ERROR', 'the parser failed on the input of a connection, which is closed', { error });
      connection.socket.destroy();
    } finally {
      this.#isParsing = false;
    }
    if (connection.peerEnded && connection.rest === null) peerEnded(this, connection);
    this.#resume();
  }

  /** Forgets a connection whose socket is closed. */
  drop(connection: Connection): void {
    if (connection.read === 'closed') return;
    this.sockets.lost(connection);
    connection.become('closed');
    this.connections[connection.id] = undefined;
    this.#freeNumbers.push(connection.id);
    this.#openConnections--;
    const { server } = connection;
    add(server.counters, COUNT.CLOSED, 1);
    connection.pump?.stop();
    connection.noteSent?.(true);
    connection.noteSent = null;
    connection.pump = null;
    if (connection.current !== null) this.uploads.forget(connection, connection.current, BODY_GONE);
    connection.current = null;
    connection.parked = null;
    connection.rest = null;
    forgetRequests(this, connection);
    if (connection.isWatched) this.app.connections.closed(server.id, connection.id);
    if (server.whenEmpty !== undefined && openConnections(server.counters) === 0) server.whenEmpty();
    if (this.#openConnections === 0 && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
  }

  /** Ends what has taken too long. Called by a timer; tests with a clock of their own call it themselves. */
  sweep(): void {
    const now = this.now();
    sweep(this, now);
    this.streams.sweep(now);
    this.flush();
  }

  /** A timer that comes late tells that the thread was busy elsewhere. */
  #tick(): void {
    const now = this.now();
    const late = now - this.#tickedAt - SWEEP_INTERVAL_MS;
    this.#tickedAt = now;
    if (late >= SWEEP_INTERVAL_MS) forgive(this, late, now);
    this.sweep();
  }

  #resume(): void {
    while (!this.#isParsing) {
      const connection = this.#resumable.pop();
      if (connection === undefined) return;
      if (connection.hold !== 0 || connection.read === 'closed') continue;
      const rest = connection.rest;
      connection.rest = null;
      if (rest !== null) {
        receive(this, connection, rest, rest.length, false);
        // What was parsed is copied or written; what waits again may be part of it.
        if (connection.rest === null) freeNow(rest);
      }
      if (connection.hold !== 0) continue;
      connection.socket.resume();
    }
  }
}

function regionOf({ bytes, region, regionBytes }: HttpMachine | FrameMachine): Buffer {
  return Buffer.from(bytes.buffer as ArrayBuffer, region, regionBytes);
}
