/** Where sockets live: on this thread, or on the I/O thread. Each is made when the first server needs it. */
import { ConnHost } from '../node/conn-host.ts';
import { listen } from '../node/listener.ts';
import { AppHost } from './app-host.ts';
import type { IoSide } from './io-side.ts';
import { ThreadSide } from './thread-side.ts';

let inline: IoSide | null = null;
let thread: ThreadSide | null = null;

/** The I/O side that lives on this thread. */
export function inlineSide(): IoSide {
  if (inline !== null) return inline;
  let made: ConnHost | undefined;
  const app = new AppHost((toApp) => {
    made = new ConnHost(toApp);
    return made;
  });
  const connections = made as unknown as ConnHost; // The app side asks for its I/O side at once.
  inline = {
    app,
    listen: async (server, target, maxConnections) => ({
      ...(await listen(connections, server, target, maxConnections)),
      endConnections: (graceful) => connections.endServer(server, graceful),
    }),
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
