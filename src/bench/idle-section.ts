/** What connections that send nothing cost servers in memory, in interleaved rounds. */
import { admit, contenderNamed, titleOf } from './admit.ts';
import { type Holding, idleMemory } from './idle-memory.ts';
import { roundLine, roundPart } from './progress.ts';
import { type Column, type Figure, figureOf, type Row, type Section } from './report.ts';
import { rounds, type Samples } from './rounds.ts';
import type { IdleScenario } from './scenario.ts';
import type { ServerBenchOptions } from './server-options.ts';
import { ratios } from './statistics.ts';

/** Memory repeats far better than time. */
const ENOUGH_ROUNDS = 3;

/** Holds connections to the servers of a scenario in turn. */
export async function compareIdle(
  scenario: IdleScenario,
  holding: Holding,
  options: ServerBenchOptions,
): Promise<Section> {
  const { progress = () => {} } = options;
  const { reference } = scenario;
  const refused = new Map<string, Row>();
  const able: string[] = [];
  for (const name of scenario.servers) {
    const started = await admit(name, holding.check);
    if ('status' in started) refused.set(name, started);
    else {
      able.push(name);
      await started.stop();
    }
  }
  const turns = able.flatMap((name) => {
    const contender = contenderNamed(name);
    return contender === undefined
      ? []
      : [{ name, run: () => idleMemory(contender, holding, options.idleConnections) }];
  });
  const count = Math.min(options.rounds, ENOUGH_ROUNDS);
  const samples = await rounds(turns, count, (round) => {
    progress(roundLine(scenario.name, round, count), roundPart(round, count));
  });
  const rows = scenario.servers.map(
    (name): Row =>
      refused.get(name) ?? {
        contender: name,
        title: titleOf(name),
        status: 'timed',
        figures: figures(name, reference, samples),
      },
  );
  const title = `${options.idleConnections} ${scenario.title}`;
  return { name: scenario.name, title, reference, columns: columns(reference), rows };
}

function columns(reference: string): Column[] {
  return [
    { heading: 'KB/connection', figure: 'kilobytesPerConnection', digits: 2 },
    { heading: `÷ ${reference}  [95 %]  (middle half)`, figure: 'memory', digits: 2, spread: true, better: 'lower' },
  ];
}

function figures(name: string, reference: string, samples: Samples<number>): Record<string, Figure> {
  const bytes = samples.get(name) ?? [];
  const kilobytes = bytes.map((one) => one / 1024);
  return {
    kilobytesPerConnection: figureOf('KB', kilobytes),
    ...(samples.has(reference) ? { memory: figureOf('÷', ratios(bytes, samples.get(reference) ?? [])) } : {}),
  };
}
