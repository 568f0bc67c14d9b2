/**
 * WebSockets on the app side: turns what the I/O side tells of them into tasks that run the app's handlers, and stops it
 * from reading while the app is behind.
 */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import type { Takeover } from '../app/takeover.ts';
import { type SendLimits, type SocketPort, WebSocketConnection } from '../app/web-socket.ts';
import { globalLoop } from '../later/index.ts';
import { post } from '../later/internal.ts';
import type { SocketsToApp, SocketsToIo } from '../node/link.ts';
import type { AppRequest } from '../types.ts';
import { CHANNELS } from './diagnostics.ts';
import type { AppServer } from './pending.ts';
import { isThenable, messageOf } from './results.ts';
import { TaskLine } from './task-line.ts';

const NORMAL = 1000;
const FAILED = 1011;
const ABNORMAL = 1006;

/** However many messages wait for the app, each WebSocket may have so many bytes of them; and all together, more. */
const LEAST_WAITING_BYTES = 65_536;
const MOST_WAITING_BYTES = 33_554_432;
/** What a message that waits costs beside its bytes. */
const MESSAGE_BYTES = 128;

/** What all WebSockets of a thread share. */
interface Carrier {
  io(): SocketsToIo;
  /** What app code says from outside of tasks leaves soon. */
  planFlush(): void;
}

/** Runs what is to be run as a task of the app. */
type AsTask = <T>(task: (given: T) => void, given: T) => void;

/** One WebSocket, and the port through which it speaks. */
class Open implements SocketPort {
  readonly connection: number;
  readonly request: number;
  readonly server: AppServer;
  readonly ws: WebSocketConnection;
  /** Bytes of messages that wait for their tasks. */
  waiting = 0;
  declare isHeld: boolean;
  declare private isPaused: boolean;
  readonly #carrier: Carrier;

  constructor(
    carrier: Carrier,
    server: AppServer,
    connection: number,
    request: number,
    asked: AppRequest,
    protocol: string,
  ) {
    this.#carrier = carrier;
    this.server = server;
    this.connection = connection;
    this.request = request;
    this.ws = new WebSocketConnection(asked, protocol, this);
  }

  get limits(): SendLimits {
    return this.server.sendLimits;
  }

  send(data: string | Uint8Array, isBinary: boolean): number {
    const bytes = this.#carrier.io().send(this.connection, this.request, data, isBinary);
    this.#carrier.planFlush();
    return bytes;
  }

  notify(): void {
    this.#carrier.io().notify(this.connection, this.request);
    this.#carrier.planFlush();
  }

  ping(data: Uint8Array): void {
    this.#carrier.io().ping(this.connection, this.request, data);
    this.#carrier.planFlush();
  }

  close(code: number, reason: string): void {
    this.#carrier.io().close(this.connection, this.request, code, reason);
    this.#carrier.planFlush();
  }

  fail(): void {
    this.#carrier.io().fail(this.connection, this.request);
    this.#carrier.planFlush();
  }

  cut(): void {
    this.#carrier.io().cut(this.connection, this.request);
    this.#carrier.planFlush();
  }

  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.hold(isPaused || this.isHeld);
  }

  /** Too much waits, or no longer. */
  behind(isBehind: boolean): void {
    this.isHeld = isBehind;
    this.hold(isBehind || this.isPaused);
  }

  /** Stops reading, and goes on. */
  private hold(isHeld: boolean): void {
    this.#carrier.io().hold(this.connection, this.request, isHeld);
    this.#carrier.planFlush();
  }

  get carrier(): unknown {
    return this.#carrier;
  }

  sendAll(ports: readonly Open[], data: Uint8Array, isBinary: boolean): void {
    const targets: number[] = [];
    for (const { connection, request } of ports) targets.push(connection, request);
    this.#carrier.io().broadcast(targets, data, isBinary);
    this.#carrier.planFlush();
  }

  byteLength(text: string): number {
    return Buffer.byteLength(text);
  }

  sentBytes(): number {
    return this.#carrier.io().sentBytes(this.connection);
  }

  /** Whether so many waiting bytes are too many, or still are. */
  isBehind(most: number): boolean {
    return this.waiting > (this.isHeld ? most / 2 : most);
  }
}

// There are many, and few are ever stopped: these are theirs only when they are set.
Object.assign(Open.prototype, { isHeld: false, isPaused: false });

/** A message that waits for its task. */
interface Heard {
  readonly open: Open;
  readonly data: string | Uint8Array;
  readonly isBinary: boolean;
}

export class AppSockets implements SocketsToApp {
  readonly takesBytes = false;
  readonly #carrier: Carrier;
  readonly #asTask: AsTask;
  /** By connection. */
  readonly #open: (Open | undefined)[] = [];
  #waiting = 0;
  /** Messages that the app has heard, or nobody would (wraps at 2^32), and how many of them the I/O side knows of. */
  #heardCount = 0;
  #toldCount = 0;
  /** Messages that are being heard: a handler may have others run. */
  #hearing = 0;
  readonly #heard = new TaskLine<Heard>((heard) => this.#asTask(this.#hear, heard));

  /** @param asTask Runs what is to be run as a task of the app. */
  constructor(carrier: Carrier, asTask: AsTask) {
    this.#carrier = carrier;
    this.#asTask = asTask;
  }

  /** Opens a WebSocket, and gives it to the app. Called in a task. */
  open(server: AppServer, connection: number, request: number, asked: AppRequest, protocol: string): void {
    const open = this.#add(server, connection, request, asked, protocol);
    this.#carrier.io().accept(connection, request, protocol);
    this.#carrier.planFlush();
    if (CHANNELS.webSocketOpen.hasSubscribers) CHANNELS.webSocketOpen.publish({ server: server.object, ws: open.ws });
    this.#guard(open, 'onWSOpen', () => server.app.onWSOpen?.(open.ws));
  }

