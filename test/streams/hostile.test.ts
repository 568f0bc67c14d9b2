/** Streams that break every promise: no client is told a lie, no other one waits, and one line is logged. */
import { execFile } from 'node:child_process';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { AppResponse, ResponseBody } from '../../src/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { needs } from '../helpers/needs.ts';
import { get } from '../helpers/requests.ts';
import { serve, testServer } from '../helpers/server.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import { untilCut } from './cut.ts';

const LAST = get('/', 'Connection: close\r\n');
const answering = (make: () => unknown) => ({
  call: (): AppResponse => ({ status: 200, body: make() as ResponseBody }), // Types would refuse some of these.
});
const fail = (): never => {
  throw new Error('the stream broke');
};

/** Streams that fail before their first byte. */
const AT_ONCE: readonly [string, () => unknown][] = [
  [
    'a generator that throws',
    () =>
      (function* () {
        fail();
        yield '';
      })(),
  ],
  [
    'an async generator that throws',
    () =>
      (async function* () {
        fail();
        yield '';
      })(),
  ],
  [
    'a web stream with an error',
    () => new ReadableStream({ start: (controller) => controller.error(new Error('broke')) }),
  ],
  [
    'a Node stream that is destroyed',
    () =>
      new Readable({
        read() {
          this.destroy(new Error('broke'));
        },
      }),
  ],
  ['a list of numbers', () => [1, 2]],
  ['a list of lists', () => [['a']]],
  ['a Map', () => new Map([['a', 'b']])],
  ['a stream of objects', () => Readable.from([{ a: 1 }])],
  ['an iterable without an iterator', () => ({ [Symbol.iterator]: () => 5 })],
  ['an iterable that throws', () => ({ [Symbol.asyncIterator]: fail })],
  ['an iterator without steps', () => ({ [Symbol.iterator]: () => ({ next: () => 5 }) })],
  [
    'an iterator that throws in done',
    () => ({
      [Symbol.iterator]: () => ({
        next: () => ({
          get done() {
            return fail();
          },
        }),
      }),
    }),
  ],
  ['an iterator without next', () => ({ [Symbol.asyncIterator]: () => ({}) })],
  ['a promise that is refused', () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(undefined) }) })],
];

describe('a stream that fails before its first byte', () => {
  it.each(AT_ONCE)('is a 500: %s', async (_, make) => {
    const { whole, errors } = await untilCut(answering(make), LAST);
    expect(whole.map(({ status, framing }) => [status, framing])).toEqual([[500, 'length']]);
    expect(errors.length).toBe(1);
  });

  it('is a 500 when somebody reads it already', async () => {
    const stream = new Blob(['x']).stream();
    stream.getReader();
    const { whole, errors } = await untilCut(
      answering(() => stream),
      LAST,
    );
    expect([whole[0]?.status, errors.length]).toEqual([500, 1]);
    expect(errors[0]).toContain('somebody else reads');
  });
});

/** Streams that fail behind their first byte. */
const LATER: readonly [string, () => unknown][] = [
  [
    'a generator that throws',
    () =>
      (function* () {
        yield 'x';
        fail();
      })(),
  ],
  [
    'an async generator that throws',
    () =>
      (async function* () {
        yield 'x';
        fail();
      })(),
  ],
  [
    'a Node stream that is destroyed',
    () =>
      Readable.from(
        (async function* () {
          yield 'x';
          fail();
        })(),
      ),
  ],
  ['nonsense behind a text', () => ['x', null]],
  ['a symbol behind a text', () => ['x', Symbol('s')]],
];

