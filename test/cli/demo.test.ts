/** The demo as its user meets it: the page in a browser, and the JSON service. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runDemo } from '../../src/cli/demo/run.ts';
import type { WebServer } from '../../src/index.ts';
import { hasBrowser, launchBrowser, type Opened, openPage } from '../helpers/browser.ts';
import { untilEnd } from '../helpers/wire.ts';

// The demo takes the mode that servers have by themselves; here it is to run in each.
vi.mock(import('../../src/index.ts'), async (original) => {
  const [source, { inMode }] = await Promise.all([original(), import('../helpers/io-mode.ts')]);
  return { ...source, startServer: inMode(source.startServer) };
});

let server: WebServer;
let url: string;
const printed: string[] = [];

beforeAll(async () => {
  server = await runDemo({ port: 0, print: (line) => printed.push(line) });
  url = `http://127.0.0.1:${server.getPort()}/`;
});
afterAll(() => server.stop());

async function ask(body: string, path = 'sd'): Promise<[number, Record<string, unknown>]> {
  const answer = await fetch(url + path, { method: 'POST', body });
  return [answer.status, (await answer.json()) as Record<string, unknown>];
}

it('prints its address', () => {
  expect(printed[0]).toBe(`The demo is running at ${url}`);
});

describe('the JSON service', () => {
  // Expected values are those of R's sd().
  it.each<[number[], number]>([
    [[2, 4, 4, 4, 5, 5, 7, 9], 2.138089935299395],
    [[1, 2], Math.SQRT1_2],
    [[3, 3, 3], 0],
    [[-1.5, 0, 1.5], 1.5],
    [[1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16], 5.477225575051661],
    [[1e300, -1e300], 1.414213562373095e300],
    [[1e-200, 3e-200], 1.414213562373095e-200],
  ])('answers the deviation of %j', async (data, sd) => {
    const [status, value] = await ask(JSON.stringify({ data }));
    expect(status).toBe(200);
    expect(value['n']).toBe(data.length);
    expect(Number(value['sd']) / (sd || 1)).toBeCloseTo(sd === 0 ? 0 : 1, 12);
  });

  it('answers what is posted to / too, as in R', async () => {
    expect(await ask('{"data":[1,3]}', '')).toMatchObject([200, { sd: Math.SQRT2 }]);
  });

  it.each([
    ['', /not JSON/],
    ['{"data":', /not JSON/],
    ['5', /no "data"/],
    ['null', /no "data"/],
    ['[1,2]', /no "data"/],
    ['{"date":[1,2]}', /no "data"/],
    ['{"data":5}', /not an array/],
    ['{"data":null}', /not an array/],
    ['{"data":[1,"2"]}', /item 2 is "2"/],
    ['{"data":[null,2]}', /item 1 is null/],
    ['{"data":[1,1e999]}', /item 2/],
    ['{"data":[]}', /at least two numbers, but "data" has 0/],
    ['{"data":[1]}', /at least two numbers, but "data" has 1/],
  ])('refuses %s with a sentence', async (body, sentence) => {
    const [status, value] = await ask(body);
    expect(status).toBe(400);
    expect(value['error']).toMatch(sentence);
    expect(value['sd']).toBeUndefined();
  });
});

describe('the paths of the demo', () => {
  it('the echo is a WebSocket, and says so to others', async () => {
    const answer = await fetch(`${url}echo`);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('WebSocket')]);
  });

  it('another method is 405 with Allow', async () => {
    const answer = await fetch(`${url}sd`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    const page = await fetch(url, { method: 'DELETE' });
    expect([page.status, page.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });

  it('HEAD has the head of the page', async () => {
    // What is compressed while it is sent has no length.
    const headers = { 'Accept-Encoding': 'identity' };
    const [head, page] = [await fetch(url, { method: 'HEAD', headers }), await fetch(url, { headers })];
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(await page.text())));
  });

  it('another path is 404', async () => {
    expect((await fetch(`${url}nothing`)).status).toBe(404);
  });

  it('a name that is not loopback is refused, as a page elsewhere may point its name here', async () => {
    const request = (host: string): string => `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    const port = server.getPort();
    for (const [host, status] of [
      ['evil.example', 421],
      [`localhost:${port}`, 200],
      [`127.0.0.1:${port}`, 200],
      [`[::1]:${port}`, 200],
    ] as const) {
      expect((await untilEnd(port, [request(host)])).responses[0]?.status).toBe(status);
    }
  });
});

describe.skipIf(!hasBrowser())('the page in a browser', () => {
  let browser: Browser;
  const pictures = mkdtempSync(join(tmpdir(), 'httpuv-demo-'));
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(pictures, { recursive: true });
  });

  const open = (settings?: Parameters<Browser['newContext']>[0]): Promise<Opened> => openPage(browser, url, settings);

  it('loads, and asks nobody but its server', async () => {
    const { page, complaints, asked } = await open();
    expect(await page.title()).toBe('httpuv demo');
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('httpuv is running');
    await page.getByText(/^Connected in/).waitFor();
    expect(asked).toContain(`${url.replace('http', 'ws')}echo`);
    const isOwn = (each: string): boolean => each.replace(/^ws/, 'http').startsWith(url) || each.startsWith('data:');
    expect(asked.filter((each) => !isOwn(each))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('shows the deviation, and the sentence of a refusal', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'Compute' }).click();
    await page.getByText('2.13809').waitFor();
    expect(await page.locator('#sd-result').innerText()).toContain('n = 8, mean = 5');
    expect(await page.locator('#sd-result circle').count()).toBe(8);
    await page.getByLabel('Numbers', { exact: true }).fill('1, two');
    await page.getByRole('button', { name: 'Compute' }).click();
    await page.getByText('item 2 is "two"').waitFor();
  });

  it.each([
    ['light', 1100, 760],
    ['dark', 1100, 760],
    ['light', 320, 1100],
  ] as const)('fits its window: %s, %i wide', async (colorScheme, width, height) => {
    const { page } = await open({ colorScheme, viewport: { width, height } });
    await page.getByText(/^Connected in/).waitFor();
    await page.getByRole('button', { name: 'Send text' }).click();
    await page.getByText(/bytes of text/).waitFor();
    await page.getByRole('button', { name: 'Compute' }).click();
    await page.getByText('2.13809').waitFor();
    const path = join(pictures, `${colorScheme}-${width}.png`);
    await page.screenshot({ path, fullPage: true });
    expect(statSync(path).size).toBeGreaterThan(10_000);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });
});
