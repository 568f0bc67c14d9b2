/** `stop({ graceMs })`: what is running is finished, what is idle is closed, and what does not end is cut. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listServers, stopAllServers, WebServer } from '../../src/server/servers.ts';
import type { App, AppResponse, ServerOptions } from '../../src/types.ts';
import { eventually } from '../helpers/eventually.ts';
import { get } from '../helpers/requests.ts';
import { runServer, testServer } from '../helpers/server.ts';
import { talk } from '../helpers/talk.ts';
import { Wire } from '../helpers/wire.ts';
import { field } from '../helpers/wire-response.ts';
import { closeFrame, handshake, WsClient } from '../helpers/ws-client.ts';

const LONG_MS = 60_000;

interface Gated {
  readonly server: WebServer;
  readonly port: number;
  /** Answers the requests that wait, in order. */
  readonly gates: (() => void)[];
}

/** A server whose answers wait for the test; the body of each is its path and what came with it. */
async function gated(options: ServerOptions = {}, more: App = {}): Promise<Gated> {
  const gates: (() => void)[] = [];
  const server = await testServer(
    {
      call: (req) =>
        new Promise<AppResponse>((resolve) =>
          gates.push(() => resolve({ status: 200, body: `${req.path} ${req.text()}`.trim() })),
        ),
      ...more,
    },
    options,
  );
  return { server, port: server.getPort(), gates };
}

/** Body and Connection field of each answer. */
async function answersOf(wire: Wire): Promise<string[]> {
  const answers = await wire.untilEnd();
  return answers.map((answer) => `${answer.body} ${field(answer, 'connection') ?? ''}`.trim());
}

const refused = async (port: number): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  return error.code ?? '';
};

describe('a stop with a time of grace', () => {
  it('refuses new connections at once, and is listed no more', async () => {
    const { server, port, gates } = await gated();
    using wire = await Wire.open(port);
    await wire.send(get('/a'));
    await eventually(() => gates.length).toBe(1);
    const stopped = server.stop({ graceMs: LONG_MS });
    expect([server.isRunning(), listServers()]).toEqual([false, []]);
    expect(await refused(port)).toBe('ECONNREFUSED');
    gates[0]?.();
    expect(await answersOf(wire)).toEqual(['/a close']);
    wire.close();
    await stopped;
  });

  it('answers all pipelined requests that were read, and says so with the last', async () => {
    const { server, port, gates } = await gated();
    using wire = await Wire.open(port);
    await wire.send(get('/1') + get('/2') + get('/3'));
    await eventually(() => gates.length).toBe(3);
    void server.stop({ graceMs: LONG_MS });
    for (const gate of gates) gate();
    expect(await answersOf(wire)).toEqual(['/1', '/2', '/3 close']);
  });

  it('answers a request that has reached this machine, but was not read', async () => {
    const { server, port, gates } = await gated();
    const wires = await Promise.all(Array.from({ length: 20 }, () => Wire.open(port)));
    await eventually(() => server.stats().connections.accepted).toBe(20);
    for (const wire of wires) wire.socket.write(get('/'));
    void server.stop({ graceMs: LONG_MS });
    await eventually(() => gates.length).toBe(20);
    for (const gate of gates) gate();
    for (const wire of wires) {
      expect(await answersOf(wire)).toEqual(['/ close']);
      wire.close();
    }
  });

  it('takes a request that comes on a busy connection, and none behind it', async () => {
    const { server, port, gates } = await gated();
    using wire = await Wire.open(port);
    await wire.send(get('/1'));
    await eventually(() => gates.length).toBe(1);
    void server.stop({ graceMs: LONG_MS });
    await wire.send(get('/2') + get('/3'));
    await eventually(() => gates.length).toBe(2);
    for (const gate of gates) gate();
    expect(await answersOf(wire)).toEqual(['/1', '/2 close']);
    expect(gates.length).toBe(2);
  });

  it.each([
    ['head', 'POST /late HTTP/1.1\r\nHost: h\r\nContent-', 'Length: 4\r\n\r\nbody'],
    ['body', 'POST /late HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo', 'dy'],
    ['chunked body', 'POST /late HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbo', 'dy\r\n0\r\n\r\n'],
  ])('reads the rest of a half-read %s', async (_, first, rest) => {
    const { server, port, gates } = await gated();
    using idle = await Wire.open(port);
    using wire = await Wire.open(port);
    await wire.send(first);
    // The I/O side has read it when it has answered what came behind it.
    using probe = await Wire.open(port);
    await probe.send('MALFORMED\r\n\r\n');
    await probe.untilEnd();
    void server.stop({ graceMs: LONG_MS });
    expect(await answersOf(idle)).toEqual([]);
    await wire.send(rest);
    await eventually(() => gates.length).toBe(1);
    gates[0]?.();
    expect(await answersOf(wire)).toEqual(['/late body close']);
  });

  it('lets a stream come to its end', async () => {
    const pieces: (() => void)[] = [];
    async function* body(): AsyncGenerator<string> {
      for (const piece of ['a', 'b', 'c']) {
        await new Promise<void>((resolve) => pieces.push(resolve));
        yield piece;
      }
    }
    const server = await testServer({ call: () => ({ status: 200, body: body() }) });
    using wire = await Wire.open(server.getPort());
    await wire.send(get('/'));
    await eventually(() => pieces.length).toBe(1);
    pieces[0]?.();
    await wire.until(() => wire.received.includes('a\r\n'), 'first piece');
    void server.stop({ graceMs: LONG_MS });
    for (const at of [1, 2]) {
      await eventually(() => pieces.length).toBe(at + 1);
      pieces[at]?.();
    }
    expect((await wire.untilEnd()).map(({ body }) => body.toString())).toEqual(['abc']);
  });

  it('called inside a callback has its answer sent', async () => {
    let stopped: Promise<void> | undefined;
    const server = await testServer({
      call: () => {
        stopped = server.stop({ graceMs: LONG_MS });
        return { status: 200, body: 'last' };
      },
    });
    using wire = await Wire.open(server.getPort());
    await wire.send(get('/'));
    expect(await answersOf(wire)).toEqual(['last close']);
    wire.close();
    await stopped;
  });

  it('cuts what is left when the time is over: requests, bodies and WebSockets that do not agree', async () => {
    const on = await talk({ call: () => new Promise(() => {}) }, { closeTimeoutMs: LONG_MS });
    using silent = await WsClient.open(on.port);
    using waiting = await Wire.open(on.port);
    using sending = await Wire.open(on.port);
    await waiting.send(get('/'));
    await sending.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo');
    await on.server.stop({ graceMs: 100 });
    expect(await silent.untilEnd()).toEqual(['close 1001']);
    expect([await answersOf(waiting), await answersOf(sending)]).toEqual([[], []]);
    await eventually(() => on.closes).toEqual(['1006 dirty']);
  });

  it('tells a WebSocket 1001 that the app opens meanwhile', async () => {
    let open: (() => void) | undefined;
    const on = await talk({
      onHeaders: () =>
        new Promise<void>((resolve) => {
          open = resolve;
        }),
    });
    using client = await WsClient.connect(on.port);
    await client.send(handshake());
    await eventually(() => open !== undefined).toBe(true);
    const stopped = on.server.stop({ graceMs: LONG_MS });
    open?.();
    expect(await client.take(1)).toEqual(['close 1001']);
    await client.send(closeFrame(1001));
    await client.untilEnd();
    await stopped;
    expect(on.closes).toEqual(['1001']);
  });
});

