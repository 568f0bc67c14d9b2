/** Answers from files, and the order of what is written: interim answers, slow answers and large files together. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { App, AppResponse } from '../../../src/index.ts';
import { expecting, get } from '../../helpers/requests.ts';
import { serve } from '../../helpers/server.ts';
import { caughtUp, turn, untilEnd, Wire } from '../../helpers/wire.ts';
import { field } from '../../helpers/wire-response.ts';

const directory = mkdtempSync(join(tmpdir(), 'httpuv-files-'));
const large = join(directory, 'large');
const LARGE = Buffer.alloc(3_000_000, 'a large file, ');
writeFileSync(large, LARGE);
writeFileSync(join(directory, 'empty'), '');

afterAll(() => rmSync(directory, { recursive: true }));

const files: App = {
  call: (req) => ({ status: 200, body: req.path === '/text' ? 'text' : { file: join(directory, req.path) } }),
};

describe('files', () => {
  it('large ones and texts, pipelined, keep their order although the client reads late', async () => {
    const port = await serve(files);
    const wire = await Wire.open(port);
    wire.socket.pause();
    await wire.send(
      get('/large') + get('/text') + get('/empty') + get('/large') + get('/text', 'Connection: close\r\n'),
    );
    await caughtUp(port);
    wire.socket.resume();
    const responses = await wire.untilEnd();
    expect(responses.map(({ body }) => body.length)).toEqual([LARGE.length, 4, 0, LARGE.length, 4]);
    expect(responses[3]?.body.equals(LARGE)).toBe(true);
    expect(wire.ended).toBe('fin');
  });

  it('a client that leaves in the middle of one harms nobody', async () => {
    const port = await serve(files);
    const wire = await Wire.open(port);
    await wire.send(get('/large').repeat(4));
    await wire.until(() => wire.received.length > 100_000, 'part of the file');
    wire.socket.resetAndDestroy();
    const { responses } = await untilEnd(port, [get('/large', 'Connection: close\r\n')]);
    expect(responses[0]?.body.equals(LARGE)).toBe(true);
  });

  it('a refusal behind one waits for its end', async () => {
    const { responses } = await untilEnd(await serve(files), [`${get('/large')}BAD LINE\r\n\r\n`]);
    expect(responses.map(({ status }) => status)).toEqual([200, 400]);
    expect(responses[0]?.body.equals(LARGE)).toBe(true);
  });

  it('HEAD has their length and none of them', async () => {
    const requests = get('/large').replace('GET', 'HEAD') + get('/text', 'Connection: close\r\n');
    const { responses } = await untilEnd(await serve(files), [requests], { methods: ['HEAD', 'GET'] });
    expect(responses.map((each) => field(each, 'content-length'))).toEqual([String(LARGE.length), '4']);
  });
});

describe('the order of what is written', () => {
  it('100 Continue waits for the answers before it', async () => {
    let answer = (_: AppResponse): void => {};
    let called = false;
    const port = await serve({
      call: (req) => {
        if (req.path !== '/slow') return { status: 200, body: req.text() };
        called = true;
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    const wire = await Wire.open(port);
    await wire.send(get('/slow') + expecting('/b', 2));
    while (!called) await turn();
    await caughtUp(port);
    expect(wire.received.length).toBe(0);
    answer({ status: 200, body: 'slow' });
    await wire.until(() => wire.responses().length === 2, 'interim answer');
    await wire.send('ok');
    const responses = await wire.answers(2);
    expect(responses.map(({ status, body }) => `${status} ${body}`)).toEqual(['200 slow', '100 ', '200 ok']);
    wire.close();
  });

  it('a refusal waits for a slow answer before it', async () => {
    let answer = (_: AppResponse): void => {};
    let called = false;
    const port = await serve({
      call: () => {
        called = true;
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    const wire = await Wire.open(port);
    await wire.send(`${get('/slow')}BAD LINE\r\n\r\n`);
    while (!called) await turn();
    await caughtUp(port);
    expect(wire.received.length).toBe(0);
    answer({ status: 200, body: 'slow' });
    expect((await wire.untilEnd()).map(({ status }) => status)).toEqual([200, 400]);
    expect(wire.ended).toBe('fin');
  });

  it('a refused HEAD has no body either', async () => {
    const port = await serve(files);
    const request = 'HEAD / HTTP/1.1\r\nHost: x\r\nExpect: the-best\r\n\r\n';
    const { responses, raw } = await untilEnd(port, [request], { methods: ['HEAD'] });
    expect(responses.map(({ status }) => status)).toEqual([417]);
    expect(raw.toString().endsWith('\r\n\r\n')).toBe(true);
  });
});
