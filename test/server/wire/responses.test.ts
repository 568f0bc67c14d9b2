/** Answers of the app on the wire: what may not be sent is a 500 and one log line; bodies fit their heads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AppResponse, WebServer } from '../../../src/index.ts';
import { startServer } from '../../helpers/server.ts';
import { latin1, untilEnd } from '../../helpers/wire.ts';
import { field, type WireResponse } from '../../helpers/wire-response.ts';

let server: WebServer;
let exposing: WebServer;
let answer: () => unknown = () => null;
const log: string[] = [];
const files = mkdtempSync(join(tmpdir(), 'httpuv-responses-'));

beforeAll(async () => {
  const app = { call: () => answer() as AppResponse };
  const logger = (level: string, message: string): void => void log.push(`${level} ${message}`);
  server = await startServer('127.0.0.1', 0, app, { logger });
  exposing = await startServer('127.0.0.1', 0, app, { logger, exposeErrors: true });
});
afterAll(async () => {
  await server.stop();
  await exposing.stop();
  rmSync(files, { recursive: true });
});
beforeEach(() => {
  log.length = 0;
});

/** Asks twice on one connection: the second answer proves that the first left the stream sound. */
async function ask(giving: () => unknown, { method = 'GET', port = server.getPort() } = {}): Promise<WireResponse> {
  let asked = 0;
  answer = () => (++asked === 1 ? giving() : { status: 200, body: 'sound' });
  const first = `${method} / HTTP/1.1\r\nHost: x\r\n\r\n`;
  const second = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const { responses, end } = await untilEnd(port, [first + second], { methods: [method, 'GET'] });
  expect(responses.length).toBe(2);
  expect(responses[1]?.body.toString()).toBe('sound');
  expect(end).toBe('fin');
  const [response] = responses;
  if (response === undefined) throw new Error('no answer');
  return response;
}

const ok = (rest: object): unknown => ({ status: 200, ...rest });
const named = (name: string): unknown => ok({ headers: [[name, 'v']], body: 'x' });
const valued = (value: unknown): unknown => ok({ headers: [['X-A', value]], body: 'x' });

/** The I/O side may be the one that logs, and the answer may be here before its line. */
const expectOneError = (): Promise<void> => expect.poll(() => log).toEqual([expect.stringMatching(/^ERROR /)]);

