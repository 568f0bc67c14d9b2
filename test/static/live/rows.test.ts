/** What R's own tests of httpuv say about static paths, with what was decided otherwise, and where the app is busy. */
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type App, excludeStaticPath, type StaticPathInit, staticPath } from '../../../src/index.ts';
import { mode } from '../../helpers/io-mode.ts';
import { startPipeServer, testServer } from '../../helpers/server.ts';
import { field } from '../../helpers/wire-response.ts';
import { ask, facts, site, told } from './site.ts';

const root = site({
  'index.html': 'index of the app',
  'a.txt': 'a',
  'b.txt': 'b',
  'subdir/index.html': 'index of subdir',
  'subdir/c.txt': 'c',
  'subdir/below/d.txt': 'd',
  'subdi/e.txt': 'e',
});
const call = (req: { path: string }) => ({ status: 404, headers: { 'X-App': 'yes' }, body: `app 404 ${req.path}` });
const isApp = async (port: number, target: string) => field(await ask(port, target), 'X-App') === 'yes';

async function served(staticPaths: App['staticPaths'], staticPathOptions: StaticPathInit = {}) {
  return testServer({ call, staticPaths: staticPaths ?? null, staticPathOptions });
}

describe('static paths of R’s tests', () => {
  it('are mounted at /, with, without and with half of their slashes', async () => {
    const port = (await served({ '/': root, '/1': root, '/2/': root, '3': root, '4/': root })).getPort();
    const first = await ask(port, '/');
    for (const target of ['/1', '/1/', '/1/index.html', '/2', '/2/', '/3', '/3/', '/4/', '/4/index.html']) {
      const answer = await ask(port, target);
      expect([target, answer.status, answer.body.toString(), facts(answer)]).toEqual([
        target,
        200,
        first.body.toString(),
        facts(first),
      ]);
    }
    expect(await told(port, '/subdir')).toBe('200 index of subdir');
    expect(await told(port, '/1/none/')).toBe('404 404 Not Found\n');
  });

  it('override what the server says, and inherit the rest', async () => {
    const headers = { 'Test-Code-Path': '/' };
    const other = staticPath(root, {
      indexHtml: false,
      fallthrough: true,
      htmlCharset: 'ISO-8859-1',
      headers: { 'X-Own': '1' },
    });
    const none = staticPath(root, { htmlCharset: '', headers: {} });
    const port = (await served({ '/default': root, '/override': other, '/unset': none }, { headers })).getPort();
    const plain = await ask(port, '/default/');
    expect([field(plain, 'Content-Type'), field(plain, 'Test-Code-Path')]).toEqual(['text/html; charset=utf-8', '/']);
    expect(await isApp(port, '/override/')).toBe(true);
    const own = await ask(port, '/override/index.html');
    expect([field(own, 'Content-Type'), field(own, 'X-Own'), field(own, 'Test-Code-Path')]).toEqual([
      'text/html; charset=ISO-8859-1',
      '1',
      undefined,
    ]);
    const unset = await ask(port, '/unset/');
    expect([field(unset, 'Content-Type'), field(unset, 'Test-Code-Path')]).toEqual(['text/html', undefined]);
  });

  it('are excluded by whole segments, and served again below', async () => {
    const server = await served({ '/': root, '/subdir': excludeStaticPath(), '/a.txt': excludeStaticPath() });
    const port = server.getPort();
    for (const target of ['/subdir', '/subdir/', '/subdir/c.txt', '/subdir/below/d.txt', '/a.txt']) {
      expect(await isApp(port, target), target).toBe(true);
    }
    expect(await told(port, '/subdi/e.txt')).toBe('200 e');
    expect(await told(port, '/b.txt')).toBe('200 b');
    server.setStaticPath({ '/subdir/below': join(root, 'subdir/below') });
    expect(await told(port, '/subdir/below/d.txt')).toBe('200 d');
    expect(await told(port, '/none')).toBe('404 404 Not Found\n');
    server.setStaticPathOption({ fallthrough: true });
    expect(await isApp(port, '/none')).toBe(true);
    server.setStaticPathOption({ fallthrough: false });
    expect(await told(port, '/none')).toBe('404 404 Not Found\n');
  });

  it('ask for other fields below each other, and for none again', async () => {
    const private2 = staticPath(root, { validation: '"X-Two" == "2"' });
    const server = await served(
      { '/': root, '/two': private2, '/open': staticPath(root, { validation: [] }) },
      { validation: '"X-One" == "1"' },
    );
    const port = server.getPort();
    expect((await ask(port, '/b.txt')).status).toBe(403);
    expect((await ask(port, '/b.txt', { fields: { 'x-ONE': '1' } })).status).toBe(200);
    expect((await ask(port, '/two/b.txt', { fields: { 'X-One': '1' } })).status).toBe(403);
    expect((await ask(port, '/two/b.txt', { fields: { 'X-Two': '2' } })).status).toBe(200);
    expect((await ask(port, '/open/b.txt')).status).toBe(200);
  });

  it('cannot be reached by a link from another one that has no such check', async () => {
    const folder = site({ 'private/p.txt': 'private', 'ex/e.txt': 'excluded', 'own.txt': 'own' });
    for (const name of ['private', 'ex']) symlinkSync(name, join(folder, `to-${name}`));
    symlinkSync('own.txt', join(folder, 'to-own.txt'));
    symlinkSync('private/p.txt', join(folder, 'own.txt.gz'));
    symlinkSync('private/p.txt', join(folder, 'index.html'));
    const checked = staticPath(join(folder, 'private'), { validation: '"k" == "v"' });
    const staticPaths = { '/': staticPath(folder, { spa: true }), '/private': checked, '/ex': excludeStaticPath() };
    const port = (await served(staticPaths)).getPort();
    expect(await told(port, '/own.txt', { fields: { 'Accept-Encoding': 'gzip' } })).toBe('200 own');
    expect(await told(port, '/page', { fields: { Accept: 'text/html' } })).toBe('404 404 Not Found\n');
    expect(await told(port, '/to-private/p.txt')).toBe('404 404 Not Found\n');
    expect(await told(port, '/to-ex/e.txt')).toBe('404 404 Not Found\n');
    expect(await told(port, '/to-own.txt')).toBe('200 own');
  });

  it.skipIf(process.platform === 'win32')('are served on a pipe, too', async () => {
    const path = join(site({}), 'socket');
    const server = await startPipeServer(path, null, { call, staticPaths: { '/': root } });
    const script = `require('http').get({ socketPath: ${JSON.stringify(path)}, path: '/a.txt' }, (r) => r.pipe(process.stdout))`;
    try {
      // In a process of its own, for which this thread waits only where another one serves.
      if (mode === 'thread') expect(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })).toBe('a');
      expect(Object.keys(server.getStaticPaths() ?? {})).toEqual(['/']);
    } finally {
      await server.stop();
    }
  });
});

