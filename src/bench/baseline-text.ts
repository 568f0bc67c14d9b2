/** What became of an earlier run's ratios, as text. */
import type { Change, Interval, Judgement } from './baseline.ts';
import { number, table } from './table.ts';

/** The judgement as a table with a sentence. */
export function judgementText(judgement: Judgement): string {
  const { before, changes, refusals } = judgement;
  const rows = changes.map(judgementCells);
  return [
    `baseline of ${before}`,
    ...(rows.length === 0 ? [] : table([JUDGEMENT_HEADINGS, ...rows], 3)),
    ...refusals.map((refusal) => `  not judged: ${refusal}`),
    ...(changes.length === 0 ? [] : [`  ${expectedText(judgement)}`]),
    verdictText(judgement),
  ].join('\n');
}

export const JUDGEMENT_HEADINGS: readonly string[] = ['on', 'contender', 'what', 'then', 'now', 'costs', 'verdict'];

/** What stands below them. */
export function judgementCells(change: Change): string[] {
  const { section, contender, what, before, now, verdict } = change;
  return [section, contender, what, intervalText(before), intervalText(now), lossText(change), verdict];
}

/** What the runs came to, as a sentence. */
export function verdictText({ verdict, changes, limit }: Judgement): string {
  const allowed = `${number(limit * 100, 0)} %`;
  const named = (wanted: Change['verdict']) =>
    changes
      .filter((change) => change.verdict === wanted)
      .map(({ section, contender, loss }) => `${contender} on ${section} by ${percent(loss)}`)
      .join(', ');
  const unsure = named('unsure');
  if (verdict === 'slower') return `slower by more than ${allowed}: ${named('slower')}`;
  if (unsure !== '')
    return `perhaps slower by more than ${allowed}, but the intervals overlap: ${unsure}; run both with more --processes`;
  if (verdict === 'kept') return `nothing became slower by more than ${allowed}`;
  const judged =
    changes.length === 0 ? 'nothing was judged' : 'what was judged has kept its speed, the rest was not judged';
  return `${judged}, for the reasons given`;
}

/** How many ratios came out where the earlier run expected them. */
export function expectedText({ changes }: Judgement): string {
  const expected = changes.filter(({ isExpected }) => isExpected).length;
  return `${expected} of ${changes.length} ratios lie in the 95 % intervals of the earlier run`;
}

/** By how much more it costs. */
export function lossText({ loss }: Change): string {
  return `${loss >= 0 ? '+' : '−'}${percent(Math.abs(loss))}`;
}

/** A median with its interval. */
export function intervalText({ median, low, high }: Interval): string {
  return `${number(median, 2)} [${number(low, 2)}–${number(high, 2)}]`;
}

function percent(share: number): string {
  return `${number(share * 100, share < 0.1 ? 1 : 0)} %`;
}
