/** Channels of `node:diagnostics_channel`: what is told, in which order, and only while somebody listens. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, it, onTestFinished } from 'vitest';
import type { AccessEntry, AppRequest, AppWebSocket, WebServer } from '../../src/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { get, post } from '../helpers/requests.ts';
import { testServer } from '../helpers/server.ts';
import { talk } from '../helpers/talk.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import { closeFrame, WsClient } from '../helpers/ws-client.ts';

interface Message {
  readonly server: WebServer;
  readonly connection?: number;
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  readonly request?: AppRequest;
  readonly status?: number;
  readonly entry?: AccessEntry;
  readonly ws?: AppWebSocket;
  readonly code?: number;
  readonly message?: string;
  readonly error?: unknown;
}

/** Listens to channels until the test is over. */
function listening(...names: string[]): { told: (readonly [name: string, message: Message])[]; leave(): void } {
  const told: (readonly [string, Message])[] = [];
  const listeners = names.map((name) => {
    const listener = (message: unknown): void => void told.push([name, message as Message]);
    subscribe(`httpuv-wasm:${name}`, listener);
    return () => void unsubscribe(`httpuv-wasm:${name}`, listener);
  });
  const leave = (): void => {
    for (const end of listeners) end();
  };
  onTestFinished(leave);
  return { told, leave };
}

it('requests of the app are told with their request and their status', async () => {
  const { told } = listening('request.start', 'request.end', 'error');
  const server = await testServer({
    onHeaders: (req) => (req.path === '/early' ? { status: 403 } : undefined),
    call: (req) => {
      if (req.path === '/fails') throw new Error('oops');
      return { status: 201 };
    },
  });
  using wire = await Wire.open(server.getPort());
  await wire.send(post('/call', 'body'));
  await wire.answers(1);
  await wire.send(get('/early'));
  await wire.answers(2);
  await wire.send(get('/fails'));
  await wire.answers(3);
  expect(told.map(([name, { request, status, message }]) => `${name} ${message ?? request?.path} ${status}`)).toEqual([
    'request.start /call undefined',
    'request.end /call 201',
    'request.start /early undefined',
    'request.end /early 403',
    'request.start /fails undefined',
    'error call failed for GET /fails: oops undefined',
    'request.end /fails 500',
  ]);
  expect(told[0]?.[1].request).toBe(told[1]?.[1].request);
  expect(new Set(told.map(([, message]) => message.server))).toEqual(new Set([server]));
  expect(told[5]?.[1].error).toMatchObject({ message: 'oops' });
});

it('a request whose client left ends with 499, once', async () => {
  const { told } = listening('request.start', 'request.end');
  const server = await testServer({ call: () => new Promise(() => {}) });
  const wire = await Wire.open(server.getPort());
  await wire.send(get('/'));
  await eventually(() => told.length).toBe(1);
  wire.socket.resetAndDestroy();
  await eventually(() => told.map(([, { status }]) => status)).toEqual([undefined, 499]);
});

it('connections and answers are told, those without the app, too', async () => {
  const { told, leave } = listening('connection.open', 'connection.close', 'answer');
  const server = await testServer({ call: () => ({ status: 200, body: 'ok' }) });
  const wire = await Wire.open(server.getPort());
  const { localPort } = wire.socket;
  await wire.send(get('/'));
  await wire.answers(1);
  wire.close();
  await untilEnd(server.getPort(), ['MALFORMED\r\n\r\n']);
  await eventually(() => told.length).toBe(6);
  const first = told.filter(([, { remotePort }]) => remotePort === localPort);
  expect(first).toEqual([
    ['connection.open', { server, connection: 0, remoteAddress: '127.0.0.1', remotePort: localPort }],
    ['connection.close', { server, connection: 0, remoteAddress: '127.0.0.1', remotePort: localPort }],
  ]);
  const answers = told.filter(([name]) => name === 'answer').map(([, { entry }]) => entry);
  expect(answers).toMatchObject([
    { method: 'GET', target: '/', status: 200, bytes: 2 },
    { method: '', target: '', status: 400 },
  ]);
  leave();
  // Nobody listens any more, and a moment later nothing is told to this side.
  await new Promise((resolve) => setTimeout(resolve, 200));
  await untilEnd(server.getPort(), ['MALFORMED\r\n\r\n']);
  expect(told.length).toBe(6);
});

it('who begins to listen later hears what happens from then on', async () => {
  const server = await testServer({ call: () => ({ status: 200 }) });
  using wire = await Wire.open(server.getPort());
  await wire.send(get('/before'));
  await wire.answers(1);
  const { told } = listening('answer', 'connection.close');
  const asked = async (): Promise<number> => {
    await wire.send(get('/later'));
    return told.length;
  };
  await expect.poll(asked, { timeout: 60_000 }).toBeGreaterThan(0);
  expect(told[0]?.[1].entry?.target).toBe('/later');
  // Its beginning was not told, so its end is not.
  wire.close();
  await eventually(() => server.stats().connections.open).toBe(0);
  expect(told.filter(([name]) => name === 'connection.close')).toEqual([]);
});

it('WebSockets are told with what opens and closes them', async () => {
  const { told } = listening('request.end', 'websocket.open', 'websocket.close');
  const on = await talk();
  using client = await WsClient.open(on.port);
  await client.send(closeFrame(4001, 'bye'));
  await client.untilEnd();
  await eventually(() => told.length).toBe(3);
  const [opened] = on.opened;
  expect(told).toEqual([
    ['request.end', { server: on.server, request: opened?.request, status: 101 }],
    ['websocket.open', { server: on.server, ws: opened }],
    ['websocket.close', { server: on.server, ws: opened, code: 4001, reason: 'bye', wasClean: true }],
  ]);
});