  /** Has the app write the answer to an ordinary request. Called in a task. */
  take(server: AppServer, connection: number, request: number, asked: AppRequest, { begin }: Takeover): void {
    const open = this.#add(server, connection, request, asked, '');
    this.#carrier.io().take(connection, request);
    this.#carrier.planFlush();
    begin(open.ws);
  }

  #add(server: AppServer, connection: number, request: number, asked: AppRequest, protocol: string): Open {
    // The number has been given again, so what had it before is gone, even if that has not been told yet.
    const before = this.#open[connection];
    if (before !== undefined) this.closed(connection, before.request, ABNORMAL, '', false);
    const open = new Open(this.#carrier, server, connection, request, asked, protocol);
    this.#open[connection] = open;
    return open;
  }

  /** The one that this request has opened, unless it is closed. */
  #find(connection: number, request: number): Open | undefined {
    const open = this.#open[connection];
    return open?.request === request ? open : undefined;
  }

  message(connection: number, request: number, data: string | Uint8Array, isBinary: boolean): void {
    const open = this.#find(connection, request);
    if (open === undefined) {
      this.#heardCount = (this.#heardCount + 1) | 0;
      return;
    }
    this.#count(open, data.length + MESSAGE_BYTES);
    this.#heard.post({ open, data, isBinary });
  }

  /** Gives a message to the app. */
  readonly #hear = ({ open, data, isBinary }: Heard): void => {
    // The rest of it while it is being heard, so that it is known to be.
    this.#count(open, -data.length);
    this.#hearing++;
    const { messageHandlers: handlers } = open.ws;
    try {
      if (typeof handlers === 'function') this.#watch(open, 'onMessage', handlers(isBinary, data));
      else for (const handler of handlers) this.#watch(open, 'onMessage', handler(isBinary, data));
    } catch (error) {
      this.#failed(open, 'onMessage', error);
    }
    open.waiting -= MESSAGE_BYTES;
    this.#waiting -= MESSAGE_BYTES;
    this.#heardCount = (this.#heardCount + 1) | 0;
    this.#hearing--;
  };

  /** Tells the I/O side how far the app is. Called when all that it has said is given. */
  tellHeard(): void {
    if (this.#hearing > 0 || this.#heardCount === this.#toldCount) return;
    if (this.#carrier.io().heard(this.#heardCount)) this.#toldCount = this.#heardCount;
  }

  closed(connection: number, request: number, code: number, reason: string, wasClean: boolean): void {
    const open = this.#find(connection, request);
    if (open === undefined) return;
    this.#open[connection] = undefined;
    // Nothing is to be answered any more.
    if (wasClean && open.waiting === 0) open.ws.leave();
    this.#post(() => {
      // What was said of the messages before the peer's Close goes before ours.
      if (wasClean) this.#carrier.io().close(connection, request, NORMAL, '');
      if (CHANNELS.webSocketClose.hasSubscribers) {
        CHANNELS.webSocketClose.publish({ server: open.server.object, ws: open.ws, code, reason, wasClean });
      }
      for (const handler of open.ws.end()) {
        this.#guard(open, 'onClose', () => handler(code, reason, wasClean));
      }
    });
  }

  drained(connection: number, request: number): void {
    const open = this.#find(connection, request);
    if (open === undefined) return;
    this.#post(() => {
      for (const handler of open.ws.drainHandlers) {
        if (!this.#guard(open, 'onDrain', handler)) return;
      }
    });
  }

  pinged(connection: number, request: number, data: Uint8Array, isPong: boolean): void {
    const open = this.#find(connection, request);
    if (open === undefined) return;
    const bytes = data.length + MESSAGE_BYTES;
    this.#count(open, bytes);
    this.#post(() => {
      this.#count(open, -bytes);
      open.ws.onPing?.(data, isPong);
    });
  }

  /** Each WebSocket is held when it is behind. */
  hasPlenty(): boolean {
    return true;
  }

  /** The I/O side has ended. */
  allGone(): void {
    for (const open of this.#open)
      if (open !== undefined) this.closed(open.connection, open.request, ABNORMAL, '', false);
  }

  #post(task: () => void): void {
    post(globalLoop(), () => this.#asTask(task, undefined));
  }

  /** Counts what waits for tasks, and stops or starts reading accordingly. */
  #count(open: Open, bytes: number): void {
    open.waiting += bytes;
    this.#waiting += bytes;
    const most = Math.max(LEAST_WAITING_BYTES, MOST_WAITING_BYTES - this.#waiting);
    const holds = open.isBehind(most);
    if (holds === open.isHeld) return;
    open.behind(holds);
  }

  /** Runs a callback; what it throws, now or later, is logged and closes with 1011. Returns whether it threw nothing yet. */
  #guard(open: Open, name: string, callback: () => unknown): boolean {
    try {
      this.#watch(open, name, callback());
      return true;
    } catch (error) {
      this.#failed(open, name, error);
      return false;
    }
  }

  /** Sees to a promise that a callback gave. */
  #watch(open: Open, name: string, result: unknown): void {
    if (isThenable(result)) result.then(undefined, (error) => this.#failed(open, name, error));
  }

  #failed(open: Open, name: string, error: unknown): void {
    open.server.log('ERROR', `${name} failed: ${messageOf(error)}`, { error });
    open.ws.close(FAILED, `Error in ${name}`);
  }
}
