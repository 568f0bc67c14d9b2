/** What WebSockets of the I/O thread do while the app's thread is blocked for longer than proxies and clients wait. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { PATIENCE_MS } from '../../helpers/patience.ts';
import { Program } from '../../helpers/program.ts';

const MIB = 1_048_576;
const GIB = 1024 * MIB;
const BLOCK_MS = 70_000;
/** The server's, much shorter than the block: a client that looks dead is cut after three of them. */
const PING_INTERVAL_MS = 2_000;
const QUEUED = 2_000;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'httpuv-test-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function open(port: number): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
  onTestFinished(() => ws.terminate());
  await once(ws, 'open');
  return ws;
}

/** Sends a text and gives the text that comes next. */
async function ask(ws: WebSocket, text: string): Promise<string> {
  const answer = once(ws, 'message');
  ws.send(text);
  return String((await answer)[0]);
}

const send = (ws: WebSocket, data: Buffer | string): Promise<void> =>
  new Promise((resolve, reject) => ws.send(data, (error) => (error ? reject(error) : resolve())));

/** Sends a gigabyte as fast as it is taken. Gives its hash when the last byte was. */
async function push(ws: WebSocket): Promise<string> {
  const hash = createHash('sha256');
  for (let sent = 0; sent < GIB; sent += MIB) {
    const piece = Buffer.alloc(MIB, sent / MIB);
    piece.writeUInt32LE(sent / MIB, 0);
    hash.update(piece);
    await send(ws, piece);
  }
  return hash.digest('hex');
}

/** Pings once a second until it is told to end, after `say`. Each Ping is answered. Gives how many there were. */
async function pingOn(ws: WebSocket, mayEnd: () => boolean, say: () => void): Promise<number> {
  let pings = 0;
  while (!mayEnd()) {
    say();
    const pong = once(ws, 'pong', { signal: AbortSignal.timeout(PATIENCE_MS) });
    ws.ping(`ping ${++pings}`);
    expect(String((await pong)[0])).toBe(`ping ${pings}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return pings;
}

it('stay open, are pinged and answer pings; what is sent waits, in order and in little memory', async () => {
  const sign = join(folder(), 'all was seen');
  const options = JSON.stringify({ pingIntervalMs: PING_INTERVAL_MS });
  using program = new Program('blocked-sockets.mjs', [options], ['--expose-gc']);
  const port = await program.port();
  const [quiet, talking, pushing, blocking] = await Promise.all([open(port), open(port), open(port), open(port)]);
  const closed: string[] = [];
  for (const [name, ws] of Object.entries({ quiet, talking, pushing, blocking })) {
    ws.on('close', (code) => closed.push(`${name} ${code}`));
  }
  let pinged = 0;
  quiet.on('ping', () => pinged++);
  let said = 0;
  const say = (): void => talking.send(String(said++));

  blocking.send(`block ${JSON.stringify([BLOCK_MS, sign])}`);
  expect(await program.line()).toBe('blocked');
  const began = performance.now();
  let isBlocked = true;
  const unblocked = program.line().then((line) => {
    isBlocked = false;
    return line;
  });
  for (let i = 0; i < QUEUED; i++) say();
  // While one sends all it can, the others are heard: with Pings alone, and with Pings behind messages.
  const pushed = push(pushing);
  const mayEnd = (): boolean => performance.now() - began >= BLOCK_MS && pinged > 3;
  for (const pings of await Promise.all([pingOn(quiet, mayEnd, () => {}), pingOn(talking, mayEnd, say)])) {
    expect(pings).toBeGreaterThan(3);
  }
  expect(isBlocked).toBe(true);
  writeFileSync(sign, '');
  const [word, growth] = (await unblocked).split(' ');
  expect(word).toBe('unblocked');
  expect(Number(growth)).toBeLessThan(64 * MIB);

  expect(await ask(talking, 'count')).toBe(String(said));
  const hash = await pushed;
  const report = JSON.parse(await ask(pushing, 'bytes')) as { growth: number };
  expect(report).toMatchObject({ bytes: GIB, hash });
  // What waits for the app is bounded.
  expect(report.growth).toBeLessThan(96 * MIB);
  expect(closed).toEqual([]);
  quiet.send('stop');
  expect(await program.end()).toBe(0);
});

it.each([
  ['at once when all that they said was heard', 600_000, false, []],
  ['after closeTimeoutMs, for what was not heard may be answered', 200, true, ['again']],
])('that say good-bye get their Close while the app is blocked: %s', async (_, closeTimeoutMs, speaks, later) => {
  const sign = join(folder(), 'all was seen');
  using program = new Program('blocked-sockets.mjs', [JSON.stringify({ closeTimeoutMs })]);
  const port = await program.port();
  const [leaving, blocking] = await Promise.all([open(port), open(port)]);
  const heard: string[] = [];
  leaving.on('message', (data) => heard.push(String(data)));
  expect([await ask(leaving, 'count'), await ask(blocking, 'count')]).toEqual(['0', '0']);
  blocking.send(`block ${JSON.stringify([0, sign])}`);
  expect(await program.line()).toBe('blocked');
  if (speaks) leaving.send('note "again"');
  leaving.close(4001, 'bye');
  expect((await once(leaving, 'close'))[0]).toBe(4001);
  expect(heard).toEqual(['0']);
  writeFileSync(sign, '');
  expect(await program.line()).toMatch(/^unblocked /);
  // What came before the Close is heard, though there is nobody to answer.
  expect(JSON.parse(await ask(blocking, 'notes'))).toEqual(later);
  blocking.send('stop');
  expect(await program.end()).toBe(0);
});

it('carry ten messages of one callback to the client while it runs', async () => {
  const prefix = join(folder(), 'seen ');
  using program = new Program('blocked-sockets.mjs');
  const ws = await open(await program.port());
  const seen: string[] = [];
  const done = new Promise<void>((resolve) => {
    ws.on('message', (data) => {
      seen.push(String(data));
      if (seen.length > 10) resolve();
      // The callback goes on as soon as there is this file, so each message has come while it ran.
      else writeFileSync(prefix + seen.length, '');
    });
  });
  ws.send(`progress ${JSON.stringify([prefix])}`);
  await done;
  expect(seen).toEqual([...Array.from({ length: 10 }, (_, i) => `step ${i + 1}`), 'done']);
  ws.send('stop');
  expect(await program.end()).toBe(0);
});
