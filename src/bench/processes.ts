/**
 * Runs a comparison in several fresh processes, one after the other, and joins what they found: each begins anew with
 * its code, its buffers and its servers, as a second run of the command would. Knows no comparison.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job } from './job.ts';
import { joinReports } from './join-reports.ts';
import type { Progress } from './progress.ts';
import type { Report } from './report.ts';
import { runJob } from './run-job.ts';
import { aloneNote, shareOut } from './share-out.ts';
import { BenchUsageError } from './usage.ts';

/** What one process says to the one that started it. */
export type Word =
  | { readonly line: string; readonly part: number }
  | { readonly report: Report }
  | { readonly error: string; readonly isUsage: boolean };

/**
 * Runs a job.
 *
 * @param processes How many, 1 or more; with 1 the job runs in this process. There are never more than rounds.
 */
export async function runInProcesses(job: Job, processes: number, progress: Progress): Promise<Report> {
  const started = new Date();
  const shares = shareOut(job.options.rounds, processes);
  const reports: Report[] = [];
  for (const [at, rounds] of shares.entries()) {
    const roundsBefore = shares.slice(0, at).reduce((sum, share) => sum + share, 0);
    const part = { ...job, options: { ...job.options, rounds }, roundsBefore };
    const count = shares.length === 1 ? '' : `process ${at + 1} of ${shares.length}, `;
    const told: Progress = (line, done) => progress(count + line, (at + done) / shares.length);
    reports.push(shares.length === 1 ? await runJob(part, told) : await runElsewhere(part, told));
  }
  const [first, ...others] = reports;
  if (first === undefined) throw new BenchUsageError('there are no rounds');
  const joined = joinReports([first, ...others]);
  return {
    ...joined,
    notes: shares.length === 1 ? [...joined.notes, aloneNote('process')] : joined.notes,
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    options: { ...first.options, rounds: job.options.rounds, processes: shares.length },
  };
}

/** How long a process may say nothing: what lies between two of its words takes seconds, unless options make it longer. */
function patienceMs({ timeMs, warmUpCalls, idleConnections }: Job['options']): number {
  return 120_000 + 30 * timeMs + 0.1 * warmUpCalls + 10 * idleConnections;
}

/** @param patience Milliseconds without a word after which the process is held to be stuck, and ended. */
export function runElsewhere(
  job: Job,
  progress: Progress,
  patience: number = patienceMs(job.options),
): Promise<Report> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const child = fork(fileURLToPath(new URL(`process-main${extension}`, import.meta.url)), [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  // It may be in a loop that hears of nothing.
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  let at = '';
  return new Promise<Report>((resolve, reject) => {
    const stuck = setTimeout(() => {
      end();
      reject(new Error(`a process of the comparison is stuck${at}: it said nothing for ${patience / 1000} s`));
    }, patience);
    child.on('message', (message) => {
      stuck.refresh();
      // Both ends are of this package.
      const word = message as Word;
      if ('line' in word) {
        at = ` at "${word.line}"`;
        progress(word.line, word.part);
      } else if ('report' in word) resolve(word.report);
      else reject(word.isUsage ? new BenchUsageError(word.error) : new Error(word.error));
    });
    child.once('error', (error) => {
      clearTimeout(stuck);
      reject(error);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(stuck);
      process.off('exit', end);
      // Too late for a process that has said what it found.
      reject(new Error(`a process of the comparison ended with ${code ?? signal}${at}`));
    });
    child.send(job);
  });
}
