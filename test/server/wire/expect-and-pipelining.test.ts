/** Expectations, pipelined requests, and what ends a connection, over a real socket. */
import { describe, expect, it } from 'vitest';
import type { AppRequest, AppResponse } from '../../../src/index.ts';
import { expecting, get, post } from '../../helpers/requests.ts';
import { serve } from '../../helpers/server.ts';
import { bytewise, caughtUp, latin1, turn, untilEnd, Wire } from '../../helpers/wire.ts';
import { field } from '../../helpers/wire-response.ts';
import { expectRefusal } from '../../helpers/wire-rows.ts';

const echo = (req: AppRequest): AppResponse => ({ status: 200, body: `${req.path} ${req.text()}` });

describe('Expect', () => {
  it.each(['100-continue', '100-Continue'])('%s gets 100 before the body is sent', async (value) => {
    const wire = await Wire.open(await serve({ call: echo }));
    await wire.send(expecting('/a', 2).replace('100-continue', value));
    await wire.until(() => wire.responses().length === 1, 'interim answer');
    expect(wire.responses()[0]).toMatchObject({ status: 100, reason: 'Continue', framing: 'none' });
    await wire.send('ab');
    const responses = await wire.answers(1);
    expect(responses.map(({ status }) => status)).toEqual([100, 200]);
    expect(responses[1]?.body.toString()).toBe('/a ab');
    wire.close();
  });

  it('a chunked body is asked for too', async () => {
    const wire = await Wire.open(await serve({ call: echo }));
    await wire.send(expecting('/a', 0).replace('Content-Length: 0', 'Transfer-Encoding: chunked'));
    await wire.until(() => wire.responses().length === 1, 'interim answer');
    await wire.send('1\r\na\r\n0\r\n\r\n');
    expect((await wire.answers(1)).map(({ status }) => status)).toEqual([100, 200]);
    wire.close();
  });

  it('100 never goes to HTTP/1.0', async () => {
    const wire = await Wire.open(await serve({ call: echo }));
    await wire.send(expecting('/a', 2, '1.0'), 'ab');
    expect((await wire.untilEnd()).map(({ status }) => status)).toEqual([200]);
    wire.close();
  });

  it('an answer of onHeaders comes instead of 100', async () => {
    const port = await serve({ call: echo, onHeaders: () => ({ status: 403, body: 'no' }) });
    const { responses } = await untilEnd(port, [expecting('/a', 2)]);
    expect(responses.map(({ status }) => status)).toEqual([403]);
    expect(field(responses[0] ?? never(), 'connection')).toBe('close');
  });

  it('100 waits until onHeaders has let the request pass', async () => {
    let pass = (): void => {};
    const passed = new Promise<void>((resolve) => {
      pass = resolve;
    });
    let asked = (): void => {};
    const started = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const port = await serve({
      call: echo,
      onHeaders: () => {
        asked();
        return passed;
      },
    });
    const wire = await Wire.open(port);
    await wire.send(expecting('/a', 2));
    await started;
    expect(wire.received.length).toBe(0);
    pass();
    await wire.until(() => wire.responses().length === 1, 'interim answer');
    await wire.send('ab');
    expect((await wire.answers(1)).map(({ status }) => status)).toEqual([100, 200]);
    wire.close();
  });

  it.each([
    ['whole', (bytes: Buffer) => [bytes]],
    ['byte by byte', bytewise],
  ])('another expectation is 417, %s', async (_, cut) => {
    const port = await serve({ call: echo });
    const { responses } = await untilEnd(port, cut(latin1(post('/a', 'ab', 'Expect: 200-ok\r\n'))));
    expect(responses.length).toBe(1);
    expectRefusal(responses[0], 417);
  });

  it('a request behind one with an expectation is answered too', async () => {
    const wire = await Wire.open(await serve({ call: echo }));
    await wire.send(`${expecting('/a', 2)}ab${get('/b')}`);
    const finals = (await wire.answers(2)).filter(({ status }) => status >= 200);
    expect(finals.map(({ body }) => body.toString())).toEqual(['/a ab', '/b ']);
    wire.close();
  });
});

function never(): never {
  throw new Error('no answer');
}

