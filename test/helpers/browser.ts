/** Starts the machine's Chromium, headless and without any talk to the outside. */
import { type Browser, chromium } from 'playwright-core';
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
