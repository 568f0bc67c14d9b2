/**
 * The app side: turns what the I/O side tells into tasks, runs the app's callbacks in them, and hands checked answers
 * back. It knows neither sockets nor the parser, and never runs app code but in a task.
 */

import type { Answer } from '../answer-types.ts';
import { discardReturned, textAnswer, toAnswer } from '../app/response.ts';
import { Takeover } from '../app/takeover.ts';
import { globalLoop } from '../later/index.ts';
import { onDrained, post } from '../later/internal.ts';
import { localAnswer } from '../node/answer.ts';
import type { BodyState, HeadMemory, Peer, ToApp, ToIo } from '../node/link.ts';
import { BODY_WAITS, NO_BODY } from '../node/link.ts';
import type { SpooledBody } from '../node/spool.ts';
import type { AccessEntry } from '../static-types.ts';
import { AppSockets } from './app-sockets.ts';
import { AppStreams } from './app-streams.ts';
import { AppUploads } from './app-uploads.ts';
import { AppWatch, tellEnd, tellStart } from './app-watch.ts';
import {
  called,
  chosenProtocol,
  count,
  failureAnswer,
  isSettled,
  NOT_FOUND_RESPONSE,
  reportFailure,
  warnOfPromise,
} from './calls.ts';
import { CHANNELS } from './diagnostics.ts';
import { HeadCutter } from './head-cutter.ts';
import { type AppServer, Opened, Pending, PendingRequests } from './pending.ts';
import { isNothing, isThenable, messageOf, whenThere } from './results.ts';
import { bodySource } from './spool-reader.ts';
import { TaskLine } from './task-line.ts';

const NOT_FOUND: Answer = textAnswer(404, 'text/plain', '404 Not Found\n');
const { requestEnd, requestStart } = CHANNELS;

