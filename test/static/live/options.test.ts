/** Options of static paths: what each does, what is inherited, and how they change while the server runs. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  asStaticPath,
  excludeStaticPath,
  type StaticPathInit,
  staticPath,
  staticPathOptions,
} from '../../../src/index.ts';
import { startServer, testServer } from '../../helpers/server.ts';
import { field } from '../../helpers/wire-response.ts';
import { ask, facts, site, told } from './site.ts';

const root = site({
  'index.html': 'index',
  'a.txt': 'text',
  'sub/index.html': 'sub',
  'sub/deep/index.html': 'deep',
  'sub/deep/er/index.html': 'deeper',
  'bare/b.txt': 'b',
  'bare/c<d>.txt': 'c',
  'bare/.dot': 'd',
  '.well-known/x.txt': 'dot',
  'app.html': '<p>',
});
const call = (req: { path: string }) => ({ status: 299, headers: { 'X-App': 'yes' }, body: `app ${req.path}` });

/** A server of these options for `/`, or of whatever paths. */
async function served(options: StaticPathInit, staticPaths: Record<string, string> | null = null): Promise<number> {
  const app = { call, staticPaths: staticPaths ?? { '/': root }, staticPathOptions: options };
  return (await testServer(app)).getPort();
}

describe('an option', () => {
  it('indexHtml: false lets folders be nothing', async () => {
    expect(await told(await served({ indexHtml: false }), '/')).toBe('404 404 Not Found\n');
  });

  it('fallthrough gives the app what is not found, what climbs, is malformed, or is no GET', async () => {
    const port = await served({ fallthrough: true, indexHtml: false });
    for (const target of ['/', '/missing', '/a.txt/x', '/../x', '/%zz', '/.well-known/x.txt']) {
      expect(await told(port, target)).toBe(`299 app ${target}`);
    }
    expect(await told(port, '/a.txt', { method: 'POST' })).toBe('299 app /a.txt');
    const fields = { 'Content-Length': '1' };
    expect(await told(port, '/a.txt', { method: 'PUT', fields, body: 'x' })).toBe('299 app /a.txt');
    expect(await told(port, '/a.txt')).toBe('200 text');
  });

  it('htmlCharset is for HTML alone', async () => {
    const port = await served({ htmlCharset: 'ISO-8859-1' });
    expect(field(await ask(port, '/'), 'Content-Type')).toBe('text/html; charset=ISO-8859-1');
    expect(field(await ask(port, '/a.txt'), 'Content-Type')).toBe('text/plain');
    expect(field(await ask(await served({ htmlCharset: '' }), '/'), 'Content-Type')).toBe('text/html');
  });

  it('headers are added, in order, and replace those of the server', async () => {
    const headers = [
      ['X-A', '1'],
      ['X-B', ['2', '3']],
      ['Content-Type', 'text/x'],
      ['vary', 'Cookie'],
    ] as const;
    const answer = await ask(await served({ headers, cacheControl: 'max-age=5' }), '/a.txt');
    expect(answer.fields.slice(1, 6)).toEqual([
      ['X-A', '1'],
      ['X-B', '2'],
      ['X-B', '3'],
      ['Content-Type', 'text/x'],
      ['vary', 'Cookie'],
    ]);
    const names = answer.fields.map(([name]) => name.toLowerCase());
    expect(names.filter((name) => name === 'content-type').length).toBe(1);
    expect(field(answer, 'Cache-Control')).toBe('max-age=5');
  });

  it('headers are not sent with what is refused', async () => {
    const answer = await ask(await served({ headers: { 'X-A': '1' } }), '/missing');
    expect(facts(answer)).toEqual({ 'content-type': 'text/plain; charset=UTF-8', 'content-length': '14' });
  });

  it.each(['"X-Key" == "s3cret"', '"x-key" = "s3cret"'])('validation %s asks for a field', async (validation) => {
    const port = await served({ validation, fallthrough: true, headers: { 'X-A': '1' } });
    expect(await told(port, '/a.txt', { fields: { 'X-KEY': 's3cret' } })).toBe('200 text');
    expect(await told(port, '/missing', { fields: { 'X-Key': 's3cret' } })).toBe('299 app /missing');
    for (const fields of [{}, { 'X-Key': 's3cre' }, { 'X-Key': 's3cretx' }, { 'X-Key': '' }, { 'X-Ke': 's3cret' }]) {
      const answer = await ask(port, '/missing', { fields });
      expect(`${answer.status} ${answer.body} ${field(answer, 'X-A')}`).toBe('403 403 Forbidden\n undefined');
    }
  });

  it('validation cannot be passed by another spelling of the path', async () => {
    const staticPaths = {
      '/': root,
      '/private': staticPath(join(root, 'sub'), { validation: '"k" == "v"' }),
      '/pub': excludeStaticPath(),
    };
    const port = (await testServer({ call, staticPaths })).getPort();
    for (const target of [
      '/private',
      '//private/',
      '/./private/index.html',
      '/%70rivate/',
      '///.//private',
      '/private%2f',
    ]) {
      expect((await ask(port, target)).status, target).toBe(403);
    }
    for (const target of ['//pub/q.txt', '/./pub', '/%70ub/x'])
      expect((await ask(port, target)).status, target).toBe(299);
    expect((await ask(port, '/pub/../private/index.html')).status).toBe(299);
    expect((await ask(port, '/x/../private/index.html')).status).toBe(400);
  });

  it('dotfiles serves names with a dot; the name of the static path itself may have one', async () => {
    expect(await told(await served({ dotfiles: true }), '/.well-known/x.txt')).toBe('200 dot');
    expect(await told(await served({}, { '/.well-known': join(root, '.well-known') }), '/.well-known/x.txt')).toBe(
      '200 dot',
    );
  });

  it('slashRedirect leads to the folder, on this host and with its query', async () => {
    const port = await served(
      { slashRedirect: true, headers: { 'X-A': '1' } },
      { '/': root, '/s p': join(root, 'sub') },
    );
    const cases: [string, string | undefined][] = [
      ['/sub', '/sub/'],
      ['/sub?a=/b', '/sub/?a=/b'],
      ['/%73ub', '/sub/'],
      ['/s%20p', '/s%20p/'],
      ['//sub', '/sub/'],
      ['/sub/', undefined],
      ['/', undefined],
      ['/a.txt', undefined],
      ['/bare', undefined],
    ];
    for (const [target, location] of cases) {
      const answer = await ask(port, target);
      expect([target, answer.status === 301, field(answer, 'Location')]).toEqual([
        target,
        location !== undefined,
        location,
      ]);
    }
    expect((await ask(port, '//evil.example/..')).status).toBe(400);
    expect((await ask(port, '//evil.example/sub')).status).toBe(404);
  });

  it('slashRedirect has the fields of the options, so that other origins may follow it and nobody keeps it', async () => {
    const headers = { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'text/x', Location: '/x' };
    const port = await served({ slashRedirect: true, headers, cacheControl: 'no-cache' });
    const answer = await ask(port, '/sub');
    expect(facts(answer)).toEqual({
      'access-control-allow-origin': '*',
      location: '/sub/',
      'content-type': 'text/plain; charset=UTF-8',
      'cache-control': 'no-cache',
      'content-length': '22',
    });
  });

  it('listing shows what could be asked for, and no more', async () => {
    const port = await served({ listing: true });
    const answer = await ask(port, '/bare/?sort=size');
    expect(answer.status).toBe(200);
    expect(field(answer, 'Content-Type')).toBe('text/html; charset=utf-8');
    const page = answer.body.toString();
    expect(page).toContain('b.txt');
    expect(page).toContain('c&lt;d&gt;.txt');
    expect(page).not.toContain('.dot');
    expect((await ask(port, '/bare/', { method: 'HEAD' })).body.length).toBe(0);
    expect(await told(port, '/sub/')).toBe('200 sub');
    expect((await ask(await served({}), '/bare/')).status).toBe(404);
  });

  it('spa gives pages that there are not the index, to those who ask for a page', async () => {
    const port = await served({ spa: true });
    const fields = { Accept: 'text/html,*/*;q=0.8' };
    const page = await ask(port, '/deep/link', { fields });
    expect(`${page.status} ${page.body}`).toBe('200 index');
    expect(field(page, 'Vary')).toBe('Accept-Encoding, Accept');
    const head = await ask(port, '/deep/link', { method: 'HEAD', fields });
    expect([head.status, facts(head), head.body.length]).toEqual([200, facts(page), 0]);
    expect(await told(port, '/deep/link', { fields: { Accept: '*/*' } })).toBe('404 404 Not Found\n');
    expect(await told(port, '/a.txt', { fields })).toBe('200 text');
    expect(await told(port, '/deep/link', { method: 'POST', fields })).toBe('405 405 Method Not Allowed\n');
  });
});

