/**
 * Loads the real ends of a link with small rings, between a stand-in for the sockets and one for ports, for explorations.
 */
import { expect } from 'vitest';
import type { ToApp } from '../../src/node/link.ts';
import type { ThreadData } from '../../src/thread/messages.ts';
import { type Changes, type Loaded, load } from './loaded.ts';
import { current, type Message } from './run.ts';

/** Free bytes without which the stand-in for the sockets stops reading: two events, or one that does not fit the end. */
export const LEAST_ROOM_BYTES = 32;

/** A connection host without connections. Events that found no room are told when there is some. */
export class Sockets {
  readonly #app: ToApp;
  #held: number[] = [];
  #done = 0;
  /** What the app side says that it has heard, it has answered before: one command for each. */
  readonly sockets = {
    heard: (messages: number): void => expect(this.#done).toBeGreaterThanOrEqual(messages),
  };

  constructor(app: ToApp) {
    this.#app = app;
    globalThis.exploredLink.sockets = this;
  }

  digest(): unknown {
    return [this.#held, this.#done];
  }

  /** Bytes at a socket. A `body` is told whether or not there is room, as in the host. */
  receive(number: number, isBody: boolean): void {
    if (!isBody && (this.#held.length > 0 || !this.#app.hasRoom())) this.#held.push(number);
    else this.#app.abort(number + 100, number);
  }

  get wantsRoom(): boolean {
    return this.#held.length > 0;
  }

  roomAgain(): void {
    const held = this.#held;
    this.#held = [];
    for (const number of held) this.receive(number, false);
  }

  proceed(connection: number, request: number): void {
    expect(connection).toBe(request + 100);
    this.#done++;
    current.note(request);
  }

  respond(): void {}
  flush(): void {}
}

/** What of its neighbours the link finds in an exploration. */
interface World {
  app: Int32Array;
  /** Another one for each exploration. */
  memory: ThreadData | null;
  drain(): void;
  /** The app's port, and the sockets, of the run that is going on. */
  port: Port | null;
  sockets: Sockets | null;
}

declare global {
  var exploredLink: World;
}

/** Small rings, shared memory of the exploration, one bell a run, and stand-ins for what touches sockets and tasks. */
const CHANGES: Changes = {
  'control.js': [
    ['new Int32Array(new SharedArrayBuffer(4 * APP_WORDS))', 'globalThis.exploredLink.app'],
    ['    return {\n        control:', '    return globalThis.exploredLink.memory ?? {\n        control:'],
  ],
  'app-bell.js': [
    [
      'export const appBell = new AppBell();',
      'export let appBell = new AppBell();\nexport const renew = () => (appBell = new AppBell());',
    ],
    [
      "import { isInsideRun, runIdle, setWaiter } from '../later/internal.js';",
      'const setWaiter = () => {}, isInsideRun = () => false; const runIdle = () => globalThis.exploredLink.drain();',
    ],
  ],
  'events.js': [['2 * (LARGEST_HEAD_BYTES + 64)', String(LEAST_ROOM_BYTES)]],
  // No message of a WebSocket is sent here.
  'io-end.js': [
    ["import { ConnHost } from '../node/conn-host.js';", 'const ConnHost = globalThis.ExploredSockets;'],
    ["new Slots(slotsIn, 'in')", 'null'],
    ["new Slots(slotsOut, 'out')", 'null'],
  ],
  'socket-commands.js': [["new Slots(slotsOut, 'out')", 'null']],
  'ring-link.js': [
    ["new Slots(shared.slotsIn, 'in')", 'null'],
    [
      "import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';",
      'const { MessageChannel, receiveMessageOnPort } = globalThis.exploredPorts;',
    ],
  ],
};

/** A port of a thread: messages are steps. Only the bare 0 is sent in these scenarios. */
export class Port {
  readonly #to: string;
  onMessage: (message: Message) => void = () => {};

  constructor(to: string) {
    this.#to = to;
  }

  postMessage(message: Message): void {
    current.count(`ping ${this.#to}`);
    current.post(this.#to, message);
  }

  on(_: 'message', call: (message: Message) => void): void {
    this.onMessage = call;
  }

  ref(): void {}
  unref(): void {}
  close(): void {
    throw new Error('the link was given up');
  }
}

const ports = {
  MessageChannel: class {
    readonly port1 = new Port('io');
    readonly port2 = new Port('app');

    constructor() {
      globalThis.exploredLink.port = this.port1;
    }
  },
  receiveMessageOnPort(): { readonly message: Message } | undefined {
    const message = current.step({ kind: 'receive' });
    return message === null ? undefined : { message: message as Message };
  },
};

type RingLinkFile = typeof import('../../src/thread/ring-link.ts');
type IoEndFile = typeof import('../../src/thread/io-end.ts');
type AppBellFile = typeof import('../../src/thread/app-bell.ts') & {
  renew(): typeof import('../../src/thread/app-bell.ts').appBell;
};

export interface LinkRoom {
  readonly room: Loaded;
  readonly RingLink: RingLinkFile['RingLink'];
  readonly IoEnd: IoEndFile['IoEnd'];
  readonly bell: AppBellFile;
}

/** Loads the ends of the link, with further changes. */
export async function loadLink(...changes: readonly Changes[]): Promise<LinkRoom> {
  Object.assign(globalThis, {
    ExploredSockets: Sockets,
    exploredPorts: ports,
    exploredLink: {
      app: new Int32Array(new SharedArrayBuffer(4 * 32)),
      memory: null,
      drain() {},
      port: null,
      sockets: null,
    } satisfies World,
  });
  const room = await load(CHANGES, ...changes);
  return {
    room,
    RingLink: (await room.file<RingLinkFile>('ring-link.js')).RingLink,
    IoEnd: (await room.file<IoEndFile>('io-end.js')).IoEnd,
    bell: await room.file<AppBellFile>('app-bell.js'),
  };
}
