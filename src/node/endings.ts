/**
 * Ends the connections of servers that stop: each after its running requests, or at once, and all of them when the time of
 * grace is over. That time is kept here, so that it also passes while the app's thread computes.
 */
import { finishWriting } from './deliver.ts';
import type { Host } from './host.ts';
import type { IoServer } from './link.ts';

/** Longest delay that timers take. */
const LONGEST_TIMER_MS = 0x7fffffff;

/** How a server ends, as far as it has been told. */
interface Ending {
  /** When what is left is cut (monotonic ms); Infinity: never. */
  readonly cutAt: number;
  readonly timer: ReturnType<typeof setTimeout> | null;
}

export class Endings {
  readonly #host: Host;
  readonly #servers = new Map<number, Ending>();

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Ends all connections of a server. A further call moves the end forward, never back.
   * @param graceMs Running requests may go on for so long. 0: they are cut, and WebSockets have `closeTimeoutMs` for their
   *   part of the closing handshake; when they have been told already, they are cut, too.
   */
  end(server: IoServer, graceMs: number): void {
    const before = this.#servers.get(server.id);
    const cutAt = this.#host.now() + graceMs;
    if (before !== undefined && cutAt >= before.cutAt) return;
    if (before === undefined) this.#tell(server, graceMs > 0);
    else if (graceMs === 0) this.#cut(server);
    if (before?.timer) clearTimeout(before.timer);
    const isTimed = graceMs > 0 && graceMs <= LONGEST_TIMER_MS;
    const timer = isTimed ? setTimeout(() => this.#cut(server), graceMs) : null;
    timer?.unref();
    // Without a time of grace, only a further call cuts what is left.
    this.#servers.set(server.id, { cutAt: graceMs > 0 ? cutAt : Number.POSITIVE_INFINITY, timer });
    this.#host.flush();
  }

  /** All connections of a server are closed. */
  forget(server: IoServer): void {
    const ending = this.#servers.get(server.id);
    this.#servers.delete(server.id);
    if (ending?.timer) clearTimeout(ending.timer);
  }

  #tell(server: IoServer, isGraceful: boolean): void {
    const host = this.#host;
    for (const connection of host.connections) {
      if (connection === undefined || connection.server !== server) continue;
      connection.isLast = true;
      if (connection.read === 'socket') host.sockets.leave(connection, isGraceful);
      else if (!isGraceful) connection.socket.destroy();
    }
    // A request that the system has received already is answered: sockets are looked at once more before.
    if (isGraceful) setImmediate(() => setImmediate(() => this.#closeIdle(server)));
  }

  #closeIdle(server: IoServer): void {
    for (const connection of this.#host.connections) {
      // What was read already, and waits for room, is answered.
      if (connection?.server !== server || connection.isBusy || connection.rest !== null) continue;
      if (connection.read === 'idle' || connection.read === 'fresh') finishWriting(this.#host, connection);
    }
    this.#host.flush();
  }

  #cut(server: IoServer): void {
    for (const connection of this.#host.connections) if (connection?.server === server) connection.socket.destroy();
    this.#host.flush();
  }
}
