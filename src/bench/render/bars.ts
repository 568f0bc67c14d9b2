/** What a chart shows of a section: a bar with its interval for each contender. Knows nothing of how it is drawn. */
import { isOwn } from '../ours.ts';
import type { Column, Row, Section } from '../report.ts';
import { number } from '../table.ts';
import type { Span } from './scale.ts';

/** One chart: one quantity of all contenders of a section. */
export interface Chart {
  /** Of the figure that it shows. */
  readonly figure: string;
  readonly section: string;
  readonly title: string;
  /** What the axis counts, and which direction is better. */
  readonly caption: string;
  /** Ratios have a line at 1. */
  readonly isRatio: boolean;
  readonly bars: readonly Bar[];
}

/** One contender. Without a span it was not measured, and `text` says why in a word. */
export interface Bar {
  readonly contender: string;
  readonly title: string;
  readonly kind: 'own' | 'other' | 'control';
  readonly span?: Span;
  /** The median as people read it. */
  readonly text: string;
  /** The ends of the interval as people read them. */
  readonly interval: string;
}

/** The charts of a section: one for each column that shows its spread. */
export function chartsOf(section: Section): Chart[] {
  return section.columns
    .filter(({ figure, spread }) => spread === true && section.rows.some(({ figures }) => figures?.[figure]))
    .map((column) => chartOf(section, column));
}

function chartOf(section: Section, column: Column): Chart {
  const { figure, better } = column;
  const unit = section.rows.map(({ figures }) => figures?.[figure]?.unit).find((each) => each !== undefined);
  return {
    figure,
    section: section.name,
    title: section.title,
    caption: headingOf(column) + (better === undefined ? '' : `: ${better} is better`),
    isRatio: unit === '×' || unit === '÷',
    bars: section.rows.map((row) => barOf(row, column)),
  };
}

function barOf({ contender, title, status, figures }: Row, { figure, digits }: Column): Bar {
  const kind = contender === 'control' ? 'control' : isOwn(contender) ? 'own' : 'other';
  const found = figures?.[figure];
  if (found === undefined || !Number.isFinite(found.median)) {
    return { contender, title, kind, text: status === 'timed' ? '–' : status, interval: '' };
  }
  const { median, low, high } = found;
  return {
    contender,
    title,
    kind,
    span: { median, low, high },
    text: number(median, digits),
    interval: `${number(low, digits)}–${number(high, digits)}`,
  };
}

/** The heading of a column without what stands behind the figure. */
export function headingOf({ heading }: Column): string {
  return heading.split('  ')[0] ?? heading;
}
