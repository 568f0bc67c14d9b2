/**
 * What a goal is, and how what was measured is judged against one. A figure passes at 85 % (what is lower when better:
 * at figure ÷ 0.85), because prototypes without validation set them and machines vary.
 */
import { type Figure, figureOf } from './figure.ts';
import { differences, ratios } from './statistics.ts';

/** What is compared with what, and the figure aimed at. */
export interface Goal {
  readonly id: string;
  readonly title: string;
  /** Input or scenario. */
  readonly on: string;
  readonly of: string;
  /** What it is compared with; absent: the quantity itself is judged. */
  readonly to?: string;
  /** How it is compared. */
  readonly by?: 'ratio' | 'difference';
  readonly measure:
    | 'speed'
    | 'cpu'
    | 'mainCpu'
    | 'latency'
    | 'memory'
    | 'firstStart'
    | 'laterStart'
    | 'blockedShare'
    | 'slowest';
  readonly better: 'higher' | 'lower';
  readonly figure: number;
  /** Of the figure, when it is not a ratio. */
  readonly unit?: string;
  /** Figures for newer Node lines whose own `node:http` is faster, by major version and above. */
  readonly newer?: readonly (readonly [sinceMajor: number, figure: number])[];
}

/** A goal with what was got. */
export interface Judged {
  readonly goal: Goal;
  readonly figure: number;
  readonly mark: number;
  /** Undefined when one of the two was not measured. */
  readonly got?: Figure;
  readonly verdict: 'reached' | 'passes' | 'below' | 'not measured';
}

const PASS_SHARE = 0.85;

/** The figure of a goal under the Node line with this major version. */
export function figureFor(goal: Goal, nodeMajor: number): number {
  let figure = goal.figure;
  for (const [since, newer] of goal.newer ?? []) if (nodeMajor >= since) figure = newer;
  return figure;
}

/**
 * Judges what was measured, or says that it was not.
 *
 * @param rounds What {@link comparedRounds} gives.
 */
export function judge(goal: Goal, nodeMajor: number, rounds: readonly number[] | undefined): Judged {
  const figure = figureFor(goal, nodeMajor);
  const mark = goal.better === 'higher' ? figure * PASS_SHARE : figure / PASS_SHARE;
  const unit = goal.unit ?? '÷';
  return rejudge({ goal, figure, mark, verdict: 'not measured' }, rounds && figureOf(unit, rounds));
}

/** The verdict on something else that was measured. */
export function rejudge({ goal, figure, mark }: Judged, got: Figure | undefined): Judged {
  if (got === undefined || !Number.isFinite(got.median)) return { goal, figure, mark, verdict: 'not measured' };
  const reaches = (bound: number) => (goal.better === 'higher' ? got.median >= bound : got.median <= bound);
  const verdict = reaches(figure) ? 'reached' : reaches(mark) ? 'passes' : 'below';
  return { goal, figure, mark, got, verdict };
}

/**
 * What a goal is judged by, round for round.
 *
 * @param values The rounds of a contender; undefined when it was not measured.
 */
export function comparedRounds(
  goal: Goal,
  values: (contender: string) => readonly number[] | undefined,
): readonly number[] | undefined {
  const of = values(goal.of);
  if (of === undefined || goal.to === undefined) return of;
  const to = values(goal.to);
  if (to === undefined) return undefined;
  return goal.by === 'difference' ? differences(of, to) : ratios(of, to);
}

/** What is compared with what, in a few words. */
export function comparison({ of, to, by }: Goal): string {
  if (to === undefined) return of;
  return `${of} ${by === 'difference' ? '−' : '÷'} ${to}`;
}
