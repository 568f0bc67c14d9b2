/** The page of a server that was given none, in a browser. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launchBrowser, openPage } from '../helpers/browser.ts';
import { eventually } from '../helpers/eventually.ts';
import { socketServer } from '../helpers/web-sockets.ts';

describe.skipIf(!hasBrowser())('the demo page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  it('opens a WebSocket, sends, shows what comes as text, and turns red when it is closed', async () => {
    const protocols: string[] = [];
    const server = await socketServer({
      established: (ws) => {
        protocols.push(ws.protocol);
        void ws.send('Connection <b>is</b> there');
      },
      receive: (data, ws) => void ws.send(`<i>You sent</i> ${Buffer.from(data)}`),
    });
    const { page, complaints } = await openPage(browser, `http://127.0.0.1:${server.port}/`);
    const state = page.locator('#state');
    const color = (): Promise<string> =>
      page.evaluate('getComputedStyle(document.getElementById("state")).backgroundColor') as Promise<string>;
    await state.filter({ hasText: 'is open' }).waitFor();
    expect(await color()).toBe('rgb(64, 255, 64)');
    await page.locator('#status').filter({ hasText: 'Connection <b>is</b> there' }).waitFor();
    const message = page.locator('#message');
    expect([await message.inputValue(), await message.getAttribute('maxlength')]).toEqual(['11', '20']);
    await page.getByRole('button', { name: 'SEND' }).click();
    await page.locator('#output').filter({ hasText: '<i>You sent</i> 11' }).waitFor();
    await message.fill('é<');
    await message.press('Enter');
    await page.locator('#output').filter({ hasText: '<i>You sent</i> é<' }).waitFor();
    expect(protocols).toEqual(['chat']);
    await server.close();
    await state.filter({ hasText: 'is closed' }).waitFor();
    await eventually(color).toBe('rgb(255, 64, 64)');
    expect(complaints).toEqual([]);
  });
});
