/** What holds for plain connections holds for those with TLS: order, limits, time-outs, half-closing, back-pressure, stopping. */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import type { App, AppRequest, AppWebSocket, ServerOptions } from '../../src/index.ts';
import { Authority, type Certified, hasOpenssl } from '../helpers/certificates.ts';
import { eventually } from '../helpers/eventually.ts';
import { expecting, get, post, view } from '../helpers/requests.ts';
import { serve, startPipeServer, testServer } from '../helpers/server.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import { readResponses } from '../helpers/wire-response.ts';
import { BrowserClient, WITH_WS } from '../helpers/ws-browser.ts';

const MIB = 1_048_576;

describe.skipIf(!hasOpenssl())('a connection with TLS', () => {
  let authority: Authority;
  let pair: Certified;
  beforeAll(() => {
    authority = new Authority();
    pair = authority.issue('localhost');
  });

  async function open(app: App, options: ServerOptions = {}, version?: 'TLSv1.2'): Promise<Wire> {
    const port = await serve(app, { tls: pair, ...options });
    const old = version === undefined ? {} : { maxVersion: version };
    return Wire.open(port, { tls: { ca: authority.cert, ...old } });
  }

  it('answers pipelined requests in order, cut anywhere', async () => {
    using wire = await open({ call: view });
    const bytes = Buffer.from([get('/a'), post('/b?c', 'body'), get('/d')].join(''), 'latin1');
    await wire.send(...Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)));
    const answers = await wire.answers(3);
    expect(answers.map(({ body }) => JSON.parse(String(body))[1])).toEqual(['/a', '/b?c', '/d']);
  });

  it('asks for a body that waits to be asked for', async () => {
    using wire = await open({ call: view });
    await wire.send(expecting('/', 4));
    await wire.until(() => wire.responses().length === 1, '100 Continue');
    await wire.send('body');
    expect((await wire.answers(1)).map(({ status }) => status)).toEqual([100, 200]);
  });

  it.each([undefined, 'TLSv1.2'] as const)('is answered after the client has closed its half (%s)', async (version) => {
    using wire = await open(
      {
        call: async () => {
          await new Promise((resolve) => setTimeout(resolve, 50));
          return { status: 200, body: 'late' };
        },
      },
      {},
      version,
    );
    await wire.send(get('/'));
    wire.halfClose();
    const [answer] = await wire.untilEnd();
    expect([String(answer?.body), wire.ended]).toEqual(['late', 'fin']);
  });

  it('has the limits of plain ones', async () => {
    const options = { tls: pair, maxBodyBytes: 10, maxHeadBytes: 1_000 };
    const port = await serve({ call: view }, options);
    const tls = { ca: authority.cert };
    const large = await untilEnd(port, [post('/', 'x'.repeat(11))], { tls });
    const long = await untilEnd(port, [get('/', `X: ${'x'.repeat(2_000)}\r\n`)], { tls });
    const malformed = await untilEnd(port, ['MALFORMED\r\n\r\n'], { tls });
    expect([large, long, malformed].map(({ responses }) => responses[0]?.status)).toEqual([413, 431, 400]);
  });

  it('has the time-outs of plain ones', async () => {
    const times = { headTimeoutMs: 600, keepAliveTimeoutMs: 600 };
    const port = await serve({ call: view }, { tls: pair, ...times });
    const tls = { ca: authority.cert };
    const silent = await untilEnd(port, [], { tls });
    const slow = await untilEnd(port, ['GET / HT'], { tls });
    const idle = await untilEnd(port, [get('/')], { tls });
    const statuses = [silent, slow, idle].map(({ responses }) => responses.map(({ status }) => status));
    expect(statuses).toEqual([[], [408], [200]]);
  });

  it('is cut when the client takes nothing of its answer for too long', async () => {
    const body = randomBytes(16 * MIB);
    using wire = await open({ call: () => ({ status: 200, body }) }, { writeTimeoutMs: 800 });
    wire.socket.pause();
    await wire.send(get('/'));
    let isClosed = false;
    wire.socket.once('close', () => {
      isClosed = true;
    });
    // A paused socket does not see the end: what it writes into a connection that is cut tells.
    await eventually(() => {
      if (!wire.socket.destroyed) wire.socket.write('x');
      return isClosed;
    }).toBe(true);
  });

  it('is not cut while the client takes a little now and then', async () => {
    const body = randomBytes(8 * MIB);
    const port = await serve({ call: () => ({ status: 200, body }) }, { tls: pair, writeTimeoutMs: 1_500 });
    const socket = connect({ port, host: '127.0.0.1', ca: authority.cert });
    const parts: Buffer[] = [];
    let held = 0;
    socket.on('data', (bytes) => {
      parts.push(bytes);
      held += bytes.length;
      if (held < MIB / 2) return;
      held = 0;
      socket.pause();
      setTimeout(() => socket.resume(), 300);
    });
    socket.write(get('/', 'Connection: close\r\n'));
    await new Promise((resolve) => socket.once('close', resolve));
    const { responses } = readResponses(Buffer.concat(parts), [], true);
    expect(responses[0]?.body.equals(body)).toBe(true);
  });

  it('counts what a WebSocket has sent, and tells when all has left', async () => {
    let ws: AppWebSocket | undefined;
    let drains = 0;
    const port = await serve(
      {
        onWSOpen: (opened) => {
          ws = opened;
          opened.onDrain(() => {
            drains++;
          });
        },
      },
      { tls: pair, highWaterBytes: 1_000 },
    );
    await using client = await BrowserClient.open(WITH_WS, port, { ca: authority.cert });
    await eventually(() => ws !== undefined).toBe(true);
    for (const size of [10, 100, 2_000, 300_000]) {
      const before = drains;
      ws?.send(randomBytes(size));
      expect((await client.next()).length).toBe(size);
      await eventually(() => ws?.bufferedAmount).toBe(0);
      if (size >= 1_000) await eventually(() => drains).toBe(before + 1);
    }
  });

  it('finishes its request before a graceful stop ends it', async () => {
    let finish: (() => void) | undefined;
    const server = await testServer(
      {
        call: async () => {
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
          return { status: 200, body: 'done' };
        },
      },
      { tls: pair },
    );
    using wire = await Wire.open(server.getPort(), { tls: { ca: authority.cert } });
    await wire.send(get('/'));
    await eventually(() => finish !== undefined).toBe(true);
    const stopped = server.stop({ graceMs: 60_000 });
    finish?.();
    expect(String((await wire.untilEnd())[0]?.body)).toBe('done');
    await stopped;
  });

  it('may come through a pipe', async () => {
    const path = join(tmpdir(), `httpuv-tls-${process.pid}-${Date.now()}.sock`);
    const server = await startPipeServer(
      path,
      null,
      { call: (req: AppRequest) => ({ status: 200, body: req['rook.url_scheme'] }) },
      { tls: pair },
    );
    const socket = connect({ path, ca: authority.cert, servername: 'localhost' });
    const parts: Buffer[] = [];
    socket.on('data', (bytes) => parts.push(bytes));
    socket.write(get('/', 'Connection: close\r\n'));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(String(readResponses(Buffer.concat(parts), [], true).responses[0]?.body)).toBe('https');
    await server.stop();
  });
});
