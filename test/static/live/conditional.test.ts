/** Conditional requests and parts of files over the wire. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startServer, testServer } from '../../helpers/server.ts';
import { Wire } from '../../helpers/wire.ts';
import { field } from '../../helpers/wire-response.ts';
import { type Asked, ask, CHANGED, facts, put, request, site } from './site.ts';

const TEXT = '0123456789';
/** More than is kept in memory. */
const LARGE = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
const root = site({ 'a.txt': TEXT, 'large.bin': LARGE, 'empty.bin': '' });
const headers = [
  ['Cache-Control', 'no-cache'],
  ['X-Other', 'x'],
  ['Expires', '0'],
  ['content-location', '/a'],
] as const;

let port = 0;
let etag = '';
beforeAll(async () => {
  const server = await startServer('127.0.0.1', 0, { staticPaths: { '/': root }, staticPathOptions: { headers } });
  port = server.getPort();
  etag = field(await ask(port, '/a.txt'), 'ETag') ?? '';
  return () => server.stop();
});

const dateOf = (seconds: number): string => new Date(CHANGED + seconds * 1000).toUTCString();
const get = (target: string, fields: Record<string, string>, asked: Asked = {}) =>
  ask(port, target, { ...asked, fields });

describe('a client that has the file', () => {
  it('is told that it is unchanged, with the fields that belong to that', async () => {
    const answer = await get('/a.txt', { 'If-None-Match': etag });
    expect(answer.status).toBe(304);
    expect(facts(answer)).toEqual({
      'cache-control': 'no-cache',
      expires: '0',
      'content-location': '/a',
      etag,
      vary: 'Accept-Encoding',
    });
    expect(field(answer, 'Date')).toBeDefined();
  });

  it.each([
    [0, 304],
    [1, 304],
    [(Date.UTC(2038, 0, 19) - CHANGED) / 1000, 304],
    [-1, 200],
  ])('by a date %i s later than the last change is answered %i', async (seconds, status) => {
    expect((await get('/a.txt', { 'If-Modified-Since': dateOf(seconds) })).status).toBe(status);
  });

  it('by a malformed date, or by another tag, gets the file', async () => {
    expect((await get('/a.txt', { 'If-Modified-Since': '12:100:00' })).status).toBe(200);
    expect((await get('/a.txt', { 'If-None-Match': '"x"', 'If-Modified-Since': dateOf(9) })).status).toBe(200);
  });

  it('is never told that a file was changed later than now, and knows it by what it is told', async () => {
    put(root, 'future.txt', 'x', 1_000_000_000);
    const answer = await ask(port, '/future.txt');
    const modified = field(answer, 'Last-Modified') ?? '';
    expect(Date.parse(modified)).toBeLessThanOrEqual(Date.parse(field(answer, 'Date') ?? ''));
    expect((await get('/future.txt', { 'If-None-Match': field(answer, 'ETag') ?? '' })).status).toBe(304);
  });

  it('in a state that it has no longer is told so', async () => {
    expect((await get('/a.txt', { 'If-Match': '"x"' })).status).toBe(412);
    expect((await get('/a.txt', { 'If-Unmodified-Since': dateOf(-1) })).status).toBe(412);
    expect((await get('/a.txt', { 'If-Match': etag })).status).toBe(200);
  });

  it('knows it by the tag of the options, if they have one', async () => {
    const staticPathOptions = { headers: { etag: '"v1"' } };
    const own = (await testServer({ staticPaths: { '/': root }, staticPathOptions })).getPort();
    const status = async (fields: Record<string, string>) => (await ask(own, '/a.txt', { fields })).status;
    expect(await status({ 'If-None-Match': '"v1"' })).toBe(304);
    expect(await status({ 'If-Match': '"v1"' })).toBe(200);
    expect(await status({ 'If-Match': etag })).toBe(412);
    expect(await status({ 'If-Range': '"v1"', Range: 'bytes=0-1' })).toBe(206);
  });

  it('gets another tag with every change', async () => {
    const tags = new Set<string | undefined>();
    for (let i = 0; i < 5; i++) {
      put(root, 'changing.txt', String(i), i);
      tags.add(field(await ask(port, '/changing.txt'), 'ETag'));
    }
    put(root, 'changing.txt', '44', 4);
    tags.add(field(await ask(port, '/changing.txt'), 'ETag'));
    expect(tags.size).toBe(6);
  });
});

