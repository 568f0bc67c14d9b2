/**
 * Entry `httpuv-wasm/bench`: the comparisons of `httpuv bench` as functions. Runs them, renders what they found, and
 * compares it with an earlier run. How it measures stands in `src/bench/method.md`.
 */

import { checkNames } from '../codec/option-names.ts';
import type { ContenderLoader } from './contender.ts';
import { exposeGc } from './expose-gc.ts';
import { type ComparisonName, type JobOptions, makeJob, processesOf } from './job.ts';
import { parserBench } from './parser-bench.ts';
import { runInProcesses } from './processes.ts';
import type { Progress } from './progress.ts';
import type { Report } from './report.ts';
import { aloneNote } from './share-out.ts';
import { BenchUsageError } from './usage.ts';

export { type Change, type Interval, type Judgement, judgeAgainst } from './baseline.ts';
export {
  type ContenderLoader,
  isMissing,
  type Look,
  type MissingContender,
  Notes,
  notedRun,
  type ParserContender,
  type ParserRun,
} from './contender.ts';
export type { Figure } from './figure.ts';
export type { Goal, Judged } from './goals.ts';
export type { Form, InputKind, ParserInput } from './inputs.ts';
export type { ComparisonName, JobOptions } from './job.ts';
export type { Machine } from './machine.ts';
export type { Progress } from './progress.ts';
export { type ChartOptions, chartSvg, chartSvgs } from './render/chart.ts';
export { CHART_STYLE } from './render/chart-style.ts';
export { reportHtml } from './render/html.ts';
export { reportMarkdown } from './render/markdown.ts';
export { reportSvg } from './render/svg.ts';
export { type Column, type Report, type Row, reportText, type Section } from './report.ts';
export { checksum, type Seen, type Tally } from './seen.ts';
export type { Summary } from './statistics.ts';

/** What a run consists of. What is left out is as `httpuv bench <comparison> --help` says. */
export interface BenchOptions extends Partial<JobOptions> {
  /**
   * Fresh processes that share the rounds, 1 to 100, default 8; never more than rounds. With 1 everything runs in this
   * process, and the intervals know nothing of what another process would find.
   */
  readonly processes?: number;
  /** Parsers instead of the built-in ones; then everything runs in this process. Only for `parser`. */
  readonly contenders?: readonly ContenderLoader[];
  /** Told what goes on, and which part (0…1) of the whole is done. */
  readonly progress?: Progress;
}

const NAMES: Readonly<Record<keyof JobOptions, string>> = {
  rounds: 'rounds',
  timeMs: 'timeMs',
  warmUpCalls: 'warmUpCalls',
  warmUpRounds: 'warmUpRounds',
  idleConnections: 'idleConnections',
  ownLoad: 'ownLoad',
  filter: 'filter',
  contenderFiles: 'contenderFiles',
  inputFiles: 'inputFiles',
  reference: 'reference',
};

/**
 * Runs a comparison. Takes seconds to minutes: rounds × contenders × inputs × `timeMs`.
 *
 * @param comparison `parser`, `server`, `websocket`, `static`, `tls` or `broadcast`.
 * @returns Everything that was measured; a contender that found something wrong is in it with the status `wrong`.
 * @throws HttpuvError `HV_BAD_OPTION` for an option that there is not, a value out of range, or a word in `filter` that fits no name.
 * @example
 * ```js
 * import { bench, reportMarkdown } from 'httpuv-wasm/bench';
 *
 * const report = await bench('parser', { filter: ['minimal-get', 'httpuv-lazy'], rounds: 5, timeMs: 20 });
 * console.log(reportMarkdown(report));
 * ```
 */
export async function bench(comparison: ComparisonName, options: BenchOptions = {}): Promise<Report> {
  checkNames('bench', options, [...Object.keys(NAMES), 'processes', 'contenders', 'progress']);
  const { processes, contenders, progress = () => {}, ...rest } = options;
  const job = makeJob(comparison, rest, NAMES);
  const count = processesOf(processes, 'processes');
  exposeGc();
  if (contenders === undefined) return runInProcesses(job, count, progress);
  if (comparison !== 'parser') throw new BenchUsageError('contenders can only be given to the comparison of parsers');
  if (processes !== undefined && count > 1)
    throw new BenchUsageError('contenders that are functions cannot be handed to other processes: leave processes out');
  const report = await parserBench({ ...job.options, contenders, progress });
  return { ...report, notes: [...report.notes, aloneNote('process')] };
}
