/**
 * The end of the link on the I/O thread: gives the connection host its app side, has it do what the app's thread says,
 * and says in time what there is to say.
 */
import type { MessagePort } from 'node:worker_threads';
import { ConnHost } from '../node/conn-host.ts';
import { type IoServer, setMounts } from '../node/link.ts';
import { type Bound, type Listener, type ListenTarget, listen, removeStaleSocket } from '../node/listener.ts';
import { firstFreePort } from '../node/ports.ts';
import { shareSpoolAccount } from '../node/spool.ts';
import { awaken, fallAsleep, wake } from './bell.ts';
import { CommandReader } from './commands.ts';
import { APP, CONTROL } from './control.ts';
import { EventWriter } from './events.ts';
import {
  type CallName,
  type Calls,
  type FromThread,
  type IoServerData,
  sendable,
  sendableFields,
  type ThreadData,
  type ToThread,
} from './messages.ts';
import { Outbox } from './outbox.ts';
import { RingReader, RingWriter } from './ring.ts';
import { Slots } from './slots.ts';

/** How long (ms) after a turn commands may lie in the ring unannounced: the app side wakes this one not more often. */
const SECOND_LOOK_MS = 2;

/** Events that are shown to the app side together; at the end of a turn all are. */
const EVENT_BATCH = 8;

/** A server of this thread. */
interface Served {
  readonly server: IoServer;
  readonly listener: Listener;
}

