/** A report in its forms: what is said, and that nothing in it is taken for markup. */
import { describe, expect, it } from 'vitest';
import { judgeAgainst } from '../../src/bench/baseline.ts';
import { chartsOf } from '../../src/bench/render/bars.ts';
import { chartSvg } from '../../src/bench/render/chart.ts';
import { reportHtml } from '../../src/bench/render/html.ts';
import { reportMarkdown } from '../../src/bench/render/markdown.ts';
import { scaleFor } from '../../src/bench/render/scale.ts';
import { reportSvg } from '../../src/bench/render/svg.ts';
import { fitted, textWidth, wrapped } from '../../src/bench/render/text-width.ts';
import type { Section } from '../../src/bench/report.ts';
import { syntheticReport, TIMES } from '../helpers/synthetic-report.ts';

const report = syntheticReport();
const [section] = report.sections as [Section];
const hostile = '<img src=x onerror="alert(1)">&|`*';
const HOSTILE = syntheticReport([hostile], { ...TIMES, [hostile]: 700, broken: `wrong: ${hostile}` });
const span = (median: number, low = median, high = median) => ({ median, low, high });

describe('a chart', () => {
  it('has a bar with an interval for each contender that was timed, and a word for the others', () => {
    const [chart] = chartsOf(section);
    expect(
      chart?.bars.map(({ contender, kind, span: drawn, text }) => [contender, kind, drawn ? 'bar' : text]),
    ).toEqual([
      ['node-flat', 'other', 'bar'],
      ['node-object', 'other', 'bar'],
      ['http-parser-js', 'other', 'bar'],
      ['httpuv-lazy', 'own', 'bar'],
      ['httpuv-eager', 'own', 'bar'],
      ['httpuv-in-place', 'own', 'bar'],
      ['milo', 'other', 'missing'],
      ['native-llhttp', 'other', 'wrong'],
      ['control', 'control', 'bar'],
    ]);
    const svg = chartSvg(section);
    expect(svg.match(/class="hv-range"/g)).toHaveLength(7);
    expect(svg.match(/class="hv-own"/g)).toHaveLength(3);
    expect(svg.match(/class="hv-one"/g)).toHaveLength(1);
  });

  it('says what its axis counts, which direction is better, and what the lines are', () => {
    const words = chartSvg(section)
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ');
    expect(words).toContain('× node-flat: higher is better; dashed: 1');
    expect(words).toContain('95 % intervals');
    expect(words).not.toContain('logarithmic');
  });

  it('has a logarithmic scale only when its bars are far apart, and says so', () => {
    const far = syntheticReport(['a'], { 'node-flat': 2600, 'httpuv-lazy': 20, slow: 9000 }).sections[0] as Section;
    expect(chartSvg(far).replace(/<[^>]*>\s*/g, ' ')).toContain('logarithmic');
  });

  it('is empty when nothing was timed', () => {
    expect(chartSvg({ ...section, rows: section.rows.filter(({ status }) => status !== 'timed') })).toBe('');
  });

  it('has colours of its own for light and dark, or none inside a page that has them', () => {
    expect(chartSvg(section)).toContain('@media (prefers-color-scheme: dark)');
    expect(chartSvg(section, { isInline: true })).not.toContain('<style>');
  });
});

describe('a scale', () => {
  it('begins at zero, ends behind the last interval and labels round numbers', () => {
    const scale = scaleFor([span(1), span(6, 5.5, 6.7)], true);
    expect([scale.at(0), scale.isLog, scale.isOutside(6.7)]).toEqual([0, false, false]);
    expect(scale.ticks).toEqual([0, 2, 4, 6]);
  });

  it('on a logarithmic scale bars begin at 1, and the same factor is the same length', () => {
    const scale = scaleFor([span(0.2), span(50)], true);
    expect([scale.isLog, scale.base]).toEqual([true, 1]);
    expect(scale.at(10) - scale.at(1)).toBeCloseTo(scale.at(20) - scale.at(2));
  });

  it('one interval without end does not make all bars short, and counts as outside', () => {
    const scale = scaleFor([span(1), span(2, 0.1, 40)], true);
    expect(scale.at(2)).toBeGreaterThan(0.8);
    expect(scale.isOutside(40)).toBe(true);
  });

  it.each([[[]], [[span(Number.NaN)]], [[span(0)]]])('holds places inside whatever was measured: %j', (spans) => {
    for (const value of [-1, 0, 1, Number.NaN, Infinity]) {
      const at = scaleFor(spans, true).at(value);
      expect(at >= 0 && at <= 1).toBe(true);
    }
  });
});

