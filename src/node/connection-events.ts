/** What a socket tells of one connection, as calls of the host that owns it. */

import { Connection, HOLD_WRITE } from './connection.ts';
import { add, COUNT } from './counters.ts';
import type { Host } from './host.ts';
import type { IoServer } from './link.ts';
import type { PortSocket, SocketOwner } from './net-socket.ts';
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

/** A connection that hears its socket: one object for both, because there are many. */
export class HeardConnection extends Connection implements SocketOwner {
  readonly #host: EventHost;

  constructor(id: number, server: IoServer, socket: PortSocket, now: number, host: EventHost) {
    super(id, server, socket, now);
    this.#host = host;
  }

  data(chunk: Uint8Array): boolean {
    const before = this.rest;
    add(this.server.counters, READ, chunk.length);
    receive(this.#host, this, chunk, chunk.length, false);
    this.#host.flush();
    // What was parsed is copied or written; only what waits is still looked at, and it may be part of this chunk.
    return before === null && this.rest === null;
  }

  landed(memory: Uint8Array, length: number): void {
    add(this.server.counters, READ, length);
    receive(this.#host, this, memory, length, true);
    this.#host.flush();
  }

  memory(): Buffer {
    const host = this.#host;
    return this.read === 'socket' ? host.nextFrameBuffer() : host.nextBuffer();
  }

  ended(): void {
    this.peerEnded = true;
    if (this.rest === null) peerEnded(this.#host, this);
    this.#host.flush();
  }

  drained(): void {
    // Everything written so far is taken: that is progress, and reading may go on. What a pump writes next is bounded.
    this.lastUnsent = 0;
    this.#host.release(this, HOLD_WRITE);
    this.pump?.drained();
    this.#host.sockets.drained(this);
    this.#host.flush();
  }

  closed(): void {
    this.#host.drop(this);
    this.#host.flush();
  }
}
