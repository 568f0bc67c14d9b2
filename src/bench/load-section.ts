/** Servers under load: started and checked first, then loaded in interleaved rounds. */
import { admit, titleOf } from './admit.ts';
import type { LoadTool } from './load/load.ts';
import { type Column, type Figure, figureOf, type Row, type Section } from './report.ts';
import { rounds, type Samples } from './rounds.ts';
import type { LoadScenario } from './scenarios.ts';
import type { ServerBenchOptions } from './server-options.ts';
import type { ServerProcess } from './servers/process.ts';
import { ratios } from './statistics.ts';

const WARM_UP_MS = 2000;
/** From here on, a stretch without an answer is an error and not tried again with twice the time. */
const LONGEST_STRETCH_MS = 30_000;

/** One stretch of load on one server. */
interface LoadSample {
  readonly requestsPerSecond: number;
  readonly cpuMicrosPerRequest: number;
  /** Undefined where the system does not tell. */
  readonly mainMicrosPerRequest: number | undefined;
  readonly medianMicros: number;
}

/** Loads the servers of a scenario in turn. */
export async function compareLoad(
  scenario: LoadScenario,
  tool: LoadTool,
  options: ServerBenchOptions,
): Promise<Section> {
  const { progress = () => {} } = options;
  const { name: on, title, reference, connections, depth } = scenario;
  const refused = new Map<string, Row>();
  const running = new Map<string, ServerProcess>();
  try {
    for (const name of scenario.servers) {
      progress(`${on}: starting and checking ${name}`);
      const started = await admit(name, depth);
      if ('status' in started) refused.set(name, started);
      else running.set(name, started);
    }
    const stretch = async (name: string, server: ServerProcess, timeMs: number): Promise<LoadSample> => {
      const before = await server.usage();
      const got = await tool.drive({ port: server.port, connections, depth, timeMs });
      const after = await server.usage();
      if (got.errors > 0) throw new Error(`${name} broke ${got.errors} connections or answers under load`);
      // On a machine that has no time for either side: a stretch of nothing has no rate.
      if (got.requests === 0) {
        if (timeMs >= LONGEST_STRETCH_MS) throw new Error(`${name} answered nothing in ${timeMs} ms under load`);
        return stretch(name, server, timeMs * 2);
      }
      const isMainKnown = before.mainMicros !== undefined && after.mainMicros !== undefined;
      return {
        requestsPerSecond: got.requests / got.seconds,
        cpuMicrosPerRequest: (after.cpuMicros - before.cpuMicros) / got.requests,
        mainMicrosPerRequest: isMainKnown ? (after.mainMicros - before.mainMicros) / got.requests : undefined,
        medianMicros: got.medianMicros,
      };
    };
    for (const [name, server] of running) {
      progress(`${on}: warming up ${name}`);
      await stretch(name, server, Math.min(WARM_UP_MS, options.timeMs));
    }
    const turns = [...running].map(([name, server]) => ({ name, run: () => stretch(name, server, options.timeMs) }));
    const samples = await rounds(turns, options.rounds, (round) => {
      progress(`${on}: ${round === 0 ? 'first round, discarded' : `round ${round} of ${options.rounds}`}`);
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
    return { name: on, title, reference, columns: columns(reference), rows };
  } finally {
    await Promise.all([...running.values()].map((server) => server.stop()));
  }
}

function columns(reference: string): Column[] {
  return [
    { heading: 'requests/s', figure: 'requestsPerSecond', digits: 0 },
    { heading: 'CPU µs/request', figure: 'cpuMicrosPerRequest', digits: 2 },
    { heading: 'main thread', figure: 'mainMicrosPerRequest', digits: 2 },
    { heading: 'p50 µs', figure: 'medianMicros', digits: 0 },
    { heading: `× ${reference}  [95 %]  (middle half)`, figure: 'speed', digits: 2, spread: true },
    { heading: `CPU ÷ ${reference}  [95 %]  (middle half)`, figure: 'cpu', digits: 2, spread: true },
  ];
}

function figures(name: string, reference: string, samples: Samples<LoadSample>): Record<string, Figure> {
  const of = (key: Exclude<keyof LoadSample, 'mainMicrosPerRequest'>, whose: string) =>
    (samples.get(whose) ?? []).map((sample) => sample[key]);
  const rate = of('requestsPerSecond', name);
  const cpu = of('cpuMicrosPerRequest', name);
  const main = (samples.get(name) ?? []).flatMap(({ mainMicrosPerRequest }) => mainMicrosPerRequest ?? []);
  return {
    requestsPerSecond: figureOf('1/s', rate),
    cpuMicrosPerRequest: figureOf('µs', cpu),
    // Rounds of two servers are compared by their number: with a gap they cannot be.
    ...(main.length > 0 && main.length === rate.length ? { mainMicrosPerRequest: figureOf('µs', main) } : {}),
    medianMicros: figureOf('µs', of('medianMicros', name)),
    ...(samples.has(reference)
      ? {
          speed: figureOf('×', ratios(rate, of('requestsPerSecond', reference))),
          cpu: figureOf('÷', ratios(cpu, of('cpuMicrosPerRequest', reference))),
        }
      : {}),
  };
}
