/**
 * What the I/O side knows of one connection: where reading stands, which requests wait for their answers, what is
 * ready to be written. It is data and the table of legal moves; `receive` and `deliver` act on it.
 */

import type { IoAnswer } from '../answer-types.ts';
import type { Parked } from '../parser/machine.ts';
import type { Acceptance, Handshake } from '../websocket/handshake.ts';
import type { AcceptedCodings } from './accept-encoding.ts';
import type { AccessStart } from './access.ts';
import type { IoSocket } from './io-socket.ts';
import type { IoServer } from './link.ts';
import type { PortSocket } from './net-socket.ts';
import type { Pump } from './pump.ts';
import type { BodySpool } from './spool.ts';
import type { Upload } from './upload-host.ts';

/**
 * Where reading stands. `fresh`: no byte yet. `idle`: between messages. `head`, `body`: inside one. `discard`:
 * what comes is thrown away, because no further request is taken. `socket`: frames of a WebSocket, or nothing, when the app
 * writes what it likes. `closing`: the last answer is written, FIN sent.
 */
export type ReadState = 'fresh' | 'idle' | 'head' | 'body' | 'socket' | 'discard' | 'ended' | 'closing' | 'closed';

/** Legal moves; what is absent cannot happen. */
export const READ_MOVES: Readonly<Record<ReadState, Readonly<Partial<Record<ReadState, true>>>>> = {
  fresh: { idle: true, head: true, body: true, discard: true, ended: true, closing: true, closed: true },
  idle: { head: true, body: true, socket: true, discard: true, ended: true, closing: true, closed: true },
  head: { idle: true, body: true, discard: true, ended: true, closing: true, closed: true },
  body: { idle: true, head: true, discard: true, ended: true, closing: true, closed: true },
  socket: { closing: true, closed: true },
  discard: { socket: true, ended: true, closing: true, closed: true },
  ended: { socket: true, closing: true, closed: true },
  closing: { closed: true },
  closed: {},
};

/**
 * Reasons not to read, as bits: the app decides on a head; enough requests are read ahead; answers pile up; the app side
 * has no room for what would be told; the app is behind with messages; messages are being inflated; a file is open whose
 * turn has not come; the app has not asked for more of a body.
 */
export const HOLD_DECISION = 1;
export const HOLD_PIPELINE = 2;
export const HOLD_WRITE = 4;
export const HOLD_ROOM = 8;
export const HOLD_APP = 16;
export const HOLD_INFLATE = 32;
export const HOLD_FILE = 64;
export const HOLD_UPLOAD = 128;

/** When a client that waits for `100 Continue` gets it: when the body is wanted, or once the answers before it have gone out. */
export type Continues = 'never' | 'when-wanted' | 'due';

/** One request and its answer. */
export class Exchange {
  /** Its number among all requests of the host. */
  readonly id: number;
  /** The connection may go on after the answer, as far as the request says. */
  readonly keepAlive: boolean;
  readonly isHead: boolean;
  readonly minorVersion: number;
  readonly hasBody: boolean;
  /** It asks for a WebSocket: an answer of `onHeaders` ends the connection. */
  readonly isUpgrade: boolean;
  /** The app has been told of it. */
  dispatched = false;
  /** What the client says of codings; null: its answer is not compressed. */
  accepted: AcceptedCodings | null = null;
  /** Whether `100 Continue` is to be sent. */
  declare continues: Continues;
  /** Interim answers to be sent once the answers before it have gone out. */
  declare hints: string;
  /** The connection ends with its answer. */
  declare closes: boolean;
  /** What is to be noted of it with its answer. */
  declare access: AccessStart | null;
  declare spool: BodySpool | null;
  /** Its body, when the app reads it while it arrives. */
  declare upload: Upload | null;
  /** The WebSocket that is asked for, and what it is accepted with. */
  declare handshake: Handshake | null;
  declare acceptance: Acceptance | null;
  /** The app writes its answer itself. */
  declare isTaken: boolean;
  answer: IoAnswer | null = null;
  /** The next request of the same connection. */
  next: Exchange | null = null;

  constructor(
    id: number,
    keepAlive: boolean,
    isHead: boolean,
    minorVersion: number,
    hasBody: boolean,
    isUpgrade: boolean,
  ) {
    this.id = id;
    this.keepAlive = keepAlive;
    this.isHead = isHead;
    this.minorVersion = minorVersion;
    this.hasBody = hasBody;
    this.isUpgrade = isUpgrade;
  }
}

