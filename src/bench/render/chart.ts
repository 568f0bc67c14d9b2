/**
 * Draws charts as SVG: a row with a bar and its interval for each contender, a line at 1 for ratios. Names stand at the
 * left and figures at the right of the bars, on narrow charts above them, so that texts cannot meet whatever is measured.
 */
import type { Section } from '../report.ts';
import { type Bar, type Chart, chartsOf } from './bars.ts';
import { CHART_STYLE } from './chart-style.ts';
import { escaped, idOf } from './markup.ts';
import { type Scale, scaleFor } from './scale.ts';
import { fitted, textWidth, wrapped } from './text-width.ts';

/** How a chart is drawn. */
export interface ChartOptions {
  /** Width in pixels, 280 or more. Default 720; up to 520 names stand above their bars. */
  readonly width?: number;
  /** For a page whose style sheet holds `CHART_STYLE`: the chart brings no styles of its own. Default false. */
  readonly isInline?: boolean;
  /** Whether the name and the title of the section stand over the bars. Default true. */
  readonly isTitled?: boolean;
}

/** Drawn lines, and how high they are together. */
export interface Drawn {
  readonly svg: string;
  readonly height: number;
}

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
export const LEAST_WIDTH = 280;
export const USUAL_WIDTH = 720;
const NARROW_UP_TO = 520;
const EDGE = 16;
const NAME = 13;
const SMALL = 12;
const TITLE = 15;
const LINE = 1.35;
const GAP = 12;
const BAR = 14;

/**
 * A section as SVG documents: one for each quantity that its table shows with an interval.
 *
 * @returns An empty list when nothing was measured.
 */
export function chartSvgs(section: Section, options: ChartOptions = {}): string[] {
  const width = Math.max(options.width ?? USUAL_WIDTH, LEAST_WIDTH);
  return chartsOf(section).map((chart) => {
    const { svg, height } = drawChart(chart, width, 0, options.isTitled);
    return svgDocument(`${chart.section}: ${chart.title}`, describe(chart), svg, width, height + EDGE, options, [
      chart.section,
      chart.figure,
    ]);
  });
}

/**
 * The first chart of a section as an SVG document with light and dark colours.
 *
 * @returns An empty text when nothing was measured.
 */
export function chartSvg(section: Section, options: ChartOptions = {}): string {
  return chartSvgs(section, options)[0] ?? '';
}

/** An SVG document around what was drawn. */
export function svgDocument(
  title: string,
  description: string,
  inside: string,
  width: number,
  height: number,
  { isInline = false }: ChartOptions,
  names: readonly string[],
): string {
  const id = idOf('hv', ...names);
  const high = Math.ceil(height);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${high}" width="${width}" height="${high}" role="img" aria-labelledby="${id}-title ${id}-text" font-family="${escaped(FONT)}">`,
    `<title id="${id}-title">${escaped(title)}</title>`,
    `<desc id="${id}-text">${escaped(description)}</desc>`,
    ...(isInline ? [] : [`<style>\n${CHART_STYLE}\n</style>`]),
    `<rect class="hv-ground" width="${width}" height="${high}" rx="8"/>`,
    inside,
    '</svg>\n',
  ].join('\n');
}

/** What a chart shows, as a sentence for those who do not see it. */
export function describe({ caption, bars }: Chart): string {
  const said = bars.map(({ contender, text, interval }) => `${contender} ${text}${interval && ` (${interval})`}`);
  return `${caption}. ${said.join(', ')}.`;
}

/** Draws a chart from `top` downwards. */
export function drawChart(chart: Chart, width: number, top = 0, isTitled = true): Drawn {
  const spans = chart.bars.flatMap(({ span }) => span ?? []);
  const scale = scaleFor(spans, chart.isRatio);
  const room = width - 2 * EDGE;
  const parts: string[] = [];
  let y = top + EDGE;
  const heading = (text: string, size: number, kind: 'ink' | 'soft', isBold: boolean) => {
    for (const line of wrapped(text, room, size, isBold)) {
      y += size * LINE;
      parts.push(word(line, EDGE, y - size * 0.35, size, kind, { isBold }));
    }
  };
  if (isTitled) {
    heading(chart.section, TITLE, 'ink', true);
    heading(chart.title, NAME, 'soft', false);
  }
  heading(captionOf(chart, scale), SMALL, 'soft', false);
  y += GAP;
  const plan = layout(chart.bars, width);
  const bottom = y + chart.bars.length * plan.step;
  const x = (value: number) => plan.left + scale.at(value) * (plan.right - plan.left);
  parts.push(axis(scale, chart, x, plan, y));
  for (const [at, bar] of chart.bars.entries()) parts.push(row(bar, scale, x, plan, y + at * plan.step, width));
  return { svg: parts.join('\n'), height: bottom + SMALL * LINE + 6 - top };
}

function captionOf({ caption, isRatio, bars }: Chart, { isLog }: Scale): string {
  const one = isRatio ? '; dashed: 1' : '';
  const own = bars.some(({ kind }) => kind === 'own') ? '; blue: this package' : '';
  return `${caption}${one}; lines over bars: 95 % intervals${own}${isLog ? '; logarithmic scale' : ''}`;
}