describe('a stream that fails in the middle', () => {
  it.each(LATER)('cuts the connection: %s', async (_, make) => {
    const { whole, raw, errors } = await untilCut(answering(make), LAST);
    expect([whole, errors.length]).toEqual([[], 1]);
    expect(raw.endsWith('\r\n\r\n1\r\nx\r\n')).toBe(true);
  });

  // Node's own client takes a reset that comes with the last bytes for a proper end.
  it.skipIf(!needs('curl', 'curl')).each(LATER)(
    'resets the connection of HTTP/1.0, where its end would be that of the body: %s',
    async (_, make) => {
      const port = await serve(answering(make));
      const run = promisify(execFile)('curl', ['-sS', '--http1.0', `http://127.0.0.1:${port}/`]);
      await expect(run).rejects.toMatchObject({ code: 56, stdout: 'x', stderr: expect.stringContaining('reset') });
    },
  );

  it('answers nothing that is behind it', async () => {
    let calls = 0;
    const app = {
      call: (): AppResponse => ({
        status: 200,
        body: calls++ === 0 ? (LATER[0]?.[1]() as Iterable<string>) : 'second',
      }),
    };
    const { whole, raw } = await untilCut(app, `${get('/')}${LAST}`);
    expect([whole, raw.includes('second')]).toEqual([[], false]);
  });

  it('is a 500 when the answers before its own are not sent yet', async () => {
    let go = (): void => {};
    let hasFailed = false;
    const app = {
      call: ({ path }: { path: string }): AppResponse | PromiseLike<AppResponse> => {
        if (path === '/first') {
          return new Promise((resolve) => {
            go = () => resolve({ status: 200, body: 'first' });
          });
        }
        const body = (async function* () {
          yield 'x';
          hasFailed = true;
          fail();
        })();
        return { status: 200, body };
      },
    };
    const server = await testServer(app);
    using wire = await Wire.open(server.getPort());
    await wire.send(`${get('/first')}${get('/second')}`);
    await eventually(() => hasFailed).toBe(true);
    // The cut is told behind the failure.
    await new Promise((resolve) => setTimeout(resolve, 50));
    go();
    const answers = await wire.answers(2);
    expect(answers.map(({ status }) => status)).toEqual([200, 500]);
  });
});

describe('a length that is not kept', () => {
  const headers = { 'Content-Length': 5 };
  it.each([
    ['fewer', ['hel'], 'hel'],
    ['more', ['hel', 'lo!'], 'hel'],
    ['more in a further chunk', ['hello', '!'], 'hello'],
  ])('cuts the connection: %s', async (_, body, sent) => {
    const { raw, errors } = await untilCut({ call: () => ({ status: 200, headers, body }) }, get('/'));
    expect(raw.slice(raw.indexOf('\r\n\r\n') + 4)).toBe(sent);
    expect(errors.length).toBe(1);
    expect(errors[0]).toContain('Content-Length is 5');
  });

  it.each([
    ['none', []],
    ['more at once', ['hello!']],
  ])('is a 500 when nothing was sent: %s', async (_, body) => {
    const { whole, errors } = await untilCut({ call: () => ({ status: 200, headers, body }) }, LAST);
    expect([whole[0]?.status, errors.length]).toEqual([500, 1]);
  });
});

describe('a stream that never ends', () => {
  it.each([
    [
      'gives empty texts',
      () =>
        (function* () {
          for (;;) yield '';
        })(),
    ],
    [
      'gives empty texts, behind promises',
      () =>
        (async function* () {
          for (;;) yield '';
        })(),
    ],
    [
      'gives a byte at a time',
      () =>
        (function* () {
          for (;;) yield 'x';
        })(),
    ],
    [
      'gives bytes, behind promises',
      () =>
        (async function* () {
          for (;;) yield 'xyz';
        })(),
    ],
    [
      'gives long texts',
      () =>
        (function* () {
          for (;;) yield 'x'.repeat(100_000);
        })(),
    ],
    ['gives nothing', () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) })],
  ])('keeps nobody else waiting: it %s', async (_, make) => {
    const port = await serve({
      call: (req) => ({ status: 200, body: req.path === '/other' ? 'other' : (make() as Iterable<string>) }),
    });
    using wire = await Wire.open(port);
    wire.socket.resume();
    await wire.send(get('/'));
    for (let i = 0; i < 5; i++) {
      const { responses } = await untilEnd(port, [get('/other', 'Connection: close\r\n')]);
      expect(responses[0]?.body.toString()).toBe('other');
    }
  });
});
