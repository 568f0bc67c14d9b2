/**
 * The end of the link on the app's thread: tells the I/O thread what the app side says, takes in what it tells, and asks
 * it for what needs an answer. It is one life of the I/O thread: when that ends, the link is over.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import type { Answer } from '../answer-types.ts';
import { HttpuvError } from '../errors.ts';
import type { ToApp, ToIo } from '../node/link.ts';
import { returnLostSpools, spoolAccount } from '../node/spool.ts';
import type { LogLevel } from '../types.ts';
import { appBell, type Source } from './app-bell.ts';
import { wake } from './bell.ts';
import { CommandWriter } from './commands.ts';
import { CONTROL, makeShared, type Shared } from './control.ts';
import { EventReader } from './events.ts';
import {
  type CallName,
  type Calls,
  type FromThread,
  received,
  receivedFields,
  type ThreadData,
  type ToThread,
} from './messages.ts';
import { Outbox } from './outbox.ts';
import { RingReader, RingWriter } from './ring.ts';
import { type RingUse, ringUse } from './ring-use.ts';
import { Slots } from './slots.ts';
import { SocketCommandWriter } from './socket-commands.ts';
import { StreamCommandWriter } from './stream-commands.ts';
import { UploadCommandWriter } from './uploads.ts';

/** A thread that gave no sign of life for so long (ms) is asked for one. */
const PROBE_MS = 1_000;
/** A thread that takes no first turn for so long (ms) after it was asked, while this one is blocked, cannot run. */
const LONGEST_START_MS = 10_000;
/** One that took turns and takes no more for so long (ms) counts as dead: longer than a busy machine keeps it waiting. */
const LONGEST_SILENCE_MS = 30_000;

/** Who hears what is no record. */
export interface LinkOwner {
  /** Whether servers run on the thread. */
  readonly hasServers: boolean;
  /** All connections of a server that gave its port back are closed. */
  closed(server: number): void;
  log(
    server: number,
    level: Exclude<LogLevel, 'OFF'>,
    message: string,
    fields: Readonly<Record<string, unknown>>,
  ): void;
  /** The I/O thread has ended, and with it every server on it. */
  lost(error: Error): void;
}

/** A call whose reply has not come. */
interface OpenCall {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class RingLink implements ToIo, Source {
  readonly #owner: LinkOwner;
  readonly #control: Int32Array;
  readonly #shared: Shared;
  readonly #port: MessagePort;
  readonly #worker: Worker;
  readonly #outbox: Outbox;
  readonly #commands: CommandWriter;
  readonly sockets: SocketCommandWriter;
  readonly streams: StreamCommandWriter;
  readonly uploads: UploadCommandWriter;
  readonly #events: EventReader;
  readonly #calls = new Map<number, OpenCall>();
  readonly #ping = (): void => this.#port.postMessage(0);
  #nextCall = 1;
  /** Messages taken from the port so far. */
  #mail = 0;
  /** Reasons to keep the process running. */
  #holds = 0;
  /** The millisecond in which the I/O thread was woken last. */
  #wokenAt = 0;
  #error: Error | null = null;
  #isClosed = false;
  /** The thread's count of turns when it last gave a sign of life, when that was, and when it was asked for one. */
  #seenTurns = 0;
  #seenAt = performance.now();
  #askedAt = 0;