describe('texts in charts', () => {
  it('are cut with an ellipsis where there is no room', () => {
    expect(fitted('short', 100, 12)).toBe('short');
    const cut = fitted('a-name-that-somebody-made-very-long', 100, 12);
    expect(cut).toMatch(/^a-name.*…$/);
    expect(textWidth(cut, 12)).toBeLessThanOrEqual(100);
  });

  it('are wrapped at spaces, and inside a word that is longer than a line', () => {
    const lines = wrapped(`one two three ${'x'.repeat(60)}`, 120, 12);
    expect(lines.join('').replaceAll(' ', '')).toBe(`onetwothree${'x'.repeat(60)}`);
    for (const line of lines) expect(textWidth(line, 12)).toBeLessThanOrEqual(120);
  });
});

describe('the image of a report', () => {
  it('holds all charts, the machine, the command and the date', () => {
    const svg = reportSvg(report);
    for (const part of ['browser-get', 'minimal-get', 'Imagined CPU', 'httpuv bench parser', '2026-11-22'])
      expect(svg).toContain(part);
    expect(svg.match(/class="hv-one"/g)).toHaveLength(2);
  });
});

describe('the page of a report', () => {
  const html = reportHtml(report);

  it('holds machine, versions, method, the very command, notes and each contender that was not timed', () => {
    for (const part of [
      'Imagined CPU',
      'Node v24.21.0, V8 13.6',
      'abc1234',
      'interleaved rounds',
      report.command ?? '?',
    ])
      expect(html).toContain(part);
    expect(html).toContain('<b>milo</b>: missing, npm install @perseveranza-pets/milo');
  });

  it('has every number of its charts in a table', () => {
    const tables = html.replace(/<svg[\s\S]*?<\/svg>/g, '');
    for (const chart of report.sections.flatMap(chartsOf)) {
      for (const { span: drawn, text, interval } of chart.bars) {
        if (drawn === undefined) continue;
        expect(tables).toContain(`>${text}<`);
        expect(tables).toContain(`>${interval}<`);
      }
    }
  });

  it('asks for nothing and runs nothing', () => {
    expect(html).not.toMatch(/<script|<link[^>]*href="(?!data:,)|@import|url\(|<img|<iframe/);
  });

  it('has no id twice', () => {
    const ids = Array.from(html.matchAll(/ id="([^"]+)"/g), ([, id]) => id);
    expect(ids.length).toBeGreaterThan(4);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('shows what became of a baseline', () => {
    const worse = syntheticReport(undefined, { ...TIMES, 'httpuv-lazy': 900 }, { seed: 7 });
    const page = reportHtml({ ...worse, baseline: judgeAgainst(report, worse, 0.15) });
    expect(page).toContain('slower by more than 15 %: httpuv-lazy on browser-get');
  });
});

describe('the Markdown of a report', () => {
  it('has a table with intervals for each section, and who was not timed', () => {
    const text = reportMarkdown(report);
    expect(text).toContain('| contender | ns/message | × node-flat \\[95 %\\] |\n| --- | ---: | ---: |');
    expect(text).toMatch(/^\| `httpuv-lazy` \| \d+ \| 5\.\d\d \[\d\.\d\d–\d\.\d\d\] \|$/m);
    expect(text).toContain('- `milo`: missing (npm install @perseveranza-pets/milo)');
    expect(text).toContain('$ npx httpuv bench parser');
  });

  it('begins with what became of a baseline', () => {
    const worse = syntheticReport(undefined, { ...TIMES, 'httpuv-lazy': 900 }, { seed: 7 });
    const text = reportMarkdown({ ...worse, baseline: judgeAgainst(report, worse, 0.15) });
    expect(text).toMatch(/\*\*slower by more than 15 %: httpuv-lazy on browser-get/);
    expect(text).toMatch(/\| `httpuv-lazy` \|.*\| \*\*slower\*\* \|/);
  });
});

describe('names and sentences of others', () => {
  it('are text in every form', () => {
    for (const text of [reportHtml(HOSTILE), reportSvg(HOSTILE), chartSvg(HOSTILE.sections[0] as Section)]) {
      expect(text).not.toContain('<img');
      expect(text).toContain('&lt;img src=x');
    }
    const markdown = reportMarkdown(HOSTILE);
    expect(markdown.replace(/`[^`\n]*`/g, '')).not.toMatch(/(?<!\\)<img/);
    const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
    expect(new Set(rows.map((row) => row.match(/(?<!\\)\|/g)?.length))).toEqual(new Set([4]));
  });
});
