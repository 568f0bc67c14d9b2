/** How bytes are cut and how a connection ends, over a real socket. */
import { describe, expect, it } from 'vitest';
import type { AppRequest, AppResponse } from '../../../src/index.ts';
import { get, post, view } from '../../helpers/requests.ts';
import { serve } from '../../helpers/server.ts';
import { caughtUp, turn, untilEnd, Wire } from '../../helpers/wire.ts';
import { field } from '../../helpers/wire-response.ts';

describe('a request target in two writes', () => {
  const target = '/env/with/some/segments?a=1&b=2&c=%20';
  const whole = JSON.stringify(['GET', target, '/env/with/some/segments', '?a=1&b=2&c=%20', '']);
  const bytes = get(target);

  it.each(['call', 'onHeaders'] as const)('is seen the same by %s wherever it is cut', async (callback) => {
    const port = await serve({ [callback]: view });
    for (let cut = 1; cut < bytes.length; cut++) {
      const wire = await Wire.open(port);
      await wire.send(bytes.slice(0, cut), bytes.slice(cut));
      expect((await wire.answers(1))[0]?.body.toString()).toBe(whole);
      wire.close();
    }
  });

  it.each([1, 5, 100, 4_000, 65_535, 65_536, 65_541, 70_000])(
    'of 79,000 bytes arrives whole, cut at %i',
    async (cut) => {
      const port = await serve({ call: (req) => ({ status: 200, body: req.url }) });
      const long = `/${'abcdefghi/'.repeat(7_900)}`;
      const request = get(long);
      const wire = await Wire.open(port);
      await wire.send(request.slice(0, cut), request.slice(cut));
      expect((await wire.answers(1))[0]?.body.toString()).toBe(long);
      wire.close();
    },
  );
});

describe('a body', () => {
  it('arrives the same at every cut', async () => {
    const port = await serve({ call: view });
    const bytes =
      'POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;e=1\r\nhello\r\n0\r\nT: t\r\n\r\n';
    for (let cut = 1; cut < bytes.length; cut++) {
      const wire = await Wire.open(port);
      await wire.send(bytes.slice(0, cut), bytes.slice(cut));
      expect((await wire.answers(1))[0]?.body.toString()).toBe('["POST","/a","/a","","hello"]');
      wire.close();
    }
  });

  it('of a few megabytes arrives whole, from memory and from a temporary file', async () => {
    const body = Buffer.alloc(5_000_000, 'a body of some length, ');
    for (const spoolBytes of [1_000, 100_000_000]) {
      const port = await serve({ call: (req) => ({ status: 200, body: req.body }) }, { spoolBytes });
      for (const pieces of [[body], [body.subarray(0, 999), body.subarray(999, 1_001), body.subarray(1_001)]]) {
        const wire = await Wire.open(port);
        await wire.send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`, ...pieces);
        expect((await wire.answers(1))[0]?.body.equals(body)).toBe(true);
        wire.close();
      }
    }
  });
});

describe('the end of a connection', () => {
  it('a client that has sent FIN still gets its answer', async () => {
    let answer = (_: AppResponse): void => {};
    let called = (): void => {};
    const started = new Promise<void>((resolve) => {
      called = resolve;
    });
    const port = await serve({
      call: () =>
        new Promise((resolve) => {
          answer = resolve;
          called();
        }),
    });
    const wire = await Wire.open(port);
    await wire.send(get('/'));
    wire.halfClose();
    await started;
    await caughtUp(port);
    answer({ status: 200, body: 'late' });
    expect((await wire.untilEnd()).map(({ body }) => body.toString())).toEqual(['late']);
    expect(wire.ended).toBe('fin');
    wire.close();
  });

  it('pipelined requests before a FIN are all answered', async () => {
    const wire = await Wire.open(await serve({ call: view }));
    await wire.send(get('/1') + post('/2', 'b') + get('/3'));
    wire.halfClose();
    expect((await wire.untilEnd()).length).toBe(3);
    wire.close();
  });

  it.each([
    ['in a head', 'GET / HTTP/1.1\r\nHo'],
    ['in a length body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf'],
    ['in a chunk', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf'],
    ['before the last chunk', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('a FIN %s: call does not run', async (_, bytes) => {
    let calls = 0;
    const port = await serve({
      call: (req) => {
        calls++;
        return view(req);
      },
    });
    const wire = await Wire.open(port);
    await wire.send(bytes);
    wire.halfClose();
    const responses = await wire.untilEnd();
    expect(responses.filter(({ status }) => status < 400)).toEqual([]);
    expect(calls).toBe(0);
    wire.close();
  });

  it.each([
    ['a FIN', (wire: Wire) => wire.halfClose()],
    ['a reset', (wire: Wire) => wire.socket.resetAndDestroy()],
  ])('%s in mid-body is told to the app through the signal', async (_, leave) => {
    let calls = 0;
    let seen: AppRequest | undefined;
    const port = await serve({
      call: (req) => {
        calls++;
        return view(req);
      },
      onHeaders: (req) => {
        seen = req;
      },
    });
    const wire = await Wire.open(port);
    await wire.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf');
    while (seen === undefined) await turn();
    const { signal } = seen;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    expect(signal.aborted).toBe(false);
    leave(wire);
    await aborted;
    expect(calls).toBe(0);
    wire.close();
  });

  it('a client that goes away before its answer aborts the signal; the server goes on', async () => {
    let seen: AppRequest | undefined;
    let answer = (_: AppResponse): void => {};
    const port = await serve({
      call: (req) =>
        req.path === '/'
          ? new Promise((resolve) => {
              seen = req;
              answer = resolve;
            })
          : view(req),
    });
    const wire = await Wire.open(port);
    await wire.send(get('/'));
    while (seen === undefined) await turn();
    const { signal } = seen;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    wire.socket.resetAndDestroy();
    await aborted;
    answer({ status: 200, body: 'nobody reads this' });
    expect((await untilEnd(port, [get('/next', 'Connection: close\r\n')])).responses[0]?.status).toBe(200);
  });

  it('Connection: close of the app is acted on', async () => {
    const port = await serve({ call: () => ({ status: 200, headers: { Connection: 'close' }, body: 'x' }) });
    const { responses, end } = await untilEnd(port, [get('/') + get('/again')]);
    expect(responses.length).toBe(1);
    expect(field(responses[0] ?? never(), 'connection')).toBe('close');
    expect(end).toBe('fin');
  });

  it('HTTP/1.0 is closed behind its answer, unless it asks otherwise and is told so', async () => {
    const port = await serve({ call: view });
    const plain = await untilEnd(port, ['GET /a HTTP/1.0\r\n\r\n']);
    expect(field(plain.responses[0] ?? never(), 'connection')).toBe('close');
    const wire = await Wire.open(port);
    await wire.send('GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    expect(field((await wire.answers(1))[0] ?? never(), 'connection')).toBe('keep-alive');
    await wire.send('GET /b HTTP/1.0\r\n\r\n');
    expect((await wire.untilEnd()).length).toBe(2);
    wire.close();
  });
});

function never(): never {
  throw new Error('no answer');
}