export class AppHost implements ToApp {
  readonly sockets: AppSockets;
  readonly streams: AppStreams;
  readonly connections: AppWatch = new AppWatch((id) => this.#servers[id]);
  readonly uploads: AppUploads;
  readonly #io: ToIo;
  /** Servers by number. */
  readonly #servers: (AppServer | undefined)[] = [];
  readonly #pending = new PendingRequests();
  /** Each calls the app: `onHeaders`, unless that has let the request pass. */
  readonly #tasks = new TaskLine<Pending>((pending) => this.#run(pending, !pending.isPassed));
  /** A task of ours is on the stack: what it answers is flushed when the pass is over. */
  #isInTask = false;
  #isFlushPlanned = false;
  readonly #cutter = new HeadCutter();
  readonly #stopListening: () => void;

  /** @param connect Gives the I/O side its end of the link and returns the app side's. */
  constructor(connect: (toApp: ToApp) => ToIo) {
    const carrier = { io: () => this.#io.sockets, planFlush: () => this.#planFlush() };
    this.sockets = new AppSockets(carrier, (task, given) => this.#asTask(task, given));
    this.streams = new AppStreams({
      io: () => this.#io,
      planFlush: () => this.#planFlush(),
      asTask: (task) => this.#asTask(task, undefined),
      begin: (pending, early, answer) => this.#begin(pending, early, answer),
      failed: (pending, early, error) => this.#failed(pending, early, error),
    });
    this.uploads = new AppUploads({
      io: () => this.#io.uploads,
      planFlush: () => this.#planFlush(),
      isAnswering: (pending) => this.streams.has(pending),
    });
    this.#io = connect(this);
    this.#stopListening = onDrained(() => {
      this.#io.flush();
      this.sockets.tellHeard();
    });
  }

  /** The I/O side has ended for good. */
  close(): void {
    this.#stopListening();
  }

  /** Has something run among the tasks of the app. */
  enqueue(task: () => void): void {
    post(globalLoop(), task);
  }

  add(server: AppServer): void {
    this.#servers[server.id] = server;
    server.uploads = this.uploads;
    server.opened = new Opened(server);
    server.hint = ({ connection, id }, fields) => {
      this.#io.streams.hints(connection, id, fields);
      this.#planFlush();
      return true;
    };
  }

  /** Requests of a removed server are dropped when their turn comes. */
  remove(server: number): void {
    this.#servers[server] = undefined;
  }

  /** The queue takes whatever it is told; `maxQueuedRequests` is what bounds it. */
  hasRoom(): boolean {
    return true;
  }

  request(
    serverId: number,
    connection: number,
    id: number,
    memory: HeadMemory,
    recordAt: number,
    headAt: number,
    peer: Peer,
    body: BodyState,
  ): void {
    const server = this.#servers[serverId];
    if (server === undefined) return;
    const head = this.#cutter.cut(memory, recordAt, headAt, body === NO_BODY);
    const pending = new Pending(server, connection, id, head, peer, body);
    this.#pending.add(pending);
    pending.isPassed = !server.asksHeaders;
    // Without `onHeaders` only a body that is read while it arrives waits.
    if (server.asksHeaders || pending.isComplete || body === BODY_WAITS) this.#tasks.post(pending);
  }

  body(serverId: number, connection: number, id: number, body: SpooledBody): void {
    const pending = this.#pending.find(connection, id);
    const source = bodySource(body);
    if (pending === null) {
      source.close();
      // The task that was counted with it will not be.
      const server = this.#servers[serverId];
      if (server !== undefined) count(server, 1);
      return;
    }
    pending.request.setBody(source);
    pending.isComplete = true;
    this.#tasks.post(pending);
  }

  access(server: number, entries: readonly AccessEntry[]): void {
    this.connections.answered(server, entries);
  }

  abort(connection: number, id: number): void {
    const pending = this.#pending.find(connection, id);
    if (pending !== null) this.#abandon(pending);
  }

  gone(connection: number): void {
    for (let pending = this.#pending.first(connection); pending !== null; ) {
      const { next } = pending;
      this.#abandon(pending);
      pending = next;
    }
  }

  /** No request will be answered any more, and every WebSocket is closed. */
  allGone(): void {
    this.sockets.allGone();
    this.streams.allGone();
    this.uploads.allGone();
    for (let connection = 0; connection < this.#pending.connections; connection++) this.gone(connection);
  }

  /** Runs one callback of the app as a task and sees to its result. `early`: it is `onHeaders`. */
  #run(pending: Pending, early: boolean): void {
    count(pending.server, 1);
    // Its client may have left while other tasks ran.
    this.#io.poll();
    if (pending.isOver || this.#servers[pending.server.id] === undefined) {
      this.#finish(pending);
      return;
    }
    pending.isRunning = true;
    if (requestStart.hasSubscribers && (early || !pending.server.asksHeaders)) tellStart(pending);
    const isNested = this.#isInTask;
    this.#isInTask = true;
    try {
      if (pending.isUpgrade && !early) this.#open(pending);
      else this.#settle(pending, early, called(pending, early));
    } catch (error) {
      this.#fail(pending, early, error);
    } finally {
      this.#isInTask = isNested;
    }
  }

  /** What is said meanwhile leaves when the pass is over. */
  #asTask<T>(task: (given: T) => void, given: T): void {
    const isNested = this.#isInTask;
    this.#isInTask = true;
    try {
      task(given);
    } finally {
      this.#isInTask = isNested;
    }
  }

