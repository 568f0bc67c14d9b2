/** The page that compares parsers in a browser, served by the command. Speed is never judged here. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Report } from '../../src/bench/report.ts';
import { hasBrowser, launchBrowser, openPage } from '../helpers/browser.ts';
import { httpuv } from '../helpers/command.ts';
import { layoutFaults } from '../helpers/layout.ts';
import { PATIENCE_MS } from '../helpers/patience.ts';

const WRONG = `
const open = () => ({ messages: 0, repeat() {}, look: () => [] });
export default { name: 'finds-nothing', title: 'says that there are no messages', open };
`;

describe.skipIf(!hasBrowser())('the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  async function served(...words: string[]): Promise<string> {
    const run = httpuv('bench', 'parser', '--page', '--no-open', ...words);
    const [, url = ''] = await run.said(/(http:\/\/127\.0\.0\.1:\d+\/\S*)/);
    return url;
  }

  async function opened(url: string, settings: Parameters<typeof openPage>[2] = {}): Promise<Page> {
    const { page, complaints, asked } = await openPage(browser, url, settings);
    page.setDefaultTimeout(PATIENCE_MS);
    onTestFinished(async () => {
      await page.context().close();
      expect(complaints).toEqual([]);
      expect(asked.filter((each) => !each.startsWith(new URL(url).origin) && !/^(data|blob):/.test(each))).toEqual([]);
    });
    return page;
  }

  /** Chooses one input and turns that are as short as can be, and starts. */
  async function started(page: Page, input = 'minimal-get', rounds = 2): Promise<void> {
    await page.getByRole('button', { name: 'None of the inputs' }).click();
    await page.getByRole('checkbox', { name: input, exact: true }).check();
    await page.getByLabel('Rounds').fill(String(rounds));
    await page.getByLabel('Milliseconds a turn').fill('1');
    await page.getByLabel('Calls to warm up').fill('20');
    await page.getByRole('button', { name: 'Start' }).click();
  }

  const said = (page: Page, words: RegExp): Promise<void> =>
    page.getByRole('status').filter({ hasText: words }).waitFor();

  it('compares what is chosen, draws it, and hands out all that was measured', async () => {
    const page = await opened(await served());
    await started(page);
    await said(page, /^Done: 1 inputs/);
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
    const table = page.getByRole('table');
    expect(await table.getByRole('rowheader', { name: /^httpuv-lazy/ }).count()).toBe(1);
    expect(await page.getByRole('img', { name: /minimal-get/ }).count()).toBe(1);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download JSON' }).click(),
    ]);
    const report = JSON.parse(await readFile(await download.path(), 'utf8')) as Report;
    expect(report.machine.runtime).toMatch(/^Chromium/);
    expect(report.options).toMatchObject({ rounds: 2, timeMs: 1, warmUpCalls: 20, clock: 'elapsed' });
    expect(report.notes.join()).toMatch(/steps of \d+ µs/);
    const [section] = report.sections;
    expect(section?.rows.filter(({ status }) => status === 'wrong')).toEqual([]);
    const timed = section?.rows.filter(({ status }) => status === 'timed') ?? [];
    expect(timed.map(({ contender }) => contender)).toEqual(expect.arrayContaining(['httpuv-eager', 'control']));
    for (const { figures = {} } of timed) {
      for (const { rounds, median } of Object.values(figures)) {
        expect([...rounds, median].every(Number.isFinite)).toBe(true);
      }
    }
  });

  it.each([
    ['light', 1200],
    ['dark', 1200],
    ['light', 360],
    ['dark', 360],
  ] as const)('nothing is cut off and nothing meets: %s, %i pixels', async (colorScheme, width) => {
    const page = await opened(await served(), { colorScheme, viewport: { width, height: 900 } });
    await page.getByRole('button', { name: 'Start' }).and(page.locator(':enabled')).waitFor();
    expect(await layoutFaults(page)).toEqual([]);
    await started(page);
    await said(page, /^Done/);
    expect(await layoutFaults(page)).toEqual([]);
  });
});
