/** What travels between the threads when there is more of it than the rings hold, and what need not travel. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startServer } from '../../../src/server/start.ts';
import { Program } from '../../helpers/program.ts';
import { caughtUp, Wire } from '../../helpers/wire.ts';

const MIB = 1_048_576;

it('keeps more requests than the ring has room for, each once and in order', async () => {
  using program = new Program('sync-app.mjs', ['blocked', '3000', '/']);
  const port = await program.port();
  // 150 connections × 16 requests read ahead × 6 KB of head are far beyond the ring of 8 MiB.
  const filler = `X-Filler: ${'x'.repeat(6_000)}\r\n`;
  const all = Array.from({ length: 150 }, async (_, connection) => {
    const wire = await Wire.open(port);
    const requests = Array.from(
      { length: 20 },
      (_, i) => `GET /${connection}/${i} HTTP/1.1\r\nHost: h\r\n${filler}\r\n`,
    );
    await wire.send(requests.join(''));
    const answers = await wire.answers(20);
    wire.close();
    return answers.map(({ status, body }) => `${status} ${body}`);
  });
  expect(await program.line()).toBe('unblocked');
  for (const [connection, answers] of (await Promise.all(all)).entries()) {
    expect(answers).toEqual(Array.from({ length: 20 }, (_, i) => `200 /${connection}/${i}`));
  }
  expect(await (await fetch(`http://127.0.0.1:${port}/stop`)).json()).toMatchObject({ calls: 3_000 });
  expect(await program.end()).toBe(0);
});

it('does not call the app for clients that left while it computed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'httpuv-test-'));
  const sign = join(folder, 'go-on');
  using program = new Program('sync-app.mjs', ['blocked', '0', sign]);
  const port = await program.port();
  const leaving = Array.from({ length: 20 }, async (_, i) => {
    const wire = await Wire.open(port);
    await wire.send(`GET /${i}/0 HTTP/1.1\r\nHost: h\r\n\r\n`);
    await caughtUp(port);
    wire.socket.resetAndDestroy();
  });
  await Promise.all(leaving);
  const staying = await Wire.open(port);
  await staying.send('GET /staying/0 HTTP/1.1\r\nHost: h\r\n\r\n');
  await caughtUp(port);
  writeFileSync(sign, '');
  expect(await program.line()).toBe('unblocked');
  expect(String((await staying.answers(1))[0]?.body)).toBe('/staying/0');
  staying.close();
  expect(await (await fetch(`http://127.0.0.1:${port}/stop`)).json()).toMatchObject({ calls: 1 });
  expect(await program.end()).toBe(0);
  rmSync(folder, { recursive: true });
});

it('carries bodies in memory that are larger than both rings', async () => {
  const server = await startServer('127.0.0.1', 0, (req) => ({ status: 200, body: req.body }), {
    io: 'thread',
    spoolBytes: 64 * MIB,
  });
  const sizes = [0, 1, 65_535, 65_536, 65_537, 2 * MIB, 9 * MIB + 7, 20 * MIB];
  const exchanges = sizes.map(async (size) => {
    const body = randomBytes(size);
    const answer = await fetch(server.url, { method: 'POST', body });
    const got = Buffer.from(await answer.arrayBuffer());
    const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    expect([got.length, digest(got)]).toEqual([size, digest(body)]);
  });
  await Promise.all(exchanges);
  const text = `${'ä€𝄞'.repeat(500_000)}!`;
  const second = await startServer('127.0.0.1', 0, () => ({ status: 200, body: text }), { io: 'thread' });
  expect(await (await fetch(second.url)).text()).toBe(text);
  await Promise.all([server.stop(), second.stop()]);
});

it('sends what the app answered, although it changes or gives away the bytes afterwards', async () => {
  const server = await startServer(
    '127.0.0.1',
    0,
    (req) => {
      const body = req.path === '/buffer' ? Buffer.alloc(20 * MIB, 7) : new Uint8Array(20 * MIB).fill(7);
      queueMicrotask(() => {
        if (req.path === '/given') structuredClone(null, { transfer: [body.buffer as ArrayBuffer] });
        else body.fill(8);
      });
      return { status: 200, body };
    },
    { io: 'thread' },
  );
  for (const path of ['/given', '/filled', '/buffer']) {
    const got = Buffer.from(await (await fetch(server.url + path)).arrayBuffer());
    expect([path, got.length, got.equals(Buffer.alloc(20 * MIB, 7))]).toEqual([path, 20 * MIB, true]);
  }
  await server.stop();
});

it('refuses an answer whose head would not fit, and goes on', async () => {
  const logged: string[] = [];
  const server = await startServer(
    '127.0.0.1',
    0,
    (req) => ({ status: 200, headers: req.path === '/huge' ? { X: 'x'.repeat(600_000) } : {} }),
    { io: 'thread', logger: (_level, message) => logged.push(message) },
  );
  expect((await fetch(`${server.url}/huge`)).status).toBe(500);
  expect((await fetch(`${server.url}/small`)).status).toBe(200);
  expect(logged).toEqual([expect.stringContaining('600005 bytes')]);
  await server.stop();
});

it('refuses long answers while too much waits for clients that do not read, and serves all others', async () => {
  const body = new Uint8Array(200 * MIB);
  const entries: string[] = [];
  const logger = (level: string, message: string): void => {
    entries.push(`${level} ${message}`);
  };
  const call = (req: { readonly path: string }) => ({ status: 200, body: req.path === '/long' ? body : 'short' });
  const server = await startServer('127.0.0.1', 0, call, { io: 'thread', logger });
  const stalled: Wire[] = [];
  for (let i = 0; i < 5; i++) {
    const wire = await Wire.open(server.getPort());
    stalled.push(wire);
    await wire.send('GET /long HTTP/1.1\r\nHost: h\r\n\r\n');
    await wire.until(() => wire.received.length > 0, 'a beginning');
    wire.socket.pause();
  }
  expect((await fetch(`${server.url}/long`)).status).toBe(503);
  expect(entries).toEqual([expect.stringMatching(/^ERROR answers of more than 1 GiB would wait in memory/)]);
  expect(await (await fetch(server.url)).text()).toBe('short');
  // Whoever leaves makes room.
  stalled[0]?.close();
  await expect
    .poll(async () => (await fetch(`${server.url}/long`, { method: 'HEAD' })).status, { timeout: 60_000 })
    .toBe(200);
  for (const wire of stalled) wire.close();
  await server.stop();
});
