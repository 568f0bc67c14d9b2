/**
 * A report as one HTML file that needs nothing else: charts, tables with every figure, machine, method, and how to repeat
 * it. It asks for nothing over the network and runs no script.
 */
import type { Judgement } from '../baseline.ts';
import { expectedText, JUDGEMENT_HEADINGS, judgementCells, verdictText } from '../baseline-text.ts';
import { comparison } from '../goals.ts';
import { machineLines } from '../machine.ts';
import type { Report, Row, Section } from '../report.ts';
import { number } from '../table.ts';
import { chartSvgs } from './chart.ts';
import { CHART_STYLE } from './chart-style.ts';
import { PAGE_STYLE } from './html-style.ts';
import { figureTable, htmlTable, summaryTable } from './html-table.ts';
import { escaped, idOf } from './markup.ts';

/** Charts fit a phone, and stand beside each other where there is room. */
const CHART_WIDTH = 328;

/** The whole page. */
export function reportHtml(report: Report): string {
  const title = `httpuv bench ${report.bench}`;
  const parts = [
    head(report, title),
    ...(report.baseline === undefined ? [] : [baselineHtml(report.baseline)]),
    ...(report.sections.length < 2 ? [] : [contents(report.sections)]),
    ...report.sections.map(sectionHtml),
    contendersHtml(report.sections),
    ...(report.goals.length === 0 ? [] : [goalsHtml(report)]),
    methodHtml(report),
    repeatHtml(report),
  ];
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(`${title}, ${report.started.slice(0, 10)}`)}</title>`,
    '<link rel="icon" href="data:,">',
    `<style>\n${PAGE_STYLE}\n${CHART_STYLE}\n</style>`,
    '</head>',
    '<body>',
    '<main>',
    ...parts,
    '</main>',
    '</body>',
    '</html>\n',
  ].join('\n');
}

function head({ machine, started, seconds, notes }: Report, title: string): string {
  const facts = [...machineLines(machine), `started   ${started}, took ${Math.round(seconds)} s`].map((line) => {
    const [, name = '', value = ''] = /^(\w+) +(.*)$/.exec(line) ?? [];
    return `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`;
  });
  return [
    '<header>',
    `<h1>${escaped(title)}</h1>`,
    `<dl>\n${facts.join('\n')}\n</dl>`,
    notes.length === 0 ? '' : `<ul>\n${notes.map((note) => `<li>${escaped(note)}</li>`).join('\n')}\n</ul>`,
    '</header>',
  ].join('\n');
}

function contents(sections: readonly Section[]): string {
  const links = sections.map(({ name }) => `<a href="#${idOf('on', name)}">${escaped(name)}</a>`);
  return `<nav aria-label="Sections">\n${links.join('\n')}\n</nav>`;
}

function sectionHtml(section: Section): string {
  const { name, title, rows } = section;
  const charts = chartSvgs(section, { width: CHART_WIDTH, isInline: true, isTitled: false });
  const isTimed = rows.some(({ status }) => status === 'timed');
  return [
    `<section id="${idOf('on', name)}">`,
    `<h2>${escaped(name)}</h2>`,
    `<p>${escaped(title)}</p>`,
    '<div class="found">',
    charts.length === 0 ? '' : `<div class="charts">\n${charts.join('')}</div>`,
    isTimed ? summaryTable(section) : '',
    '</div>',
    untimed(rows),
    isTimed ? `<details><summary>Every figure of ${escaped(name)}</summary>\n${figureTable(section)}\n</details>` : '',
    '</section>',
  ].join('\n');
}

function untimed(rows: readonly Row[]): string {
  const items = rows.flatMap(({ contender, status, reason = '' }) =>
    status === 'timed' ? [] : [`<li><b>${escaped(contender)}</b>: ${status}${reason && `, ${escaped(reason)}`}</li>`],
  );
  return items.length === 0 ? '' : `<ul>\n${items.join('\n')}\n</ul>`;
}

/** What each contender is, once for all sections. */
function contendersHtml(sections: readonly Section[]): string {
  const titles = new Map(
    sections.flatMap(({ rows }) => rows.map(({ contender, title }) => [contender, title] as const)),
  );
  const items = [...titles].map(([name, title]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(title)}</dd></div>`);
  return `<section id="contenders">\n<h2>Contenders</h2>\n<dl class="wide">\n${items.join('\n')}\n</dl>\n</section>`;
}

