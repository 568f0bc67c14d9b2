/** What becomes of answers while the thread of the app computes: stretches of load with an idle and with a busy thread. */
import { admit, type Check, titleOf } from './admit.ts';
import type { LoadResult } from './load/load.ts';
import { roundLine, roundPart } from './progress.ts';
import { type Column, type Figure, figureOf, type Row, type Section } from './report.ts';
import { rounds, type Samples } from './rounds.ts';
import type { BlockedScenario } from './scenario.ts';
import type { LoadBenchOptions } from './server-options.ts';
import type { ServerProcess } from './servers/process.ts';
import { ratios } from './statistics.ts';

/** How servers are checked and loaded. */
export interface BlockedTrial {
  readonly check: Check;
  /** A folder whose files the servers are to serve. */
  readonly files: string;
  drive(port: number, timeMs: number): Promise<LoadResult>;
}

interface BlockedSample {
  readonly idleRate: number;
  readonly blockedRate: number;
  readonly slowestMs: number;
}

/** Loads the servers of a scenario in turn, each with its thread idle and then busy. */
export async function compareBlocked(
  scenario: BlockedScenario,
  trial: BlockedTrial,
  options: LoadBenchOptions,
): Promise<Section> {
  const { progress = () => {} } = options;
  const { name: on, title, reference } = scenario;
  const refused = new Map<string, Row>();
  const running = new Map<string, ServerProcess>();
  try {
    for (const name of scenario.servers) {
      progress(`${on}: starting and checking ${name}`, 0);
      const started = await admit(name, trial.check, trial.files);
      if ('status' in started) refused.set(name, started);
      else running.set(name, started);
    }
    const turns = [...running].map(([name, server]) => ({
      name,
      run: () => turn(name, server, trial, options.timeMs),
    }));
    const samples = await rounds(
      turns,
      options.rounds,
      (round) => {
        progress(roundLine(on, round, options.rounds), roundPart(round, options.rounds));
      },
      options.roundsBefore,
    );
    const rows = scenario.servers.map(
      (name): Row =>
        refused.get(name) ?? {
          contender: name,
          title: titleOf(name),
          status: 'timed',
          figures: figures(name, samples),
        },
    );
    return { name: on, title, reference, columns: COLUMNS, rows };
  } finally {
    await Promise.all([...running.values()].map((server) => server.stop()));
  }
}

async function turn(name: string, server: ServerProcess, trial: BlockedTrial, timeMs: number): Promise<BlockedSample> {
  const idle = await trial.drive(server.port, timeMs);
  if (idle.errors > 0) throw new Error(`${name} broke ${idle.errors} connections or answers under load`);
  const release = await server.block?.();
  if (release === undefined) throw new Error(`${name} cannot be told to be busy`);
  const got = await trial.drive(server.port, timeMs).finally(release);
  // A server that answers nobody breaks nothing; the generator's patience is what ends such requests.
  if (got.errors > 0 && got.answers > 0) throw new Error(`${name} broke ${got.errors} connections or answers`);
  const slowestMicros = got.answers === 0 ? timeMs * 1000 : got.slowestMicros;
  return {
    idleRate: idle.answers / idle.seconds,
    blockedRate: got.answers / got.seconds,
    slowestMs: (slowestMicros ?? Number.NaN) / 1000,
  };
}

const COLUMNS: readonly Column[] = [
  { heading: 'requests/s idle', figure: 'idleRate', digits: 0 },
  { heading: 'blocked', figure: 'blockedRate', digits: 0 },
  {
    heading: 'blocked ÷ idle  [95 %]  (middle half)',
    figure: 'blockedShare',
    digits: 2,
    spread: true,
    better: 'higher',
  },
  { heading: 'slowest ms  [95 %]  (middle half)', figure: 'slowestMs', digits: 1, spread: true, better: 'lower' },
];

function figures(name: string, samples: Samples<BlockedSample>): Record<string, Figure> {
  const of = (key: keyof BlockedSample): number[] => (samples.get(name) ?? []).map((sample) => sample[key]);
  return {
    idleRate: figureOf('1/s', of('idleRate')),
    blockedRate: figureOf('1/s', of('blockedRate')),
    blockedShare: figureOf('÷', ratios(of('blockedRate'), of('idleRate'))),
    slowestMs: figureOf('ms', of('slowestMs')),
  };
}
