/** `server.stats()`: what is counted, at once and in both modes. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { serviceSync } from '../../src/server/run.ts';
import { eventually } from '../helpers/eventually.ts';
import { mode } from '../helpers/io-mode.ts';
import { get, post } from '../helpers/requests.ts';
import { testServer } from '../helpers/server.ts';
import { talk } from '../helpers/talk.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import { closeFrame, textFrame, WsClient } from '../helpers/ws-client.ts';

const NOTHING = {
  connections: { open: 0, accepted: 0, refused: 0 },
  requests: {
    received: 0,
    answered: 0,
    unanswered: 0,
    byClass: { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 },
  },
  bytes: { read: 0, written: 0 },
  queued: 0,
  webSockets: { open: 0, opened: 0 },
};

/** Blocks this thread as an app does that computes. */
function block(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

it('begins at nothing, and is plain and frozen', async () => {
  const server = await testServer({});
  const stats = server.stats();
  expect(stats).toMatchObject(NOTHING);
  expect(Object.keys(stats)).toEqual([...Object.keys(NOTHING), 'ring', 'longestBlockMs']);
  const ring = { events: { used: 0, size: 8_388_608 }, commands: { used: 0, size: 2_097_152 } };
  expect(stats.ring).toEqual(mode === 'thread' ? ring : null);
  expect([stats, stats.connections, stats.requests.byClass, stats.ring ?? {}].map(Object.isFrozen)).toEqual(
    mode === 'thread' ? [true, true, true, true] : [true, true, true, false],
  );
});

it('counts connections, requests by the class of their answer, and bytes of both directions', async () => {
  const server = await testServer({
    call: (req) => {
      if (req.path === '/fails') throw new Error('oops');
      return { status: Number(req.query.get('status') ?? 200), body: 'x'.repeat(Number(req.query.get('size') ?? 0)) };
    },
  });
  const wire = await Wire.open(server.getPort());
  const asked = [get('/?size=100000'), get('/?status=304'), post('/', 'body'), get('/fails'), get('/?status=404')];
  await wire.send(...asked);
  await wire.answers(5);
  await eventually(() => server.stats().requests).toEqual({
    received: 5,
    answered: 5,
    unanswered: 0,
    byClass: { '1xx': 0, '2xx': 2, '3xx': 1, '4xx': 1, '5xx': 1 },
  });
  const { connections, bytes } = server.stats();
  expect(connections).toEqual({ open: 1, accepted: 1, refused: 0 });
  expect(bytes).toEqual({ read: asked.join('').length, written: wire.received.length });
  wire.close();
  await eventually(() => server.stats().connections.open).toBe(0);
  await untilEnd(server.getPort(), ['MALFORMED\r\n\r\n']);
  expect(server.stats().requests).toMatchObject({ received: 6, answered: 6 });
  await server.stop();
  expect(server.stats().connections).toEqual({ open: 0, accepted: 2, refused: 0 });
});

it('counts requests whose client left, and those that wait', async () => {
  const server = await testServer({ call: () => new Promise(() => {}) });
  const wire = await Wire.open(server.getPort());
  await wire.send(get('/') + get('/'));
  await eventually(() => server.stats().requests.received).toBe(2);
  await eventually(() => server.stats().queued).toBe(0);
  await wire.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab');
  await eventually(() => server.stats().requests.received).toBe(3);
  wire.socket.resetAndDestroy();
  await eventually(() => server.stats().requests).toMatchObject({ received: 3, answered: 0, unanswered: 3 });
});

it('counts connections that were turned away', async () => {
  const server = await testServer({}, { maxConnections: 1 });
  using wire = await Wire.open(server.getPort());
  await wire.send(get('/'));
  await wire.answers(1);
  const second = connect(server.getPort(), '127.0.0.1').on('error', () => {});
  await once(second, 'close');
  await eventually(() => server.stats().connections).toEqual({ open: 1, accepted: 1, refused: 1 });
});

it('counts WebSockets, and their frames as bytes', async () => {
  const on = await talk();
  using client = await WsClient.open(on.port);
  const before = on.server.stats();
  expect(before.webSockets).toEqual({ open: 1, opened: 1 });
  expect(before.requests).toMatchObject({ received: 1, answered: 1, byClass: { '1xx': 1 } });
  await client.send(textFrame('hello'));
  await client.take(1);
  const { bytes } = on.server.stats();
  expect(bytes).toEqual({ read: before.bytes.read + 11, written: before.bytes.written + 7 });
  await client.send(closeFrame(1000));
  await client.untilEnd();
  client.close();
  await eventually(() => on.server.stats().webSockets).toEqual({ open: 0, opened: 1 });
});

it('tells the longest block since it was asked last, of the event loop and of synchronous code', async () => {
  const server = await testServer({ call: () => ({ status: 200 }) });
  block(300);
  expect(server.stats().longestBlockMs).toBeGreaterThanOrEqual(200);
  const { signal } = new AbortController();
  for (let i = 0; i < 5; i++) {
    block(10);
    serviceSync(Number.NaN, { signal });
  }
  block(200);
  serviceSync(Number.NaN);
  expect(server.stats().longestBlockMs).toBeGreaterThanOrEqual(200);
});

if (mode === 'thread') {
  it('takes no wait for tasks for a block', async () => {
    const server = await testServer({});
    server.stats();
    const since = performance.now();
    serviceSync(2_000);
    expect(server.stats().longestBlockMs).toBeLessThan((performance.now() - since) / 2);
  });

  it('sees in the middle of a computation what has come meanwhile', async () => {
    const server = await testServer({ call: () => ({ status: 200 }) });
    using wire = await Wire.open(server.getPort());
    wire.socket.write(get('/'));
    // The bytes leave without the event loop's help; those of the answer would not come in.
    while (server.stats().ring?.events.used === 0);
    const { queued, requests } = server.stats();
    expect([queued, requests]).toMatchObject([1, { received: 1, answered: 0 }]);
    expect((await wire.answers(1))[0]?.status).toBe(200);
  });
}
