/** How long a start takes: each turn is a fresh process, in interleaved rounds. */
import { roundLine, roundPart } from './progress.ts';
import { type Column, type Figure, figureOf, type Row, type Section } from './report.ts';
import { rounds, type Samples } from './rounds.ts';
import type { StartScenario } from './scenario.ts';
import type { LoadBenchOptions } from './server-options.ts';
import { type StartTimes, timeStart } from './starts/time-start.ts';
import { ratios } from './statistics.ts';

const TITLES: Readonly<Record<string, string>> = {
  'bare-worker': 'a worker thread with nothing to load, until its code runs',
  'httpuv-thread': "this package's startServerSync, io: 'thread'",
};

/** Times the starts of a scenario in turn. */
export async function compareStart(scenario: StartScenario, options: LoadBenchOptions): Promise<Section> {
  const { progress = () => {} } = options;
  const { name: on, title, reference } = scenario;
  const refused = new Map<string, Row>();
  const able: string[] = [];
  for (const name of scenario.servers) {
    progress(`${on}: checking ${name}`, 0);
    const wrong = await wrongStart(name);
    if (wrong === undefined) able.push(name);
    else refused.set(name, { contender: name, title: TITLES[name] ?? '', status: 'wrong', reason: wrong });
  }
  const turns = able.map((name) => ({
    name,
    async run(): Promise<StartTimes> {
      const times = await timeStart(name);
      if (times.wrong !== undefined) throw new Error(`${name} ${times.wrong}`);
      return times;
    },
  }));
  const samples = await rounds(turns, options.rounds, (round) => {
    progress(roundLine(on, round, options.rounds), roundPart(round, options.rounds));
  });
  const rows = scenario.servers.map(
    (name): Row =>
      refused.get(name) ?? {
        contender: name,
        title: TITLES[name] ?? '',
        status: 'timed',
        figures: figures(name, reference, samples),
      },
  );
  return { name: on, title, reference, columns: columns(reference), rows };
}

/** What is wrong with what a program starts, as a sentence; undefined when nothing is. */
async function wrongStart(name: string): Promise<string | undefined> {
  try {
    return (await timeStart(name)).wrong;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function columns(reference: string): Column[] {
  return [
    { heading: 'first ms  [95 %]  (middle half)', figure: 'firstMs', digits: 1, spread: true, better: 'lower' },
    { heading: 'later ms  [95 %]  (middle half)', figure: 'laterMs', digits: 2, spread: true, better: 'lower' },
    {
      heading: `first ÷ ${reference}  [95 %]  (middle half)`,
      figure: 'first',
      digits: 2,
      spread: true,
      better: 'lower',
    },
  ];
}

function figures(name: string, reference: string, samples: Samples<StartTimes>): Record<string, Figure> {
  const first = (whose: string) => (samples.get(whose) ?? []).map(({ firstMs }) => firstMs);
  const later = (samples.get(name) ?? []).flatMap(({ laterMs }) => laterMs ?? []);
  return {
    firstMs: figureOf('ms', first(name)),
    ...(later.length > 0 ? { laterMs: figureOf('ms', later) } : {}),
    ...(samples.has(reference) ? { first: figureOf('÷', ratios(first(name), first(reference))) } : {}),
  };
}
