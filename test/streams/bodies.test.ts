/** Streams as bodies of answers, of every kind, as they stand on the wire. */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AppResponse, ResponseBody } from '../../src/index.ts';
import { get } from '../helpers/requests.ts';
import { serve } from '../helpers/server.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import { field, type WireResponse } from '../helpers/wire-response.ts';

function* letters(): Generator<string | Uint8Array> {
  yield 'a';
  yield '';
  yield Buffer.from('b');
  yield new Uint8Array(0);
  yield 'c';
}
async function* later(): AsyncGenerator<string> {
  for (const letter of ['a', 'b', 'c']) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    yield letter;
  }
}
const webStream = (...chunks: string[]): ReadableStream =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
const views = (): Iterable<ArrayBufferLike | ArrayBufferView> => [
  Uint8Array.of(97).buffer,
  new DataView(Uint8Array.of(120, 98).buffer, 1),
  new Uint8Array(new SharedArrayBuffer(1)).fill(99),
];

/** Bodies that are all `abc`. */
const KINDS: readonly [string, () => ResponseBody][] = [
  ['a generator', letters],
  ['an async generator', later],
  ['a list', () => ['a', 'bc']],
  ['a list of buffers and views', views],
  ['a web stream', () => new Response('abc').body as ReadableStream],
  [
    'a web stream of bytes that is pulled',
    () =>
      new ReadableStream({
        type: 'bytes',
        pull(controller) {
          controller.enqueue(new TextEncoder().encode('abc'));
          controller.close();
        },
      }),
  ],
  ['a Node stream', () => Readable.from(['a', 'b', 'c'])],
  ['a Node stream that was written to', () => new PassThrough().end('abc')],
  ['a transformed stream', () => Readable.from(['a', 'bc']).pipe(new PassThrough())],
  ['texts through an encoder', () => webStream('ab', 'c').pipeThrough(new TextEncoderStream())],
];

/** The answer to one request of a server with this app, over a connection that is closed behind it. */
async function answered(
  response: () => AppResponse,
  request = get('/', 'Connection: close\r\n'),
): Promise<WireResponse> {
  const port = await serve({ call: response });
  const method = request.slice(0, request.indexOf(' '));
  const { responses, end } = await untilEnd(port, [request], { methods: [method] });
  expect([responses.length, end]).toEqual([1, 'fin']);
  return responses[0] as WireResponse;
}

describe.each(KINDS)('%s', (_, make) => {
  it('is sent in chunks, and the connection goes on', async () => {
    const port = await serve({ call: (req) => ({ status: 200, body: req.path === '/next' ? 'next' : make() }) });
    using wire = await Wire.open(port);
    await wire.send(get('/'));
    await wire.answers(1);
    await wire.send(get('/'), get('/next'));
    const answers = await wire.answers(3);
    expect(answers.map(({ status, framing, body }) => [status, framing, body.toString()])).toEqual([
      [200, 'chunked', 'abc'],
      [200, 'chunked', 'abc'],
      [200, 'length', 'next'],
    ]);
  });

  it('has the length that the app announces', async () => {
    const answer = await answered(() => ({ status: 200, headers: { 'Content-Length': 3 }, body: make() }));
    expect([answer.framing, answer.body.toString(), field(answer, 'Content-Length')]).toEqual(['length', 'abc', '3']);
  });

  it('lasts until the end of the connection for HTTP/1.0', async () => {
    const answer = await answered(
      () => ({ status: 200, body: make() }),
      'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
    );
    expect([answer.framing, answer.body.toString(), field(answer, 'Connection')]).toEqual([
      'until-close',
      'abc',
      'close',
    ]);
  });
});