/** Where things stand in the rows. */
interface Plan {
  readonly isNarrow: boolean;
  /** The ends of the axis. */
  readonly left: number;
  readonly right: number;
  /** Height of a row. */
  readonly step: number;
  /** The most that a name may take. */
  readonly nameWidth: number;
  /** The most that an interval takes, for those before it. */
  readonly intervalWidth: number;
}

function layout(bars: readonly Bar[], width: number): Plan {
  const widest = (of: (bar: Bar) => number) => Math.max(0, ...bars.map(of));
  const intervalWidth = widest(({ interval }) => textWidth(interval, SMALL));
  const figures = widest(({ text }) => textWidth(text, NAME, true)) + 8 + intervalWidth;
  if (width <= NARROW_UP_TO) {
    const nameWidth = width - 2 * EDGE - figures - GAP;
    return { isNarrow: true, left: EDGE, right: width - EDGE, step: 40, nameWidth, intervalWidth };
  }
  const nameWidth = Math.min(
    widest(({ contender }) => textWidth(contender, NAME)),
    width * 0.3,
  );
  const left = EDGE + nameWidth + GAP;
  return { isNarrow: false, left, right: width - EDGE - figures - GAP, step: 26, nameWidth, intervalWidth };
}

function axis(
  scale: Scale,
  { isRatio, bars }: Chart,
  x: (value: number) => number,
  { isNarrow, left, right, step }: Plan,
  top: number,
): string {
  const bottom = top + bars.length * step;
  // Names stand over the bars of narrow charts: there the lines are drawn behind the bars alone.
  const bands = isNarrow
    ? bars.map((_, at) => [top + at * step + NAME * LINE + 3, top + (at + 1) * step] as const)
    : [[top, bottom] as const];
  const upright = (kind: string, value: number) => {
    const lines = bands.map(([from, to]) => `M${px(x(value))} ${px(from)}V${px(to)}`);
    return `<path class="${kind}" d="${lines.join('')}"/>`;
  };
  const parts: string[] = [];
  let free = left - EDGE;
  for (const tick of scale.ticks) {
    const text = tickText(tick);
    const half = textWidth(text, SMALL) / 2;
    const middle = Math.min(Math.max(x(tick), left - EDGE + half), right + EDGE - half);
    if (middle - half < free) continue;
    free = middle + half + 6;
    parts.push(word(text, middle, bottom + SMALL * LINE, SMALL, 'soft', { anchor: 'middle' }));
    if (!(isRatio && tick === 1)) parts.push(upright('hv-grid', tick));
  }
  if (isRatio) parts.push(upright('hv-one', 1));
  return parts.join('\n');
}

function row(bar: Bar, scale: Scale, x: (value: number) => number, plan: Plan, top: number, width: number): string {
  const { isNarrow, nameWidth, intervalWidth } = plan;
  const text = isNarrow ? top + NAME * LINE : top + plan.step / 2 + NAME * 0.36;
  const barTop = isNarrow ? top + NAME * LINE + 6 : top + (plan.step - BAR) / 2;
  const end = width - EDGE;
  return [
    `<g><title>${escaped(`${bar.contender}: ${bar.title}`)}</title>`,
    word(fitted(bar.contender, nameWidth, NAME), EDGE, text, NAME, 'ink'),
    ...(bar.span === undefined ? [] : [drawBar(bar, bar.span, scale, x, barTop, plan)]),
    word(bar.text, end - intervalWidth - 8, text, NAME, 'ink', { anchor: 'end', isBold: true }),
    ...(bar.interval === '' ? [] : [word(bar.interval, end, text, SMALL, 'soft', { anchor: 'end' })]),
    '</g>',
  ].join('\n');
}

function drawBar(
  { kind }: Bar,
  span: { readonly median: number; readonly low: number; readonly high: number },
  scale: Scale,
  x: (value: number) => number,
  top: number,
  { left }: Plan,
): string {
  const from = scale.isLog ? x(scale.base) : left;
  const to = x(span.median);
  const [low, high, middle] = [x(span.low), x(span.high), top + BAR / 2];
  const cap = (value: number, at: number) => (scale.isOutside(value) ? '' : `M${px(at)} ${px(middle - 4)}v8`);
  const line = `M${px(low)} ${px(middle)}H${px(high)}${cap(span.low, low)}${cap(span.high, high)}`;
  return [
    `<rect class="hv-${kind}" x="${px(Math.min(from, to))}" y="${px(top)}" width="${px(Math.max(Math.abs(to - from), 1))}" height="${BAR}" rx="2"/>`,
    `<path class="hv-halo" d="${line}"/>`,
    `<path class="hv-range" d="${line}"/>`,
  ].join('\n');
}

/** A text with its base line at `y`. */
export function word(
  text: string,
  x: number,
  y: number,
  size: number,
  kind: 'ink' | 'soft',
  {
    anchor = 'start',
    isBold = false,
  }: { readonly anchor?: 'start' | 'middle' | 'end'; readonly isBold?: boolean } = {},
): string {
  const weight = isBold ? ' font-weight="600"' : '';
  const place = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text class="hv-${kind}" x="${px(x)}" y="${px(y)}" font-size="${size}"${weight}${place}>${escaped(text)}</text>`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function tickText(tick: number): string {
  return tick.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}
