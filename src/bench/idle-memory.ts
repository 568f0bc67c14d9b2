/** What one idle connection costs a server in resident memory. A fresh process each time: memory once taken is rarely given back. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from './admit.ts';
import { holdConnections } from './load/held.ts';
import type { ServerContender } from './servers/all.ts';

const WARM_UP_REQUESTS = 300;
/** Until the server has accepted what the kernel already counts as connected. */
const SETTLE_MS = 1000;

/** What kind of connections is held. */
export interface Holding {
  readonly check: Check;
  /** A WebSocket is opened on each connection. */
  readonly isWebSocket: boolean;
}

/** Bytes by which the server's resident memory grows for each of `connections` connections that send nothing. */
export async function idleMemory(
  contender: ServerContender,
  { check, isWebSocket }: Holding,
  connections: number,
): Promise<number> {
  const server = await contender.start();
  try {
    // Code that runs for the first time takes memory that is not the connections'.
    for (let done = 0; done < WARM_UP_REQUESTS; done++) {
      const wrong = await check(server.port);
      if (wrong !== undefined) throw new Error(`${contender.name} ${wrong}`);
    }
    const before = (await server.usage(true)).residentBytes;
    const held = await holdConnections({ port: server.port, connections, isWebSocket });
    try {
      await sleep(SETTLE_MS);
      const wrong = await check(server.port);
      if (wrong !== undefined) throw new Error(`${contender.name} with ${connections} connections ${wrong}`);
      return ((await server.usage(true)).residentBytes - before) / connections;
    } finally {
      await held.release();
    }
  } finally {
    await server.stop();
  }
}