  /**
   * @param start Starts the thread with its data and the port that goes with them. Throws when that cannot be.
   * @param app Hears the events. Its calls must not run code of the app.
   */
  constructor(start: (data: ThreadData) => Worker, app: ToApp, owner: LinkOwner) {
    this.#owner = owner;
    const shared = makeShared(appBell.words);
    const { control } = shared;
    const { port1, port2 } = new MessageChannel();
    this.#control = control;
    this.#shared = shared;
    this.#port = port1;
    this.#outbox = new Outbox(new RingWriter(control, CONTROL.COMMANDS, shared.commands), 1);
    this.#commands = new CommandWriter(this.#outbox);
    this.sockets = new SocketCommandWriter(this.#outbox, shared, () => this.#said());
    this.streams = new StreamCommandWriter(this.#outbox, () => this.#said());
    this.uploads = new UploadCommandWriter(this.#outbox, () => this.#said());
    const ring = new RingReader(control, CONTROL.EVENTS, shared.events);
    const slots = new Slots(shared.slotsIn, 'in');
    this.#events = new EventReader(ring, app, this.#commands.bodies, slots, () => this.#wake());
    this.#worker = start({ ...shared, port: port2, spoolAccount: spoolAccount() });
    this.#worker.unref();
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', (code) => this.#die(new Error(`the I/O thread ended with code ${code}`)));
    port1.on('message', (message: FromThread) => {
      this.#receive(message);
      appBell.run();
    });
    port1.unref();
    appBell.listenTo(this);
  }

  /** Why the link is over; null while it is not. */
  get error(): Error | null {
    return this.#error;
  }

  proceed(connection: number, request: number): void {
    this.#commands.proceed(connection, request);
    this.#said();
  }

  respond(connection: number, request: number, answer: Answer, early: boolean): void {
    this.#commands.respond(connection, request, answer, early);
    this.#said();
  }

  flush(): void {
    if (this.#outbox.publish()) this.#wake();
  }

  poll(): void {
    if (!this.#events.isEmpty) this.#events.drain();
  }

  /** How full the rings are now. */
  get ring(): RingUse {
    return ringUse(this.#shared);
  }

  get isNeeded(): boolean {
    return this.#owner.hasServers || this.#calls.size > 0;
  }

  hasWork(): boolean {
    return (
      !this.#events.isEmpty ||
      this.#unread > 0 ||
      this.#outbox.hasWork ||
      Atomics.load(this.#control, CONTROL.DEAD) === 1
    );
  }

  takeIn(): void {
    while (this.#unread > 0) {
      const message = receiveMessageOnPort(this.#port);
      if (message === undefined) break;
      this.#receive(message.message as FromThread);
    }
    if (Atomics.load(this.#control, CONTROL.DEAD) === 1) this.#die(null);
    else this.#events.drain();
    if (this.#outbox.isFull) this.flush();
  }

  /** Called without news: after a second asks the I/O thread for a turn, and gives it up when it takes none for long. */
  probe(): void {
    const turns = Atomics.load(this.#control, CONTROL.TURNS);
    const now = performance.now();
    if (turns !== this.#seenTurns) {
      this.#seenTurns = turns;
      this.#seenAt = now;
      this.#askedAt = 0;
    } else if (this.#askedAt === 0) {
      if (now - this.#seenAt < PROBE_MS) return;
      this.#askedAt = now;
      this.#ping();
    } else {
      const limitMs = turns === 0 ? LONGEST_START_MS : LONGEST_SILENCE_MS;
      if (now - this.#askedAt >= limitMs) this.#die(new Error(`it has not answered for ${limitMs / 1000} seconds`));
    }
  }

  /** Asks the I/O thread for something; the event loop turns meanwhile. Rejects when the thread is lost. */
  call<N extends CallName>(name: N, ...args: Parameters<Calls[N]>): Promise<ReturnType<Calls[N]>> {
    return new Promise((resolve, reject) => {
      this.hold();
      const settle = (): void => this.letGo();
      this.#send(name, args, {
        resolve: (value) => {
          settle();
          resolve(value as ReturnType<Calls[N]>); // The reply to a call is of the call's type.
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
    });
  }

  /** As {@link call}, but blocks this thread until the reply is there. Throws what the call throws. */
  callSync<N extends CallName>(name: N, ...args: Parameters<Calls[N]>): ReturnType<Calls[N]> {
    let reply: { readonly value: unknown } | null = null;
    let failure: Error | null = null;
    const settled: OpenCall = {
      resolve: (value) => {
        reply = { value };
      },
      reject: (error) => {
        failure = error;
      },
    };
    this.#send(name, args, settled);
    try {
      while (reply === null && failure === null) {
        appBell.wait(Number.MAX_SAFE_INTEGER);
        this.takeIn();
      }
    } finally {
      appBell.rest();
    }
    if (failure !== null) throw failure as Error;
    return (reply as unknown as { value: ReturnType<Calls[N]> }).value; // As above; the callbacks set one of the two.
  }

  /** Keeps the process running until as many {@link letGo}s. */
  hold(): void {
    if (this.#holds++ === 0) this.#port.ref();
  }

  letGo(): void {
    if (--this.#holds === 0) this.#port.unref();
  }

  /** Ends the thread, which nothing needs any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    appBell.listenTo(null);
    this.#port.close();
    void this.#worker.terminate();
    this.#refuseCalls(lossError(new Error('it was not needed any more'), true));
  }

  get #unread(): number {
    return (Atomics.load(this.#control, CONTROL.MAIL) - this.#mail) | 0;
  }

  #send(name: CallName, args: readonly unknown[], call: OpenCall): void {
    if (this.#error !== null) {
      call.reject(this.#error);
      return;
    }
    const id = this.#nextCall++;
    this.#calls.set(id, call);
    // Every name goes with its own arguments; that is what the callers' types say.
    this.#port.postMessage({ id, name, args } as ToThread);
  }

  /**
   * Something was said: the first of each millisecond is announced at once, because its task may go on for long, and what is
   * much; what follows at the end of the pass, or when the I/O thread looks again by itself.
   */
  #said(): void {
    if (this.#outbox.isMuch || Date.now() !== this.#wokenAt) this.flush();
  }

  #wake(): void {
    this.#wokenAt = Date.now();
    wake(this.#control, CONTROL.IO_STATE, this.#ping);
  }

  #receive(message: FromThread): void {
    this.#mail = (this.#mail + 1) | 0;
    if (message === 0) return;
    switch (message.kind) {
      case 'reply':
        this.#takeCall(message.id)?.resolve(message.value);
        break;
      case 'refusal':
        this.#takeCall(message.id)?.reject(received(message.error));
        break;
      case 'closed':
        this.#owner.closed(message.server);
        break;
      case 'log':
        this.#owner.log(message.server, message.level, message.message, receivedFields(message.fields));
        break;
      case 'fatal':
        this.#die(received(message.error));
        break;
      default:
    }
  }

  #takeCall(id: number): OpenCall | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    return call;
  }

  /** The thread is gone: whoever waits for it hears of it, and nobody will wait for it again. */
  #die(cause: Error | null): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#error = lossError(cause, Atomics.load(this.#control, CONTROL.TURNS) > 0);
    appBell.listenTo(null);
    this.#port.close();
    void this.#worker.terminate();
    // What has arrived belongs to this side now, and so it is released with the requests.
    this.#events.drain();
    returnLostSpools();
    this.#refuseCalls(this.#error);
    this.#owner.lost(this.#error);
  }

  #refuseCalls(error: Error): void {
    for (const call of this.#calls.values()) call.reject(error);
    this.#calls.clear();
  }
}

function lossError(cause: Error | null, hadStarted: boolean): HttpuvError {
  const why = cause?.message ?? 'it left no reason';
  const error = hadStarted
    ? new HttpuvError('HV_IO_THREAD_LOST', `the I/O thread has ended, and its servers with it: ${why}`, FACTS)
    : noIoThread(why);
  error.cause = cause;
  return error;
}

/** The error for a thread that does not start. */
export function noIoThread(why: string): HttpuvError {
  const advice = "say io: 'inline', or see the README on bundling and permissions";
  return new HttpuvError('HV_NO_IO_THREAD', `the I/O thread cannot be started (${why}): ${advice}`, FACTS);
}

const FACTS = { fault: 'local', answer: 500 } as const;
