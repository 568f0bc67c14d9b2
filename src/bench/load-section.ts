/** Servers under load: started and checked first, then loaded in interleaved rounds. */
import { admit, type Check, titleOf } from './admit.ts';
import type { LoadResult } from './load/load.ts';
import { roundLine, roundPart } from './progress.ts';
import { type Column, type Figure, figureOf, type Row, type Section } from './report.ts';
import { rounds, type Samples } from './rounds.ts';
import { CONTROL, type LoadScenario } from './scenario.ts';
import type { LoadBenchOptions } from './server-options.ts';
import type { ServerProcess } from './servers/process.ts';
import { ratios } from './statistics.ts';
import { ITSELF } from './steadiness.ts';

/** From here on, a stretch without an answer is an error and not tried again with twice the time. */
const LONGEST_STRETCH_MS = 30_000;

/** How servers are checked and loaded. */
export interface Trial {
  /** What the load consists of. */
  readonly noun: 'request' | 'message';
  readonly check: Check;
  /** A folder whose files the servers are to serve. */
  readonly files?: string;
  /** @param onOpen To be awaited where opening connections is no part of the load: what the server takes counts from there. */
  drive(port: number, timeMs: number, onOpen: () => Promise<void>): Promise<LoadResult>;
}

/** One stretch of load on one server; what the system does not tell is undefined. */
interface LoadSample {
  readonly rate: number;
  readonly cpuMicros: number;
  readonly mainMicros: number | undefined;
  readonly loadMicros: number | undefined;
  readonly medianMicros: number;
}

/** Loads the servers of a scenario in turn. */
export async function compareLoad(scenario: LoadScenario, trial: Trial, options: LoadBenchOptions): Promise<Section> {
  const { progress = () => {} } = options;
  const { name: on, title, reference, controlled } = scenario;
  const { noun } = trial;
  const refused = new Map<string, Row>();
  const running = new Map<string, ServerProcess>();
  try {
    for (const name of scenario.servers) {
      progress(`${on}: starting and checking ${name}`, 0);
      const started = await admit(name === CONTROL ? controlled : name, trial.check, trial.files);
      if ('status' in started) refused.set(name, { ...started, contender: name });
      else running.set(name, started);
    }
    const stretch = async (name: string, server: ServerProcess, timeMs: number): Promise<LoadSample> => {
      let opened = await server.usage();
      const got = await trial.drive(server.port, timeMs, async () => {
        opened = await server.usage();
      });
      const before = opened;
      const after = await server.usage();
      if (got.errors > 0) throw new Error(`${name} broke ${got.errors} connections or answers under load`);
      // On a machine that has no time for either side: a stretch of nothing has no rate.
      if (got.answers === 0) {
        if (timeMs >= LONGEST_STRETCH_MS) throw new Error(`${name} answered nothing in ${timeMs} ms under load`);
        return stretch(name, server, timeMs * 2);
      }
      const isMainKnown = before.mainMicros !== undefined && after.mainMicros !== undefined;
      return {
        rate: got.answers / got.seconds,
        cpuMicros: (after.cpuMicros - before.cpuMicros) / got.answers,
        mainMicros: isMainKnown ? (after.mainMicros - before.mainMicros) / got.answers : undefined,
        loadMicros: got.cpuMicros === undefined ? undefined : got.cpuMicros / got.answers,
        medianMicros: got.medianMicros,
      };
    };
    const turns = [...running].map(([name, server]) => ({ name, run: () => stretch(name, server, options.timeMs) }));
    const samples = await rounds(
      turns,
      options.rounds,
      (round) => {
        progress(roundLine(on, round, options.rounds), roundPart(round, options.rounds, options.warmUpRounds));
      },
      options.roundsBefore,
      options.warmUpRounds,
    );
    const rows = scenario.servers.map((name): Row => {
      const title = name === CONTROL ? `${controlled} a second time` : titleOf(name);
      const row = refused.get(name);
      return row === undefined
        ? { contender: name, title, status: 'timed', figures: figures(name, noun, scenario, samples) }
        : { ...row, title };
    });
    return { name: on, title, reference, columns: columns(noun, reference, rows), rows };
  } finally {
    await Promise.all([...running.values()].map((server) => server.stop()));
  }
}

/** The names of the figures, which say what is counted. */
export function figureNames(noun: Trial['noun']): Readonly<Record<'rate' | 'cpu' | 'main' | 'load', string>> {
  const Noun = noun === 'request' ? 'Request' : 'Message';
  return {
    rate: `${noun}sPerSecond`,
    cpu: `cpuMicrosPer${Noun}`,
    main: `mainMicrosPer${Noun}`,
    load: `loadMicrosPer${Noun}`,
  };
}

function columns(noun: Trial['noun'], reference: string, rows: readonly Row[]): Column[] {
  const { rate, cpu, main, load } = figureNames(noun);
  const isLoadKnown = rows.some(({ figures }) => figures?.[load] !== undefined);
  return [
    { heading: `${noun}s/s`, figure: rate, digits: 0 },
    { heading: `CPU µs/${noun}`, figure: cpu, digits: 2 },
    { heading: 'main thread', figure: main, digits: 2 },
    ...(isLoadKnown ? [{ heading: 'the load', figure: load, digits: 2 }] : []),
    { heading: 'p50 µs', figure: 'medianMicros', digits: 0 },
    { heading: `× ${reference}  [95 %]  (middle half)`, figure: 'speed', digits: 2, spread: true, better: 'higher' },
    { heading: `CPU ÷ ${reference}  [95 %]  (middle half)`, figure: 'cpu', digits: 2, spread: true, better: 'lower' },
  ];
}

function figures(
  name: string,
  noun: Trial['noun'],
  { reference, controlled }: LoadScenario,
  samples: Samples<LoadSample>,
): Record<string, Figure> {
  const names = figureNames(noun);
  const of = (key: keyof LoadSample, whose: string) =>
    (samples.get(whose) ?? []).flatMap((sample) => sample[key] ?? []);
  const rate = of('rate', name);
  const cpu = of('cpuMicros', name);
  // Rounds of two servers are compared by their number: with a gap they cannot be.
  const whole = (figure: string, micros: readonly number[]) =>
    micros.length > 0 && micros.length === rate.length ? { [figure]: figureOf('µs', micros) } : {};
  return {
    [names.rate]: figureOf('1/s', rate),
    [names.cpu]: figureOf('µs', cpu),
    ...whole(names.main, of('mainMicros', name)),
    ...whole(names.load, of('loadMicros', name)),
    medianMicros: figureOf('µs', of('medianMicros', name)),
    ...(samples.has(reference)
      ? {
          speed: figureOf('×', ratios(rate, of('rate', reference))),
          cpu: figureOf('÷', ratios(cpu, of('cpuMicros', reference))),
        }
      : {}),
    ...(name === CONTROL ? { [ITSELF]: figureOf('×', ratios(rate, of('rate', controlled))) } : {}),
  };
}