  /** Opens the WebSocket that is asked for. */
  #open(pending: Pending): void {
    const { server, request, connection, id } = pending;
    const protocol = chosenProtocol(server.app, request);
    if (requestEnd.hasSubscribers) tellEnd(pending, 101);
    this.#finish(pending);
    if (server.opened !== null) request.becomesSocket(server.opened);
    this.sockets.open(server, connection, id, request, protocol);
  }

  /** Takes a value now, and a thenable's when it is there. Throws what a thenable's `then` throws. */
  #settle(pending: Pending, early: boolean, result: unknown): void {
    if (!isThenable(result)) {
      this.#take(pending, early, result);
      return;
    }
    warnOfPromise(pending, early, result);
    whenThere(
      result,
      (value) => this.#take(pending, early, value),
      (error) => this.#fail(pending, early, error),
    );
  }

  /** The callback's value is here. Never throws. */
  #take(pending: Pending, early: boolean, value: unknown): void {
    if (isSettled(pending, early)) return;
    if (value instanceof Takeover && !early) {
      this.#handOver(pending, value);
      return;
    }
    let answer: Answer;
    try {
      if (early && isNothing(value)) {
        this.#pass(pending);
        return;
      }
      answer = value === NOT_FOUND_RESPONSE ? NOT_FOUND : toAnswer(value, pending.request.method === 'HEAD');
    } catch (error) {
      discardReturned(value);
      this.#fail(pending, early, error);
      return;
    }
    this.#answer(pending, early, answer);
  }

  #handOver(pending: Pending, takeover: Takeover): void {
    const { server, request, connection, id, isOver } = pending;
    if (requestEnd.hasSubscribers && !isOver) tellEnd(pending, 0);
    this.#finish(pending);
    if (!isOver) this.sockets.take(server, connection, id, request, takeover);
  }

  #pass(pending: Pending): void {
    pending.isRunning = false;
    if (pending.isOver) {
      this.#finish(pending);
      return;
    }
    pending.isPassed = true;
    if (pending.isComplete || pending.request.bodyMode === 'stream') {
      count(pending.server, -1);
      this.#tasks.post(pending);
    } else {
      this.#io.proceed(pending.connection, pending.id);
      this.#planFlush();
    }
  }

  #fail(pending: Pending, early: boolean, error: unknown): void {
    if (!isSettled(pending, early)) this.#failed(pending, early, error);
  }

  #failed(pending: Pending, early: boolean, error: unknown): void {
    pending.isStreaming = false;
    reportFailure(pending, early, error);
    // Without a WebSocket, what follows is not read.
    this.#answer(pending, early || pending.isUpgrade, failureAnswer(pending.server, error));
  }

  #answer(pending: Pending, early: boolean, answer: Answer): void {
    const { body } = answer;
    if (body !== null && typeof body === 'object' && 'keepAliveMs' in body) {
      pending.isStreaming = true;
      this.streams.begin(pending, early, answer);
      // Its client has gone, and nobody will tell the stream any more.
      if (pending.isOver && pending.isStreaming) post(globalLoop(), () => this.streams.abandon(pending));
      this.#planFlush();
      return;
    }
    if (requestEnd.hasSubscribers && !pending.isOver) tellEnd(pending, answer.status);
    try {
      // Without a client it is thrown away there, with the file that it may hand over.
      this.#io.respond(pending.connection, pending.id, answer, early);
    } catch (error) {
      // It cannot be kept until its client takes it.
      pending.server.log('ERROR', messageOf(error), { error });
      this.#io.respond(pending.connection, pending.id, localAnswer(503), early);
    }
    this.#finish(pending);
    this.#planFlush();
  }

  /** Hands over an answer whose body follows. The request body stays until that has ended. */
  #begin(pending: Pending, early: boolean, answer: Answer): void {
    this.#io.respond(pending.connection, pending.id, answer, early);
    if (requestEnd.hasSubscribers && !pending.isOver) tellEnd(pending, answer.status);
    pending.isStreaming = false;
    pending.isRunning = false;
    if (pending.isOver) return;
    pending.isOver = true;
    this.#pending.remove(pending);
  }

  /** Output of a task is flushed after the pass; that of a promise after the promises that are ready with it. */
  #planFlush(): void {
    if (this.#isInTask || this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    process.nextTick(() => {
      this.#isFlushPlanned = false;
      this.#io.flush();
    });
  }

  /** The client will get no answer. The app hears of it in a task, like of everything else. */
  #abandon(pending: Pending): void {
    if (pending.isOver) return;
    pending.isOver = true;
    this.#pending.remove(pending);
    if (!pending.isRunning) pending.request.closeBody();
    const hasBegun = pending.isRunning || (pending.isPassed && pending.server.asksHeaders);
    post(globalLoop(), () => {
      if (hasBegun && requestEnd.hasSubscribers) tellEnd(pending);
      pending.request.abort();
      if (pending.isStreaming) this.streams.abandon(pending);
    });
  }

  #finish(pending: Pending): void {
    pending.isRunning = false;
    pending.request.closeBody();
    if (pending.isOver) return;
    pending.isOver = true;
    this.#pending.remove(pending);
  }
}
