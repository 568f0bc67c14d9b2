/** What `httpuv serve` serves, in Chromium: a page with all that belongs to it, a sound that is sought in, a listing. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { servePlan } from '../../src/cli/serve/options.ts';
import { serve } from '../../src/cli/serve/run.ts';
import { hasBrowser, launchBrowser, openPage } from '../helpers/browser.ts';
import { mode } from '../helpers/io-mode.ts';
import { makeSite, wave } from '../helpers/site.ts';

const SECONDS = 600;
const SOUND_PAGE = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Sound</title>
<link rel="icon" href="data:,"></head><body><audio id="sound" controls preload="metadata" src="tone.wav"></audio>
<button onclick="sound.play()">Play</button></body></html>`;
const THREADS_PAGE = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>…</title>
<link rel="icon" href="data:,"></head><body><script>
const shared = new Int32Array(new SharedArrayBuffer(4));
const worker = new Worker('worker.js');
worker.onmessage = () => { document.title = String(Atomics.load(shared, 0)); };
worker.postMessage(shared);
</script></body></html>`;
const WORKER = 'onmessage = ({ data }) => { Atomics.store(data, 0, 42); postMessage(null); };\n';

describe.skipIf(!hasBrowser())('in a browser', () => {
  let site: ReturnType<typeof makeSite>;
  let browser: Browser;
  beforeAll(async () => {
    site = makeSite({
      'sound.html': SOUND_PAGE,
      'tone.wav': wave(SECONDS, 44_100),
      'threads.html': THREADS_PAGE,
      'worker.js': WORKER,
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    site.remove();
  });

  async function served(given: Record<string, unknown> = {}): Promise<{ url: string; log: () => Entry[] }> {
    const plan = servePlan(site.folder, { host: '127.0.0.1', port: 0, log: 'json', quiet: true, ...given });
    let text = '';
    const out = {
      write: (lines: string) => {
        text += lines;
      },
    };
    const { server, flush } = await serve(plan, { out, err: process.stderr }, mode);
    onTestFinished(() => server.stop());
    const log = (): Entry[] => {
      flush();
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Entry]));
    };
    return { url: `${server.url}/`, log };
  }

  async function opened(
    url: string,
    settings?: Parameters<typeof openPage>[2],
  ): Promise<{ page: Page; complaints: string[] }> {
    const found = await openPage(browser, url, settings);
    onTestFinished(() => found.page.context().close());
    return found;
  }

  it('a page has its style, its modules, and WebAssembly that is compiled while it comes', async () => {
    const { url } = await served();
    const { page, complaints } = await opened(url);
    await page.getByText('42', { exact: true }).waitFor();
    expect(await page.getByRole('heading').innerText()).toBe('Ünïcode');
    expect(await page.evaluate('getComputedStyle(document.querySelector("h1")).color')).toBe('rgb(1, 2, 3)');
    expect(complaints).toEqual([]);
  });

  it('an isolated page shares memory with its worker', async () => {
    const { url } = await served({ crossOriginIsolate: true });
    const { page, complaints } = await opened(`${url}threads.html`);
    await page.waitForFunction('document.title === "42"');
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('a sound plays, and seeking asks for its later part only', async () => {
    const { url, log } = await served();
    const { page, complaints } = await opened(`${url}sound.html`);
    const ranges: string[] = [];
    page.on('response', (answer) => {
      if (answer.status() === 206) ranges.push(answer.headers()['content-range'] ?? '');
    });
    const told = (script: string): Promise<unknown> => page.evaluate(script);
    await page.waitForFunction('sound.readyState >= 1');
    expect(await told('sound.duration')).toBeCloseTo(SECONDS, 3);
    expect(await told('sound.seekable.end(0)')).toBeCloseTo(SECONDS, 3);
    await told('new Promise((resolve) => { sound.onseeked = resolve; sound.currentTime = 500; })');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.waitForFunction('sound.currentTime > 500.2 && !sound.paused');
    expect(await told('sound.error')).toBeNull();
    expect(complaints).toEqual([]);
    expect(log().filter(({ target }) => target === '/tone.wav').length).toBeGreaterThan(0);
    const firstBytes = ranges.map((range) => Number(/^bytes (\d+)-/.exec(range)?.[1]));
    // From near the 500th second on, at 88,200 bytes a second.
    expect(Math.max(...firstBytes)).toBeGreaterThan(40_000_000);
  });

  it('a listing reads well without scripts: names, roles, and links that sort and lead on', async () => {
    const { url } = await served({ list: true });
    const { page, complaints } = await opened(`${url}listed/`, { javaScriptEnabled: false });
    expect(await page.title()).toBe('Files in /listed/');
    expect(await page.getByRole('row').allInnerTexts()).toHaveLength(6);
    const names = (): Promise<string[]> => page.getByRole('rowheader').allInnerTexts();
    expect(await names()).toEqual(['sub/', '100%.txt', 'a & <b>.txt', 'track2.txt', 'track10.txt']);
    await page.getByRole('columnheader', { name: 'Size' }).getByRole('link').click();
    await page.getByRole('columnheader', { name: 'Size' }).getByRole('link').click();
    expect(page.url()).toBe(`${url}listed/?sort=size&order=desc`);
    expect((await names()).slice(0, 2)).toEqual(['sub/', 'track2.txt']);
    expect(complaints).toEqual([]);
    for (const [name, text] of [
      ['a & <b>.txt', 'odd\n'],
      ['100%.txt', 'percent\n'],
    ] as const) {
      await page.getByRole('link', { name, exact: true }).click();
      expect(await page.locator('pre').innerText()).toBe(text);
      await page.goBack();
    }
    await page.getByRole('link', { name: 'sub/' }).click();
    expect(page.url()).toBe(`${url}listed/sub/?sort=size&order=desc`);
    await page.getByRole('navigation', { name: 'Folders' }).getByRole('link', { name: 'listed' }).click();
    expect(page.url()).toBe(`${url}listed/?sort=size&order=desc`);
  });

  it('a listing is a table for those who hear it, too', async () => {
    const { url } = await served({ list: true });
    const { page } = await opened(`${url}listed/?sort=time&order=desc`);
    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const said = nodes
      .filter(({ ignored }) => !ignored)
      .map(({ role, name }) => `${String(role?.value)}: ${String(name?.value ?? '').trim()}`);
    for (const each of [
      'RootWebArea: Files in /listed/',
      'navigation: Folders',
      'main: ',
      'heading: Files in /listed/',
      'table: 1 folder, 4 files, by time of change, descending',
      'columnheader: Name',
      'columnheader: Size',
      'columnheader: Changed',
      'rowheader: sub/',
      'rowheader: a & <b>.txt',
      'link: track2.txt',
      'cell: folder',
    ]) {
      expect(said).toContain(each);
    }
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await page.locator('[aria-sort]').allInnerTexts()).toEqual(['Changed ▼']);
    expect(await page.getByRole('columnheader', { name: 'Changed' }).getAttribute('aria-sort')).toBe('descending');
  });

  it.each(['light', 'dark'] as const)('a listing fits a narrow window: %s', async (colorScheme) => {
    const { url } = await served({ list: true });
    const { page } = await opened(`${url}listed/`, { colorScheme, viewport: { width: 320, height: 640 } });
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    const [text, ground] = (await page.evaluate(
      '[getComputedStyle(document.body).color, matchMedia("(prefers-color-scheme: dark)").matches]',
    )) as [string, boolean];
    expect([text === 'rgb(0, 0, 0)', ground]).toEqual([colorScheme === 'light', colorScheme === 'dark']);
  });
});

interface Entry {
  readonly target: string;
  readonly status: number;
}
