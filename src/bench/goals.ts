/**
 * The figures that the project aims at, as data, and how a measured ratio is judged against one. A figure passes at
 * 85 % (what is lower when better: at figure ÷ 0.85), because prototypes without validation set them and machines vary.
 */
import type { Summary } from './statistics.ts';

/** What is compared with what, and the figure aimed at. */
export interface Goal {
  readonly id: string;
  readonly title: string;
  /** Input or scenario. */
  readonly on: string;
  readonly of: string;
  readonly to: string;
  readonly measure: 'speed' | 'cpu' | 'latency' | 'memory';
  readonly better: 'higher' | 'lower';
  readonly figure: number;
  /** Figures for newer Node lines whose own `node:http` is faster, by major version and above. */
  readonly newer?: readonly (readonly [sinceMajor: number, figure: number])[];
}

/** A goal with what was got. */
export interface Judged {
  readonly goal: Goal;
  readonly figure: number;
  readonly mark: number;
  /** Undefined when one of the two was not measured. */
  readonly got?: Summary;
  readonly verdict: 'reached' | 'passes' | 'below' | 'not measured';
}

const PASS_SHARE = 0.85;

const speed = { measure: 'speed', better: 'higher' } as const;
const cpu = { measure: 'cpu', better: 'lower' } as const;

/** Goals of the parser comparison. */
export const PARSER_GOALS: readonly Goal[] = [
  {
    id: 'P1',
    title: 'lazy request, varied Chrome',
    on: 'chrome-get-varied',
    of: 'httpuv-lazy',
    to: 'node-flat',
    figure: 4,
    ...speed,
  },
  {
    id: 'P1',
    title: 'lazy request, Chrome',
    on: 'chrome-get',
    of: 'httpuv-lazy',
    to: 'node-flat',
    figure: 5.5,
    ...speed,
  },
  {
    id: 'P1',
    title: 'lazy request, minimal',
    on: 'minimal-get',
    of: 'httpuv-lazy',
    to: 'node-flat',
    figure: 7,
    ...speed,
  },
  {
    id: 'P2',
    title: 'headers object, Chrome',
    on: 'chrome-get',
    of: 'httpuv-eager',
    to: 'node-object',
    figure: 4.5,
    ...speed,
  },
  {
    id: 'P2',
    title: 'headers object, varied Chrome',
    on: 'chrome-get-varied',
    of: 'httpuv-eager',
    to: 'node-object',
    figure: 3.8,
    ...speed,
  },
  {
    id: 'P3',
    title: 'wasm core from JS, Chrome',
    on: 'chrome-get',
    of: 'httpuv-in-place',
    to: 'native-llhttp',
    figure: 3.5,
    ...speed,
  },
  {
    id: 'P3',
    title: 'wasm core from JS, 8 KB header',
    on: 'long-header',
    of: 'httpuv-in-place',
    to: 'native-llhttp',
    figure: 10,
    ...speed,
  },
  {
    id: 'P4',
    title: 'chunked 1 MiB, body views',
    on: 'chunked-4k',
    of: 'httpuv-lazy',
    to: 'node-flat',
    figure: 6.5,
    ...speed,
  },
];

const ours = 'httpuv-inline';

/** Goals of the server comparison, for `io: 'inline'`. */
export const SERVER_GOALS: readonly Goal[] = [
  {
    id: 'S1',
    title: 'hello, 64 connections: requests/s',
    on: 'hello',
    of: ours,
    to: 'node-http',
    figure: 2.8,
    newer: [[24, 1.9]],
    ...speed,
  },
  {
    id: 'S1',
    title: 'hello, 64 connections: CPU/request',
    on: 'hello',
    of: ours,
    to: 'node-http',
    figure: 0.34,
    newer: [[24, 0.52]],
    ...cpu,
  },
  {
    id: 'S2',
    title: 'hello, 64 connections: requests/s',
    on: 'hello',
    of: ours,
    to: 'raw-net',
    figure: 1.15,
    newer: [
      [24, 0.9],
      [26, 1.05],
    ],
    ...speed,
  },
  {
    id: 'S3',
    title: 'pipelined 16: requests/s',
    on: 'pipelined',
    of: ours,
    to: 'node-http',
    figure: 15,
    newer: [
      [24, 15],
      [26, 13],
    ],
    ...speed,
  },
  {
    id: 'S4',
    title: 'one connection: median latency',
    on: 'single',
    of: ours,
    to: 'node-http',
    figure: 1,
    measure: 'latency',
    better: 'lower',
  },
  {
    id: 'S11',
    title: 'memory of an idle connection',
    on: 'idle',
    of: ours,
    to: 'node-http',
    figure: 0.5,
    measure: 'memory',
    better: 'lower',
  },
  {
    id: 'S12',
    title: 'hello, 64 connections: requests/s',
    on: 'hello',
    of: ours,
    to: 'r-httpuv',
    figure: 22,
    ...speed,
  },
  {
    id: 'S12',
    title: 'hello, 64 connections: CPU/request',
    on: 'hello',
    of: ours,
    to: 'r-httpuv',
    figure: 1 / 16,
    ...cpu,
  },
];

/** The figure of a goal under the Node line with this major version. */
export function figureFor(goal: Goal, nodeMajor: number): number {
  let figure = goal.figure;
  for (const [since, newer] of goal.newer ?? []) if (nodeMajor >= since) figure = newer;
  return figure;
}

/** Judges what was measured, or says that it was not. */
export function judge(goal: Goal, nodeMajor: number, got: Summary | undefined): Judged {
  const figure = figureFor(goal, nodeMajor);
  const mark = goal.better === 'higher' ? figure * PASS_SHARE : figure / PASS_SHARE;
  if (got === undefined || !Number.isFinite(got.median)) return { goal, figure, mark, verdict: 'not measured' };
  const reaches = (bound: number) => (goal.better === 'higher' ? got.median >= bound : got.median <= bound);
  const verdict = reaches(figure) ? 'reached' : reaches(mark) ? 'passes' : 'below';
  return { goal, figure, mark, got, verdict };
}
