/** Looks at a page in a browser: which texts are cut off, lie on each other, or stand out too little from their ground. */
import type { Page } from 'playwright-core';

/** What was found; `overflow` is by how many pixels the page is wider than its window. */
export interface Texts {
  readonly charts: number;
  readonly texts: number;
  readonly overflow: number;
  readonly cut: readonly string[];
  readonly overlapping: readonly string[];
  readonly faint: readonly string[];
}

/** Judges all SVG charts of a page with their texts, and the words around them. */
export async function judgeTexts(page: Page): Promise<Texts> {
  return (await page.evaluate(SCRIPT)) as Texts; // The script ends with one.
}

const SCRIPT = `(() => {
  const cut = [];
  const overlapping = [];
  const faint = [];
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).slice(0, 3).map(Number);
  const light = (colour) => {
    const [r = 0, g = 0, b = 0] = channels(colour).map((each) => {
      const share = each / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low = 0, high = 0] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const groundOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (colour !== 'rgba(0, 0, 0, 0)') return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const charts = [...document.querySelectorAll('svg')];
  let texts = 0;
  for (const svg of charts) {
    const frame = svg.getBoundingClientRect();
    const ground = getComputedStyle(svg.querySelector('.hv-ground')).fill;
    const boxes = [...svg.querySelectorAll('text')].map((text) => ({ text, box: text.getBoundingClientRect() }));
    texts += boxes.length;
    for (const [at, { text, box }] of boxes.entries()) {
      const said = text.textContent ?? '';
      const isInside = box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
      if (!isInside) cut.push(said);
      if (contrast(getComputedStyle(text).fill, ground) < 4.5) faint.push(said);
      for (const { text: next, box: other } of boxes.slice(at + 1)) {
        const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
        // Lines of text stand as close as their fonts allow: what touches above and below is no overlap.
        if (across > 0 && down > 3) overlapping.push(\`\${said} / \${next.textContent ?? ''}\`);
      }
    }
    for (const bar of svg.querySelectorAll('.hv-own, .hv-other')) {
      if (contrast(getComputedStyle(bar).fill, ground) < 3) faint.push('a bar');
    }
  }
  for (const element of document.querySelectorAll('h1, h2, p, li, dt, dd, a, summary, th, td, caption, code')) {
    const { color } = getComputedStyle(element);
    if (contrast(color, groundOf(element)) < 4.5) faint.push(element.textContent ?? '');
    const { left, right } = element.getBoundingClientRect();
    const isScrolled = element.closest('.scroll, pre') !== null;
    if (!isScrolled && (left < 0 || right > document.documentElement.clientWidth)) cut.push(element.textContent ?? '');
  }
  const { scrollWidth, clientWidth } = document.documentElement;
  return { charts: charts.length, texts, overflow: scrollWidth - clientWidth, cut, overlapping, faint };
})()`;
