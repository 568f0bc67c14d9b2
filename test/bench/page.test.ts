/** The page that compares parsers in a browser, served by the command. Speed is never judged here. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Report } from '../../src/bench/report.ts';
import { hasBrowser, launchBrowser, openPage } from '../helpers/browser.ts';
import { httpuv } from '../helpers/command.ts';
import { judgeTexts } from '../helpers/judge-texts.ts';
import { layoutFaults } from '../helpers/layout.ts';
import { PATIENCE_MS } from '../helpers/patience.ts';

const WRONG = `
const open = () => ({ messages: 0, repeat() {}, look: () => [] });
export default { name: 'finds-nothing', title: 'says that there are no messages', open };
`;
/** Turns that are as short as can be. */
const SHORT = ['--rounds', '2', '--time', '1', '--warmup', '20', '--processes'];

const LOOKS = [
  ['light', 1200],
  ['dark', 920],
  ['dark', 360],
  ['light', 360],
] as const;

describe.skipIf(!hasBrowser())('the page', () => {
  let browser: Browser;
  let folder = '';
  beforeAll(async () => {
    browser = await launchBrowser();
    folder = await mkdtemp(join(tmpdir(), 'httpuv-bench-page-'));
    await writeFile(join(folder, 'wrong.mjs'), WRONG);
    await writeFile(join(folder, 'mine.http'), 'GET /mine HTTP/1.1\r\nHost: a\r\n\r\n');
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  /** Starts the command and opens its page, which may complain of nothing and ask nobody else. */
  async function opened(words: readonly string[], settings: Parameters<typeof openPage>[2] = {}): Promise<Page> {
    const run = httpuv('bench', 'parser', '--page', '--no-open', ...words);
    const [url] = await run.said(/http:\/\/127\.0\.0\.1:\d+\/\S*/);
    const { page, complaints, asked } = await openPage(browser, url, settings);
    page.setDefaultTimeout(PATIENCE_MS);
    onTestFinished(async () => {
      await page.context().close();
      expect(complaints).toEqual([]);
      expect(asked.filter((each) => !each.startsWith(new URL(url).origin) && !/^(?:data|blob):/.test(each))).toEqual(
        [],
      );
    });
    await page.locator('#start:enabled').waitFor();
    return page;
  }

  const said = (page: Page, words: RegExp): Promise<void> =>
    page.locator('#status').filter({ hasText: words }).waitFor();

  async function done(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Start' }).click();
    await said(page, /^Done/);
  }

  /** What the button gives. */
  async function downloaded(page: Page): Promise<Report> {
    const button = page.getByRole('button', { name: 'Download JSON' });
    const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
    return JSON.parse(await readFile(await download.path(), 'utf8')) as Report;
  }

  it('compares what is chosen, draws it, and hands out all that was measured', async () => {
    const page = await opened([
      ...SHORT,
      '2',
      '--filter',
      'minimal-get,api-post,httpuv-lazy,js-scanner',
      '--reference',
      'js-scanner',
    ]);
    await done(page);
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
    expect(await page.getByRole('table').count()).toBe(2);
    expect(await page.getByRole('rowheader', { name: /^httpuv-lazy/ }).count()).toBe(2);
    expect(await page.getByRole('img', { name: /minimal-get/ }).count()).toBe(1);
    const report = await downloaded(page);
    expect(report.machine.runtime).toMatch(/^Chromium/);
    const options = { rounds: 2, timeMs: 1, warmUpCalls: 20, processes: 2, reference: 'js-scanner', clock: 'elapsed' };
    expect(report.options).toMatchObject(options);
    expect(report.notes.join()).toMatch(/steps of \d+ µs/);
    expect(report.sections.map(({ name }) => name)).toEqual(['minimal-get', 'api-post-small']);
    for (const { rows } of report.sections) {
      expect(rows.map(({ contender, status }) => `${contender} ${status}`)).toEqual([
        'js-scanner timed',
        'httpuv-lazy timed',
        'control timed',
      ]);
      for (const { rounds, median } of rows.flatMap(({ figures = {} }) => Object.values(figures))) {
        expect([...rounds, median].every(Number.isFinite)).toBe(true);
        expect(rounds).toHaveLength(2);
      }
    }
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy as Markdown' }).click();
    await page.getByText('Copied as Markdown.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('`httpuv-lazy`');
  });

  it('shows a parser that is wrong as wrong, on bytes of the user', async () => {
    const own = ['--contender', join(folder, 'wrong.mjs'), '--input', join(folder, 'mine.http')];
    const page = await opened([...SHORT, '1', ...own, '--filter', 'httpuv-lazy']);
    await done(page);
    const row = page.getByRole('row', { name: /^finds-nothing/ });
    expect(await row.innerText()).toMatch(/wrong 0 messages instead of 1/);
    const { sections } = await downloaded(page);
    expect(sections.map(({ name }) => name)).toEqual(['mine.http']);
    expect(sections[0]?.rows.find(({ contender }) => contender === 'finds-nothing')).not.toHaveProperty('figures');
  });

  it('stops when it is told to, keeps what was found until then, and begins again', async () => {
    const long = ['--rounds', '1000', '--time', '5', '--warmup', '20', '--processes', '1'];
    const page = await opened([...long, '--filter', 'minimal-get,httpuv-lazy']);
    await page.getByRole('button', { name: 'Start' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('rowheader', { name: /^httpuv-lazy/ }).waitFor();
    // Which has taken the place of the button that started.
    await page.keyboard.press('Enter');
    await said(page, /^Stopped/);
    expect(await page.evaluate('document.activeElement.id')).toBe('start');
    const { notes, sections } = await downloaded(page);
    expect(notes).toContain('stopped before all rounds were done');
    expect(sections).toHaveLength(1);
    await page.getByLabel('Rounds').fill('1');
    await done(page);
    expect((await downloaded(page)).notes).not.toContain('stopped before all rounds were done');
  });

  it('is whole and readable in every look, also when it is made narrow', async () => {
    const words = [...SHORT, '1', '--contender', join(folder, 'wrong.mjs'), '--filter', 'minimal-get,chunked-4k'];
    const page = await opened(words);
    await done(page);
    for (const [colorScheme, width] of LOOKS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      // Charts are drawn again for the width that they have.
      await page.waitForFunction(
        'document.querySelector("svg").clientWidth === document.querySelector(".chart").clientWidth',
      );
      expect(await layoutFaults(page), `${colorScheme}, ${width}`).toEqual([]);
      const { charts, overflow, cut, overlapping, faint } = await judgeTexts(page);
      expect({ charts, cut, overlapping, faint }).toEqual({ charts: 2, cut: [], overlapping: [], faint: [] });
      expect(overflow).toBeLessThanOrEqual(0);
    }
  });
});
