/** Looks at a page by its boxes: what is cut off, and what lies over something else. */
import type { Page } from 'playwright-core';

/**
 * Sentences about texts, controls and bars that leave the window or their scrolling box, or that meet; none when all is
 * well. Texts that are there for listeners alone are passed over.
 */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(FIND_FAULTS) as Promise<string[]>;
}

// As text, because the compiler of the tests knows no windows. Fonts are higher than their letters: texts may meet by some pixels.
const FIND_FAULTS = `(() => {
  const ROOM = 3;
  const isUnseen = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const { clipPath, visibility } = getComputedStyle(at);
      if (clipPath !== 'none' || visibility === 'hidden' || at.matches('.skip:not(:focus)')) return true;
    }
    return false;
  };
  const boxes = [];
  const add = (kind, name, owner, rect) => {
    if (rect.width > 0 && rect.height > 0) boxes.push({ kind, name: name.trim().slice(0, 40), owner, rect });
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    if (node.data.trim() === '' || node.parentElement.closest('option, noscript') || isUnseen(node.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) add('text', node.data, node.parentElement, rect);
  }
  for (const element of document.querySelectorAll('button, input, select, progress, svg rect:not(.hv-ground)')) {
    if (!isUnseen(element)) add('box', element.id || element.className.baseVal || element.tagName, element, element.getBoundingClientRect());
  }
  const faults = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) faults.push('the page is wider than its window');
  for (const { name, owner, rect } of boxes) {
    if (rect.left < -0.5 || rect.right > width + 0.5) faults.push(name + ': cut off by the window');
    for (let at = owner.parentElement; at !== null; at = at.parentElement) {
      const outer = at.getBoundingClientRect();
      if (getComputedStyle(at).overflowX !== 'visible' && (rect.left < outer.left - 1 || rect.right > outer.right + 1)) {
        faults.push(name + ': cut off by ' + at.tagName);
      }
    }
  }
  boxes.forEach((one, at) => {
    for (const other of boxes.slice(at + 1)) {
      if (one.owner === other.owner || one.owner.contains(other.owner) || other.owner.contains(one.owner)) continue;
      const across = Math.min(one.rect.right, other.rect.right) - Math.max(one.rect.left, other.rect.left);
      const down = Math.min(one.rect.bottom, other.rect.bottom) - Math.max(one.rect.top, other.rect.top);
      if (across > 1 && down > ROOM) faults.push(one.name + ' meets ' + other.name);
    }
  });
  return faults;
})()`;
