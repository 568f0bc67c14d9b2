/** A short look at every part of the built package, for Node lines on which the whole suite does not run. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket as UndiciSocket } from 'undici';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import * as codec from '../../dist/codec/index.js';
import * as built from '../../dist/index.js';
import {
  type App,
  type AppRequest,
  deferred,
  later,
  listServers,
  runNow,
  type ServerOptions,
  service,
  stopAllServers,
  withTempLoop,
} from '../../dist/index.js';
import { HttpParser } from '../../dist/parser/index.js';
import { inMode } from '../helpers/io-mode.ts';
import { cuts, pieces } from '../helpers/splits.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import { field } from '../helpers/wire-response.ts';

const startServer: typeof built.startServer = inMode(built.startServer);
const startPipeServer: typeof built.startPipeServer = inMode(built.startPipeServer);
const folder = mkdtempSync(join(tmpdir(), 'httpuv-smoke-'));
afterEach(() => stopAllServers());
afterAll(() => rmSync(folder, { recursive: true }));

async function serve(app: App, options: ServerOptions = {}): Promise<number> {
  return (await startServer('127.0.0.1', 0, app, { logger: () => {}, ...options })).getPort();
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const tellDigest = (req: AppRequest) => ({ status: 200, body: `${req.body.length} ${digest(req.body)}` });

describe('a server', () => {
  it('starts, answers and stops', async () => {
    const server = await startServer('127.0.0.1', 0, async (req) => ({
      status: 201,
      headers: { 'X-Method': req.method },
      body: `${req.path} ${req.query.get('a')} ${req.HTTP_X_B}`,
    }));
    expect(listServers()).toEqual([server]);
    const answer = await fetch(`${server.url}/path?a=1`, { headers: { 'X-B': '2' } });
    expect([answer.status, answer.headers.get('x-method'), await answer.text()]).toEqual([201, 'GET', '/path 1 2']);
    await server.stop();
    expect(listServers()).toEqual([]);
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it('listens on a pipe and removes it', async () => {
    const server = await startPipeServer(join(folder, 'pipe'), 0o077, () => ({ status: 200, body: 'piped' }));
    const [answer] = (await once(get({ socketPath: server.getName() }), 'response')) as [IncomingMessage];
    expect(String((await answer.toArray())[0])).toBe('piped');
    await server.stop();
    expect(existsSync(server.getName())).toBe(false);
  });

  it('answers pipelined requests in order, slow ones too', async () => {
    const port = await serve({
      call: async (req) => {
        if (req.path === '/0') await new Promise((resolve) => setTimeout(resolve, 20));
        return { status: 200, body: req.path };
      },
    });
    const requests = Array.from({ length: 10 }, (_, i) => `GET /${i} HTTP/1.1\r\nHost: x\r\n\r\n`).join('');
    const { responses } = await untilEnd(port, [
      `${requests}GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    ]);
    expect(responses.map(({ body }) => String(body)).join('')).toBe('/0/1/2/3/4/5/6/7/8/9/last');
  });

  it('reads a chunked upload cut anywhere', async () => {
    const port = await serve({ call: tellDigest });
    const body = '5;a="b"\r\nhello\r\n6\r\n world\r\n0\r\nT: v\r\n\r\n';
    const bytes = `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${body}`;
    const { responses } = await untilEnd(port, Array.from(bytes));
    expect(String(responses[0]?.body)).toBe(`11 ${digest(Buffer.from('hello world'))}`);
  });

  it('keeps a large upload in a file, and sends a large file', async () => {
    const upload = randomBytes(8_000_000);
    const file = join(folder, 'large');
    writeFileSync(file, upload);
    const port = await serve({
      call: (req) => (req.method === 'POST' ? tellDigest(req) : { status: 200, body: { file } }),
    });
    const url = `http://127.0.0.1:${port}/`;
    const told = await fetch(url, { method: 'POST', body: upload });
    expect(await told.text()).toBe(`${upload.length} ${digest(upload)}`);
    const sent = await fetch(url);
    expect(digest(new Uint8Array(await sent.arrayBuffer()))).toBe(digest(upload));
  });

  it('says 100 before a body that is expected, and refuses one that is too long without it', async () => {
    const port = await serve({ call: tellDigest }, { maxBodyBytes: 10 });
    const head = (length: number): string =>
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`;
    const wire = await Wire.open(port);
    await wire.send(head(2));
    await wire.until(() => wire.received.includes('100 Continue'), '100 Continue');
    await wire.send('ab');
    expect((await wire.untilEnd()).map(({ status }) => status)).toEqual([100, 200]);
    expect((await untilEnd(port, [head(11)])).responses.map(({ status }) => status)).toEqual([413]);
  });

  it('refuses what could smuggle, answers what the app throws, and lets onHeaders decide', async () => {
    const app: App = {
      onHeaders: (req) => (req.path === '/no' ? { status: 403, body: 'no' } : undefined),
      call: () => {
        throw new Error('secret');
      },
    };
    const port = await serve(app);
    const send = async (text: string) => (await untilEnd(port, [text])).responses[0];
    const both = await send(
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    expect(both?.status).toBe(400);
    expect(both === undefined ? '' : field(both, 'connection')).toBe('close');
    const thrown = await send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect([thrown?.status, String(thrown?.body)]).toEqual([500, '500 Internal Server Error\n']);
    expect((await send('GET /no HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'))?.status).toBe(403);
  });

  it('answers in the middle of a computation', async () => {
    let steps = 0;
    const port = await serve({ call: () => ({ status: 200, body: String(steps) }) });
    const answer = fetch(`http://127.0.0.1:${port}/`).then((response) => response.text());
    let seen: string | undefined;
    void answer.then((text) => {
      seen = text;
    });
    for (; seen === undefined && steps < 5_000; steps++) await service(1);
    expect(Number(await answer)).toBeLessThanOrEqual(steps);
    expect(seen).toBeDefined();
  });

  it('echoes text and bytes over a WebSocket, and closes it', async () => {
    let closed: unknown;
    const port = await serve({
      onWSOpen(ws) {
        ws.onMessage((_isBinary, message) => {
          ws.send(message);
        });
        ws.onClose((...how) => {
          closed = how;
        });
      },
    });
    // Node has its own from version 22 on.
    const Client = globalThis.WebSocket ?? UndiciSocket;
    const client = new Client(`ws://127.0.0.1:${port}/`);
    client.binaryType = 'arraybuffer';
    const got: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      client.onerror = () => reject(new Error('the WebSocket failed'));
      client.onopen = () => {
        client.send('tëxt');
        client.send(Uint8Array.of(0, 128, 255));
      };
      client.onmessage = ({ data }) => {
        got.push(typeof data === 'string' ? data : [...new Uint8Array(data as ArrayBuffer)]);
        if (got.length === 2) client.close(3000, 'done');
      };
      client.onclose = () => resolve();
    });
    expect(got).toEqual(['tëxt', [0, 128, 255]]);
    await expect.poll(() => closed).toEqual([3000, 'done', true]);
  });
});

describe('the parser', () => {
  it('tells the same however the bytes are cut', () => {
    const text =
      'POST /a HTTP/1.1\r\nHost: b\r\nX-Y: z\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n' +
      'GET /c HTTP/1.1\r\nHost: d\r\nCookie: e=f\r\nCookie: g=h\r\n\r\nGET d HTTP/1.1\r\n';
    const bytes = new TextEncoder().encode(text);
    const tell = (parts: readonly Uint8Array[]): string => {
      const parser = new HttpParser({ eager: true });
      let told = '';
      for (const part of parts) {
        for (const event of parser.feed(part)) {
          if (event.type === 'request') told += `${event.url} ${JSON.stringify(event.headers)}\n`;
          else if (event.type === 'body') told += String.fromCharCode(...event.bytes);
          else if (event.type === 'error') return `${told}${event.error.code} ${event.error.offset}`;
          else told += `${event.type}\n`;
        }
      }
      return told;
    };
    const whole =
      '/a {"host":"b","x-y":"z","transfer-encoding":"chunked"}\nabcend\n' +
      '/c {"host":"d","cookie":"e=f; g=h"}\nend\nHV_BAD_TARGET_FORM 4';
    for (const at of cuts(bytes)) expect(tell(pieces(bytes, at)), `cut at ${at}`).toBe(whole);
  });
});

describe('the queue', () => {
  it('runs tasks in order of their times, in loops of their own', () => {
    const ran: string[] = [];
    withTempLoop(() => {
      later(() => ran.push('c'), 0.01);
      later(() => ran.push('a'));
      later(() => ran.push('b'));
      const cancel = later(() => ran.push('never'));
      const answer = deferred<string>();
      answer.thenable.then((text) => ran.push(text));
      later(() => answer.resolve('d'), 0.02);
      expect(cancel()).toBe(true);
      while (ran.length < 4 && runNow(5));
    });
    expect(ran).toEqual(['a', 'b', 'c', 'd']);
  });

  it('runs by itself on the event loop', async () => {
    await new Promise<void>((resolve) => later(resolve, 0.01));
  });
});

describe('the codecs', () => {
  it('agree with Node where both do the same', () => {
    for (const length of [0, 1, 2, 3, 63, 64, 65, 600, 40_000]) {
      const bytes = randomBytes(length);
      expect(codec.rawToBase64(bytes)).toBe(bytes.toString('base64'));
      expect(Buffer.from(codec.sha1(bytes)).toString('hex')).toBe(createHash('sha1').update(bytes).digest('hex'));
    }
    const text = 'a b/ü€😀#?&'.repeat(20);
    expect(codec.encodeURIComponent(text)).toBe(encodeURIComponent(text));
    expect(codec.decodeURIComponent(codec.encodeURIComponent([text]))).toEqual([text]);
  });
});

describe('the command', () => {
  it('runs the demo and ends on Ctrl-C', async () => {
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    const child = spawn(process.execPath, [main, 'demo', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      let printed = '';
      child.stdout.on('data', (bytes) => {
        printed += String(bytes);
      });
      while (!printed.includes('Ctrl-C')) await once(child.stdout, 'data');
      const url = /http:\S+/.exec(printed)?.[0];
      const answer = await fetch(`${url}sd`, { method: 'POST', body: '{"data":[1,2,3,4]}' });
      expect(((await answer.json()) as { sd: number }).sd).toBeCloseTo(1.290994, 6);
      expect(await (await fetch(`${url}`)).text()).toContain('<!doctype html>');
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      expect((await ended)[0]).toBe(130);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
