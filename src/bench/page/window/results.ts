/** Shows a report as it grows: a chart and a table for each input, the machine, the notes. */
import { machineLines } from '../../machine.ts';
import { headingOf } from '../../render/bars.ts';
import { chartSvg } from '../../render/chart.ts';
import { CHART_STYLE } from '../../render/chart-style.ts';
import { type Column, hasInterval, type Report, type Row, type Section } from '../../report.ts';
import { number } from '../../table.ts';
import { find, make } from './dom.ts';

const sections = find('sections', HTMLElement);
const machine = find('machine', HTMLElement);
const notes = find('notes', HTMLElement);

/** What is shown of each input, by its name, with the section that it shows. */
const shown = new Map<string, Place>();

interface Place {
  readonly title: HTMLElement;
  readonly chart: HTMLElement;
  readonly table: HTMLElement;
  section: Section;
  /** The {@link state} of the section that is drawn. */
  drawn: string;
}

/** Shows what was found so far. What stands there already stays where it is. */
export function showReport(report: Report): void {
  find('none', HTMLElement).hidden = report.sections.length > 0;
  for (const section of report.sections) showSection(section);
  notes.replaceChildren(...report.notes.map((note) => make('li', {}, note)));
  machine.replaceChildren(
    ...machineLines(report.machine).flatMap((line) => {
      const [, name = '', fact = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      return [make('dt', {}, name), make('dd', {}, fact)];
    }),
  );
}

/** Takes away what is shown, before something else is measured. */
export function clearResults(): void {
  shown.clear();
  sections.replaceChildren();
  notes.replaceChildren();
}

function showSection(section: Section): void {
  const place = shown.get(section.name) ?? newPlace(section);
  const drawn = state(section);
  if (place.drawn === drawn) return;
  place.drawn = drawn;
  place.section = section;
  drawChart(place);
  place.table.replaceChildren(tableOf(section));
}

/** Changes whenever something in a section does: how many rounds each contender has made, or why it has made none. */
function state({ rows }: Section): string {
  const rounds = ({ figures = {} }: Row) => Object.values(figures)[0]?.rounds.length ?? 0;
  return rows.map((row) => `${row.contender} ${row.status} ${rounds(row)}`).join();
}

function newPlace(section: Section): Place {
  const chart = make('div', { class: 'chart' });
  const table = make('div', { class: 'table' });
  const id = `section-${section.name}`;
  const title = make('h3', { id }, section.name);
  sections.append(make('section', { 'aria-labelledby': id }, title, chart, table));
  const place = { title, chart, table, section, drawn: '' };
  shown.set(section.name, place);
  widths.observe(chart);
  return place;
}

// Charts are drawn for the width that they have, so that their texts keep their size.
document.adoptedStyleSheets.push(chartStyle());
const widths = new ResizeObserver(() => {
  for (const place of shown.values()) drawChart(place);
});

function chartStyle(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CHART_STYLE);
  return sheet;
}

function drawChart({ title, chart, section }: Place): void {
  const svg = chartSvg(section, { width: Math.floor(chart.clientWidth), isInline: true });
  const drawn = svg === '' ? [] : [new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement];
  chart.replaceChildren(...drawn);
  // A chart says its title itself.
  title.classList.toggle('unseen', svg !== '');
}

function tableOf({ name, columns, rows }: Section): HTMLTableElement {
  // Roles are said, because narrow windows show rows as blocks, which takes them away.
  const heads = ['parser', ...columns.map(headingOf)].map((text) =>
    make('th', { scope: 'col', role: 'columnheader' }, text),
  );
  return make(
    'table',
    { role: 'table' },
    make('caption', { class: 'unseen' }, `${name}: all figures`),
    make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, ...heads)),
    make('tbody', { role: 'rowgroup' }, ...rows.map((row) => rowOf(row, columns))),
  );
}

function rowOf(row: Row, columns: readonly Column[]): HTMLTableRowElement {
  const { contender, title, status, reason = '' } = row;
  const head = make(
    'th',
    { scope: 'row', role: 'rowheader' },
    contender,
    ...(title === '' ? [] : [make('span', { class: 'hint' }, title)]),
  );
  if (status === 'timed') return make('tr', { role: 'row' }, head, ...columns.map((column) => cellOf(row, column)));
  const says = make('td', { role: 'cell', colspan: String(columns.length) }, make('strong', {}, status), ` ${reason}`);
  return make('tr', { role: 'row', class: status.replace(' ', '-') }, head, says);
}

function cellOf({ figures }: Row, column: Column): HTMLTableCellElement {
  const figure = figures?.[column.figure];
  const cell = make('td', { role: 'cell', 'data-heading': headingOf(column) });
  if (figure === undefined) cell.append('–');
  else cell.append(number(figure.median, column.digits));
  if (figure !== undefined && hasInterval(column)) {
    const interval = `${number(figure.low, column.digits)}–${number(figure.high, column.digits)}`;
    cell.append(' ', make('span', { class: 'hint' }, interval));
  }
  return cell;
}