describe.skipIf(mode === 'inline')('while the app’s thread is blocked', () => {
  /** Asks from another process, and blocks this thread until that has ended. */
  function fetched(url: string): string {
    const script = `fetch(${JSON.stringify(url)}).then(async (r) => process.stdout.write(r.status + ' ' + (await r.text())))`;
    return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  }

  it('files are served, and changed paths hold at once', async () => {
    const server = await served({ '/s': root });
    expect(fetched(`${server.url}/s/b.txt`)).toBe('200 b');
    server.setStaticPath({ '/s': join(root, 'subdir') });
    expect(fetched(`${server.url}/s/b.txt`)).toBe('404 404 Not Found\n');
    expect(fetched(`${server.url}/s/c.txt`)).toBe('200 c');
  });

  it('they are served although no further request is taken for the app', async () => {
    const server = await testServer({ call, staticPaths: { '/s': root } }, { maxQueuedRequests: 1 });
    const script = `
      const net = require('net');
      const socket = net.connect(${server.getPort()}, '127.0.0.1', () => socket.write('GET /app HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'));
      setTimeout(async () => {
        const app = await fetch('${server.url}/app');
        const file = await fetch('${server.url}/s/b.txt');
        process.stdout.write(app.status + ' ' + file.status);
        process.exit();
      }, 300);`;
    expect(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })).toBe('503 200');
  });
});
