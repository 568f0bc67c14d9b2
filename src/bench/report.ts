/**
 * What a comparison found, as data for machines and as text for people. Knows nothing of how it was measured. The data
 * form is stable: fields may be added, `format` changes when one is removed or changes its meaning.
 */
import type { Judgement } from './baseline.ts';
import { judgementText } from './baseline-text.ts';
import type { Figure } from './figure.ts';
import { comparison, type Judged } from './goals.ts';
import { type Machine, machineLines } from './machine.ts';
import { number, table } from './table.ts';

export { type Figure, figureOf } from './figure.ts';

/** One contender on one input or scenario. */
export interface Row {
  readonly contender: string;
  readonly title: string;
  readonly status: 'timed' | 'wrong' | 'missing' | 'left out';
  /** Why it was not timed. */
  readonly reason?: string;
  /** Figures by name, with the measurement of every round. */
  readonly figures?: Readonly<Record<string, Figure>>;
}

/** One input or scenario with all contenders. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly reference: string;
  readonly rows: readonly Row[];
  /** Columns of the text table: heading, figure, digits behind the point; `spread` adds the intervals. */
  readonly columns: readonly Column[];
}

/** A column of the text table. */
export interface Column {
  readonly heading: string;
  readonly figure: string;
  readonly digits: number;
  readonly spread?: boolean;
  /** `true`: its 95 % interval is shown without the middle half, and it has no chart. */
  readonly interval?: boolean;
  /** Which direction is better; ratios that say it are what an earlier run is compared by. */
  readonly better?: 'higher' | 'lower';
}

/** Whether tables show the 95 % interval of a column. */
export function hasInterval({ spread, interval }: Column): boolean {
  return spread === true || interval === true;
}

/** Everything one run found. */
export interface Report {
  readonly tool: 'httpuv-bench';
  readonly format: 1;
  readonly bench: 'parser' | 'server' | 'websocket' | 'static' | 'tls' | 'broadcast';
  readonly started: string;
  readonly seconds: number;
  readonly machine: Machine;
  readonly options: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
  readonly sections: readonly Section[];
  readonly goals: readonly Judged[];
  /** The command that repeats this run. */
  readonly command?: string;
  /** What became of an earlier run's ratios. */
  readonly baseline?: Judgement;
}

/** The whole report as text. */
export function reportText(report: Report): string {
  const parts = [
    [
      `httpuv bench ${report.bench}`,
      ...machineLines(report.machine),
      `started   ${report.started}, took ${Math.round(report.seconds)} s`,
    ].join('\n'),
    ...report.sections.map(sectionText),
    ...(report.goals.length === 0 ? [] : [goalsText(report.goals)]),
    ...(report.notes.length === 0 ? [] : [report.notes.map((note) => `note: ${note}`).join('\n')]),
    ...(report.baseline === undefined ? [] : [judgementText(report.baseline)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** One section as a table; ratios carry their 95 % interval and the middle half of the rounds. */
export function sectionText(section: Section): string {
  const timed = section.rows.filter((row) => row.status === 'timed');
  const lines = [`${section.name}: ${section.title}`];
  if (timed.length > 0) {
    const headings = ['contender', ...section.columns.map((column) => column.heading)];
    const cells = timed.map((row) => [row.contender, ...section.columns.map((column) => cell(row, column))]);
    lines.push(...table([headings, ...cells]));
  }
  for (const row of section.rows) {
    if (row.status !== 'timed')
      lines.push(`  ${row.contender}: ${row.status}${row.reason === undefined ? '' : ` (${row.reason})`}`);
  }
  return lines.join('\n');
}

function cell(row: Row, column: Column): string {
  const figure = row.figures?.[column.figure];
  if (figure === undefined) return '–';
  const text = number(figure.median, column.digits);
  const range = (low: number, high: number) => `${number(low, column.digits)}–${number(high, column.digits)}`;
  const interval = hasInterval(column) ? `  [${range(figure.low, figure.high)}]` : '';
  return text + interval + (column.spread === true ? `  (${range(figure.q1, figure.q3)})` : '');
}

/** The goals beside what was got. */
export function goalsText(goals: readonly Judged[]): string {
  const headings = ['goal', 'what', 'on', 'what is judged', 'figure', 'pass mark', 'got', '95 %', 'verdict'];
  const cells = goals.map(({ goal, figure, mark, got, verdict }) => {
    const shown = (value: number) => number(value, figure < 0.1 ? 3 : 2);
    return [
      goal.id,
      goal.title,
      goal.on,
      comparison(goal),
      `${goal.better === 'higher' ? '≥' : '≤'} ${shown(figure)}${goal.unit === undefined ? '' : ` ${goal.unit}`}`,
      shown(mark),
      got === undefined ? '–' : shown(got.median),
      got === undefined ? '–' : `${shown(got.low)}–${shown(got.high)}`,
      verdict,
    ];
  });
  return [
    'goals (a figure passes at 85 %; medians over the rounds, each compared within itself)',
    ...table([headings, ...cells], 4),
  ].join('\n');
}