export class IoEnd {
  readonly #port: MessagePort;
  readonly #control: Int32Array;
  readonly #app: Int32Array;
  readonly #outbox: Outbox;
  readonly #events: EventWriter;
  readonly #commands: CommandReader;
  readonly #host: ConnHost;
  readonly #servers = new Map<number, Served>();
  readonly #ping = (): void => this.#post(0);
  readonly #hasWork = (): boolean => !this.#commands.isEmpty || this.#outbox.hasWork || this.#mayReadOn();
  readonly #turnEnd = (): void => {
    this.#isTurnPlanned = false;
    this.turn();
  };
  #isTurnPlanned = false;
  #secondLook: NodeJS.Timeout | null = null;
  /** A second look is due, and there was a further turn since it was planned. */
  #isLookPlanned = false;
  #turnedSinceLook = false;

  constructor({ port, control, app, events, commands, slotsIn, slotsOut, sent, spoolAccount }: ThreadData) {
    shareSpoolAccount(spoolAccount);
    this.#port = port;
    this.#control = control;
    this.#app = app;
    this.#outbox = new Outbox(new RingWriter(control, CONTROL.EVENTS, events), EVENT_BATCH);
    this.#events = new EventWriter(this.#outbox, new Slots(slotsIn, 'in'), () => this.#told());
    this.#host = new ConnHost(this.#events, undefined, sent);
    const ring = new RingReader(control, CONTROL.COMMANDS, commands);
    this.#commands = new CommandReader(ring, this.#host, this.#events, new Slots(slotsOut, 'out'), () =>
      wake(app, APP.STATE, this.#ping),
    );
    port.on('message', (message: ToThread) => {
      if (message !== 0) this.#answer(message);
      this.turn();
    });
    this.turn();
    // Behind the first call, for which a blocked thread may be waiting, and before the first connection.
    setImmediate(() => this.#host.machine);
  }

  /** Does what the app side has said, says what there is to say, and falls asleep. */
  turn(): void {
    const control = this.#control;
    Atomics.add(control, CONTROL.TURNS, 1);
    awaken(control, CONTROL.IO_STATE);
    this.#obey();
    if (this.#mayReadOn()) this.#host.roomAgain();
    this.#announce();
    if (fallAsleep(control, CONTROL.IO_STATE, this.#hasWork)) this.#planSecondLook();
    else this.#planTurn();
  }

  /** Tells the app's thread that this one ends. */
  die(error: Error | null): void {
    if (Atomics.load(this.#control, CONTROL.DEAD) === 1) return;
    if (error !== null) this.#post({ kind: 'fatal', error: sendable(error) });
    Atomics.store(this.#control, CONTROL.DEAD, 1);
    wake(this.#app, APP.STATE, this.#ping);
  }

  /** Whether connections wait for room, and there is so much that it lasts a while. Without, it has been asked for. */
  #mayReadOn(): boolean {
    return this.#host.wantsRoom && this.#events.hasRoom() && this.#events.sockets.hasPlenty();
  }

  /** Something was told: it is announced when the other sockets that are ready were read, or at once when it is much. */
  #told(): void {
    if (this.#outbox.isMuch) this.#announce();
    this.#planTurn();
  }

  #announce(): void {
    if (this.#outbox.publish()) wake(this.#app, APP.STATE, this.#ping);
  }

  #obey(): void {
    const heard = Atomics.load(this.#control, CONTROL.HEARD);
    if (this.#commands.drain()) this.#host.flush();
    this.#host.sockets.heard(heard);
  }

  /** One turn after the others that are ready: what they add is announced once. */
  #planTurn(): void {
    if (this.#isTurnPlanned) return;
    this.#isTurnPlanned = true;
    setImmediate(this.#turnEnd);
  }

  /** Looks again at most {@link SECOND_LOOK_MS} after the last turn, with one timer for all turns of that time. */
  #planSecondLook(): void {
    if (this.#isLookPlanned) {
      this.#turnedSinceLook = true;
      return;
    }
    this.#isLookPlanned = true;
    if (this.#secondLook === null) this.#secondLook = setTimeout(() => this.#lookAgain(), SECOND_LOOK_MS);
    else this.#secondLook.refresh();
  }

  #lookAgain(): void {
    this.#isLookPlanned = false;
    if (this.#hasWork()) this.turn();
    else if (this.#turnedSinceLook) this.#planSecondLook();
    this.#turnedSinceLook = false;
  }

  #post(message: FromThread): void {
    this.#port.postMessage(message);
    Atomics.add(this.#control, CONTROL.MAIL, 1);
  }

  /** Posts something that the app side has to look at soon. */
  #report(message: FromThread): void {
    this.#post(message);
    wake(this.#app, APP.STATE, this.#ping);
  }

  async #answer({ id, name, args }: Exclude<ToThread, 0>): Promise<void> {
    // What was said before the call is done before it.
    this.#obey();
    try {
      const call = this.#calls[name] as (...given: readonly unknown[]) => unknown;
      const value = call(...args);
      // Without a promise the reply does not wait for one.
      this.#report({ kind: 'reply', id, value: value instanceof Promise ? await value : value });
    } catch (error) {
      this.#report({ kind: 'refusal', id, error: sendable(error) });
    }
  }

  readonly #calls: { readonly [N in CallName]: (...args: Parameters<Calls[N]>) => Awaited<unknown> } = {
    listen: (data, target, maxConnections) => this.#listen(data, target, maxConnections),
    unbind: (id) => this.#unbind(id),
    endConnections: (id, graceMs) => {
      const served = this.#servers.get(id);
      if (served !== undefined) this.#host.endings.end(served.server, graceMs);
    },
    setMounts: (id, mounts) => {
      const served = this.#servers.get(id);
      if (served !== undefined) setMounts(served.server, mounts);
    },
    setTls: (id, settings) => this.#servers.get(id)?.listener.setTls(settings),
    removeStale: (path) => removeStaleSocket(path),
    freePort: async (host, ports) => {
      const { port, refusal } = await firstFreePort(host, ports);
      return { port, refusal: refusal === null ? null : sendable(refusal) };
    },
  };

  async #listen(data: IoServerData, target: ListenTarget, maxConnections: number): Promise<Bound> {
    const server: IoServer = {
      ...data,
      log: (level, message, fields = {}) =>
        this.#report({ kind: 'log', server: data.id, level, message, fields: sendableFields(fields) }),
    };
    const listener = await listen(this.#host, server, target, maxConnections);
    this.#servers.set(data.id, { server, listener });
    const { address, port } = listener;
    return { address, port };
  }

  #unbind(id: number): void {
    const served = this.#servers.get(id);
    if (served === undefined) return;
    served.listener.close().then(() => {
      this.#servers.delete(id);
      this.#host.endings.forget(served.server);
      // What was told of it comes before its end.
      this.#outbox.publish();
      this.#report({ kind: 'closed', server: id });
    });
  }
}
