/**
 * What servers and clients have in common: callbacks that are looked up at each event, the same events as an emitter and as
 * iteration, and the connections.
 */
import { EventEmitter } from 'node:events';
import { Dispatcher } from './dispatcher.ts';
import { Feed } from './feed.ts';
import { ReceivedMessage } from './message.ts';
import { type BinaryMode, payloadOf } from './payload.ts';
import type { Peer } from './peer.ts';
import type { Callbacks, Data, Disconnect, ServerEvent, ServerEvents, WsConnection, WsServer } from './types.ts';

export abstract class Target extends EventEmitter<ServerEvents> {
  established: Callbacks['established'] | null = null;
  receive: Callbacks['receive'] | null = null;
  closed: Callbacks['closed'] | null = null;
  readonly clients: Set<Peer> = new Set();
  readonly client_sockets: Map<string, Peer> = new Map();
  readonly isBinary: BinaryMode;
  readonly events: Dispatcher;
  /** Every connection that is not closed, established or not yet. */
  protected readonly peers: Set<Peer> = new Set();
  readonly #feeds = new Set<Feed<ServerEvent>>();
  /** Connections that wait to be told to those who iterate. */
  #untold = 0;
  readonly #countNew = (isWaiting: boolean): void => {
    this.#untold += isWaiting ? 1 : -1;
  };
  #isOver = false;

  constructor(isBinary: BinaryMode, isAuto: boolean) {
    super({ captureRejections: true });
    this.isBinary = isBinary;
    this.events = new Dispatcher(isAuto, (error) => this.report(error));
  }

  /** How many wait that are new: for a callback, or for those who iterate. */
  protected get newcomers(): number {
    return this.events.newcomers + this.#untold;
  }

  /** Itself, by its public type. */
  abstract self(): WsServer | WsConnection;

  /** Sends one message to some connections, which are open: payload bytes for each. */
  protected abstract sendToAll(peers: readonly Peer[], payload: string | Uint8Array): number[];

  abstract close(code?: number, reason?: string): Promise<void>;

  /** As `websocketBroadcast`. */
  broadcast(data: Data): ReadonlyMap<number, number> {
    const payload = payloadOf(data, this.isBinary);
    const peers = [...this.clients];
    const sizes = peers.length === 0 ? [] : this.sendToAll(peers, payload);
    return new Map(peers.map((peer, i) => [peer.id, peer.taken(sizes[i] ?? -1)]));
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<ServerEvent> {
    const feed = new Feed<ServerEvent>((left) => this.#feeds.delete(left));
    if (this.#isOver) feed.end();
    else this.#feeds.add(feed);
    return feed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Closes when the signal aborts, or has. */
  closeWith(signal: AbortSignal | undefined): void {
    const stop = (): void => void this.close();
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
    this.once('close', () => signal?.removeEventListener('abort', stop));
  }

  /** Tells of an error that no caller hears of. */
  report(error: unknown): void {
    const told = error instanceof Error ? error : new Error(String(error), { cause: error });
    try {
      if (this.listenerCount('error') > 0) this.emit('error', told);
      else process.emitWarning(told);
    } catch (thrown) {
      process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
    }
  }

  /** A connection is open. */
  opened(peer: Peer): void {
    this.peers.add(peer);
    this.events.add(peer.lane, {
      opens: true,
      isNew: true,
      run: (report) => {
        this.include(peer);
        const { info } = peer;
        if (info !== null) attempt(report, () => this.emit('connection', peer, info));
        this.#offer(peer, { type: 'established', ws: peer }, 0, this.#countNew);
        return unlessIterating(peer, report, () => this.established?.(peer));
      },
    });
  }

  /** Takes a connection among the established ones. */
  protected include(peer: Peer): void {
    this.clients.add(peer);
    this.client_sockets.set(String(peer.id), peer);
  }

  /** A message has come. */
  heard(peer: Peer, data: string | Uint8Array, isBinary: boolean): void {
    const message = new ReceivedMessage(data, isBinary);
    const bytes = message.data.length;
    this.events.add(peer.lane, {
      onWait: (isWaiting) => peer.weigh(isWaiting, bytes),
      run: (report) => {
        attempt(report, () => peer.emit('message', message.data, isBinary, message.header));
        attempt(report, () => this.emit('message', peer, message.data, isBinary));
        peer.feed(message);
        this.#offer(peer, { type: 'receive', ws: peer, message }, bytes);
        return unlessIterating(peer, report, () => this.receive?.(message.data, peer, message.header));
      },
    });
  }

  /** A Ping or Pong has come. */
  pinged(peer: Peer, data: Uint8Array, isPong: boolean): void {
    const name = isPong ? 'pong' : 'ping';
    if (peer.listenerCount(name) === 0) return;
    this.events.add(peer.lane, {
      onWait: (isWaiting) => peer.weigh(isWaiting, data.length),
      run: (report) => attempt(report, () => peer.emit(name, data)),
    });
  }

  /** A connection is closed. */
  ended(peer: Peer, why: Disconnect): void {
    if (!peer.markEnded(why)) return;
    this.peers.delete(peer);
    this.events.add(peer.lane, {
      run: (report) => {
        this.clients.delete(peer);
        this.client_sockets.delete(String(peer.id));
        attempt(report, () => peer.emit('close', why));
        this.#offer(peer, { type: 'closed', ws: peer, why }, 0);
        peer.endFeeds();
        return this.closed?.(peer, why);
      },
      onDone: () => peer.markGone(why),
    });
  }

  /** Nothing more will happen. */
  protected finish(): void {
    this.#isOver = true;
    for (const feed of this.#feeds) feed.end();
    this.#feeds.clear();
    this.events.close();
    attempt(
      (error) => this.report(error),
      () => this.emit('close'),
    );
  }

  #offer(peer: Peer, event: ServerEvent, bytes: number, onWait?: (isWaiting: boolean) => void): void {
    for (const feed of this.#feeds) peer.offer(feed, event, bytes, onWait);
  }
}

// What a listener's promise rejects with.
Object.defineProperty(Target.prototype, EventEmitter.captureRejectionSymbol, {
  value: function (this: Target, error: unknown) {
    this.report(error);
  },
});

/** Calls back. One that begins to iterate over the connection is not waited for: it waits for what comes next. */
function unlessIterating(peer: Peer, report: (error: unknown) => void, callback: () => unknown): unknown {
  const before = peer.iterations;
  const result = callback();
  if (peer.iterations === before) return result;
  Promise.resolve(result).catch(report);
  return undefined;
}

/** Does something; what it throws is reported, and what comes next goes on. */
function attempt(report: (error: unknown) => void, action: () => void): void {
  try {
    action();
  } catch (error) {
    report(error);
  }
}
