/** What may happen to a connection while a file is on its way: nothing of it may cut the file or get into it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { App, AppResponse } from '../../../src/index.ts';
import { expecting, get } from '../../helpers/requests.ts';
import { serve, testServer } from '../../helpers/server.ts';
import { Wire } from '../../helpers/wire.ts';

const directory = mkdtempSync(join(tmpdir(), 'httpuv-in-flight-'));
const large = join(directory, 'large');
/** More than the kernel keeps for a client that does not read. */
const LARGE = Buffer.alloc(12_000_000, 'bytes of a large file; ');
writeFileSync(large, LARGE);

afterAll(() => rmSync(directory, { recursive: true }));

const files: App = { call: (req) => ({ status: 200, body: req.path === '/text' ? 'text' : { file: large } }) };

/** A client that has asked for the file and has not read of it yet. */
async function asked(port: number): Promise<Wire> {
  const wire = await Wire.open(port);
  wire.socket.pause();
  await wire.send(get('/'));
  await sleep(200);
  return wire;
}

describe('a file on its way', () => {
  it('outlasts the time-out for idle connections, which counts from its end', async () => {
    const wire = await asked(await serve(files, { keepAliveTimeoutMs: 700 }));
    await sleep(1_300);
    wire.socket.resume();
    // Looking at the answer takes long enough for the time-out to pass.
    await wire.until(() => wire.socket.bytesRead > LARGE.length, 'the whole file');
    await wire.send(get('/text'));
    const [response, text] = await wire.untilEnd();
    expect(response?.body.equals(LARGE)).toBe(true);
    expect(text?.body.toString()).toBe('text');
  });

  it('is sent whole to a client that has sent FIN meanwhile', async () => {
    const wire = await asked(await serve(files));
    wire.halfClose();
    await sleep(200);
    wire.socket.resume();
    const [response] = await wire.untilEnd();
    expect(response?.body.equals(LARGE)).toBe(true);
  });

  it('is sent whole within the grace time of stop, and ends its connection', async () => {
    const server = await testServer(files);
    const wire = await asked(server.getPort());
    const stopped = server.stop({ graceMs: 10_000 });
    await sleep(200);
    wire.socket.resume();
    const [response] = await wire.untilEnd();
    expect(response?.body.equals(LARGE)).toBe(true);
    wire.halfClose();
    await stopped;
  });

  it('lets nothing in that is answered meanwhile', async () => {
    let answerFirst = (_response: AppResponse): void => {};
    const first = new Promise<AppResponse>((resolve) => {
      answerFirst = resolve;
    });
    const port = await serve(
      { call: (req) => (req.path === '/large' ? first : { status: 200, body: 'text' }) },
      { maxPipelined: 2 },
    );
    const wire = await Wire.open(port);
    // The third request is read when the first is answered, and asks for an interim answer.
    await wire.send(get('/large') + get('/text') + expecting('/', 2));
    await sleep(100);
    answerFirst({ status: 200, body: { file: large } });
    // All answers are read anew at each look, so nothing is looked at before the large one is there.
    await wire.until(() => wire.socket.bytesRead > LARGE.length && wire.responses().length >= 3, 'three answers');
    await wire.send('ab');
    const responses = await wire.answers(3);
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 100, 200]);
    expect(responses[0]?.body.equals(LARGE)).toBe(true);
  });
});

describe('a file that was handed over to be removed', () => {
  it.each([
    [1, 'it is the answer'],
    [2, 'the answer before it is not given'],
  ])('is removed although its client has gone (%i requests, %s)', async (requests) => {
    const owned = join(directory, 'owned');
    writeFileSync(owned, 'mine');
    let answerLast = (_response: AppResponse): void => {};
    let isGone = false;
    let calls = 0;
    const app: App = {
      call: (req) =>
        new Promise((resolve) => {
          calls++;
          answerLast = resolve;
          req.signal.addEventListener('abort', () => {
            isGone = true;
          });
        }),
    };
    const wire = await Wire.open(await serve(app));
    await wire.send(get('/').repeat(requests));
    while (calls < requests) await sleep(5);
    const answer = { status: 200, body: { file: owned, owned: true } };
    if (requests === 2) {
      answerLast(answer);
      await sleep(20);
      expect(existsSync(owned)).toBe(true);
    }
    wire.socket.resetAndDestroy();
    while (!isGone) await sleep(5);
    if (requests === 1) answerLast(answer);
    await sleep(20);
    expect(existsSync(owned)).toBe(false);
  });

  it('is left alone when it is no file', async () => {
    const fifo = join(directory, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const port = await serve({ call: () => ({ status: 200, body: { file: fifo, owned: true } }) });
    const wire = await Wire.open(port);
    await wire.send(get('/'));
    expect((await wire.answers(1))[0]?.status).toBe(500);
    expect(existsSync(fifo)).toBe(true);
    wire.close();
  });
});
