/** A report as Markdown, for pull requests and notes. */
import type { Judgement } from '../baseline.ts';
import { expectedText, intervalText, JUDGEMENT_HEADINGS, lossText, verdictText } from '../baseline-text.ts';
import { comparison } from '../goals.ts';
import { machineLines } from '../machine.ts';
import { type Column, hasInterval, type Report, type Row, type Section } from '../report.ts';
import { number } from '../table.ts';
import { headingOf } from './bars.ts';

/** The report with a table for each section, and what it was measured on. */
export function reportMarkdown(report: Report): string {
  const { bench, command, machine, started, seconds, sections, goals, notes, baseline } = report;
  const parts = [
    `## httpuv bench ${bench}`,
    ...(command === undefined ? [] : [fenced([`$ ${command}`])]),
    ...(baseline === undefined ? [] : [judgement(baseline)]),
    ...sections.map(sectionMarkdown),
    ...(goals.length === 0 ? [] : [goalsMarkdown(report)]),
    fenced([...machineLines(machine), `started   ${started}, took ${Math.round(seconds)} s`]),
    notes.map((note) => `- ${escaped(note)}`).join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** One section as a table; intervals of 95 % stand in brackets. */
export function sectionMarkdown(section: Section): string {
  const { name, title, columns, rows } = section;
  const headings = ['contender', ...columns.map((each) => headingOf(each) + (hasInterval(each) ? ' [95 %]' : ''))];
  const timed = rows.filter(({ status }) => status === 'timed');
  const others = rows.filter(({ status }) => status !== 'timed');
  return [
    `### ${escaped(name)}`,
    '',
    escaped(title),
    ...(timed.length === 0
      ? []
      : [
          '',
          ...table(
            headings,
            timed.map((row) => [code(row.contender), ...columns.map((column) => cell(row, column))]),
          ),
        ]),
    ...(others.length === 0 ? [] : ['', ...others.map(untimed)]),
  ].join('\n');
}

function untimed({ contender, status, reason }: Row): string {
  return `- ${code(contender)}: ${status}${reason === undefined ? '' : ` (${escaped(reason)})`}`;
}

function cell({ figures }: Row, column: Column): string {
  const { figure, digits } = column;
  const found = figures?.[figure];
  if (found === undefined) return '–';
  const interval = hasInterval(column) ? ` [${number(found.low, digits)}–${number(found.high, digits)}]` : '';
  return number(found.median, digits) + interval;
}

function goalsMarkdown({ goals }: Report): string {
  const rows = goals.map(({ goal, figure, mark, got, verdict }) => [
    goal.id,
    escaped(`${goal.title}, ${goal.on}: ${comparison(goal)}`),
    `${goal.better === 'higher' ? '≥' : '≤'} ${number(figure, figure < 0.1 ? 3 : 2)}`,
    number(mark, figure < 0.1 ? 3 : 2),
    got === undefined ? '–' : intervalText(got),
    verdict,
  ]);
  return ['### Goals', '', ...table(['goal', 'what', 'figure', 'pass mark', 'got [95 %]', 'verdict'], rows)].join('\n');
}

function judgement(judged: Judgement): string {
  const rows = judged.changes.map((change) => [
    escaped(change.section),
    code(change.contender),
    escaped(change.what),
    intervalText(change.before),
    intervalText(change.now),
    lossText(change),
    change.verdict === 'slower' ? '**slower**' : change.verdict,
  ]);
  return [
    `**${escaped(verdictText(judged))}**, compared with ${escaped(judged.before)}; ${expectedText(judged)}`,
    ...(rows.length === 0 ? [] : ['', ...table(JUDGEMENT_HEADINGS, rows)]),
    ...(judged.refusals.length === 0
      ? []
      : ['', ...judged.refusals.map((refusal) => `- not judged: ${escaped(refusal)}`)]),
  ].join('\n');
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = headings.map((heading) => (LEFT.includes(heading) ? '---' : '---:'));
  return [line(headings.map(escaped)), line(rule), ...rows.map(line)];
}

/** Columns of words; all others hold figures. */
const LEFT: readonly string[] = ['contender', 'goal', 'what', 'on', 'verdict'];

function fenced(lines: readonly string[]): string {
  return ['```text', ...lines, '```'].join('\n');
}

function code(text: string): string {
  return `\`${text.replace(/[`|\n]/g, '?')}\``;
}

/** Text in which nothing is taken for markup, and which does not end its cell. */
function escaped(text: string): string {
  return text.replace(/[\\`*_<>|[\]]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
}
