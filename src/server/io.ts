/** The one I/O side of this thread and the app side beside it, made when the first server starts. */
import { ConnHost } from '../node/conn-host.ts';
import { AppHost } from './app-host.ts';

/** Both sides, joined by direct calls. */
export interface InlineIo {
  readonly app: AppHost;
  readonly connections: ConnHost;
}

let io: InlineIo | null = null;

/** The I/O side that lives on this thread. */
export function inlineIo(): InlineIo {
  if (io === null) {
    let connections: ConnHost | undefined;
    const app = new AppHost((toApp) => {
      connections = new ConnHost(toApp);
      return connections;
    });
    if (connections === undefined) throw new Error('the app side has not asked for its I/O side');
    io = { app, connections };
  }
  return io;
}
