/** Roughly how long a run takes, from what it is to do: to be said before it begins. Measures nothing. */
import { keepBroadcastScenarios } from './broadcast-bench.ts';
import { CONTENDERS } from './contenders/all.ts';
import { keepEchoScenarios } from './echo-scenarios.ts';
import { parserInputs } from './inputs.ts';
import type { Job } from './job.ts';
import { COLD, chosen } from './kept-parsers.ts';
import { keepScenarios } from './scenarios.ts';
import { shareOut } from './share-out.ts';
import { keepStaticScenarios } from './static-scenarios.ts';
import { keepTlsScenarios } from './tls-bench.ts';

/** What things took on two cores, in seconds. */
const TOOK = {
  /** Reading a process's code, making inputs, compiling C. */
  parserProcess: 5,
  warmUpCall: 1e-5,
  coldStart: 0.2,
  serverStart: 0.8,
  holding: 4,
  freshStart: 0.4,
} as const;

/** Not every contender takes every input: frames are no requests. */
const TAKEN = 0.6;
/** A turn ends with the batch in which its time is over. */
const OVER = 1.1;
const MOST_IDLE_ROUNDS = 3;
/** `wrk` counts in seconds. */
const LEAST_STRETCH_S = 1;

/**
 * Seconds that a job takes, by rule of thumb: a busy machine takes twice as long, one without some of the contenders less.
 *
 * @throws BenchUsageError for a word that is in no name, where the comparison knows all names.
 */
export function expectedSeconds(job: Job, processes: number): number {
  const shares = shareOut(job.options.rounds, processes);
  return shares.reduce((sum, rounds) => sum + secondsOfProcess(job, rounds), 0);
}

function secondsOfProcess({ comparison, options }: Job, rounds: number): number {
  const least = comparison === 'websocket' ? 0 : LEAST_STRETCH_S;
  const stretch = Math.max(options.timeMs / 1000, least);
  const sum = (scenarios: readonly Doing[]) => secondsOfServers(scenarios, rounds, stretch, options.warmUpRounds);
  switch (comparison) {
    case 'parser':
      return secondsOfParsers(options, rounds);
    case 'server':
      return sum(keepScenarios(options.filter));
    case 'websocket':
      return sum(keepEchoScenarios(options.filter));
    case 'static':
      return sum(keepStaticScenarios(options.filter));
    case 'tls':
      return sum(keepTlsScenarios(options.filter));
    case 'broadcast':
      return sum(keepBroadcastScenarios(options.filter));
  }
}

function secondsOfParsers(options: Job['options'], rounds: number): number {
  const { filter, inputFiles, contenderFiles, timeMs, warmUpCalls } = options;
  const inputs = inputFiles.length > 0 ? inputFiles : parserInputs().map(({ name }) => name);
  const names = chosen([...inputs, COLD], filter);
  const contenders = chosen(
    CONTENDERS.flatMap(({ names: told = [] }) => told),
    filter,
  ).length;
  const taking = TAKEN * (contenders + contenderFiles.length) + 1;
  const each = warmUpCalls * TOOK.warmUpCall + (rounds + 1) * (timeMs / 1000) * OVER;
  const cold = names.includes(COLD) ? contenders * (rounds + 1) * TOOK.coldStart : 0;
  return TOOK.parserProcess + names.filter((name) => name !== COLD).length * taking * each + cold;
}

interface Doing {
  readonly kind: 'load' | 'blocked' | 'idle' | 'start';
  readonly servers: readonly string[];
}

function secondsOfServers(scenarios: readonly Doing[], rounds: number, stretch: number, warmUp: number): number {
  return scenarios.reduce(
    (sum, { kind, servers }) => sum + servers.length * secondsOfServer(kind, rounds, stretch, warmUp),
    0,
  );
}

function secondsOfServer(kind: Doing['kind'], rounds: number, stretch: number, warmUp: number): number {
  switch (kind) {
    case 'load':
      return TOOK.serverStart + (warmUp + rounds) * stretch;
    case 'blocked':
      return TOOK.serverStart + (1 + rounds) * 2 * stretch;
    case 'idle':
      return TOOK.serverStart + (1 + Math.min(rounds, MOST_IDLE_ROUNDS)) * TOOK.holding;
    case 'start':
      return (2 + rounds) * TOOK.freshStart;
  }
}

/** A time for people: `40 s`, `15 min`, `1 h 20 min`. */
export function timeText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
