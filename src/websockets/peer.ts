/** One WebSocket as programs see it (R: `WS`), whichever side it is of. What it says goes to its wire. */
import { EventEmitter } from 'node:events';
import { isCloseCode } from '../websocket/frames.ts';
import type { Lane } from './dispatcher.ts';
import { Feed } from './feed.ts';
import { type BinaryMode, bytesOf, frameSize, payloadOf } from './payload.ts';
import { closed, unheard } from './sent.ts';
import type { Target } from './target.ts';
import type {
  ClientEvents,
  Data,
  Disconnect,
  Message,
  RequestHeader,
  WsClient,
  WsConnection,
  WsServer,
} from './types.ts';
import type { Wire } from './wire.ts';

/** Above one of these the peer is not read from, until half of it is left. */
const MOST_WAITING = 64;
const MOST_WAITING_BYTES = 1_048_576;

let created = 0;

/** A number that no other connection of this process has. */
export function nextId(): number {
  return ++created;
}

/** What is known of a WebSocket when it opens. */
export interface PeerFacts {
  readonly info: RequestHeader | null;
  /** Null: what the request says. */
  readonly version: 8 | 13 | null;
  readonly protocol: string;
}

export class Peer extends EventEmitter<ClientEvents> implements WsClient {
  readonly id: number = nextId();
  readonly info: RequestHeader | null;
  readonly protocol: string;
  readonly lane: Lane;
  readonly wire: Wire;
  data: unknown = undefined;
  readonly #target: Target;
  readonly #version: 8 | 13 | null;
  #state: 'open' | 'closing' | 'closed' = 'open';
  /** Made when somebody iterates; most connections are many and idle. */
  #feeds: Set<Feed<Message>> | null = null;
  /** How often it was iterated. */
  iterations = 0;
  #waiting = 0;
  #waitingBytes = 0;
  #isPaused = false;
  #why: Disconnect | null = null;
  /** Hear that the connection is closed, and that its `closed` callback is through. */
  #onEnded: ((why: Disconnect) => void)[] | null = null;
  #onGone: ((why: Disconnect) => void)[] | null = null;
  #isGone = false;

  constructor(target: Target, wire: Wire, lane: Lane, facts: PeerFacts) {
    super({ captureRejections: true });
    this.#target = target;
    this.wire = wire;
    this.lane = lane;
    this.info = facts.info;
    this.#version = facts.version;
    this.protocol = facts.protocol;
  }

  get version(): 8 | 13 {
    return this.#version ?? (this.info?.headers.get('sec-websocket-version') === '8' ? 8 : 13);
  }

  get socket(): number {
    return this.id;
  }

  get server(): WsServer | WsConnection {
    return this.#target.self();
  }

  get readyState(): 'open' | 'closing' | 'closed' {
    return this.#state;
  }

  get bufferedAmount(): number {
    return this.wire.bufferedAmount;
  }

  /** Queues one message: bytes of its frame, −1 when it cannot be sent. */
  write(data: Data, isBinary: BinaryMode = this.#target.isBinary): number {
    const payload = payloadOf(data, isBinary);
    return this.#state === 'open' ? this.taken(this.wire.send(payload)) : -1;
  }

  /** For its target: so many payload bytes were taken; −1, none, because it is being closed. Gives the bytes of the frame. */
  taken(payloadBytes: number): number {
    if (payloadBytes < 0 && this.#state === 'open') this.#state = 'closing';
    return frameSize(payloadBytes, this.wire.keyBytes);
  }

  send(data: Data, options: { readonly binary?: boolean } = {}): Promise<void> {
    return unheard(this.#send(data, options));
  }

  async #send(data: Data, options: { readonly binary?: boolean }): Promise<void> {
    if (this.write(data, options.binary ?? this.#target.isBinary) < 0) throw closed();
    await this.wire.sent();
  }

  ping(data: Data = ''): Promise<void> {
    return unheard(this.#ping(data));
  }

  async #ping(data: Data): Promise<void> {
    const payload = bytesOf(data);
    if (this.#state !== 'open' || !this.wire.ping(payload)) throw closed();
  }

  close(code = 1000, reason = ''): Promise<Disconnect> {
    if (!isCloseCode(code)) {
      return Promise.reject(new RangeError(`a WebSocket cannot be closed with code ${code}: use 1000 or 3000 to 4999`));
    }
    if (this.#state === 'open') {
      this.#state = 'closing';
      this.wire.close(code, String(reason));
    }
    // A callback that waits for itself would wait for ever.
    return this.lane.isRunning ? this.ended() : this.gone();
  }

  terminate(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closing';
    this.wire.terminate();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Message> {
    const feed = new Feed<Message>((left) => this.#feeds?.delete(left));
    this.#feeds ??= new Set();
    this.iterations++;
    if (this.#isGone) feed.end();
    else this.#feeds.add(feed);
    return feed;
  }

  /** Resolves when the connection is closed. */
  ended(): Promise<Disconnect> {
    if (this.#why !== null) return Promise.resolve(this.#why);
    this.#onEnded ??= [];
    const waiting = this.#onEnded;
    return new Promise((resolve) => waiting.push(resolve));
  }

  /** Resolves when the `closed` callback is through, too. */
  gone(): Promise<Disconnect> {
    if (this.#isGone && this.#why !== null) return Promise.resolve(this.#why);
    this.#onGone ??= [];
    const waiting = this.#onGone;
    return new Promise((resolve) => waiting.push(resolve));
  }

  /** For its target: the connection is closed. Returns whether that is new. */
  markEnded(why: Disconnect): boolean {
    if (this.#why !== null) return false;
    this.#why = why;
    this.#state = 'closed';
    for (const resolve of this.#onEnded ?? []) resolve(why);
    this.#onEnded = null;
    return true;
  }

  /** For its target: the `closed` callback is through. */
  markGone(why: Disconnect): void {
    this.#isGone = true;
    for (const resolve of this.#onGone ?? []) resolve(why);
    this.#onGone = null;
  }

  /** For its target: gives a message to those who iterate. */
  feed(message: Message): void {
    for (const feed of this.#feeds ?? []) this.offer(feed, message, message.data.length);
  }

  /** For its target: nothing more will come. */
  endFeeds(): void {
    for (const feed of this.#feeds ?? []) feed.end();
    this.#feeds = null;
  }

  /** Gives something to one who iterates; while it waits, it counts against this peer. */
  offer<T>(feed: Feed<T>, value: T, bytes: number, onWait?: (isWaiting: boolean) => void): void {
    feed.push(value, (isWaiting) => {
      this.weigh(isWaiting, bytes);
      onWait?.(isWaiting);
    });
  }

  /** Counts what begins or ends to wait for the program: too much, and the peer is not read from. */
  weigh(isWaiting: boolean, bytes: number): void {
    this.#waiting += isWaiting ? 1 : -1;
    this.#waitingBytes += isWaiting ? bytes : -bytes;
    const share = this.#isPaused ? 2 : 1;
    const isPaused = this.#waiting > MOST_WAITING / share || this.#waitingBytes > MOST_WAITING_BYTES / share;
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.wire.pause(isPaused);
  }

  /** What a listener's promise rejects with. */
  rejected(error: unknown): void {
    this.#target.report(error);
  }
}

Object.defineProperty(Peer.prototype, EventEmitter.captureRejectionSymbol, {
  value: function (this: Peer, error: unknown) {
    this.rejected(error);
  },
});
