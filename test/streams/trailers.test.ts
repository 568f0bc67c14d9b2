/** Fields behind bodies, and interim answers before them. */
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import type { AppResponse } from '../../src/index.ts';
import { get } from '../helpers/requests.ts';
import { serve, testServer } from '../helpers/server.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import { field } from '../helpers/wire-response.ts';
import { untilCut } from './cut.ts';

const LAST = get('/', 'Connection: close\r\n');

async function answer(response: AppResponse, asked = LAST) {
  const log: string[] = [];
  const server = await testServer({ call: () => response }, { logger: (level, line) => log.push(`${level} ${line}`) });
  const { responses, end } = await untilEnd(server.getPort(), [asked]);
  return { first: responses[0], end, log };
}

describe('trailers', () => {
  it.each([
    ['of a stream', ['a', 'b'], 'ab'],
    ['of a text', 'text', 'text'],
    ['of bytes', Buffer.from('bytes'), 'bytes'],
    ['of nothing', null, ''],
    ['of a Blob', new Blob(['blob']), 'blob'],
  ])('%s stand behind the last chunk', async (_, body, sent) => {
    const { first } = await answer({ status: 200, body, trailers: { 'X-Sum': 7, Digest: ['a', 'b'] } });
    expect([first?.framing, first?.body.toString(), first?.trailers]).toEqual([
      'chunked',
      sent,
      [
        ['X-Sum', '7'],
        ['Digest', 'a'],
        ['Digest', 'b'],
      ],
    ]);
  });

  it('are asked for when the stream has ended', async () => {
    let count = 0;
    const body = (async function* () {
      for (; count < 3; count++) yield 'x';
    })();
    const { first } = await answer({ status: 200, body, trailers: () => [['Count', count]] });
    expect(first?.trailers).toEqual([['Count', '3']]);
    const none = await answer({ status: 200, body: ['x'], trailers: () => null });
    expect(none.first?.trailers).toEqual([]);
  });

  it('reach undici', async () => {
    const port = await serve({ call: () => ({ status: 200, body: ['x'], trailers: { 'x-sum': '1' } }) });
    const { body, trailers } = await request(`http://127.0.0.1:${port}/`);
    expect(await body.text()).toBe('x');
    expect(trailers).toEqual({ 'x-sum': '1' });
  });

  it('are not sent where there are no chunks', async () => {
    const { first } = await answer({ status: 200, body: ['x'], trailers: { A: 'b' } }, 'GET / HTTP/1.0\r\n\r\n');
    expect([first?.framing, first?.body.toString()]).toEqual(['until-close', 'x']);
  });

  it.each([
    ['Content-Length', { 'content-length': 1 }],
    ['Transfer-Encoding', { 'Transfer-Encoding': 'chunked' }],
    ['Connection', { connection: 'close' }],
    ['Host', { Host: 'h' }],
    ['Set-Cookie', { 'Set-Cookie': 'a=b' }],
    ['Authorization', { Authorization: 'x' }],
    ['If-Match', { 'If-Match': '*' }],
    ['Content-Type', [['Content-Type', 'text/plain']] as const],
    ['a name that is none', { 'a b': 'c' }],
    ['a value with a line end', { a: 'b\r\nc: d' }],
    ['no fields at all', 'a: b' as unknown as Record<string, string>],
  ])('may not be %s', async (_, trailers) => {
    const early = await answer({ status: 200, body: ['x'], trailers });
    expect([early.first?.status, early.log.length]).toEqual([500, 1]);
    // When the head has left, the connection is cut.
    const late = await untilCut({ call: () => ({ status: 200, body: ['x'], trailers: () => trailers }) }, LAST);
    expect([late.whole, late.errors.length, late.raw.endsWith('1\r\nx\r\n')]).toEqual([[], 1, true]);
  });

  it.each([
    ['a length', { headers: { 'Content-Length': 1 }, body: ['x'] }],
    ['a file', { body: { file: 'package.json' } }],
  ])('do not go with %s', async (_, more) => {
    const { first, log } = await answer({ status: 200, trailers: { A: 'b' }, ...more });
    expect([first?.status, log.length]).toEqual([500, 1]);
  });
});

describe('early hints', () => {
  it('are sent while the answer is made', async () => {
    let go = (): void => {};
    const went = new Promise<void>((resolve) => {
      go = resolve;
    });
    const told: boolean[] = [];
    const port = await serve({
      async call(req) {
        told.push(req.earlyHints({ Link: ['</a.css>; rel=preload', '</b.js>; rel=preload'] }));
        await went;
        told.push(req.earlyHints({ Link: '</c>' }));
        return { status: 200, body: 'done' };
      },
    });
    using wire = await Wire.open(port);
    await wire.send(get('/'));
    await wire.until(() => wire.responses().length === 1, '103');
    expect(wire.responses()[0]).toMatchObject({ status: 103, reason: 'Early Hints', framing: 'none' });
    expect(wire.responses()[0]?.fields).toEqual([
      ['Link', '</a.css>; rel=preload'],
      ['Link', '</b.js>; rel=preload'],
    ]);
    go();
    const answers = await wire.answers(1);
    expect(answers.map(({ status }) => status)).toEqual([103, 103, 200]);
    expect(told).toEqual([true, true]);
  });

  it('wait for the answers before theirs', async () => {
    let go = (): void => {};
    const port = await serve({
      call: (req) => {
        if (req.path === '/a') {
          return new Promise((resolve) => {
            go = () => resolve({ status: 200, body: ['a'] });
          });
        }
        req.earlyHints({ Link: '</b>' });
        go();
        return { status: 200, body: ['b'] };
      },
    });
    using wire = await Wire.open(port);
    await wire.send(`${get('/a')}${get('/b')}`);
    const answers = await wire.answers(2);
    expect(answers.map(({ status, body }) => [status, body.toString()])).toEqual([
      [200, 'a'],
      [103, ''],
      [200, 'b'],
    ]);
  });

  it('are not sent to HTTP/1.0, nor behind the answer', async () => {
    const told: boolean[] = [];
    const port = await serve({
      call(req) {
        told.push(req.earlyHints({ Link: '</a>' }));
        const body = (function* () {
          yield 'x';
          told.push(req.earlyHints({ Link: '</a>' }));
        })();
        return { status: 200, body };
      },
    });
    const { responses } = await untilEnd(port, ['GET / HTTP/1.0\r\n\r\n']);
    expect(responses.map(({ status }) => status)).toEqual([200]);
    const again = await untilEnd(port, [LAST]);
    expect(again.responses.map(({ status }) => status)).toEqual([103, 200]);
    expect(told).toEqual([false, false, true, false]);
  });

  it('may not frame the message', async () => {
    const port = await serve({
      call(req) {
        const wrong = [{ 'Content-Length': 1 }, { Connection: 'close' }, { 'Transfer-Encoding': 'x' }, { a: 'b\n' }];
        for (const headers of wrong)
          expect(() => req.earlyHints(headers)).toThrow(expect.objectContaining({ code: 'HV_BAD_RESPONSE' }));
        return { status: 200, body: 'fine' };
      },
    });
    const { responses } = await untilEnd(port, [LAST]);
    expect(responses.map((one) => [one.status, field(one, 'Content-Length')])).toEqual([[200, '4']]);
  });
});
