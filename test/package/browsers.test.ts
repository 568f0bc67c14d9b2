/** The portable entries in Chromium: in a page, in a module worker, and in service workers, of which one is an example. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ROOT, page as read } from '../docs/markdown.ts';
import { hasBrowser, launchBrowser, openPage } from '../helpers/browser.ts';
import { PATIENCE_MS } from '../helpers/patience.ts';
import { cleanEnvironment } from './packed.ts';
import { EXPECTED } from './portable-expected.ts';

const CHECK = `
import * as parser from '/dist/parser/index.js';
import * as websocket from '/dist/websocket/index.js';
import * as codec from '/dist/codec/index.js';
import { check } from '/portable-check.mjs';
const result = check(parser, websocket, codec);`;

const REQUESTS =
  'GET /api/list HTTP/1.1\r\nHost: a\r\n\r\nHEAD /api/list HTTP/1.1\r\nHost: a\r\n\r\n' +
  'POST /api/add HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi';
const ANSWERS =
  'HTTP/1.1 200 Fine\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nX-Two: 1\r\nX-Two: 2\r\n\r\n' +
  '4\r\n[1,2\r\n3\r\n,3]\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n' +
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 5\r\n\r\nadded';

describe.skipIf(!hasBrowser())('in Chromium', () => {
  let browser: Browser;
  let server: Server;
  let folder = '';
  let origin = '';
  let recording = `${REQUESTS}\r\n--- answers ---\r\n${ANSWERS}`;

  /** Files by path; everything else below /dist/ is the built package. */
  const files: Record<string, () => string> = {
    '/': () => '<!doctype html><title>page</title>',
    '/page.mjs': () => `${CHECK} export { result };`,
    '/worker.mjs': () => `${CHECK} result.then((told) => postMessage(told), (error) => postMessage(String(error)));`,
    '/service/worker.mjs': () => `${CHECK}
      addEventListener('fetch', (event) => {
        if (event.request.url.endsWith('/told')) event.respondWith(result.then((told) => Response.json(told)));
      });`,
    '/service/': () => '<!doctype html><title>service</title>',
    '/portable-check.mjs': () => read('test/package/portable-check.mjs'),
    '/service-worker.js': () => readFileSync(join(folder, 'service-worker.js'), 'utf8'),
    '/recording.http': () => recording,
  };

  beforeAll(async () => {
    mkdirSync(join(ROOT, 'build'), { recursive: true });
    folder = mkdtempSync(join(ROOT, 'build/browsers-'));
    const example = join(ROOT, 'test/examples/service-worker/service-worker.js');
    const args = [example, '--bundle', '--minify', `--outfile=${join(folder, 'service-worker.js')}`];
    spawnSync(join(ROOT, 'node_modules/.bin/esbuild'), args, { env: cleanEnvironment() });
    server = createServer((request, response) => {
      const path = request.url ?? '';
      const built = join(ROOT, normalize(path));
      const isBuilt = path.startsWith('/dist/') && path.endsWith('.js') && existsSync(built);
      const text = files[path]?.() ?? (isBuilt ? readFileSync(built, 'utf8') : null);
      const type = /\.m?js$/.test(path) ? 'text/javascript' : path.endsWith('/') ? 'text/html' : 'text/plain';
      response.writeHead(text === null ? 404 : 200, { 'Content-Type': type, 'Cache-Control': 'no-store' });
      response.end(text ?? 'nothing here\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    rmSync(folder, { recursive: true });
  });

  async function open(path: string): Promise<Page> {
    const { page, complaints } = await openPage(browser, origin + path);
    page.setDefaultTimeout(PATIENCE_MS);
    onTestFinished(async () => {
      await page.context().close();
      expect(complaints.filter((text) => !text.includes('404') && !text.includes('502'))).toEqual([]);
    });
    return page;
  }

  /** Has a service worker take care of the page. */
  const register = (page: Page, path: string, type: 'classic' | 'module'): Promise<unknown> =>
    page.evaluate(`(async () => {
      const registration = await navigator.serviceWorker.register(${JSON.stringify(path)}, { type: ${JSON.stringify(type)} });
      const worker = registration.installing ?? registration.waiting ?? registration.active;
      while (worker.state !== 'activated')
        await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }));
    })()`);

  it('a page reads and writes as Node does', async () => {
    const page = await open('/');
    expect(await page.evaluate("import('/page.mjs').then(({ result }) => result)")).toEqual(EXPECTED);
  });

  it('a module worker does', async () => {
    const page = await open('/');
    const told = await page.evaluate(`new Promise((resolve, reject) => {
      const worker = new Worker('/worker.mjs', { type: 'module' });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    })`);
    expect(told).toEqual(EXPECTED);
  });

  it('a module service worker does', async () => {
    const page = await open('/service/');
    await register(page, '/service/worker.mjs', 'module');
    await page.reload();
    expect(await page.evaluate("fetch('/service/told').then((answer) => answer.json())")).toEqual(EXPECTED);
  });

  describe('the service worker of the examples', () => {
    const ask = (page: Page, method: string, path: string): Promise<unknown> =>
      page.evaluate(`fetch(${JSON.stringify(path)}, { method: ${JSON.stringify(method)} }).then(async (answer) => [
        answer.status, answer.statusText, answer.headers.get('x-from'), answer.headers.get('x-two'), await answer.text()])`);

    it('answers from raw HTTP text', async () => {
      const page = await open('/');
      await register(page, '/service-worker.js', 'classic');
      await page.waitForFunction('navigator.serviceWorker.controller !== null');
      expect(await ask(page, 'GET', '/api/list')).toEqual([200, 'Fine', 'recording', '1, 2', '[1,2,3]']);
      expect(await ask(page, 'HEAD', '/api/list')).toEqual([200, 'OK', 'recording', null, '']);
      expect(await ask(page, 'POST', '/api/add')).toEqual([201, 'Made', 'recording', null, 'added']);
      expect(await ask(page, 'GET', '/api/other')).toEqual([404, 'Not Found', null, null, 'nothing here\n']);
    });

    it('says where a recording is malformed', async () => {
      const good = recording;
      recording = good.replace('HTTP/1.1 201', 'HTTP/1.1 2O1');
      onTestFinished(() => {
        recording = good;
      });
      const page = await open('/');
      await register(page, '/service-worker.js', 'classic');
      await page.waitForFunction('navigator.serviceWorker.controller !== null');
      expect(await ask(page, 'GET', '/api/list')).toMatchObject([
        502,
        expect.anything(),
        null,
        null,
        'The recording cannot be read: HV_BAD_STATUS_CODE at byte 10\n',
      ]);
    });

    it('is the only one there', () => {
      expect(readdirSync(join(ROOT, 'test/examples/service-worker'))).toEqual(['service-worker.js']);
    });
  });
});
