/** What a browser tells of itself, and how its clock is looked at. */
import { describe, expect, it } from 'vitest';
import { browserMachine, clockStep } from '../../src/bench/page/browser-host.ts';

const WINDOWS = 'Windows NT 10.0; Win64; x64';

describe('a browser', () => {
  it.each([
    [`Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox 140.0', 'SpiderMonkey'],
    [
      `Mozilla/5.0 (${WINDOWS}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36`,
      'Chromium 140.0.0.0',
      'V8',
    ],
    [
      `Mozilla/5.0 (${WINDOWS}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.1.0`,
      'Edge 140.0.1.0',
      'V8',
    ],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36',
      'Chromium (headless) 140.0.0.0',
      'V8',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
      'Safari 18.1',
      'JavaScriptCore',
    ],
  ])('is named by what %s says', (userAgent, runtime, engine) => {
    expect(browserMachine({ userAgent, hardwareConcurrency: 8 })).toMatchObject({ runtime, engine, cores: 8 });
  });

  it('that nobody knows is named by all that it says', () => {
    const { runtime, os, engine } = browserMachine({ userAgent: 'Strange/1 (of its own)' });
    expect([runtime, os, engine]).toEqual(['Strange/1 (of its own)', 'of its own', undefined]);
  });

  it('tells its system by the newer way when it has that', () => {
    const { os } = browserMachine({ userAgent: `Mozilla/5.0 (${WINDOWS})`, userAgentData: { platform: 'Windows' } });
    expect(os).toBe('Windows');
  });
});

it('the step of a clock is the shortest of some', () => {
  const times = [0, 0, 4, 4, 5, 5, 9, 9, 9, 12, 12, 20];
  let at = 0;
  expect(clockStep(() => times[at++] ?? 100)).toBe(1);
});
