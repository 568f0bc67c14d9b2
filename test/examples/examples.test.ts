/** The examples as their reader runs them: each is a program of its own that finds the package by its name. */
import { createHash, randomBytes } from 'node:crypto';
import { on, once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { Example } from '../helpers/example.ts';

/** What simulation.mjs tells. */
interface Report {
  readonly report: number;
  readonly end?: string;
}

describe('examples', () => {
  it('upload.mjs asks who it is, then takes a large body in pieces, and ends well', async () => {
    const example = new Example('upload.mjs', ['secret']);
    const [url = ''] = await example.addresses(1);
    const body = randomBytes(3_000_000);
    const put = async (authorization: string, bytes = body): Promise<[number, string]> => {
      const answer = await fetch(url, { method: 'PUT', headers: { authorization }, body: bytes });
      return [answer.status, await answer.text()];
    };
    expect(await put('Bearer secret')).toEqual([201, `3000000 ${createHash('sha256').update(body).digest('hex')}\n`]);
    expect(await put('Bearer guess', body.subarray(0, 10))).toEqual([401, 'Who are you?\n']);
    expect((await fetch(url)).status).toBe(405);
    expect(await example.stop()).toBe(0);
    expect(example.err).toBe('');
  });

  it('two-ports.mjs shares its state and ends when it is told to', async () => {
    const example = new Example('two-ports.mjs');
    const [everybody = '', manager = ''] = await example.addresses(2);
    const text = async (url: string, body?: string): Promise<string> =>
      (await fetch(url, body === undefined ? {} : { method: 'POST', body })).text();
    expect(await text(everybody)).toBe('Hello, 127.0.0.1\n');
    expect(await text(manager, 'Good morning')).toBe('Good morning\n');
    expect(await text(everybody)).toBe('Good morning, 127.0.0.1\n');
    expect(await text(`${manager}/stop`, '')).toBe('Stopping\n');
    expect(await example.ended).toBe(0);
  });

  it('read-requests.mjs tells requests and the first malformed byte, wherever the bytes are cut', async () => {
    const requests =
      'GET /a HTTP/1.1\r\nHost: one\r\n\r\nPOST /b HTTP/1.1\r\nHost: two\r\nContent-Length: 3\r\n\r\nabc' +
      'GET /c HTTP/1.1\r\nHost : three\r\n\r\n';
    for (const cut of [0, 20, 90]) {
      const example = new Example('read-requests.mjs');
      // A program that stops at an error may be gone before it has taken everything.
      example.child.stdin.on('error', () => {});
      example.child.stdin.write(requests.slice(0, cut));
      await new Promise((resolve) => setImmediate(resolve));
      example.child.stdin.end(requests.slice(cut));
      expect(await example.ended).toBe(0);
      expect(example.out).toBe('GET one /a 0\nPOST two /b 3\nHV_SPACE_BEFORE_COLON at byte 21\n');
    }
    const cutOff = new Example('read-requests.mjs');
    cutOff.child.stdin.end('GET /a HTTP/1.1\r\nHo');
    expect(await cutOff.ended).toBe(0);
    expect(cutOff.out).toBe('HV_INCOMPLETE at byte 19\n');
  });

  /** A WebSocket, and what it has been told: one object for each message. */
  async function watch(url: string): Promise<{ ws: WebSocket; next(): Promise<Report> }> {
    const ws = new WebSocket(url.replace('http', 'ws'));
    onTestFinished(() => ws.terminate());
    const messages = on(ws, 'message');
    await once(ws, 'open');
    return { ws, next: async () => JSON.parse(String((await messages.next()).value[0])) as Report };
  }

  it('simulation.mjs reports while it computes, to all who watch, until it is stopped', async () => {
    // So long that it does not end by itself: all of this happens while one callback runs.
    const example = new Example('simulation.mjs', ['1000000000']);
    const [url = ''] = await example.addresses(1);
    const first = await watch(url);
    first.ws.send('start');
    for (const report of [1, 2, 3]) expect(await first.next()).toMatchObject({ report });
    const second = await watch(url);
    const { report } = await second.next();
    expect(report).toBeGreaterThan(3);
    expect((await second.next()).report).toBe(report + 1);
    expect(((await (await fetch(url)).json()) as Report).report).toBeGreaterThan(report);
    second.ws.send('stop');
    let told = await first.next();
    while (told.end === undefined) told = await first.next();
    expect(told.end).toBe('stopped');
    expect(await example.stop()).toBe(0);
    expect(example.err).toBe('');
  });

  it('simulation.mjs says when it is done, and begins again', async () => {
    const example = new Example('simulation.mjs', ['2']);
    const [url = ''] = await example.addresses(1);
    const { ws, next } = await watch(url);
    ws.send('start');
    const told = [await next(), await next(), await next()];
    expect(told).toMatchObject([{ report: 1 }, { report: 2 }, { report: 2, end: 'done' }]);
    ws.send('start');
    expect([await next(), await next(), await next()]).toEqual(told);
  });

  it('are all tried here', () => {
    expect(
      readdirSync(new URL('.', import.meta.url))
        .filter((name) => name.endsWith('.mjs'))
        .sort(),
    ).toEqual(['container.mjs', 'read-requests.mjs', 'simulation.mjs', 'two-ports.mjs', 'upload.mjs']);
  });
});
