/** What is served below static paths, as R's httpuv records it, where nothing better was decided. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { excludeStaticPath, type WebServer } from '../../../src/index.ts';
import { startServer, testServer } from '../../helpers/server.ts';
import { field } from '../../helpers/wire-response.ts';
import { ask, CHANGED, facts, put, site, told } from './site.ts';

const INDEX = '<h1>index</h1>';
const root = site({
  'index.html': INDEX,
  'data.txt': 'hello data\n',
  'table.csv': 'a,b\n',
  csv: 'c\n',
  '100%.txt': 'percent',
  'a b.txt': 'space',
  '..foo': 'dots before',
  'foo..': 'dots behind',
  'fü/é.txt': 'e',
  'sub/index.html': 'sub',
  'noindex/x.txt': 'x',
  'ex/e.txt': 'excluded',
  '.hidden': 'hidden',
  '.git/config': 'hidden',
  'empty.txt': '',
});
symlinkSync(join(root, 'data.txt'), join(root, 'inside.txt'));
symlinkSync(site({ 'secret.txt': 'secret' }), join(root, 'outside'));

const call = (req: { path: string }) => ({ status: 299, body: `app ${req.path}` });
let server: WebServer;
let port = 0;
beforeAll(async () => {
  const staticPaths = {
    '/s': root,
    '/s/ex': excludeStaticPath(),
    '/onefile': join(root, 'data.txt'),
    'no/slash/': join(root, 'sub'),
    '/fü': join(root, 'fü'),
  };
  server = await startServer('127.0.0.1', 0, { call, staticPaths });
  port = server.getPort();
  return () => server.stop();
});

describe('static files', () => {
  const DATA = '200 hello data\n';
  it.each([
    ['/s', `200 ${INDEX}`],
    ['/s/', `200 ${INDEX}`],
    ['/s//', `200 ${INDEX}`],
    ['/s/index.html', `200 ${INDEX}`],
    ['/s?x', `200 ${INDEX}`],
    ['/s/sub', '200 sub'],
    ['/s/sub/', '200 sub'],
    ['/s/noindex/', '404 404 Not Found\n'],
    ['/s/data.txt/', DATA],
    ['/s//data.txt', DATA],
    ['/s/./data.txt', DATA],
    ['/s/%64ata.txt', DATA],
    ['/s%2Fdata.txt', DATA],
    ['/s/sub%2Findex.html', '200 sub'],
    ['//s/data.txt', DATA],
    ['http://example.org/s/data.txt', DATA],
    ['/S/data.txt', '299 app /S/data.txt'],
    ['/sx', '299 app /sx'],
    ['/', '299 app /'],
    ['/s/data.txt/x', '404 404 Not Found\n'],
    ['/onefile', DATA],
    ['/onefile/', DATA],
    ['/onefile/x', '404 404 Not Found\n'],
    ['/no/slash/', '200 sub'],
    ['/s/100%25.txt', '200 percent'],
    ['/s/100%.txt', '400 400 Bad Request\n'],
    ['/s/a%20b.txt', '200 space'],
    ['/s/f%C3%BC/%C3%A9.txt', '200 e'],
    ['/f%C3%BC/%C3%A9.txt', '200 e'],
    ['/s/..', '400 400 Bad Request\n'],
    ['/s/../s', '400 400 Bad Request\n'],
    ['/s/%2e%2e/x', '400 400 Bad Request\n'],
    ['/s/..%2f..%2fetc/passwd', '400 400 Bad Request\n'],
    ['/s/foo..', '200 dots behind'],
    ['/s/foo../', '200 dots behind'],
    ['/s/..foo', '404 404 Not Found\n'],
    ['/s/a\\b', '299 app /s/a\\b'],
    ['/s/a%5cb', '299 app /s/a%5cb'],
    ['/s/data.txt%00.html', '400 400 Bad Request\n'],
    ['/s/.hidden', '404 404 Not Found\n'],
    ['/s/.git/config', '404 404 Not Found\n'],
    ['/s/inside.txt', DATA],
    ['/s/outside/secret.txt', '404 404 Not Found\n'],
    ['/s/ex', '299 app /s/ex'],
    ['/s/ex/', '299 app /s/ex/'],
    ['/s/ex/e.txt', '299 app /s/ex/e.txt'],
    ['//s//ex/./e.txt', '299 app //s//ex/./e.txt'],
    ['/s/exx', '404 404 Not Found\n'],
    ['/s/empty.txt', '200 '],
    ['/s/missing', '404 404 Not Found\n'],
    ['/s/missing/', '404 404 Not Found\n'],
  ])('%s is answered %j', async (target, answer) => expect(await told(port, target)).toBe(answer));

  it('have their fields in order, each once', async () => {
    const answer = await ask(port, '/s/data.txt');
    expect(answer.fields.map(([name]) => name)).toEqual([
      'Date',
      'Content-Type',
      'Last-Modified',
      'ETag',
      'Vary',
      'Accept-Ranges',
      'X-Content-Type-Options',
      'Connection',
      'Content-Length',
    ]);
    expect(facts(answer)).toEqual({
      'content-type': 'text/plain',
      'last-modified': new Date(CHANGED).toUTCString(),
      etag: expect.stringMatching(/^"[0-9a-f]+-[0-9a-f]+"$/),
      vary: 'Accept-Encoding',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-length': '11',
    });
    expect(Math.abs(Date.parse(field(answer, 'Date') ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it.each([
    ['/s/', 'text/html; charset=utf-8'],
    ['/s/table.csv', 'text/csv'],
    ['/s/csv', 'text/csv'],
    ['/s/foo..', 'application/octet-stream'],
  ])('%s has the type %s', async (target, type) => expect(field(await ask(port, target), 'Content-Type')).toBe(type));

  it('are told to HEAD as to GET, without their bytes', async () => {
    for (const target of ['/s/data.txt', '/s/', '/s/missing', '/s/..']) {
      const get = await ask(port, target);
      const head = await ask(port, target, { method: 'HEAD' });
      expect({ status: head.status, facts: facts(head), bytes: head.body.length }).toEqual({
        status: get.status,
        facts: facts(get),
        bytes: 0,
      });
    }
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'FOO'])('refuse %s', async (method) => {
    const answer = await ask(port, '/s/data.txt', { method });
    expect(answer.status).toBe(405);
    expect(field(answer, 'Allow')).toBe('GET, HEAD');
  });

  it('refuse requests with a body, and take none of it', async () => {
    const body = 'x'.repeat(10);
    const fields = { 'Content-Length': '10', Connection: 'keep-alive' };
    expect(await told(port, '/s/data.txt', { fields, body })).toBe('400 400 Bad Request\n');
    expect(await told(port, '/s/data.txt', { method: 'POST', fields, body })).toBe('405 405 Method Not Allowed\n');
    const chunked = { 'Transfer-Encoding': 'chunked', Connection: 'keep-alive' };
    expect(await told(port, '/s/data.txt', { fields: chunked, body: '0\r\n\r\n' })).toBe('400 400 Bad Request\n');
    expect(await told(port, '/s/data.txt', { fields: { 'Content-Length': '0' } })).toBe('200 hello data\n');
  });

  it('are found changed as soon as they are changed', async () => {
    const folder = site({ 'a.txt': 'one' });
    const changing = await testServer({ call, staticPaths: { '/': folder } });
    for (const [index, content] of ['one', 'two', 'three', ''].entries()) {
      put(folder, 'a.txt', content, index);
      expect(await told(changing.getPort(), '/a.txt')).toBe(`200 ${content}`);
    }
    put(folder, 'a.txt/index.html'.replace('a.txt', 'b.txt'), 'index');
    expect(await told(changing.getPort(), '/b.txt')).toBe('200 index');
  });
});
