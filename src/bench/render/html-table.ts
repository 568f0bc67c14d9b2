/** Tables of a report as HTML. A table that is wider than the page scrolls by itself. */
import { hasInterval, type Section } from '../report.ts';
import { number } from '../table.ts';
import { headingOf } from './bars.ts';
import { escaped } from './markup.ts';

/**
 * A table.
 *
 * @param words Which columns are words; the others are figures and stand at the right.
 */
export function htmlTable(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  words: readonly number[],
): string {
  const kind = (at: number) => (words.includes(at) ? ' class="words"' : ' class="figure"');
  const heads = headings.map((text, at) => `<th scope="col"${kind(at)}>${escaped(text)}</th>`);
  const lines = rows.map((cells) =>
    cells.map((text, at) =>
      at === 0 ? `<th scope="row">${escaped(text)}</th>` : `<td${kind(at)}>${escaped(text)}</td>`,
    ),
  );
  return [
    `<div class="scroll" role="region" tabindex="0" aria-label="${escaped(caption)}">`,
    `<table>\n<caption>${escaped(caption)}</caption>`,
    `<thead><tr>${heads.join('')}</tr></thead>`,
    `<tbody>\n${lines.map((cells) => `<tr>${cells.join('')}</tr>`).join('\n')}\n</tbody>`,
    '</table>\n</div>',
  ].join('\n');
}

/** What the table of the terminal shows, the ratios first: they are seen without scrolling. */
export function summaryTable({ name, columns, rows }: Section): string {
  const ordered = [
    ...columns.filter(({ spread }) => spread === true),
    ...columns.filter(({ spread }) => spread !== true),
  ];
  const headings = ordered.flatMap((column) => [headingOf(column), ...(hasInterval(column) ? ['95 %'] : [])]);
  const lines = rows
    .filter(({ status }) => status === 'timed')
    .map(({ contender, figures }) => [
      contender,
      ...ordered.flatMap((column) => {
        const { figure, digits } = column;
        const found = figures?.[figure];
        if (found === undefined) return hasInterval(column) ? ['–', '–'] : ['–'];
        const range = `${number(found.low, digits)}–${number(found.high, digits)}`;
        return [number(found.median, digits), ...(hasInterval(column) ? [range] : [])];
      }),
    ]);
  return htmlTable(`Results of ${name}`, ['contender', ...headings], lines, [0]);
}

/** Every quantity that was measured, with its spread. */
export function figureTable({ name, rows }: Section): string {
  const lines = rows.flatMap(({ contender, figures = {} }) =>
    Object.entries(figures).map(([figure, { unit, median, low, high, q1, q3, count }]) => {
      const shown = (value: number) => number(value, digitsFor(median));
      return [
        contender,
        figure,
        unit,
        shown(median),
        `${shown(low)}–${shown(high)}`,
        `${shown(q1)}–${shown(q3)}`,
        String(count),
      ];
    }),
  );
  const headings = ['contender', 'figure', 'unit', 'median', '95 %', 'middle half', 'rounds'];
  return htmlTable(`Every figure of ${name}`, headings, lines, [0, 1, 2]);
}

/** As many digits as make about four that count. */
function digitsFor(value: number): number {
  return Math.min(Math.max(3 - Math.floor(Math.log10(Math.abs(value) || 1)), 0), 6);
}
