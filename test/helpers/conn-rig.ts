/** A connection host with a fake app side, a fake clock and fake sockets: deterministic, without ports and timers. */

import type { Answer } from '../../src/answer-types.ts';
import { ConnHost } from '../../src/node/conn-host.ts';
import { makeCounters } from '../../src/node/counters.ts';
import type {
  BodyState,
  ConnectionsToApp,
  HeadMemory,
  IoServer,
  Peer,
  SocketsToApp,
  StreamsToApp,
  ToApp,
  UploadsToApp,
} from '../../src/node/link.ts';
import type { SocketOwner } from '../../src/node/net-socket.ts';
import type { SpooledBody } from '../../src/node/spool.ts';
import type { AccessEntry } from '../../src/static-types.ts';
import { LIMIT } from '../../src/wasm/constants.gen.ts';
import { FakeSocket } from './fake-socket.ts';

export const text = (body: string, status = 200): Answer => ({
  status,
  fields: '',
  ownDate: true,
  close: false,
  length: -1,
  body,
});

export interface Told {
  readonly what:
    | 'request'
    | 'body'
    | 'abort'
    | 'gone'
    | 'message'
    | 'ping'
    | 'pong'
    | 'closed'
    | 'drained'
    | 'piece'
    | 'end'
    | 'failed'
    | 'sent'
    | 'enough'
    | 'opened'
    | 'lost';
  readonly connection: number;
  readonly request: number;
  /** Request target, or body as text; message, or how a WebSocket was closed. */
  readonly detail: string;
}

/** Remembers what it was told; answers are given by the test. */
export class FakeApp implements ToApp {
  readonly told: Told[] = [];
  readonly sockets: SocketsToApp = {
    takesBytes: false,
    hasPlenty: () => true,
    pinged: (connection, request, data, isPong) => {
      this.told.push({ what: isPong ? 'pong' : 'ping', connection, request, detail: Buffer.from(data).toString() });
    },
    message: (connection, request, data) => {
      this.told.push({ what: 'message', connection, request, detail: String(data) });
    },
    closed: (connection, request, code, reason, wasClean) => {
      this.told.push({
        what: 'closed',
        connection,
        request,
        detail: `${code} ${reason} ${wasClean ? 'clean' : 'dirty'}`,
      });
    },
    drained: (connection, request) => {
      this.told.push({ what: 'drained', connection, request, detail: '' });
    },
  };
  readonly streams: StreamsToApp = {
    sent: (connection, request, bytes) => {
      this.told.push({ what: 'sent', connection, request, detail: String(bytes) });
    },
    enough: (connection, request) => {
      this.told.push({ what: 'enough', connection, request, detail: '' });
    },
  };
  readonly connections: ConnectionsToApp = {
    opened: (_server, connection) => this.told.push({ what: 'opened', connection, request: 0, detail: '' }),
    closed: (_server, connection) => this.told.push({ what: 'lost', connection, request: 0, detail: '' }),
  };
  readonly uploads: UploadsToApp = {
    piece: (connection, request, bytes) => {
      this.told.push({ what: 'piece', connection, request, detail: Buffer.from(bytes).toString('latin1') });
    },
    end: (connection, request) => {
      this.told.push({ what: 'end', connection, request, detail: '' });
    },
    failed: (connection, request, why) => {
      this.told.push({ what: 'failed', connection, request, detail: String(why) });
    },
  };
  readonly accesses: string[] = [];
  isFull = false;

  request(
    _server: number,
    connection: number,
    request: number,
    memory: HeadMemory,
    at: number,
    headAt: number,
    _peer: Peer,
    _body: BodyState,
  ): void {
    const { bytes, words } = memory;
    const start = headAt + (words[at + 1] ?? 0);
    const detail = Buffer.from(bytes.subarray(start, start + (words[at + 2] ?? 0))).toString('latin1');
    if (LIMIT.HEAD_WORDS !== 12) throw new Error('the record layout has changed');
    this.told.push({ what: 'request', connection, request, detail });
  }
  body(_server: number, connection: number, request: number, body: SpooledBody): void {
    const detail = body.kind === 'memory' ? Buffer.from(body.bytes).toString('latin1') : `file of ${body.size}`;
    this.told.push({ what: 'body', connection, request, detail });
  }
  abort(connection: number, request: number): void {
    this.told.push({ what: 'abort', connection, request, detail: '' });
  }
  gone(connection: number): void {
    this.told.push({ what: 'gone', connection, request: 0, detail: '' });
  }
  access(server: number, entries: readonly AccessEntry[]): void {
    for (const { method, target, status, bytes } of entries) {
      this.accesses.push(`${server} ${method} ${target} ${status} ${bytes}`);
    }
  }
  hasRoom(): boolean {
    return !this.isFull;
  }
  /** `request /a`, `body x`, … in order. */
  get log(): string[] {
    return this.told.map(({ what, detail }) => (detail === '' ? what : `${what} ${detail}`));
  }
}

export class Rig {
  /** What clients send lands in the parser's region, as with fast reads, and is overwritten as soon as it was told. */
  static lands = false;
  readonly app: FakeApp = new FakeApp();
  readonly logged: string[] = [];
  now = 0;
  readonly host: ConnHost = new ConnHost(this.app, () => this.now);
  readonly server: IoServer;

  constructor(options: Partial<IoServer> = {}) {
    this.server = {
      id: 1,
      asksHeaders: false,
      streamsBodies: false,
      fastRead: true,
      maxHeadBytes: 81_920,
      maxFields: 1_000,
      maxBodyBytes: 1_000_000,
      maxChunkExtensionBytes: 16_384,
      spoolBytes: 1_000,
      maxSpoolBytes: 100_000,
      headTimeoutMs: 30_000,
      requestTimeoutMs: 300_000,
      keepAliveTimeoutMs: 65_000,
      writeTimeoutMs: 60_000,
      maxPipelined: 4,
      maxQueuedRequests: 10,
      allowedHosts: null,
      trustProxy: null,
      trust: null,
      notesAccess: false,
      mounts: [],
      statics: null,
      opensSockets: false,
      tellsPings: false,
      oneRequest: false,
      maxMessageBytes: 1_000_000,
      maxFragments: 1_000,
      pingIntervalMs: 20_000,
      maxMissedPongs: 3,
      closeTimeoutMs: 5_000,
      allowedOrigins: null,
      perMessageDeflate: null,
      compress: null,
      tls: null,
      counters: makeCounters(),
      taken: new Int32Array(2),
      log: (_level, message) => this.logged.push(message),
      ...options,
    };
  }

  connect(): { socket: FakeSocket; peer: SocketOwner; send(bytes: string): void } {
    const socket = new FakeSocket();
    const peer = this.host.accept(this.server, socket);
    return { socket, peer, send: (bytes) => this.#deliver(peer, Buffer.from(bytes, 'latin1')) };
  }

  #deliver(peer: SocketOwner, bytes: Buffer): void {
    if (!Rig.lands) {
      peer.data(bytes);
      return;
    }
    for (let from = 0; from < bytes.length; ) {
      const memory = this.host.nextBuffer();
      const length = Math.min(memory.length, bytes.length - from);
      memory.set(bytes.subarray(from, from + length));
      peer.landed(memory, length);
      memory.fill('!');
      from += length;
    }
  }

  /** Answers a request as the app would, and flushes. */
  answer(request: number, answer: Answer, connection = 0, early = false): void {
    this.host.respond(connection, request, answer, early);
    this.host.flush();
  }

  /** Lets time pass, with a look at the time-outs at the end. */
  pass(ms: number): void {
    this.now += ms;
    this.host.sweep();
  }
}
