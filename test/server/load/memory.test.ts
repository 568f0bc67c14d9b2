/** What slow readers and large uploads may cost: the process is watched while they happen. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countLateness } from '../../helpers/lateness.ts';
import { LoadServer } from '../../helpers/load-server.ts';

const GIB = 1_073_741_824;
const MIB = 1_048_576;

it('a client that reads a byte a second of a gigabyte costs little and is dropped when it takes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'httpuv-test-'));
  const file = join(folder, 'sparse');
  const fd = openSync(file, 'w');
  ftruncateSync(fd, GIB);
  closeSync(fd);
  const server = await LoadServer.start({ writeTimeoutMs: 3_000 }, file);
  try {
    const before = await server.reset();
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    // The client takes one byte a second: the kernel's buffers fill, and then nothing moves. Node looks at a socket
    // that it does not read only when it writes, so the client begins a next request, byte by byte.
    socket.pause();
    const reader = setInterval(() => {
      socket.read(1);
      socket.write('G');
    }, 1_000);
    const lateness = countLateness();
    const started = performance.now();
    socket.write('GET /file HTTP/1.1\r\nHost: h\r\n\r\n');
    await new Promise((resolve) => socket.once('error', resolve));
    clearInterval(reader);
    const seconds = (performance.now() - started) / 1_000;
    const after = await server.memory();
    expect(after.peak - before.rss).toBeLessThan(32 * MIB);
    expect(seconds).toBeGreaterThan(3);
    expect(seconds).toBeLessThan(15 + lateness() / 1_000);
    // Others are served as before.
    const other = await fetch(`http://127.0.0.1:${server.port}/other`);
    expect(await other.text()).toBe('/other');
  } finally {
    expect(await server.stop()).toBe(0);
    rmSync(folder, { recursive: true });
  }
});

it('an upload of a gigabyte arrives whole and costs little memory', async () => {
  const server = await LoadServer.start({ maxBodyBytes: 2 * GIB });
  const before = await server.reset();
  const piece = Buffer.alloc(MIB);
  const hash = createHash('sha256');
  const socket = connect({ port: server.port, host: '127.0.0.1' });
  socket.write(`POST /sha256 HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: ${GIB}\r\n\r\n`);
  for (let sent = 0; sent < GIB; sent += piece.length) {
    piece.writeUInt32LE(sent / MIB, 0);
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
