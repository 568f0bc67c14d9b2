/** The echo of the demo over its WebSocket: by itself, and as the page in a browser shows it. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { runDemo } from '../../src/cli/demo/run.ts';
import type { WebServer } from '../../src/index.ts';
import { hasBrowser, launchBrowser, type Opened, openPage } from '../helpers/browser.ts';

// The demo takes the mode that servers have by themselves; here it is to run in each.
vi.mock(import('../../src/index.ts'), async (original) => {
  const [source, { inMode }] = await Promise.all([original(), import('../helpers/io-mode.ts')]);
  return { ...source, startServer: inMode(source.startServer) };
});

const silently = (port: number): Promise<WebServer> => runDemo({ port, print: () => {} });

let server: WebServer;
let port: number;
beforeAll(async () => {
  server = await silently(0);
  port = server.getPort();
});
afterAll(() => server.stop());

describe('the echo', () => {
  async function open(path = 'echo', origin?: string): Promise<WebSocket> {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/${path}`, origin === undefined ? {} : { origin });
    onTestFinished(() => ws.terminate());
    await once(ws, 'open');
    return ws;
  }

  it.each([
    ['a text', 'f\u00fc \u20ac'],
    ['an empty text', ''],
    ['a text that only looks like an order', '/closed'],
    ['bytes', Buffer.from([0, 255])],
    ['many bytes', Buffer.alloc(200_000, 7)],
    ['bytes that would be an order as a text', Buffer.from('/close')],
  ])('sends back %s', async (_, message) => {
    const ws = await open();
    const answer = once(ws, 'message');
    ws.send(message);
    const [data, isBinary] = (await answer) as [Buffer, boolean];
    expect(isBinary).toBe(typeof message !== 'string');
    expect(data.equals(Buffer.from(message))).toBe(true);
  });

  it.each([
    ['/close', 1000, ''],
    ['/close 4001', 4001, ''],
    ['/close 3000 two words ', 3000, 'two words '],
  ])('closes when it is told %j', async (message, code, reason) => {
    const ws = await open();
    ws.send(message);
    expect(await once(ws, 'close')).toEqual([code, Buffer.from(reason)]);
  });

  it.each(['999', '1005', '5000', 'x'])('says that it cannot close with %s, and stays open', async (code) => {
    const ws = await open();
    ws.send(`/close ${code}`);
    expect(String((await once(ws, 'message'))[0])).toBe(
      `The server cannot close with ${code}: use 1000 or 3000 to 4999.`,
    );
    ws.send('still here');
    expect(String((await once(ws, 'message'))[0])).toBe('still here');
  });

  it.each([
    ['other', undefined, 404],
    ['echo', 'http://evil.example', 403],
    ['echo', 'null', 403],
  ])('is refused at /%s to %s', async (path, origin, status) => {
    await expect(open(path, origin)).rejects.toThrow(`Unexpected server response: ${status}`);
  });

  it('is there for pages of its own server', async () => {
    await open('echo', `http://127.0.0.1:${port}`);
  });
});

describe.skipIf(!hasBrowser())('the page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** The page, once it is connected. */
  async function connected(at = port): Promise<Opened> {
    const opened = await openPage(browser, `http://127.0.0.1:${at}/`);
    onTestFinished(() => opened.page.context().close());
    await state(opened.page, /^Connected in \d+ ms\.$/);
    return opened;
  }

  /** Waits until the connection is said to be in some state. */
  const state = (page: Page, text: RegExp): Promise<void> =>
    page.getByRole('status').filter({ hasText: text }).waitFor();
  /** Waits for the newest entry: what came, and the facts about it. */
  const entry = (page: Page, said: string, fact: RegExp): Promise<void> =>
    page.locator('#echo-log li:first-child').filter({ hasText: said }).filter({ hasText: fact }).waitFor();
  const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

  it('echoes what is typed, as text and not as HTML', async () => {
    const { page, complaints } = await connected();
    await page.getByLabel('Text to send').fill('<b>f\u00fc \u20ac</b>');
    await press(page, 'Send text');
    await entry(page, '<b>f\u00fc \u20ac</b>', /14 bytes of text \u00b7 \d+\.\d ms \u00b7 as it was sent/);
    await page.getByLabel('Text to send').fill('second');
    await page.keyboard.press('Enter');
    await entry(page, 'second', /6 bytes of text/);
    expect(await page.locator('#echo-log .said').allInnerTexts()).toEqual(['second', '<b>f\u00fc \u20ac</b>']);
    expect(complaints).toEqual([]);
  });

  it('echoes bytes, and asks for better ones when they are none', async () => {
    const { page } = await connected();
    const field = page.getByLabel('Bytes to send');
    await field.fill('00 FF, 0a');
    await press(page, 'Send bytes');
    await entry(page, '00 ff 0a', /3 bytes, binary \u00b7 \d+\.\d ms \u00b7 as it was sent/);
    await field.fill('0');
    await press(page, 'Send bytes');
    expect(await page.evaluate("document.getElementById('echo-hex').validationMessage")).toMatch(
      /Two hexadecimal digits/,
    );
    await field.fill('');
    await press(page, 'Send bytes');
    await entry(page, '', /0 bytes, binary/);
  });

  it('echoes a file, and says when one is too large', async () => {
    const { page } = await connected();
    const folder = mkdtempSync(join(tmpdir(), 'httpuv-demo-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const send = async (name: string, bytes: number): Promise<void> => {
      const path = join(folder, name);
      writeFileSync(path, '');
      truncateSync(path, bytes);
      await page.getByLabel('File to send').setInputFiles(path);
      await press(page, 'Send file');
    };
    await send('picture', 1_000_001);
    await entry(page, '00 00 00', /1,000,001 bytes, binary \u00b7 \d+\.\d ms \u00b7 as it was sent \u00b7 picture/);
    await send('film', 16_777_217);
    await entry(page, 'Not sent: 16,777,217 bytes', /takes 16,777,216 bytes at most/);
    await state(page, /^Connected/);
  });

  it('shows with which code and reason the server has closed, and connects again', async () => {
    const { page, complaints } = await connected();
    await page.getByLabel('Code').fill('4321');
    await page.getByLabel('Reason').fill('Lunch');
    await press(page, 'Close');
    await entry(page, 'Connection closed', /code 4321 \u00b7 reason: Lunch \u00b7 clean$/);
    await state(page, /^Connected/);
    await page.getByLabel('Text to send').fill('/close');
    await press(page, 'Send text');
    await entry(page, 'Connection closed', /code 1000 \u00b7 no reason \u00b7 clean$/);
    await state(page, /^Connected/);
    await page.getByLabel('Text to send').fill('/close 1006');
    await press(page, 'Send text');
    await entry(page, 'The server cannot close with 1006', /\d+ bytes of text \u00b7 \d+\.\d ms$/);
    expect(complaints).toEqual([]);
  });

  it('waits longer and longer for a server that is gone, and finds it when it is back', async () => {
    let own = await silently(0);
    onTestFinished(() => own.stop());
    const { page } = await connected(own.getPort());
    await own.stop();
    await entry(page, 'Connection closed', /code 1001 \u00b7 no reason \u00b7 clean$/);
    await state(page, /^No connection: is the server still running\? Trying again in 2 s\.$/);
    await press(page, 'Send text');
    await entry(page, 'Not sent: there is no connection', /Try it again/);
    await state(page, /Trying again in 4 s\.$/);
    own = await silently(own.getPort());
    await state(page, /^Connected/);
    await press(page, 'Send text');
    await entry(page, 'Hello, server', /13 bytes of text/);
  });

  it('connects at once when it is asked to', async () => {
    const { page } = await connected();
    await page.clock.install();
    await page.reload();
    await state(page, /^Connected/);
    await page.clock.pauseAt(Date.now() + 3_600_000);
    await press(page, 'Close');
    await state(page, /^Connection closed\. Trying again in 1 s\.$/);
    await press(page, 'Connect now');
    await state(page, /^Connected/);
    expect(await page.evaluate('document.activeElement.id')).toBe('echo-text');
  });
});
