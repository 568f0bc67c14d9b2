/** What two gigabytes that the app reads while they arrive cost its process. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { LoadServer } from '../helpers/load-server.ts';

const MIB = 1_048_576;
const PIECES = 2048;

function begin(port: number, length: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(`POST /sha256/stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`);
  return socket;
}

it('two gigabytes arrive whole and cost little memory', async () => {
  const server = await LoadServer.start({ bodyMode: 'stream', maxBodyBytes: 2 * PIECES * MIB });
  const before = await server.reset();
  const socket = begin(server.port, PIECES * MIB);
  const piece = Buffer.alloc(MIB);
  const hash = createHash('sha256');
  for (let i = 0; i < PIECES; i++) {
    piece.fill(i & 0xff);
    piece.writeUInt32LE(i, 0);
    hash.update(piece);
    if (!socket.write(Buffer.from(piece))) await once(socket, 'drain');
  }
  let answer = '';
  socket.setEncoding('latin1');
  for await (const chunk of socket) answer += chunk;
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(answer.slice(-64)).toBe(hash.digest('hex'));
  const after = await server.memory();
  expect(after.peak - before.rss).toBeLessThan(64 * MIB);
  expect(await server.stop()).toBe(0);
});
