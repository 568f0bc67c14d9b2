/** What the I/O thread does while the app's thread computes for half a minute. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countLateness } from '../../helpers/lateness.ts';
import { TEST_MS } from '../../helpers/patience.ts';
import { Program } from '../../helpers/program.ts';
import { Wire } from '../../helpers/wire.ts';
import { readResponses } from '../../helpers/wire-response.ts';

const MIB = 1_048_576;
const GIB = 1024 * MIB;
const BLOCK_MS = 30_000;
const CONNECTIONS = 500;
const PER_CONNECTION = 40;

/** Sends requests `/connection/0`, `/connection/1`, … at once and gives all answers. */
async function fire(port: number, connection: number): Promise<string[]> {
  const wire = await Wire.open(port, { timeoutMs: TEST_MS });
  const paths = Array.from({ length: PER_CONNECTION }, (_, i) => `/${connection}/${i}`);
  await wire.send(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`).join(''));
  const answers = await wire.answers(PER_CONNECTION);
  wire.halfClose();
  await wire.untilEnd();
  expect(readResponses(wire.received).responses).toHaveLength(PER_CONNECTION);
  return answers.map(({ status, body }) => `${status} ${body}`);
}

/** Uploads a gigabyte. Gives its hash when the last byte was taken, and the answer. */
async function upload(port: number): Promise<{ hash: string; answer: Promise<string> }> {
  const piece = Buffer.alloc(MIB);
  const hash = createHash('sha256');
  const socket = connect({ port, host: '127.0.0.1' });
  const answer = (async () => {
    let text = '';
    for await (const chunk of socket.setEncoding('latin1')) text += chunk;
    return text;
  })();
  socket.write(`POST /sha256 HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: ${GIB}\r\n\r\n`);
  for (let sent = 0; sent < GIB; sent += piece.length) {
    piece.writeUInt32LE(sent / MIB, 0);
    hash.update(piece);
    if (!socket.write(Buffer.from(piece))) await once(socket, 'drain');
  }
  return { hash: hash.digest('hex'), answer };
}

it('takes an upload, times slow clients out and keeps all requests in order', async () => {
  const options = { maxBodyBytes: 2 * GIB, headTimeoutMs: 4_000 };
  const folder = mkdtempSync(join(tmpdir(), 'httpuv-test-'));
  const sign = join(folder, 'all is sent');
  // The block begins before this process has read the port, so its length is counted from the start of the program.
  const spawned = performance.now();
  const args = ['blocked', String(BLOCK_MS), sign, JSON.stringify(options)];
  using program = new Program('sync-app.mjs', args, ['--expose-gc']);
  const port = await program.port();
  const started = performance.now();
  let unblockedAt = Number.POSITIVE_INFINITY;
  const unblocked = program.line().then(() => {
    unblockedAt = performance.now();
  });
  const lateness = countLateness();

  const slow = await Promise.all(Array.from({ length: 5 }, () => Wire.open(port)));
  await Promise.all(slow.map((wire) => wire.send('GET / HTTP/1.1\r\nHos')));
  const timedOut = Promise.all(
    slow.map(async (wire) => {
      const [answer] = await wire.untilEnd();
      return { status: answer?.status, after: performance.now() - started };
    }),
  );
  const fired = Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => fire(port, connection)));
  const { hash, answer } = await upload(port);
  const outcomes = await timedOut;
  const late = lateness();
  for (const { status, after } of outcomes) {
    expect(status).toBe(408);
    expect(after).toBeGreaterThan(3_900);
    expect(after).toBeLessThan(12_000 + late);
  }
  // All of this while the app computed: it goes on until it is told.
  expect(unblockedAt).toBe(Number.POSITIVE_INFINITY);
  writeFileSync(sign, '');
  await unblocked;
  rmSync(folder, { recursive: true });
  expect(unblockedAt - spawned).toBeGreaterThanOrEqual(BLOCK_MS);
  expect((await answer).slice(-64)).toBe(hash);
  const all = await fired;
  all.forEach((answers, connection) => {
    expect(answers).toEqual(Array.from({ length: PER_CONNECTION }, (_, i) => `200 /${connection}/${i}`));
  });
  const report = await (await fetch(`http://127.0.0.1:${port}/stop`)).json();
  // The timed-out ones never reached the app; the upload did, once.
  expect(report).toMatchObject({ calls: CONNECTIONS * PER_CONNECTION + 1 });
  expect((report as { growth: number }).growth).toBeLessThan(64 * MIB);
  expect(await program.end()).toBe(0);
});
