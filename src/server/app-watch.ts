/** Tells the app, in tasks, of what the I/O side has noted: answers, and connections that came and went. */
import { globalLoop } from '../later/index.ts';
import { post } from '../later/internal.ts';
import type { ConnectionsToApp, Peer } from '../node/link.ts';
import type { AccessEntry } from '../static-types.ts';
import { CHANNELS } from './diagnostics.ts';
import type { AppServer, Pending } from './pending.ts';
import { messageOf } from './results.ts';

/** How a request ended that the app has answered, or that it need not answer any more. */
const GONE = 499;

/** The end of one connection, as messages of channels have it. */
interface Told {
  readonly server: unknown;
  readonly connection: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

export class AppWatch implements ConnectionsToApp {
  readonly #server: (id: number) => AppServer | undefined;
  /** Connections that were told to be open, by number. */
  readonly #open: (Told | undefined)[] = [];

  /** @param server Finds a server by its number. */
  constructor(server: (id: number) => AppServer | undefined) {
    this.#server = server;
  }

  opened(serverId: number, connection: number, { remoteAddress, remotePort }: Peer): void {
    const server = this.#server(serverId);
    if (server === undefined) return;
    const told: Told = { server: server.object, connection, remoteAddress, remotePort };
    this.#open[connection] = told;
    post(globalLoop(), () => CHANNELS.connectionOpen.publish(told));
  }

  closed(_server: number, connection: number): void {
    const told = this.#open[connection];
    this.#open[connection] = undefined;
    if (told !== undefined) post(globalLoop(), () => CHANNELS.connectionClose.publish(told));
  }

  /** Requests were answered. */
  answered(serverId: number, entries: readonly AccessEntry[]): void {
    const server = this.#server(serverId);
    if (server === undefined) return;
    const { onAccess, log, object } = server;
    post(globalLoop(), () => {
      if (CHANNELS.answer.hasSubscribers) {
        for (const entry of entries) CHANNELS.answer.publish({ server: object, entry });
      }
      if (onAccess === null) return;
      for (const entry of entries) {
        try {
          onAccess(entry);
        } catch (error) {
          log('ERROR', `onAccess failed: ${messageOf(error)}`, { error });
        }
      }
    });
  }
}

/** The first callback of the app for a request is about to run. */
export function tellStart({ server, request }: Pending): void {
  CHANNELS.requestStart.publish({ server: server.object, request });
}

/** The app has answered a request; without a status: its client has gone before. */
export function tellEnd({ server, request }: Pending, status: number = GONE): void {
  CHANNELS.requestEnd.publish({ server: server.object, request, status });
}
