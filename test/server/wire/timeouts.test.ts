/** Time-outs and counts that protect the server. No test measures time: each waits for the event the limit brings. */
import { afterEach, describe, expect, it } from 'vitest';
import type { App, AppResponse, ServerOptions } from '../../../src/index.ts';
import { get } from '../../helpers/requests.ts';
import * as servers from '../../helpers/server.ts';
import { turn, Wire } from '../../helpers/wire.ts';
import { field } from '../../helpers/wire-response.ts';
import { expectRefusal } from '../../helpers/wire-rows.ts';

let port = 0;
const wires: Wire[] = [];
afterEach(() => {
  for (const wire of wires.splice(0)) wire.close();
});

async function serve(app: App, options: ServerOptions = {}): Promise<void> {
  port = await servers.serve(app, options);
}

async function open(): Promise<Wire> {
  const wire = await Wire.open(port);
  wires.push(wire);
  return wire;
}

const HELLO: AppResponse = { status: 200, body: 'hello' };
const GET = get('/');
const UNFINISHED = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf';

describe('headTimeoutMs', () => {
  it('a connection on which no byte came is closed without a word', async () => {
    await serve({ call: () => HELLO }, { headTimeoutMs: 50 });
    const wire = await open();
    expect(await wire.untilEnd()).toEqual([]);
    expect(wire.ended).toBe('fin');
  });

  it.each(['G', 'GET / HT', 'GET / HTTP/1.1\r\nHost', 'GET / HTTP/1.1\r\nHost: x\r\n'])(
    'an unfinished head is 408: %j',
    async (part) => {
      await serve({ call: () => HELLO }, { headTimeoutMs: 50 });
      const wire = await open();
      await wire.send(part);
      const responses = await wire.untilEnd();
      expect(responses.length).toBe(1);
      expectRefusal(responses[0], 408);
    },
  );

  it('bytes that drip in do not push it out', async () => {
    await serve({ call: () => HELLO }, { headTimeoutMs: 200 });
    const wire = await open();
    await wire.send('GET / HTTP/1.1\r\nHost: x\r\nX: ');
    const drip = setInterval(() => wire.socket.writable && wire.socket.write('a'), 20);
    try {
      expectRefusal((await wire.untilEnd())[0], 408);
    } finally {
      clearInterval(drip);
    }
  });

  it('it counts for a later request of the connection too', async () => {
    await serve({ call: () => HELLO }, { headTimeoutMs: 50 });
    const wire = await open();
    await wire.send(GET);
    await wire.answers(1);
    await wire.send('GET / HT');
    const responses = await wire.untilEnd();
    expect(responses.map(({ status }) => status)).toEqual([200, 408]);
  });
});

describe('requestTimeoutMs', () => {
  it.each([
    ['a length', UNFINISHED],
    ['chunks', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n'],
  ])('an unfinished body is 408, and call does not run: %s', async (_, part) => {
    let calls = 0;
    await serve(
      {
        call: () => {
          calls++;
          return HELLO;
        },
      },
      { requestTimeoutMs: 50 },
    );
    const wire = await open();
    await wire.send(part);
    const responses = await wire.untilEnd();
    expect(responses.length).toBe(1);
    expectRefusal(responses[0], 408);
    expect(calls).toBe(0);
  });

  it('an app that takes longer is not the fault of its client', async () => {
    let answer = (_: AppResponse): void => {};
    await serve(
      {
        call: () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      },
      { requestTimeoutMs: 50, headTimeoutMs: 50, keepAliveTimeoutMs: 50 },
    );
    const patient = await open();
    await patient.send(GET);
    // The other client comes later and is timed out, so the time of the first one is over too.
    const other = await open();
    await other.send(UNFINISHED);
    expectRefusal((await other.untilEnd())[0], 408);
    expect(patient.ended).toBe('open');
    answer(HELLO);
    expect((await patient.answers(1))[0]?.status).toBe(200);
  });

  it('a body that waits for onHeaders does not count', async () => {
    let pass = (): void => {};
    await serve(
      {
        call: (req) => ({ status: 200, body: req.body }),
        onHeaders: (req) =>
          req.path === '/slow'
            ? new Promise<void>((resolve) => {
                pass = resolve;
              })
            : undefined,
      },
      { requestTimeoutMs: 50 },
    );
    const patient = await open();
    await patient.send('POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nwhole');
    const other = await open();
    await other.send(UNFINISHED);
    expectRefusal((await other.untilEnd())[0], 408);
    pass();
    expect((await patient.answers(1))[0]).toMatchObject({ status: 200, body: Buffer.from('whol') });
  });
});

describe('keepAliveTimeoutMs', () => {
  it('an idle connection is closed without a word', async () => {
    await serve({ call: () => HELLO }, { keepAliveTimeoutMs: 50 });
    const wire = await open();
    await wire.send(GET);
    expect((await wire.untilEnd()).map(({ status }) => status)).toEqual([200]);
    expect(wire.ended).toBe('fin');
  });
});

describe('writeTimeoutMs', () => {
  it('a client that takes nothing of a large answer is dropped', async () => {
    const body = new Uint8Array(64 << 20);
    await serve(
      { call: (req) => (req.path === '/large' ? { status: 200, body } : HELLO) },
      {
        writeTimeoutMs: 50,
        maxConnections: 1,
      },
    );
    const reader = await open();
    reader.socket.pause();
    await reader.send('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
    // Only one connection is let in, so an answer to another one proves that the first is gone.
    for (let status = 0; status !== 200; ) {
      const next = await open();
      await next.send(GET);
      status = (await next.answers(1))[0]?.status ?? 0;
      next.close();
      await turn();
    }
    reader.socket.resume();
    await reader.until(() => reader.ended !== 'open', 'end of the connection');
    expect(reader.received.length).toBeLessThan(body.length);
  });
});

describe('maxQueuedRequests', () => {
  it('requests beyond it get 503 with Retry-After, in order', async () => {
    await serve({ call: () => HELLO }, { maxQueuedRequests: 1 });
    const wire = await open();
    wire.socket.write(GET.repeat(3));
    // The app's thread is held until all three are at the server, so that none is taken up before the next has come.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    const responses = await wire.answers(3);
    expect(responses[0]?.status).toBe(200);
    const [, second] = responses;
    expect(second?.status).toBe(503);
    expect(second && field(second, 'retry-after')).toMatch(/^\d+$/);
    expect(second?.body.toString()).toBe('503 Service Unavailable\n');
  });
});

describe('maxConnections', () => {
  it('one more is closed, and let in when another has gone', async () => {
    await serve({ call: () => HELLO }, { maxConnections: 2 });
    const first = await open();
    await first.send(GET);
    await first.answers(1);
    const second = await open();
    await second.send(GET);
    await second.answers(1);
    const third = await open();
    await third.until(() => third.ended !== 'open', 'end of the connection');
    expect(third.received.length).toBe(0);
    second.close();
    for (let status = 0; status !== 200; ) {
      const next = await open();
      await next.send(GET);
      status = (await next.answers(1))[0]?.status ?? 0;
      next.close();
    }
    await first.send(GET);
    expect((await first.answers(2)).map(({ status }) => status)).toEqual([200, 200]);
  });
});
