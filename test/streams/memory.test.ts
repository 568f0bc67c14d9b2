/** What two gigabytes of a stream cost the process that sends them. */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { LoadServer } from '../helpers/load-server.ts';

const MIB = 1_048_576;
const PIECES = 2048;

/** The hash of what is sent. */
function expected(): string {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(MIB);
  for (let i = 0; i < PIECES; i++) {
    piece.fill(i & 0xff);
    piece.writeUInt32LE(i, 0);
    hash.update(piece);
  }
  return hash.digest('hex');
}

it.each(['sync', 'async'])('two gigabytes arrive whole and cost little memory: %s', async (kind) => {
  const server = await LoadServer.start();
  const before = await server.reset();
  const socket = connect({ port: server.port, host: '127.0.0.1' });
  // Until the end of the connection: nothing is left to be taken off.
  socket.write(`GET /stream/${kind} HTTP/1.0\r\n\r\n`);
  const hash = createHash('sha256');
  let head = '';
  let bytes = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    let from = 0;
    if (!head.endsWith('\r\n\r\n')) {
      const text = head + chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      from = end < 0 ? chunk.length : end + 4 - head.length;
      head = end < 0 ? text : text.slice(0, end + 4);
    }
    hash.update(chunk.subarray(from));
    bytes += chunk.length - from;
  }
  expect(bytes).toBe(PIECES * MIB);
  expect(hash.digest('hex')).toBe(expected());
  const after = await server.memory();
  expect(after.peak - before.rss).toBeLessThan(64 * MIB);
  expect(await server.stop()).toBe(0);
});

it('a hundred clients that take nothing of their streams cost little memory', async () => {
  const server = await LoadServer.start({ writeTimeoutMs: 0 });
  const before = await server.reset();
  const sockets = Array.from({ length: 100 }, () => {
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    socket.pause();
    socket.on('error', () => {});
    socket.write('GET /stream/async HTTP/1.1\r\nHost: h\r\n\r\n');
    return socket;
  });
  // Others are served meanwhile; when all have what they take, nothing moves any more.
  for (let i = 0; i < 20; i++) {
    const other = await fetch(`http://127.0.0.1:${server.port}/other`);
    expect(await other.text()).toBe('/other');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const after = await server.memory();
  // Each has a piece of its own from the app. What the package holds of all of them is bounded: some 32 MiB, and what the
  // allocators of two threads keep of the megabytes that the kernel took of each at first.
  expect(after.peak - before.rss).toBeLessThan((100 + 192) * MIB);
  for (const socket of sockets) socket.destroy();
  expect(await server.stop()).toBe(0);
});
