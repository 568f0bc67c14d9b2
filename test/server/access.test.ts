/** `onAccess` hears of every request once: refused, unread, aborted, streamed, opened as a WebSocket, never answered. */
import { expect, it } from 'vitest';
import type { AccessEntry, App, AppResponse, ServerOptions } from '../../src/index.ts';
import { httpResponse } from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { get } from '../helpers/requests.ts';
import { testServer } from '../helpers/server.ts';
import { socketServer } from '../helpers/web-sockets.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import { WsClient } from '../helpers/ws-client.ts';

const LARGE = 30_000_000;

interface Noting {
  readonly port: number;
  readonly heard: AccessEntry[];
  lines(): string[];
  stop(options?: { graceMs: number }): Promise<void>;
}

async function noting(app: App, options: ServerOptions = {}): Promise<Noting> {
  const heard: AccessEntry[] = [];
  const server = await testServer(app, { onAccess: (entry) => heard.push(entry), ...options });
  const lines = (): string[] =>
    heard.map(({ method, target, status, bytes, aborted }) =>
      `${method} ${target} ${status} ${bytes}${aborted ? ' aborted' : ''}`.trim(),
    );
  return { port: server.getPort(), heard, lines, stop: (given) => server.stop(given) };
}

it('what could not be read has a status and no method', async () => {
  const on = await noting({ call: () => ({ status: 200, body: 'ok' }) }, { maxHeadBytes: 200, headTimeoutMs: 300 });
  await untilEnd(on.port, ['GET / HTTP/1.1\r\n\r\n']);
  await untilEnd(on.port, [get('/', `X: ${'x'.repeat(300)}\r\n`)]);
  await untilEnd(on.port, ['GET / HT']);
  await untilEnd(on.port, [`${get('/good')}BAD\x01\r\n\r\n`]);
  await eventually(on.lines).toEqual(['400 16', '431 36', '408 20', 'GET /good 200 2', '400 16']);
  expect(on.heard[0]).toMatchObject({ remoteAddress: '127.0.0.1', referer: '', userAgent: '' });
});

it('what was refused in its body has the status of the refusal', async () => {
  const on = await noting({ call: () => ({ status: 200 }) });
  await untilEnd(on.port, ['POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n']);
  await eventually(on.lines).toEqual(['POST /p 400 16']);
});

it('who left before an answer is 499, also in the middle of a body', async () => {
  const on = await noting({ call: () => new Promise(() => {}) });
  const waiting = await Wire.open(on.port);
  await waiting.send(get('/waits') + get('/behind'));
  const sending = await Wire.open(on.port);
  await sending.send('POST /sends HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab');
  await untilEnd(on.port, ['MALFORMED\r\n\r\n']);
  waiting.socket.resetAndDestroy();
  await eventually(() => on.lines().length).toBe(3);
  sending.close();
  await eventually(on.lines).toEqual([
    '400 16',
    'GET /waits 499 0 aborted',
    'GET /behind 499 0 aborted',
    'POST /sends 499 0 aborted',
  ]);
});

it('who left an answer in the middle is told with the bytes that were given', async () => {
  async function* endless(): AsyncGenerator<string> {
    yield 'first';
    await new Promise(() => {});
  }
  const bodies: Record<string, () => AppResponse['body']> = {
    '/stream': endless,
    '/whole': () => ['a', 'bc'],
    '/fails': async function* () {
      yield 'first';
      throw new Error('oops');
    },
  };
  const on = await noting({ call: (req) => ({ status: 200, body: bodies[req.path]?.() ?? null }) });
  const wire = await Wire.open(on.port);
  await wire.send(get('/whole') + get('/stream'));
  await wire.until(() => wire.received.includes('first'), 'first piece');
  wire.socket.resetAndDestroy();
  await eventually(on.lines).toEqual(['GET /whole 200 3', 'GET /stream 200 5 aborted']);
  const second = await Wire.open(on.port);
  await second.send(get('/fails'));
  await second.until(() => second.ended !== 'open', 'end');
  await eventually(() => on.lines().at(-1)).toBe('GET /fails 200 5 aborted');
});

it('what a stop cuts is told, too', async () => {
  const on = await noting({
    call: (req) => (req.path === '/large' ? { status: 200, body: Buffer.alloc(LARGE) } : new Promise(() => {})),
  });
  using wire = await Wire.open(on.port);
  await wire.send(get('/cut'));
  await untilEnd(on.port, ['MALFORMED\r\n\r\n']);
  await on.stop();
  await eventually(on.lines).toEqual(['400 16', 'GET /cut 499 0 aborted']);
});

it('a WebSocket is told when it is open, with 101', async () => {
  const on = await noting({ onWSOpen: () => {} });
  using client = await WsClient.open(on.port);
  await eventually(on.lines).toEqual(['GET / 101 0']);
  expect(client.ended).toBe('open');
});

it('a page of websockets/, which is written byte by byte, is told when its connection ends', async () => {
  const heard: AccessEntry[] = [];
  const server = await socketServer({
    onAccess: (entry) => heard.push(entry),
    webpage: (socket, { resource }) => {
      if (resource === '/never') return false;
      httpResponse(socket, { status: 404, content: 'no page' });
      return true;
    },
  });
  const { responses } = await untilEnd(server.port, [get('/page')]);
  expect(responses[0]?.status).toBe(404);
  const wire = await Wire.open(server.port);
  await wire.send(get('/never'));
  await untilEnd(server.port, ['MALFORMED\r\n\r\n']);
  wire.socket.resetAndDestroy();
  await eventually(() => heard.map((entry) => [entry.target, entry.status, entry.bytes, entry.aborted])).toEqual([
    ['/page', 404, 7, false],
    ['', 400, 16, false],
    ['/never', 499, 0, true],
  ]);
});
