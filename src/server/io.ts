/** Where sockets live: on this thread, or on the I/O thread. Each is made when the first server needs it. */

import type { Answer } from '../answer-types.ts';
import { ConnHost } from '../node/conn-host.ts';
import { type SocketsToIo, type StreamsToIo, setMounts, type ToIo, type UploadsToIo } from '../node/link.ts';
import { listen } from '../node/listener.ts';
import { AppHost } from './app-host.ts';
import type { IoSide } from './io-side.ts';
import { ThreadSide } from './thread-side.ts';

/** So many answers in a row are looked at one by one, and of the following each so-many-th. */
const EACH_LOOKS = 4;
const LOOK_EVERY = 8;

/** Joins both sides on one thread, and sees to it that answers do not wait long for slow tasks behind their own. */
class DirectLink implements ToIo {
  readonly sockets: SocketsToIo;
  readonly streams: StreamsToIo;
  readonly uploads: UploadsToIo;
  readonly #connections: ConnHost;
  /** The millisecond in which something left last, and answers since then. */
  #flushedAt = 0;
  #answers = 0;

  constructor(connections: ConnHost) {
    this.#connections = connections;
    this.sockets = connections.sockets;
    this.streams = connections.streams;
    this.uploads = connections.uploads;
  }

  proceed(connection: number, request: number): void {
    this.#connections.proceed(connection, request);
  }

  respond(connection: number, request: number, answer: Answer, early: boolean): void {
    this.#connections.respond(connection, request, answer, early);
    // Where answers come fast, the clock is not looked at for each.
    if (++this.#answers > EACH_LOOKS && this.#answers % LOOK_EVERY !== 0) return;
    if (Date.now() !== this.#flushedAt) this.flush();
  }

  flush(): void {
    this.#flushedAt = Date.now();
    this.#answers = 0;
    this.#connections.flush();
  }

  /** What the I/O side has to tell it has told. */
  poll(): void {}
}

let inline: IoSide | null = null;
let thread: ThreadSide | null = null;

/** The I/O side that lives on this thread. */
export function inlineSide(): IoSide {
  if (inline !== null) return inline;
  let made: ConnHost | undefined;
  const app = new AppHost((toApp) => {
    made = new ConnHost(toApp);
    return new DirectLink(made);
  });
  const connections = made as unknown as ConnHost; // The app side asks for its I/O side at once.
  inline = {
    app,
    listen: async (server, target, maxConnections) => {
      const listener = await listen(connections, server, target, maxConnections);
      return {
        ...listener,
        close: () => listener.close().then(() => connections.endings.forget(server)),
        ring: () => null,
        endConnections: (graceMs) => connections.endings.end(server, graceMs),
        setMounts: (mounts) => setMounts(server, mounts),
      };
    },
  };
  return inline;
}

/**
 * The I/O side on the I/O thread, which is started if it does not run.
 * @throws HttpuvError `HV_NO_IO_THREAD` when it cannot be.
 */
export function threadSide(): ThreadSide {
  if (thread === null || thread.isOver) thread = new ThreadSide();
  return thread;
}
