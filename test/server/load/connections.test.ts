/** Ten thousand open connections from another process than the server's. */
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { LoadServer } from '../../helpers/load-server.ts';
import { missing } from '../../helpers/needs.ts';

const MANY = 10_000;
/** Connects under way at one time. */
const WINDOW = 500;

/** Open files that this process and the server's may have; both need one for each connection. */
function filesAllowed(): number {
  const limits = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } };
  const soft = limits.userLimits?.open_files?.soft;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft ?? 0);
}

const enough =
  filesAllowed() > MANY + 2_000 || missing(`a process may open ${filesAllowed()} files: raise it with ulimit -n 20000`);

/** Sends one request and resolves with the status line of its answer. */
function ask(socket: Socket, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1', 0, 15)));
    socket.once('error', reject);
    socket.write(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`);
  });
}

async function open(port: number): Promise<{ socket: Socket; status: string }> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  return { socket, status: await ask(socket, '/first') };
}

async function inWindows<T>(count: number, one: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let from = 0; from < count; from += WINDOW) {
    const size = Math.min(WINDOW, count - from);
    results.push(...(await Promise.all(Array.from({ length: size }, (_, i) => one(from + i)))));
  }
  return results;
}

it.skipIf(!enough)('ten thousand connections stay open and answer while a thousand new ones are answered', async () => {
  const server = await LoadServer.start();
  const held = await inWindows(MANY, () => open(server.port));
  expect(new Set(held.map(({ status }) => status))).toEqual(new Set(['HTTP/1.1 200 OK']));
  const fresh = await inWindows(1_000, () => open(server.port));
  expect(new Set(fresh.map(({ status }) => status))).toEqual(new Set(['HTTP/1.1 200 OK']));
  for (const { socket } of fresh) socket.destroy();
  expect(held.filter(({ socket }) => socket.destroyed || socket.readableEnded)).toEqual([]);
  const again = await inWindows(MANY, (i) => {
    const socket = held[i]?.socket;
    return socket === undefined ? Promise.reject(new Error('no socket')) : ask(socket, '/second');
  });
  expect(new Set(again)).toEqual(new Set(['HTTP/1.1 200 OK']));
  for (const { socket } of held) socket.destroy();
  expect(await server.stop()).toBe(0);
});