function baselineHtml(judged: Judgement): string {
  const { before, changes, refusals } = judged;
  const rows = changes.map(judgementCells);
  return [
    '<section id="baseline">',
    '<h2>Baseline</h2>',
    `<p><b>${escaped(verdictText(judged))}</b>, compared with the run of ${escaped(before)}; ${expectedText(judged)}.</p>`,
    rows.length === 0 ? '' : htmlTable('Ratios then and now', JUDGEMENT_HEADINGS, rows, [0, 1, 2, 6]),
    refusals.length === 0
      ? ''
      : `<ul>\n${refusals.map((each) => `<li>not judged: ${escaped(each)}</li>`).join('\n')}\n</ul>`,
    '</section>',
  ].join('\n');
}

function goalsHtml({ goals }: Report): string {
  const rows = goals.map(({ goal, figure, mark, got, verdict }): string[] => {
    const shown = (value: number) => number(value, figure < 0.1 ? 3 : 2);
    const aim = `${goal.better === 'higher' ? '≥' : '≤'} ${shown(figure)}${goal.unit === undefined ? '' : ` ${goal.unit}`}`;
    const found = got === undefined ? '–' : `${shown(got.median)} [${shown(got.low)}–${shown(got.high)}]`;
    return [goal.id, goal.title, goal.on, comparison(goal), aim, shown(mark), found, verdict];
  });
  const headings = ['goal', 'what', 'on', 'what is judged', 'figure', 'pass mark', 'got [95 %]', 'verdict'];
  return [
    '<section id="goals">',
    '<h2>Goals</h2>',
    '<p>A figure passes at 85 %. Medians over the rounds, each compared within itself.</p>',
    htmlTable('Goals', headings, rows, [0, 1, 2, 3, 7]),
    '</section>',
  ].join('\n');
}

function methodHtml({ options, sections }: Report): string {
  const processes = Number(options['processes'] ?? 1);
  const [reference = ''] = sections.map((section) => section.reference);
  return [
    '<section id="method">',
    '<h2>Method</h2>',
    `<p>Every contender first had to find, or to answer, exactly the right thing; one that did not is listed as wrong and
was not timed. Then all took turns in interleaved rounds, each beginning with another contender; the first round of each
process was discarded. A ratio is made within one round, between neighbours, and the median of these ratios is reported.
The control is one contender a second time: how far its ratio strays from 1 is how far equal things differ.</p>`,
    processes > 1
      ? `<p>${processes} fresh processes shared the rounds. The 95 % interval is where the median of a second run of this
command is expected; it is made of how much the processes differ. The middle half are the quartiles of the rounds.</p>`
      : `<p>One process made all rounds. The 95 % interval bounds the median within this process; another process may
come out elsewhere. The middle half are the quartiles of the rounds.</p>`,
    `<p>Ratios are to ${escaped(reference)} where nothing else is said. <code>src/bench/method.md</code> in the package
says more.</p>`,
    '</section>',
  ].join('\n');
}

function repeatHtml({ command, machine, options }: Report): string {
  const told = Object.entries(options).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const checkout = machine.commit === undefined ? '' : ` at commit ${escaped(machine.commit)}`;
  return [
    '<section id="repeat">',
    '<h2>Repeat it</h2>',
    command === undefined
      ? ''
      : `<p>Under ${escaped(machine.runtime)}, with this package${checkout}:</p>\n<pre tabindex="0" aria-label="Command"><code>${escaped(command)}</code></pre>`,
    `<p>Options: ${escaped(told.join(', '))}</p>`,
    '</section>',
  ].join('\n');
}