// One is made for every request: what few of them need is theirs only when it is set.
Object.assign(Exchange.prototype, {
  continues: 'never',
  hints: '',
  closes: false,
  access: null,
  spool: null,
  upload: null,
  handshake: null,
  acceptance: null,
  isTaken: false,
} satisfies Partial<Exchange>);

/** One connection. */
export class Connection {
  readonly id: number;
  readonly server: IoServer;
  readonly socket: PortSocket;
  read: ReadState = 'fresh';
  /** Bits of `HOLD_*`; reading goes on at 0. */
  hold = 0;
  /** Bytes that arrived and may not be parsed yet. */
  rest: Uint8Array | null = null;
  /** The parser's state of an unfinished message. */
  parked: Parked | null = null;
  /** The oldest request without a written answer, a list up to the newest, and how many they are. */
  oldest: Exchange | null = null;
  #newest: Exchange | null = null;
  waiting = 0;
  /** The request whose body is being read. */
  current: Exchange | null = null;
  /** Messages read to their end so far. */
  messages = 0;
  /** Text to write (latin1), or, when bytes are among it, all parts in order. */
  text = '';
  parts: (string | Uint8Array)[] | null = null;
  isDirty = false;
  /** The body that is being sent in pieces. */
  pump: Pump | null = null;
  /** Notes the answer whose body that is, or that the app writes itself. */
  noteSent: ((aborted: boolean) => void) | null = null;
  /** The WebSocket that this connection has become. */
  webSocket: IoSocket | null = null;
  /** FIN follows what is to be written. */
  endsAfterFlush = false;
  /** The app side was told of it, and is to hear of its end. */
  isWatched = false;
  /** No request after the running ones. */
  isLast = false;
  /** The peer has sent FIN. */
  peerEnded = false;
  /**
   * When the unfinished message or the idle time began (monotonic ms), moved on by the time in which we did not read.
   * While `closing`, when the peer last gave a sign of life.
   */
  since: number;
  /** When reading was stopped; while `closing`, when the wait for the peer's FIN began. */
  heldSince = 0;
  /** Unsent bytes when write progress was last seen, and when that was. */
  lastUnsent = 0;
  progressAt = 0;

  constructor(id: number, server: IoServer, socket: PortSocket, now: number) {
    this.id = id;
    this.server = server;
    this.socket = socket;
    this.since = now;
  }

  /** The body of the request being read stays unread, so what follows on this connection cannot be told from it. */
  leaveUnread(exchange: Exchange): void {
    exchange.closes = true;
    exchange.continues = 'never';
    this.current = null;
    this.parked = null;
    this.rest = null;
    this.become('discard');
  }

  /** Moves to another read state. */
  become(to: ReadState): void {
    if (this.read === to) return;
    if (READ_MOVES[this.read][to] !== true) throw new RangeError(`a connection cannot become ${to} while ${this.read}`);
    this.read = to;
  }

  /** Adds a request that will be answered after all others. */
  push(exchange: Exchange): void {
    if (this.#newest === null) this.oldest = exchange;
    else this.#newest.next = exchange;
    this.#newest = exchange;
    this.waiting++;
  }

  /** Takes the oldest request out. */
  shift(): void {
    if (this.oldest === null) return;
    this.oldest = this.oldest.next;
    if (this.oldest === null) this.#newest = null;
    this.waiting--;
  }

  /** Takes a request out, wherever it stands. */
  remove(exchange: Exchange): void {
    if (this.oldest === exchange) {
      this.shift();
      return;
    }
    let before = this.oldest;
    while (before !== null && before.next !== exchange) before = before.next;
    if (before === null) return;
    before.next = exchange.next;
    if (this.#newest === exchange) this.#newest = before;
    this.waiting--;
  }

  /** Takes all requests out; the result begins the list of them. */
  takeAll(): Exchange | null {
    const first = this.oldest;
    this.oldest = null;
    this.#newest = null;
    this.waiting = 0;
    return first;
  }

  /** The waiting request with this number. */
  find(id: number): Exchange | null {
    let at = this.oldest;
    while (at !== null && at.id !== id) at = at.next;
    return at;
  }

  /** Says whether an answer is due or on its way: nothing may end the connection for being idle. */
  get isBusy(): boolean {
    return this.oldest !== null || this.pump !== null;
  }

  /** Says whether input is still parsed. */
  get isReading(): boolean {
    return this.read === 'fresh' || this.read === 'idle' || this.read === 'head' || this.read === 'body';
  }
}