describe('pipelined requests', () => {
  const requests = Array.from({ length: 40 }, (_, at) => (at % 3 === 0 ? post(`/${at}`, 'abc') : get(`/${at}`)));
  const bodies = requests.map((_, at) => `/${at} ${at % 3 === 0 ? 'abc' : ''}`);

  it.each([
    ['whole', (bytes: Buffer) => [bytes]],
    ['byte by byte', bytewise],
  ])('are answered in order, %s', async (_, cut) => {
    const wire = await Wire.open(await serve({ call: echo }));
    await wire.send(...cut(latin1(requests.join(''))));
    expect((await wire.answers(40)).map(({ body }) => body.toString())).toEqual(bodies);
    wire.close();
  });

  it('are answered in order although the app answers the last one first', async () => {
    const waiting: (() => void)[] = [];
    const port = await serve({
      call: (req) =>
        new Promise((resolve) => {
          waiting.push(() => resolve(echo(req)));
          if (waiting.length === 8) for (const answer of waiting.reverse()) answer();
        }),
    });
    const wire = await Wire.open(port);
    await wire.send(Array.from({ length: 8 }, (_, at) => get(`/${at}`)).join(''));
    expect((await wire.answers(8)).map(({ body }) => body.toString())).toEqual(
      Array.from({ length: 8 }, (_, at) => `/${at} `),
    );
    wire.close();
  });

  it('no more than maxPipelined are taken up ahead of their answers', async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    const port = await serve(
      {
        call: (req) =>
          new Promise((resolve) => {
            waiting.push(() => resolve(echo(req)));
            most = Math.max(most, waiting.length);
          }),
      },
      { maxPipelined: 4 },
    );
    const wire = await Wire.open(port);
    await wire.send(requests.join(''));
    for (let answered = 0; answered < 40; answered++) {
      while (waiting.length < Math.min(4, 40 - answered)) await turn();
      waiting.shift()?.();
      await wire.answers(answered + 1);
    }
    expect(wire.responses().map(({ body }) => body.toString())).toEqual(bodies);
    expect(most).toBe(4);
    wire.close();
  });

  it('HEAD, 204 and 304 among them do not shift the others', async () => {
    const port = await serve({ call: (req) => ({ status: Number(req.path.slice(1)), body: 'text' }) });
    const wire = await Wire.open(port, { methods: ['HEAD', 'GET', 'GET', 'GET'] });
    await wire.send(get('/200').replace('GET', 'HEAD') + get('/204') + get('/304') + get('/200'));
    const responses = await wire.answers(4);
    expect(responses.map(({ status, body }) => `${status} ${body}`)).toEqual(['200 ', '204 ', '304 ', '200 text']);
    wire.close();
  });

  it('a client that reads only after it has sent everything gets every answer, and is not read from meanwhile', async () => {
    const count = 30_000;
    const body = 'b'.repeat(1_000);
    let calls = 0;
    const port = await serve({
      call: () => {
        calls++;
        return { status: 200, body };
      },
    });
    const wire = await Wire.open(port);
    wire.socket.pause();
    wire.socket.write(get('/').repeat(count) + get('/last', 'Connection: close\r\n'));
    // No further call for some time: the server has stopped reading, with most of the requests still to come.
    for (let quiet = 0, before = -1; quiet < 20; before = calls) {
      quiet = calls === before ? quiet + 1 : 0;
      await caughtUp(port);
    }
    expect(calls).toBeLessThan(count);
    wire.socket.resume();
    const responses = await wire.untilEnd();
    expect(responses.length).toBe(count + 1);
    expect(responses.every((response) => response.body.length === 1_000)).toBe(true);
    expect(wire.ended).toBe('fin');
  });

  it('what follows a request with Connection: close is not read', async () => {
    let calls = 0;
    const port = await serve({
      call: (req) => {
        calls++;
        return echo(req);
      },
    });
    const { responses, end } = await untilEnd(port, [get('/a', 'Connection: close\r\n') + get('/b')]);
    expect(responses.map(({ body }) => body.toString())).toEqual(['/a ']);
    expect(field(responses[0] ?? never(), 'connection')).toBe('close');
    expect([end, calls]).toEqual(['fin', 1]);
  });
});
