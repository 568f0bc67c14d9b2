/**
 * Compares a run with an earlier one, by ratios to the reference alone: whatever slows all contenders of a run alike
 * moves no ratio. Says nothing where the two runs cannot be compared, or where the machine was too unsteady to tell.
 */
import { isOwn } from './ours.ts';
import type { Column, Report, Row, Section } from './report.ts';
import { isUnsteady, type Summary } from './statistics.ts';
import { CONTROL, controlOf } from './steadiness.ts';

/** One ratio of one contender, then and now. */
export interface Change {
  readonly section: string;
  readonly contender: string;
  /** What is compared, as the table of the run heads it. */
  readonly what: string;
  readonly before: Interval;
  readonly now: Interval;
  /** By how much more it costs now, as a share: 0.3 for 30 % slower, negative when it became faster. */
  readonly loss: number;
  /** Whether the median of now lies in the interval of then. */
  readonly isExpected: boolean;
  readonly verdict: 'kept' | 'slower' | 'faster' | 'unsure';
}

/** A median and the ends of its 95 % interval. */
export type Interval = Pick<Summary, 'median' | 'low' | 'high'>;

/** What became of the ratios of an earlier run. */
export interface Judgement {
  /** When the earlier run was started, and the commit that it measured. */
  readonly before: string;
  /** The largest loss that is allowed, as a share. */
  readonly limit: number;
  readonly changes: readonly Change[];
  /** Why something, or everything, cannot be judged, as sentences. */
  readonly refusals: readonly string[];
  /** `slower` when a row is, `refused` when a row is unsure, something cannot be judged or nothing could, else `kept`. */
  readonly verdict: 'kept' | 'slower' | 'refused';
}

/** What two runs may differ in and yet be compared. */
const FREE_OPTIONS: readonly string[] = ['rounds', 'timeMs', 'filter', 'processes'];

/**
 * Compares a run with an earlier one.
 *
 * A row is `slower` when its ratio costs more than `limit` and the 95 % intervals of both runs do not overlap, and `unsure`
 * when it costs as much and they do; `faster` is `slower` in the other direction. Sections and contenders that only one of the runs has are passed over.
 *
 * @param limit The largest loss that is allowed, as a share above 0; 0.15 is 15 %.
 */
export function judgeAgainst(before: Report, now: Report, limit: number): Judgement {
  const refusals = differences(before, now);
  const changes: Change[] = [];
  for (const section of refusals.length === 0 ? now.sections : []) {
    const earlier = before.sections.find(({ name }) => name === section.name);
    if (earlier === undefined) continue;
    const refusal = unfit(earlier, section, limit);
    if (refusal === undefined) changes.push(...changesOf(earlier, section, limit, refusals));
    else refusals.push(refusal);
  }
  if (changes.length === 0 && refusals.length === 0) refusals.push('the two runs have no ratio in common');
  const isAny = (wanted: Change['verdict']) => changes.some(({ verdict }) => verdict === wanted);
  return {
    before: before.started + (before.machine.commit === undefined ? '' : `, commit ${before.machine.commit}`),
    limit,
    changes,
    refusals,
    verdict: isAny('slower') ? 'slower' : refusals.length > 0 || isAny('unsure') ? 'refused' : 'kept',
  };
}

/** What forbids to compare anything. */
function differences(before: Report, now: Report): string[] {
  if (before.bench !== now.bench) return [`the earlier run compared ${before.bench}, this one ${now.bench}`];
  const facts: readonly (readonly [string, (report: Report) => unknown])[] = [
    ['processor', ({ machine }) => machine.cpu],
    ['number of cores', ({ machine }) => machine.cores],
    ['runtime', ({ machine }) => machine.runtime],
    ['engine', ({ machine }) => machine.engine],
  ];
  const names = Object.keys(now.options).filter((name) => name in before.options && !FREE_OPTIONS.includes(name));
  const options = names.map((name) => [`option ${name}`, ({ options: all }: Report) => all[name]] as const);
  return [...facts, ...options].flatMap(([what, of]) => {
    const [then, here] = [JSON.stringify(of(before)), JSON.stringify(of(now))];
    return then === here ? [] : [`the ${what} was ${then ?? 'not told'}, now it is ${here ?? 'not told'}`];
  });
}

/** What forbids to compare a section. */
function unfit(before: Section, now: Section, limit: number): string | undefined {
  const on = now.name;
  if (before.title !== now.title) return `${on} is another input now: "${now.title}", not "${before.title}"`;
  if (before.reference !== now.reference) return `${on} was divided by ${before.reference}, now by ${now.reference}`;
  const reference = (section: Section) => section.rows.find(({ contender }) => contender === section.reference)?.title;
  if (reference(before) !== reference(now)) return `${on}: the reference is another version, ${reference(now)}`;
  for (const [run, section] of [
    ['earlier', before],
    ['present', now],
  ] as const) {
    const control = controlOf(section);
    if (control === undefined && section.rows.some(({ contender }) => contender === CONTROL))
      return `${on}: the control of the ${run} run was not measured`;
    if (control !== undefined && (isUnsteady(control) || strays(control, limit))) {
      const { median, low, high } = control;
      return `${on}: the control of the ${run} run moved to ${median.toFixed(2)} (95 % ${low.toFixed(2)}–${high.toFixed(2)}), so equal things differed too much`;
    }
  }
  return undefined;
}

/** Whether equal things may have differed by as much as is to be judged. */
function strays({ low, high }: Interval, limit: number): boolean {
  return high > 1 + limit || low < 1 / (1 + limit);
}

function changesOf(before: Section, now: Section, limit: number, refusals: string[]): Change[] {
  return now.rows.flatMap((row): Change[] => {
    const earlier = before.rows.find(({ contender }) => contender === row.contender);
    if (earlier?.status !== 'timed' || row.contender === now.reference || row.contender === CONTROL) return [];
    if (row.status !== 'timed') {
      refusals.push(`${now.name}: ${row.contender} was timed then and is ${row.status} now`);
      return [];
    }
    if (!isOwn(row.contender) && earlier.title !== row.title) {
      refusals.push(`${now.name}: ${row.contender} is another one now: "${row.title}", not "${earlier.title}"`);
      return [];
    }
    return now.columns.flatMap((column) => changeOf(now.name, earlier, row, column, limit) ?? []);
  });
}

function changeOf(section: string, earlier: Row, row: Row, column: Column, limit: number): Change | undefined {
  const [before, now] = [earlier.figures?.[column.figure], row.figures?.[column.figure]];
  const isRatio = now?.unit === '×' || now?.unit === '÷';
  if (before === undefined || now === undefined || !isRatio || column.better === undefined) return undefined;
  const loss = (column.better === 'higher' ? before.median / now.median : now.median / before.median) - 1;
  const verdict = verdictOn(loss, before.low > now.high || now.low > before.high, limit);
  return {
    section,
    contender: row.contender,
    what: column.heading.split('  ')[0] ?? column.heading,
    before: intervalOf(before),
    now: intervalOf(now),
    loss,
    isExpected: before.low <= now.median && now.median <= before.high,
    verdict,
  };
}

function verdictOn(loss: number, areApart: boolean, limit: number): Change['verdict'] {
  if (loss > limit) return areApart ? 'slower' : 'unsure';
  return areApart && loss < 1 / (1 + limit) - 1 ? 'faster' : 'kept';
}

function intervalOf({ median, low, high }: Summary): Interval {
  return { median, low, high };
}