it('of all servers lets runServer end behind the running requests', async () => {
  let gate: (() => void) | undefined;
  let url = '';
  const running = runServer('127.0.0.1', 0, {
    call: () =>
      new Promise<AppResponse>((resolve) => {
        gate = () => resolve({ status: 200, body: 'done' });
      }),
  });
  await eventually(() => {
    const [server] = listServers();
    url = server instanceof WebServer ? server.url : '';
    return url;
  }).not.toBe('');
  const answer = fetch(url);
  await eventually(() => gate !== undefined).toBe(true);
  const stopped = stopAllServers({ graceMs: LONG_MS });
  gate?.();
  expect(await (await answer).text()).toBe('done');
  await stopped;
  expect(await running).toBe(true);
});

describe('a further stop', () => {
  it('without a time waits for the end, and with a longer one too', async () => {
    const { server, port, gates } = await gated();
    using wire = await Wire.open(port);
    await wire.send(get('/a'));
    await eventually(() => gates.length).toBe(1);
    const all = [server.stop({ graceMs: LONG_MS }), server.stop(), server.stop({ graceMs: 2 * LONG_MS })];
    gates[0]?.();
    expect(await answersOf(wire)).toEqual(['/a close']);
    wire.close();
    await Promise.all(all);
  });

  it.each([0, 50])('with %i ms makes an end of it', async (graceMs) => {
    const { server, port, gates } = await gated();
    using wire = await Wire.open(port);
    await wire.send(get('/a'));
    await eventually(() => gates.length).toBe(1);
    const first = server.stop({ graceMs: Number.POSITIVE_INFINITY });
    await server.stop({ graceMs });
    await first;
    expect(await answersOf(wire)).toEqual([]);
  });

  it('cuts a WebSocket that was told and has not answered', async () => {
    const on = await talk({}, { closeTimeoutMs: LONG_MS });
    using client = await WsClient.open(on.port);
    const first = on.server.stop();
    expect(await client.take(1)).toEqual(['close 1001']);
    await on.server.stop({ graceMs: 0 });
    await first;
    await eventually(() => on.closes).toEqual(['1006 dirty']);
  });
});
