/** Reports in Chromium, as a page and as an image, light, dark and narrow: nothing is cut off, overlaps or fades. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportHtml } from '../../src/bench/render/html.ts';
import { reportSvg } from '../../src/bench/render/svg.ts';
import { hasBrowser, launchBrowser } from '../helpers/browser.ts';
import { judgeTexts } from '../helpers/judge-texts.ts';
import { syntheticReport, TIMES } from '../helpers/synthetic-report.ts';

const times = {
  ...TIMES,
  'a-contender-with-a-name-that-goes-on-and-on-and-on': 1234,
  'as-fast': 2590,
  slow: 60_000,
};
const report = syntheticReport(['browser-get-varied', 'pieces-64', 'minimal-get'], times, { noise: 0.2 });
const far = syntheticReport(['long-header'], { ...times, 'httpuv-records': 9 });
const all = { ...report, sections: [...report.sections, ...far.sections] };
const HTML = reportHtml(all);
const SVG = reportSvg(all);
const LOOKS = [
  ['light', 1200],
  ['dark', 1200],
  ['light', 360],
  ['dark', 360],
] as const;

describe.skipIf(!hasBrowser())('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  async function shown(content: string, colorScheme: 'light' | 'dark', width: number): Promise<Page> {
    const page = await (await browser.newContext({ colorScheme, viewport: { width, height: 800 } })).newPage();
    await page.setContent(content);
    return page;
  }

  it.each(LOOKS)('the page fits, %s and %i px wide, with every text whole and readable', async (scheme, width) => {
    const page = await shown(HTML, scheme, width);
    const found = await judgeTexts(page);
    expect(found.charts).toBe(4);
    expect(found.texts).toBeGreaterThan(100);
    expect(found.overflow).toBeLessThanOrEqual(0);
    expect(found.cut).toEqual([]);
    expect(found.overlapping).toEqual([]);
    expect(found.faint).toEqual([]);
    // In a wide window nothing has to be scrolled to be seen.
    const scrolled = await page.evaluate(
      `[...document.querySelectorAll('.scroll, pre')].filter((box) => box.scrollWidth > box.clientWidth).length`,
    );
    expect(scrolled).toBeLessThanOrEqual(width < 1000 ? Number.POSITIVE_INFINITY : 0);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('the image keeps its texts apart and follows a %s page', async (scheme) => {
    const page = await shown(`<style>body{margin:0}</style>${SVG}`, scheme, 800);
    const found = await judgeTexts(page);
    expect(found.texts).toBeGreaterThan(50);
    expect([found.cut, found.overlapping, found.faint]).toEqual([[], [], []]);
    await page.setContent(`<img alt="" src="data:image/svg+xml;base64,${Buffer.from(SVG).toString('base64')}">`);
    const red = await page.evaluate(`(async () => {
      const image = document.querySelector('img');
      await image.decode();
      const canvas = document.createElement('canvas').getContext('2d');
      canvas.drawImage(image, 0, 0);
      return canvas.getImageData(100, 4, 1, 1).data[0];
    })()`);
    expect(red).toBe(scheme === 'dark' ? 0x16 : 0xff);
    await page.close();
  });

  it('is a document that XML readers take', async () => {
    const page = await shown('', 'light', 800);
    const name = await page.evaluate(`(() => {
      const { documentElement } = new DOMParser().parseFromString(${JSON.stringify(SVG)}, 'image/svg+xml');
      return documentElement.querySelector('parsererror') === null ? documentElement.nodeName : 'parsererror';
    })()`);
    expect(name).toBe('svg');
    await page.close();
  });
});
