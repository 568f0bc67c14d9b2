/** What a socket tells of one connection, as calls of the host that owns it. */
import { type Connection, HOLD_WRITE } from './connection.ts';
import { add, COUNT } from './counters.ts';
import type { Host } from './host.ts';
import type { SocketOwner } from './net-socket.ts';
import { peerEnded, receive } from './receive.ts';

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { READ } = COUNT;

/** What these events need of the host. */
interface EventHost extends Host {
  /** The memory that requests, and frames, are read into. */
  nextBuffer(): Buffer;
  nextFrameBuffer(): Buffer;
  /** Forgets a connection whose socket is closed. */
  drop(connection: Connection): void;
}

/** Turns the events of one socket into calls of the host. */
export class ConnectionEvents implements SocketOwner {
  readonly #host: EventHost;
  readonly #connection: Connection;

  constructor(host: EventHost, connection: Connection) {
    this.#host = host;
    this.#connection = connection;
  }

  data(chunk: Uint8Array): boolean {
    const before = this.#connection.rest;
    add(this.#connection.server.counters, READ, chunk.length);
    receive(this.#host, this.#connection, chunk, chunk.length, false);
    this.#host.flush();
    // What was parsed is copied or written; only what waits is still looked at, and it may be part of this chunk.
    return before === null && this.#connection.rest === null;
  }

  landed(memory: Uint8Array, length: number): void {
    add(this.#connection.server.counters, READ, length);
    receive(this.#host, this.#connection, memory, length, true);
    this.#host.flush();
  }

  memory(): Buffer {
    const host = this.#host;
    return this.#connection.read === 'socket' ? host.nextFrameBuffer() : host.nextBuffer();
  }

  ended(): void {
    const connection = this.#connection;
    connection.peerEnded = true;
    if (connection.rest === null) peerEnded(this.#host, connection);
    this.#host.flush();
  }

  drained(): void {
    const connection = this.#connection;
    // Everything written so far is taken: that is progress, and reading may go on. What a pump writes next is bounded.
    connection.lastUnsent = 0;
    this.#host.release(connection, HOLD_WRITE);
    connection.pump?.drained();
    this.#host.sockets.drained(connection);
    this.#host.flush();
  }

  closed(): void {
    this.#host.drop(this.#connection);
    this.#host.flush();
  }
}
