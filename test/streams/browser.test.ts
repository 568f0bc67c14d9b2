/** Event streams in Chromium: they outlive 30 seconds in which the app computes, and go on where they were. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { hasBrowser, launchBrowser, openPage } from '../helpers/browser.ts';
import { mode } from '../helpers/io-mode.ts';
import { PATIENCE_MS } from '../helpers/patience.ts';
import { Program } from '../helpers/program.ts';
import { get } from '../helpers/requests.ts';
import { Wire } from '../helpers/wire.ts';

const TIMEOUT = { timeout: PATIENCE_MS };

describe.skipIf(!hasBrowser())('an EventSource', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  async function listening(port: number): Promise<Page> {
    const { page } = await openPage(browser, `http://127.0.0.1:${port}/`);
    onTestFinished(() => page.context().close());
    await page.waitForFunction('heard.length === 1', undefined, TIMEOUT);
    return page;
  }

  const ask = async (port: number, path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).text();

  it('outlives an app that blocks for 30 seconds, hears events from inside of it, and goes on where it was', async () => {
    using program = new Program('events.mjs');
    const port = await program.port();
    const folder = mkdtempSync(join(tmpdir(), 'httpuv-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'go on');
    const page = await listening(port);
    // A second client that counts comments.
    using wire = await Wire.open(port);
    await wire.send(get('/events'));
    await wire.until(() => wire.received.includes('hello'), 'event');
    await ask(port, '/say?text=before');
    await page.waitForFunction('heard.length === 2', undefined, TIMEOUT);

    const isThread = mode === 'thread';
    if (!isThread) writeFileSync(file, '');
    const blocked = ask(port, `/block?file=${encodeURIComponent(file)}`);
    if (isThread) {
      // The first leaves while the callback that said it is still running, and comments come meanwhile.
      await page.waitForFunction('heard.length === 3', undefined, TIMEOUT);
      const comments = (): number => wire.received.toString('latin1').split(':\n\n').length - 1;
      const before = comments();
      await wire.until(() => comments() >= before + 2, 'comments');
      writeFileSync(file, '');
      await page.waitForFunction('heard.length === 4', undefined, TIMEOUT);
    }
    expect(await blocked).toBe('unblocked');
    await page.waitForFunction('heard.length === 5', undefined, TIMEOUT);
    expect(await page.evaluate('[opens, source.readyState, heard]')).toEqual([
      1,
      1,
      [
        ['hello ', ''],
        ['before', 'é1'],
        ['step 1', 'é2'],
        ['step 2', 'é3'],
        ['step 3', 'é4'],
      ],
    ]);

    // It comes again by itself, and says what it heard last.
    await ask(port, '/end');
    await page.waitForFunction('heard.length === 6', undefined, TIMEOUT);
    expect(await page.evaluate('[opens, heard[5]]')).toEqual([2, ['hello é4', 'é4']]);
  });

  it('hears names, and lines as lines', async () => {
    using program = new Program('events.mjs');
    const port = await program.port();
    const page = await listening(port);
    await ask(port, '/named');
    await page.waitForFunction('heard.length === 2', undefined, TIMEOUT);
    expect(await page.evaluate('heard[1]')).toEqual(['one\ntwo\nthree\nfour', 'named']);
  });

  it('that is closed, or whose page is, is not kept', async () => {
    using program = new Program('events.mjs');
    const port = await program.port();
    const first = await listening(port);
    const second = await listening(port);
    expect(await ask(port, '/count')).toBe('2');
    await first.evaluate('source.close()');
    await second.context().close();
    await expect.poll(() => ask(port, '/count'), { timeout: PATIENCE_MS }).toBe('0');
  });
});