describe('what may not be sent is a 500 and one log line', () => {
  it.each<[string, () => unknown]>([
    ['CRLF in a value', () => valued('b\r\nX-Injected: c')],
    ['CR in a value', () => valued('b\rc')],
    ['LF in a value', () => valued('b\nc')],
    ['NUL in a value', () => valued('b\0c')],
    ['a control character in a value', () => valued('b\x01c')],
    ['DEL in a value', () => valued('b\x7fc')],
    ['a character above U+00FF in a value', () => valued('\u010a')],
    ['an object as a value', () => valued({})],
    ['a symbol as a value', () => valued(Symbol('s'))],
    ['CRLF in a name', () => named('X\r\nY')],
    ['a space in a name', () => named('X A')],
    ['a colon in a name', () => named('X:')],
    ['an empty name', () => named('')],
    ['a character above U+007F in a name', () => named('X-\u00e4')],
    ['headers that are a text', () => ok({ headers: 'X: y', body: 'x' })],
    ['status 99', () => ({ status: 99, body: 'x' })],
    ['status 100', () => ({ status: 100 })],
    ['status 101', () => ({ status: 101 })],
    ['status 199', () => ({ status: 199, body: 'x' })],
    ['status 600', () => ({ status: 600, body: 'x' })],
    ['status 200.5', () => ({ status: 200.5, body: 'x' })],
    ['status NaN', () => ({ status: Number.NaN, body: 'x' })],
    ['a status that is a text', () => ({ status: '200', body: 'x' })],
    ['no status', () => ({ body: 'x' })],
    ['null', () => null],
    ['undefined', () => undefined],
    ['a text', () => 'text'],
    ['a number', () => 5],
    ['an array', () => []],
    ['an empty object', () => ({})],
    ['a body that is a number', () => ok({ body: 5 })],
    ['a body that is an object', () => ok({ body: {} })],
    ['a body that is true', () => ok({ body: true })],
    ['a file that is no text', () => ok({ body: { file: 5 } })],
    ['a file that is not there', () => ok({ headers: { 'X-A': 'b' }, body: { file: join(files, 'none') } })],
    ['a file that is a directory', () => ok({ body: { file: files } })],
    ['a Content-Length too small', () => ok({ headers: { 'Content-Length': '1' }, body: 'xx' })],
    ['a Content-Length too large', () => ok({ headers: { 'Content-Length': '3' }, body: 'xx' })],
    ['a Content-Length that is none', () => ok({ headers: { 'Content-Length': 'two' }, body: 'xx' })],
    [
      "a Transfer-Encoding, which is the server's",
      () => ok({ headers: { 'Transfer-Encoding': 'chunked' }, body: 'x' }),
    ],
    ['a promise of a malformed answer', () => Promise.resolve({ body: 'x' })],
    ['a promise of nothing', () => Promise.resolve(undefined)],
    ['a rejected promise', () => Promise.reject(new Error('secret'))],
    ['a promise rejected with nothing', () => Promise.reject(undefined)],
    [
      'a throw',
      () => {
        throw new Error('secret');
      },
    ],
    [
      'a throw of a text',
      () => {
        throw 'secret';
      },
    ],
    [
      'an answer whose getter throws',
      () => ({
        get status(): number {
          throw new Error('secret');
        },
      }),
    ],
  ])('%s', async (_, giving) => {
    const response = await ask(giving);
    expect(`${response.status} ${response.reason}`).toBe('500 Internal Server Error');
    expect(response.body.toString()).toBe('500 Internal Server Error\n');
    expect(field(response, 'content-type')).toBe('text/plain; charset=UTF-8');
    expect(field(response, 'x-injected')).toBeUndefined();
    expect(field(response, 'x-a')).toBeUndefined();
    await expectOneError();
  });
});

describe('exposeErrors', () => {
  it.each<[string, () => unknown]>([
    [
      'a throw',
      () => {
        throw new Error('boom f\u00fc');
      },
    ],
    ['a rejected promise', () => Promise.reject(new Error('boom f\u00fc'))],
  ])('the message of %s goes to the client as in R, without the stack', async (_, giving) => {
    const response = await ask(giving, { port: exposing.getPort() });
    expect(response.status).toBe(500);
    expect(response.body.toString()).toBe('ERROR: boom f\u00fc');
    expect(field(response, 'content-type')).toBe('text/plain; charset=UTF-8');
    await expectOneError();
  });
});