describe('a stream', () => {
  it('may be empty', async () => {
    const answer = await answered(() => ({ status: 200, body: [] }));
    expect([answer.framing, answer.chunks, answer.body.length]).toEqual(['chunked', 0, 0]);
  });

  it('may come behind a promise, and from onHeaders', async () => {
    const port = await serve({ onHeaders: async () => ({ status: 201, body: later() }) });
    const request = 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n';
    const { responses } = await untilEnd(port, [request]);
    expect(responses.map(({ status, body }) => [status, body.toString()])).toEqual([[201, 'abc']]);
  });

  it('may be that of a Response of fetch', async () => {
    const port = await serve({
      call: () => new Response('abc', { status: 203, headers: { 'X-A': '1' } }) as unknown as AppResponse,
    });
    const { responses } = await untilEnd(port, [get('/', 'Connection: close\r\n')]);
    expect(responses.map((one) => [one.status, field(one, 'x-a'), one.body.toString()])).toEqual([[203, '1', 'abc']]);
  });

  it('may read the body of its request while it is sent', async () => {
    const port = await serve({
      call: (req) => ({
        status: 200,
        body: (function* () {
          for (;;) {
            const piece = req['rook.input'].read(10_000);
            if (piece.length === 0) return;
            yield piece;
          }
        })(),
      }),
    });
    const sent = Buffer.alloc(3_000_000, 'what is sent comes back ');
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: sent });
    expect(Buffer.from(await answer.arrayBuffer()).equals(sent)).toBe(true);
  });

  it('of a large file is whole', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'httpuv-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const bytes = Buffer.alloc(5_000_001, 'bytes of a file ');
    writeFileSync(join(folder, 'file'), bytes);
    const answer = await answered(() => ({ status: 200, body: createReadStream(join(folder, 'file')) }));
    expect(answer.body.equals(bytes)).toBe(true);
  });

  it('may give one chunk that is longer than everything on its way', async () => {
    const bytes = Buffer.alloc(16_777_216, 'a long chunk ');
    const answer = await answered(() => ({ status: 200, body: [bytes, 'end'] }));
    expect(answer.body.equals(Buffer.concat([bytes, Buffer.from('end')]))).toBe(true);
  });

  it('is cancelled unread where there is no body', async () => {
    const cancelled: string[] = [];
    const make = (name: string): ReadableStream =>
      new ReadableStream(
        { pull: () => void cancelled.push(`${name} was read`), cancel: () => void cancelled.push(name) },
        {
          highWaterMark: 0,
        },
      );
    const status = { '/204': 204, '/304': 304 } as Record<string, number>;
    const port = await serve({ call: (req) => ({ status: status[req.path] ?? 200, body: make(req.path) }) });
    using wire = await Wire.open(port, { methods: ['HEAD', 'GET', 'GET', 'HEAD'] });
    await wire.send(
      'HEAD /head HTTP/1.1\r\nHost: h\r\n\r\n',
      get('/204'),
      get('/304'),
      'HEAD /204 HTTP/1.1\r\nHost: h\r\n\r\n',
    );
    const answers = await wire.answers(4);
    expect(answers.map(({ framing }) => framing)).toEqual(['none', 'none', 'none', 'none']);
    expect(answers.map((one) => field(one, 'Content-Length') ?? field(one, 'Transfer-Encoding'))).toEqual(Array(4));
    expect(cancelled).toEqual(['/head', '/204', '/304', '/204']);
  });
});

describe('a Blob', () => {
  const blob = new Blob(['ab', 'c']);

  it('announces its size', async () => {
    const answer = await answered(() => ({ status: 200, body: blob }));
    expect([answer.framing, answer.body.toString()]).toEqual(['length', 'abc']);
  });

  it('tells its size to HEAD', async () => {
    const answer = await answered(
      () => ({ status: 200, body: blob }),
      'HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
    );
    expect(field(answer, 'Content-Length')).toBe('3');
  });

  it('has no other size', async () => {
    const answer = await answered(() => ({ status: 200, headers: { 'Content-Length': 4 }, body: blob }));
    expect(answer.status).toBe(500);
  });
});
