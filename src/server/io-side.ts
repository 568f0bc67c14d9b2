/** What a place for sockets offers to the rest of the server, be it this thread or another. */
import type { IoServer } from '../node/link.ts';
import type { Listener, ListenTarget } from '../node/listener.ts';
import type { StaticMount } from '../static/table.ts';
import type { RingUse } from '../thread/ring-use.ts';
import type { AppHost } from './app-host.ts';

/** A server that listens, as the rest of the server sees it. */
export interface OpenServer extends Listener {
  /** Ends all connections: at once, or each after its running requests, which have so many milliseconds. */
  endConnections(graceMs: number): void;
  /** How full the rings between the two threads are; null on one thread. */
  ring(): RingUse | null;
  /** Has the next request find other static paths. */
  setMounts(mounts: readonly StaticMount[]): void;
}

/** A place for sockets, with the app side that belongs to it. */
export interface IoSide {
  readonly app: AppHost;
  /**
   * Listens.
   * @param onLost Called when the server has ended without being told to.
   */
  listen(
    server: IoServer,
    target: ListenTarget,
    maxConnections: number,
    onLost: (error: Error) => void,
  ): Promise<OpenServer>;
}