describe('a body fits its head', () => {
  writeFileSync(join(files, 'a.txt'), 'a file');
  const bodies: [string, unknown, string][] = [
    ['a text', 'f\u00fc \u20ac', 'f\u00fc \u20ac'],
    ['bytes', new Uint8Array([1, 255, 0]), ''],
    ['a view in the middle of a buffer', new Uint8Array(Buffer.from('xxabcxx')).subarray(2, 5), 'abc'],
    ['an ArrayBuffer', new Uint8Array([97]).buffer, 'a'],
    ['a file', { file: join(files, 'a.txt') }, 'a file'],
    ['an empty text', '', ''],
    ['null', null, ''],
    ['nothing', undefined, ''],
  ];

  it.each(bodies)('%s', async (_, body, expected) => {
    const response = await ask(() => ok({ body }));
    expect(response).toMatchObject({ status: 200, framing: 'length' });
    if (expected !== '') expect(response.body.toString()).toBe(expected);
    expect(Date.parse(field(response, 'date') ?? '')).not.toBeNaN();
    expect(log).toEqual([]);
  });

  it.each(bodies.slice(0, -2))('HEAD has the length of the GET and no body: %s', async (_, body) => {
    const got = await ask(() => ok({ body }));
    const head = await ask(() => ok({ body }), { method: 'HEAD' });
    expect(field(head, 'content-length')).toBe(field(got, 'content-length'));
    expect(field(head, 'transfer-encoding')).toBeUndefined();
  });

  it.each(bodies.slice(-2))('HEAD says no length when the app gives no body, as in R: %s', async (_, body) => {
    expect(field(await ask(() => ok({ body }), { method: 'HEAD' }), 'content-length')).toBeUndefined();
  });

  it('HEAD keeps a length the app gives without a body', async () => {
    const head = await ask(() => ok({ headers: { 'Content-Length': 99 }, body: null }), { method: 'HEAD' });
    expect(field(head, 'content-length')).toBe('99');
  });

  it.each([204, 205, 304])('%i has no body, and no Transfer-Encoding', async (status) => {
    for (const body of ['not sent', null, { file: join(files, 'a.txt') }]) {
      const response = await ask(() => ({ status, body }));
      expect(response.status).toBe(status);
      expect(field(response, 'transfer-encoding')).toBeUndefined();
    }
  });

  it('204 has no Content-Length', async () => {
    expect(field(await ask(() => ({ status: 204, body: 'not sent' })), 'content-length')).toBeUndefined();
  });

  it.each(['GET', 'HEAD'])('205 says that it has none, to %s', async (method) => {
    for (const body of ['not sent', null, { file: join(files, 'a.txt') }, new Blob(['not sent']).stream()]) {
      expect(field(await ask(() => ({ status: 205, body }), { method }), 'content-length')).toBe('0');
    }
  });

  it.each([204, 205, 304])('%i of a stream ends no connection, of HTTP/1.0 either', async (status) => {
    let asked = 0;
    answer = () =>
      ++asked === 1 ? { status, body: new Blob(['not sent']).stream() } : { status: 200, body: 'the next one' };
    const requests = 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n';
    const { responses } = await untilEnd(server.getPort(), [requests]);
    expect(responses.map((response) => [response.status, response.body.toString()])).toEqual([
      [status, ''],
      [200, 'the next one'],
    ]);
  });

  it('texts of as many characters have lengths of their own, in bytes', async () => {
    for (const body of [
      'ab',
      'éb',
      'ab',
      '漢b',
      'éb',
      'x'.repeat(64),
      'é'.repeat(64),
      'x'.repeat(65),
      'é'.repeat(65),
    ]) {
      const response = await ask(() => ok({ body }));
      expect([field(response, 'content-length'), response.body.toString()]).toEqual([
        `${Buffer.byteLength(body)}`,
        body,
      ]);
    }
  });

  it('a right Content-Length of the app is sent once', async () => {
    const response = await ask(() => ok({ headers: { 'content-length': 2 }, body: 'xx' }));
    expect(response.fields.filter(([name]) => /^content-length$/i.test(name)).map(([, value]) => value)).toEqual(['2']);
  });

  it('a Date of the app is the only one', async () => {
    const date = 'Thu, 01 Jan 1970 00:00:00 GMT';
    expect(field(await ask(() => ok({ headers: { date }, body: '' })), 'date')).toBe(date);
  });

  it('fields keep order and spelling; lists and pairs repeat a name; bytes from 0x80 go out as they are', async () => {
    const headers = { 'x-Lower': 1, 'Set-Cookie': ['a=1', 'b=2'], 'X-True': true, 'X-High': 'f\u00fc' };
    const response = await ask(() => ok({ headers, body: '' }));
    expect(response.fields.filter(([name]) => !/^(date|content-length)$/i.test(name))).toEqual([
      ['x-Lower', '1'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['X-True', 'true'],
      ['X-High', latin1('f\u00fc').toString('latin1')],
    ]);
  });

  it('a file marked as owned is removed once it is open', async () => {
    const file = join(files, 'owned.txt');
    writeFileSync(file, 'owned');
    expect((await ask(() => ok({ body: { file, owned: true } }))).body.toString()).toBe('owned');
    await expect(import('node:fs/promises').then(({ stat }) => stat(file))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
