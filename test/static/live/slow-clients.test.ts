/** Many slow clients of one large file: the process hardly grows, and everybody else is served. */
import { closeSync, ftruncateSync, openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { LoadServer } from '../../helpers/load-server.ts';
import { get } from '../../helpers/requests.ts';
import { site } from './site.ts';

const MIB = 1_048_576;
const CLIENTS = 100;
const BYTES_A_SECOND = 65_536;
const SECONDS = 20;
const TURN_MS = 250;
const MOST_GROWTH_BYTES = 64 * MIB;

/** Takes a share of a second's bytes from a socket that is paused, if they are there. */
function take(socket: Socket): number {
  const bytes: Buffer | null = socket.read((BYTES_A_SECOND * TURN_MS) / 1000) ?? socket.read();
  return bytes?.length ?? 0;
}

it('a hundred clients at 64 KB/s for twenty seconds cost the process 64 MB at most', async () => {
  const path = join(site({}), 'sparse');
  const fd = openSync(path, 'w');
  ftruncateSync(fd, 1024 * MIB);
  closeSync(fd);
  const server = await LoadServer.start({}, path);
  const slow: Socket[] = [];
  try {
    // What is made once is made before.
    await (
      await fetch(`http://127.0.0.1:${server.port}/static`, { headers: { Range: 'bytes=0-4000000' } })
    ).arrayBuffer();
    const { rss } = await server.reset();
    let failures = 0;
    for (let i = 0; i < CLIENTS; i++) {
      const socket = connect({ port: server.port, host: '127.0.0.1' });
      socket.on('error', () => failures++);
      socket.write(get('/static'));
      // Without a listener for data it is read by hand alone.
      socket.on('readable', () => {});
      slow.push(socket);
    }
    let taken = 0;
    let answered = 0;
    for (let turn = 0; turn < (SECONDS * 1000) / TURN_MS; turn++) {
      for (const socket of slow) taken += take(socket);
      const part = await fetch(`http://127.0.0.1:${server.port}/static`, { headers: { Range: 'bytes=7-9' } });
      if ((await part.arrayBuffer()).byteLength === 3) answered++;
      if ((await (await fetch(`http://127.0.0.1:${server.port}/a`)).text()) === '/a') answered++;
      await after(TURN_MS);
    }
    expect(answered).toBe((2 * SECONDS * 1000) / TURN_MS);
    expect(failures).toBe(0);
    expect(taken).toBeGreaterThan((CLIENTS * BYTES_A_SECOND * SECONDS) / 2);
    const { peak } = await server.memory();
    expect(peak - rss).toBeLessThan(MOST_GROWTH_BYTES);
  } finally {
    for (const socket of slow) socket.destroy();
    expect(await server.stop()).toBe(0);
  }
});