describe('a part', () => {
  it.each([
    ['/a.txt', 'bytes=2-4', '234', 'bytes 2-4/10'],
    ['/a.txt', 'bytes=0-', TEXT, 'bytes 0-9/10'],
    ['/a.txt', 'bytes=9-', '9', 'bytes 9-9/10'],
    ['/a.txt', 'bytes=-3', '789', 'bytes 7-9/10'],
    ['/a.txt', 'bytes=-99', TEXT, 'bytes 0-9/10'],
    ['/a.txt', 'bytes=5-1000', '56789', 'bytes 5-9/10'],
  ])('%s with %s is %s', async (target, range, body, contentRange) => {
    const answer = await get(target, { Range: range });
    expect([answer.status, answer.body.toString(), field(answer, 'Content-Range')]).toEqual([206, body, contentRange]);
    expect(field(answer, 'ETag')).toBe(etag);
    expect(field(answer, 'X-Other')).toBe('x');
  });

  it('of a large file is read from where it begins', async () => {
    for (const [start, end] of [
      [0, 0],
      [131_072, 131_073],
      [1, 299_999],
      [299_990, 299_999],
      [100_000, 250_000],
    ] as const) {
      const answer = await get('/large.bin', { Range: `bytes=${start}-${end}` });
      expect(answer.status).toBe(206);
      expect(answer.body.equals(LARGE.subarray(start, end + 1))).toBe(true);
    }
  });

  it.each(['bytes=10-', 'bytes=99999999999999999999-', 'bytes=-0', 'bytes=18446744073709551616-18446744073709551617'])(
    '%s is behind the end',
    async (range) => {
      const answer = await get('/a.txt', { Range: range });
      expect(answer.status).toBe(416);
      expect(field(answer, 'Content-Range')).toBe('bytes */10');
      expect((await get('/empty.bin', { Range: range })).status).toBe(416);
    },
  );

  it.each(['bytes=0-1,3-4', `bytes=${'0-,'.repeat(5000)}0-`, 'bytes=4-2', 'bytes=x', 'items=0-1', 'bytes', ''])(
    'is not made of what is none (%#): all of it is sent',
    async (range) => {
      const answer = await get('/a.txt', { Range: range });
      expect(`${answer.status} ${answer.body}`).toBe(`200 ${TEXT}`);
    },
  );

  it('is not made of two Range fields, nor for HEAD', async () => {
    const wire = await Wire.open(port);
    await wire.send(
      'GET /a.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=0-1\r\nRange: bytes=3-4\r\n\r\n',
    );
    expect((await wire.untilEnd()).map(({ status }) => status)).toEqual([200]);
    const head = await get('/a.txt', { Range: 'bytes=0-1' }, { method: 'HEAD' });
    expect([head.status, field(head, 'Content-Length')]).toEqual([200, '10']);
  });

  it('is sent only of the state that the client has a part of', async () => {
    const range = { Range: 'bytes=2-4' };
    for (const [ifRange, status] of [
      [etag, 206],
      [dateOf(0), 206],
      ['"x"', 200],
      [`W/${etag}`, 200],
      [dateOf(1), 200],
      ['x', 200],
    ] as const) {
      expect((await get('/a.txt', { ...range, 'If-Range': ifRange })).status, ifRange).toBe(status);
    }
    expect((await get('/a.txt', { ...range, 'If-None-Match': etag })).status).toBe(304);
  });
});

describe('pipelined requests', () => {
  it('for small and large files, parts, what is missing and the app are answered in order', async () => {
    const app = { call: (req: { path: string }) => ({ status: 299, body: req.path }) };
    const staticPaths = { '/s': root };
    const server = await startServer('127.0.0.1', 0, { ...app, staticPaths }, { maxPipelined: 3 });
    try {
      const keep = { Connection: 'keep-alive' };
      const wanted: [string, Asked, number, Buffer][] = [];
      for (let round = 0; round < 6; round++) {
        wanted.push(['/s/large.bin', { fields: keep }, 200, LARGE]);
        wanted.push([`/app${round}`, { fields: keep }, 299, Buffer.from(`/app${round}`)]);
        wanted.push(['/s/large.bin', { fields: keep, method: 'HEAD' }, 200, Buffer.alloc(0)]);
        wanted.push([
          '/s/large.bin',
          { fields: { ...keep, Range: 'bytes=5-200004' } },
          206,
          LARGE.subarray(5, 200_005),
        ]);
        wanted.push(['/s/a.txt', { fields: keep }, 200, Buffer.from(TEXT)]);
        wanted.push(['/s/no', { fields: keep }, 404, Buffer.from('404 Not Found\n')]);
        wanted.push(['/s/large.bin', { fields: keep }, 200, LARGE]);
      }
      const methods = wanted.map(([, { method = 'GET' }]) => method);
      const wire = await Wire.open(server.getPort(), { methods });
      await wire.send(wanted.map(([target, asked]) => request(target, asked)).join(''));
      const answers = await wire.answers(wanted.length);
      expect(answers.map(({ status }) => status)).toEqual(wanted.map(([, , status]) => status));
      answers.forEach(({ body }, i) => {
        expect(body.equals(wanted[i]?.[3] ?? Buffer.alloc(1)), `answer ${i}`).toBe(true);
      });
      wire.close();
    } finally {
      await server.stop();
    }
  });
});
