/** What `httpuv serve` serves, in each mode: its options as clients meet them. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { servePlan } from '../../src/cli/serve/options.ts';
import { serve } from '../../src/cli/serve/run.ts';
import { mode } from '../helpers/io-mode.ts';
import { makeSite, SITE } from '../helpers/site.ts';
import { untilEnd } from '../helpers/wire.ts';

const LONG = 'All work and no play.\n'.repeat(1000);
let site: ReturnType<typeof makeSite>;
beforeAll(() => {
  site = makeSite({ 'long.txt': LONG, 'ä b.txt': 'umlaut\n' });
});
afterAll(() => site.remove());

/** The address of a server for the running test. */
async function served(given: Record<string, unknown> = {}): Promise<string> {
  const plan = servePlan(site.folder, { host: '127.0.0.1', port: 0, log: 'none', quiet: true, ...given });
  const { server } = await serve(plan, { out: process.stdout, err: process.stderr }, mode);
  onTestFinished(() => server.stop());
  return `${server.url}/`;
}

const asPage = { headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

describe('files', () => {
  it('are served with their types, and folders by their index', async () => {
    const url = await served();
    for (const [path, type] of [
      ['', 'text/html; charset=utf-8'],
      ['script/main.js', 'text/javascript'],
      ['script/show.mjs', 'text/javascript'],
      ['style/main.css', 'text/css'],
      ['add.wasm', 'application/wasm'],
      ['%C3%A4%20b.txt', 'text/plain'],
    ] as const) {
      const answer = await fetch(url + path);
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 200, type]);
      const content = SITE[path === '' ? 'index.html' : path] ?? 'umlaut\n';
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from(content));
    }
  });

  it('are asked for again, unless --cache says otherwise', async () => {
    expect((await fetch(`${await served()}add.wasm`)).headers.get('cache-control')).toBe('no-cache');
    expect((await fetch(`${await served({ cache: 60 })}add.wasm`)).headers.get('cache-control')).toBe('max-age=60');
  });

  it('are compressed for those who take it, unless --no-compress', async () => {
    const coded = async (url: string): Promise<[string | null, string]> => {
      const answer = await fetch(`${url}long.txt`, { headers: { 'Accept-Encoding': 'gzip' } });
      return [answer.headers.get('content-encoding'), await answer.text()];
    };
    expect(await coded(await served())).toEqual(['gzip', LONG]);
    expect(await coded(await served({ compress: false }))).toEqual([null, LONG]);
  });

  it('with a dot in front are served with --dotfiles only', async () => {
    expect((await fetch(`${await served()}.well/known.txt`)).status).toBe(404);
    expect(await (await fetch(`${await served({ dotfiles: true })}.well/known.txt`)).text()).toBe('hidden\n');
  });

  it('have the further fields of --header, in place of those that the server has', async () => {
    const { headers } = await fetch(await served({ header: ['X-Robots-Tag: none', 'Cache-Control: no-store'] }));
    expect([headers.get('x-robots-tag'), headers.get('cache-control')]).toEqual(['none', 'no-store']);
  });

  it('need the field of --validate', async () => {
    const url = await served({ validate: '"X-Key" == "secret"' });
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url, { headers: { 'X-Key': 'secret' } })).status).toBe(200);
  });
});

describe('folders', () => {
  it('without an index are 404, and pages that list them with --list', async () => {
    expect((await fetch(`${await served()}listed/`)).status).toBe(404);
    const answer = await fetch(`${await served({ list: true })}listed/?sort=size`);
    const page = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page).toContain('<title>Files in /listed/</title>');
    expect(page).toContain('aria-sort="ascending"><a href="?sort=size&amp;order=desc"');
    expect(page).not.toContain('.hidden');
  });

  it('are asked for with a slash at the end', async () => {
    const answer = await fetch(`${await served({ list: true })}listed?sort=time`, { redirect: 'manual' });
    expect(answer.status).toBeGreaterThanOrEqual(301);
    expect(answer.headers.get('location')).toBe('/listed/?sort=time');
  });
});

describe('pages of an app', () => {
  it('that do not exist are its index with --spa, for those who want a page', async () => {
    const url = await served({ spa: true });
    const page = await fetch(`${url}some/route?x`, asPage);
    expect([page.status, await page.text()]).toEqual([200, SITE['index.html']]);
    expect((await fetch(`${url}some/image`, { headers: { Accept: 'image/*' } })).status).toBe(404);
    expect((await fetch(`${await served()}some/route`, asPage)).status).toBe(404);
  });

  it('are isolated with --cross-origin-isolate, and so is all that they load', async () => {
    const url = await served({ crossOriginIsolate: true });
    for (const path of ['', 'script/main.js']) {
      const { headers } = await fetch(url + path);
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    }
  });
});

describe('pages of other origins, with --cors', () => {
  it('may read files and what is said of missing ones', async () => {
    const url = await served({ cors: true });
    for (const [path, status] of [
      ['add.wasm', 200],
      ['nothing', 404],
    ] as const) {
      const answer = await fetch(url + path, { headers: { Origin: 'http://a.test' } });
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, '*']);
    }
    const part = await fetch(`${url}add.wasm`, { headers: { Range: 'bytes=999-' } });
    expect([part.status, part.headers.get('access-control-allow-origin')]).toEqual([416, '*']);
    expect([part.headers.get('content-range'), part.headers.get('access-control-expose-headers')]).toEqual([
      'bytes */41',
      '*',
    ]);
    const moved = await fetch(`${await served({ cors: true, list: true })}listed`, { redirect: 'manual' });
    expect([moved.status, moved.headers.get('access-control-allow-origin')]).toEqual([301, '*']);
    expect(moved.headers.get('cache-control')).toBe('no-cache');
    const { headers } = await fetch(`${await served()}add.wasm`);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('get the index of an app, too', async () => {
    const answer = await fetch(`${await served({ cors: true, spa: true })}some/route`, asPage);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    expect(await answer.text()).toBe(SITE['index.html']);
  });

  it('are told what they may ask', async () => {
    const url = await served({ cors: true });
    const asking = {
      Origin: 'http://a.test',
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'range, x-a',
    };
    const answer = await fetch(`${url}add.wasm`, { method: 'OPTIONS', headers: asking });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET, HEAD, OPTIONS');
    expect(answer.headers.get('access-control-allow-headers')).toBe('range, x-a');
    const refused = await fetch(`${url}add.wasm`, { method: 'PUT', body: 'x' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});

describe('host names', () => {
  it('that are not of this machine are refused for files, too, unless they are allowed', async () => {
    const status = async (url: string, host: string): Promise<number | undefined> => {
      const request = `GET /add.wasm HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      return (await untilEnd(Number(new URL(url).port), [request])).responses[0]?.status;
    };
    const plain = await served();
    for (const [host, expected] of [
      ['evil.test', 421],
      ['localhost:1', 200],
      ['127.0.0.1', 200],
      ['[::1]:80', 200],
    ] as const) {
      expect([host, await status(plain, host)]).toEqual([host, expected]);
    }
    expect(await status(await served({ allowHost: 'evil.test' }), 'evil.test')).toBe(200);
    expect(await status(await served({ allowHost: '*' }), 'any.test')).toBe(200);
  });
});