describe('static paths', () => {
  it('inherit from the server, not from each other', async () => {
    const server = await testServer({
      call,
      staticPaths: {
        '/': root,
        '/a': staticPath(join(root, 'sub'), { indexHtml: false }),
        '/a/b': staticPath(join(root, 'sub/deep')),
        '/a/b/c': staticPath(join(root, 'sub/deep/er'), { indexHtml: true }),
      },
    });
    const statuses = async () =>
      Promise.all(['/', '/a', '/a/b', '/a/b/c'].map(async (target) => (await ask(server.getPort(), target)).status));
    expect(await statuses()).toEqual([200, 404, 200, 200]);
    server.setStaticPathOption({ indexHtml: false });
    expect(await statuses()).toEqual([404, 404, 404, 200]);
  });

  it('change for the next request', async () => {
    const server = await testServer({ call, staticPaths: { '/s': root } });
    const port = server.getPort();
    const all = server.setStaticPath({ 't//': join(root, 'sub'), '/fü': root });
    expect(Object.keys(all ?? {})).toEqual(['/fü', '/s', '/t']);
    expect(await told(port, '/t/')).toBe('200 sub');
    server.setStaticPath({ '/t': staticPath(join(root, 'bare'), { fallthrough: true }) });
    expect(await told(port, '/t/')).toBe('299 app /t/');
    expect(Object.keys(server.removeStaticPath(['t', '/nothing']) ?? {})).toEqual(['/fü', '/s']);
    expect(await told(port, '/t/b.txt')).toBe('299 app /t/b.txt');
    server.removeStaticPath('s/');
    server.removeStaticPath(['fü']);
    expect(server.getStaticPaths()).toEqual({});
    expect(await told(port, '/s/')).toBe('299 app /s/');
  });

  it('change their options one by one', async () => {
    const server = await testServer({ call, staticPaths: { '/': root } });
    const port = server.getPort();
    expect(
      server.setStaticPathOption({ headers: { 'X-A': '1' }, validation: '"a" == "b"', fallthrough: null }),
    ).toEqual(staticPathOptions({ headers: { 'X-A': '1' }, validation: '"a" == "b"' }));
    expect((await ask(port, '/')).status).toBe(403);
    expect(field(await ask(port, '/', { fields: { a: 'b' } }), 'X-A')).toBe('1');
    server.setStaticPathOption({ headers: [], validation: [] });
    const answer = await ask(port, '/');
    expect([answer.status, field(answer, 'X-A')]).toEqual([200, undefined]);
    expect(server.getStaticPathOptions()).toEqual(staticPathOptions());
  });

  it('of a stopped server are none, and changing them does nothing', async () => {
    const server = await startServer('127.0.0.1', 0, { call, staticPaths: { '/': root } });
    await server.stop();
    expect([server.getStaticPaths(), server.getStaticPathOptions()]).toEqual([null, null]);
    expect([
      server.setStaticPath({ '/x': root }),
      server.removeStaticPath('/'),
      server.setStaticPathOption({}),
    ]).toEqual([null, null, null]);
  });

  it('are checked when they are made', async () => {
    expect(asStaticPath(root)).toEqual(staticPath(root));
    const made = staticPath(root, { indexHtml: false });
    expect(asStaticPath(made)).toBe(made);
    expect(made).toEqual({ path: root, exclude: false, options: { indexHtml: false } });
    expect(excludeStaticPath()).toEqual({ path: '', exclude: true, options: { exclude: true } });
    const wrong: [() => unknown, string][] = [
      [() => staticPath(''), 'non-empty'],
      [() => staticPath('a\0b'), 'non-empty'],
      [() => staticPath('/'), 'file system'],
      [() => staticPath(root, { indexhtml: true } as StaticPathInit), 'did you mean indexHtml'],
      [() => staticPath(root, { spa: 1 } as unknown as StaticPathInit), 'spa is true or false'],
      [() => staticPath(root, { exclude: true }), 'excludeStaticPath'],
      [() => staticPathOptions({ validation: 'a == b' }), '"name" == "value"'],
      [() => staticPathOptions({ validation: ['"a" == "b"', '"c" == "d"'] }), 'one text'],
      [() => staticPathOptions({ headers: { 'X-A': 'a\r\nb' } }), 'may not be sent'],
      [() => staticPathOptions({ headers: { 'Content-Length': '1' } }), 'set by the server'],
      [() => staticPathOptions({ headers: ['x'] as unknown as [] }), 'no pair'],
      [() => staticPathOptions({ htmlCharset: 'a b' }), 'htmlCharset'],
      [() => staticPathOptions({ cacheControl: '\n' }), 'cacheControl'],
      [() => asStaticPath({ path: root } as never), 'staticPath()'],
    ];
    for (const [make, sentence] of wrong) {
      expect(make, sentence).toThrow(
        expect.objectContaining({ code: 'HV_BAD_OPTION', message: expect.stringContaining(sentence) }),
      );
    }
    expect(() => staticPath(join(root, 'missing'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    for (const name of ['', '/a/../b', 'a\\b', 'a?b', 'a\0']) {
      await expect(startServer('127.0.0.1', 0, { staticPaths: { [name]: root } })).rejects.toMatchObject({
        code: 'HV_BAD_OPTION',
      });
    }
    await expect(startServer('127.0.0.1', 0, { staticPaths: root as never })).rejects.toMatchObject({
      code: 'HV_BAD_OPTION',
    });
  });

  it('that are wrong change nothing', async () => {
    const server = await testServer({ call, staticPaths: { '/': root } });
    expect(() => server.setStaticPath({ '/x': root, '/y': join(root, 'missing') })).toThrow(/no such file/);
    expect(Object.keys(server.getStaticPaths() ?? {})).toEqual(['/']);
  });
});
