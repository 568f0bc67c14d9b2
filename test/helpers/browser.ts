/** Starts the machine's Chromium, headless and without any talk to the outside. */
import { type Browser, chromium, type Page } from 'playwright-core';
import { needs } from './needs.ts';

/** True when Chromium is installed; for `it.skipIf(!…)`. */
export function hasBrowser(): boolean {
  return needs('chromium', 'chromium');
}

/** A headless Chromium; the caller closes it. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page, what it complained about, and what it asked for. */
export interface Opened {
  readonly page: Page;
  readonly complaints: string[];
  readonly asked: string[];
}

/** Opens an address in a window of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  settings: Parameters<Browser['newContext']>[0] = {},
): Promise<Opened> {
  const page = await (await browser.newContext(settings)).newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => asked.push(request.url()));
  page.on('websocket', (socket) => asked.push(socket.url()));
  await page.goto(url);
  return { page, complaints, asked };
}
