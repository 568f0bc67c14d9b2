/** Five thousand WebSockets from another process than the server's: all hear a broadcast, all end well, nothing is kept. */
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { LoadServer } from '../../helpers/load-server.ts';
import { missing } from '../../helpers/needs.ts';
import { PATIENCE_MS } from '../../helpers/patience.ts';

const MANY = 5_000;
/** Handshakes under way at one time. */
const WINDOW = 250;

/** Open files that this process and the server's may have; both need one for each connection. */
function filesAllowed(): number {
  const limits = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } };
  const soft = limits.userLimits?.open_files?.soft;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft ?? 0);
}

const enough =
  filesAllowed() > MANY + 2_000 || missing(`a process may open ${filesAllowed()} files: raise it with ulimit -n 20000`);

async function open(port: number): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false, handshakeTimeout: PATIENCE_MS });
  await once(ws, 'open');
  return ws;
}

async function openMany(port: number): Promise<WebSocket[]> {
  const all: WebSocket[] = [];
  while (all.length < MANY) all.push(...(await Promise.all(Array.from({ length: WINDOW }, () => open(port)))));
  return all;
}

/** Opens all, has them hear a broadcast, and has the server close them. Gives its memory afterwards. */
async function round(server: LoadServer, closedBefore: number): Promise<number> {
  const all = await openMany(server.port);
  const heard = Promise.all(all.map(async (ws) => String((await once(ws, 'message'))[0])));
  expect(await server.broadcast()).toBe(MANY);
  expect(new Set(await heard)).toEqual(new Set(['to all']));
  expect(all.filter((ws) => ws.readyState !== WebSocket.OPEN)).toEqual([]);
  const closed = Promise.all(all.map(async (ws) => (await once(ws, 'close')).join(' ')));
  server.closeSockets();
  expect(new Set(await closed)).toEqual(new Set(['4000 over']));
  // The client has seen the end of each, so the server has seen its Close before; its tasks may still be under way.
  await expect
    .poll(() => server.sockets(), { timeout: PATIENCE_MS })
    .toEqual({ open: 0, closedCleanly: closedBefore + MANY });
  return server.collectedRss();
}

it.skipIf(!enough)(
  'five thousand WebSockets hear a broadcast and are closed cleanly, twice in the same memory',
  async () => {
    const server = await LoadServer.start();
    const first = await round(server, 0);
    const second = await round(server, MANY);
    expect(second).toBeLessThanOrEqual(1.1 * first);
    expect(await server.stop()).toBe(0);
  },
);
