/**
 * The server comparison: each server in a process of its own, first asked for the right answer, then loaded in
 * interleaved rounds. Prints nothing; progress goes to the caller.
 */
import { type Judged, judge, SERVER_GOALS } from './goals.ts';
import { idleMemory } from './idle-memory.ts';
import { type LoadTool, REQUEST } from './load/load.ts';
import { ownLoad } from './load/own.ts';
import { wrk, wrkVersion } from './load/wrk.ts';
import { describeMachine, nodeMajor } from './machine.ts';
import { type Column, type Figure, figureOf, type Report, type Row, type Section } from './report.ts';
import { rounds, type Samples } from './rounds.ts';
import { CONTROL, CONTROLLED, keepScenarios, REFERENCE, type Scenario } from './scenarios.ts';
import { SERVERS, type ServerContender } from './servers/all.ts';
import { wrongAnswer } from './servers/check-answer.ts';
import type { ServerProcess } from './servers/process.ts';
import { ratios, summarize } from './statistics.ts';

/** How long and on what. */
export interface ServerBenchOptions {
  /** Rounds that count. */
  readonly rounds: number;
  /** Milliseconds of one stretch of load; `wrk` rounds to whole seconds. */
  readonly timeMs: number;
  /** Words: a scenario or server whose name contains one is kept; empty keeps all. */
  readonly filter: readonly string[];
  /** Connections held open by the `idle` scenario. */
  readonly idleConnections: number;
  /** Use the bundled load generator although `wrk` is installed. */
  readonly ownLoad: boolean;
  readonly progress?: (line: string) => void;
}

const WARM_UP_MS = 2000;

const LOAD_COLUMNS: readonly Column[] = [
  { heading: 'requests/s', figure: 'requestsPerSecond', digits: 0 },
  { heading: 'CPU µs/request', figure: 'cpuMicrosPerRequest', digits: 2 },
  { heading: 'p50 µs', figure: 'medianMicros', digits: 0 },
  { heading: `× ${REFERENCE}  [95 %]  (middle half)`, figure: 'speed', digits: 2, spread: true },
  { heading: `CPU ÷ ${REFERENCE}  [95 %]  (middle half)`, figure: 'cpu', digits: 2, spread: true },
];

const IDLE_COLUMNS: readonly Column[] = [
  { heading: 'KB/connection', figure: 'kilobytesPerConnection', digits: 2 },
  { heading: `÷ ${REFERENCE}  [range]  (middle half)`, figure: 'memory', digits: 2, spread: true },
];

/** One stretch of load on one server. */
interface LoadSample {
  readonly requestsPerSecond: number;
  readonly cpuMicrosPerRequest: number;
  readonly medianMicros: number;
}

/** Runs the comparison. */
export async function serverBench(options: ServerBenchOptions): Promise<Report> {
  const started = new Date();
  const version = wrkVersion();
  const tool = version === undefined || options.ownLoad ? ownLoad : wrk;
  const sections: Section[] = [];
  for (const scenario of keepScenarios(options.filter)) {
    sections.push(await (scenario.load === undefined ? compareIdle : compareLoad)(scenario, tool, options));
  }
  return {
    tool: 'httpuv-bench',
    format: 1,
    bench: 'server',
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    machine: describeMachine(),
    options: {
      rounds: options.rounds,
      timeMs: options.timeMs,
      filter: options.filter,
      idleConnections: options.idleConnections,
      load: tool === wrk ? (version ?? 'wrk') : tool.name,
    },
    notes: notes(tool, sections),
    sections,
    goals: goalsOf(sections, nodeMajor()),
  };
}

function contenderNamed(name: string): ServerContender | undefined {
  return SERVERS.find((server) => server.name === (name === CONTROL ? CONTROLLED : name));
}

function titleOf(name: string): string {
  return name === CONTROL ? `${CONTROLLED} a second time` : (contenderNamed(name)?.title ?? '');
}

async function compareLoad(scenario: Scenario, tool: LoadTool, options: ServerBenchOptions): Promise<Section> {
  const { progress = () => {} } = options;
  const { connections, depth } = scenario.load ?? { connections: 1, depth: 1 };
  const refused = new Map<string, Row>();
  const running = new Map<string, ServerProcess>();
  try {
    for (const name of scenario.servers) {
      progress(`${scenario.name}: starting and checking ${name}`);
      const started = await admit(name, depth);
      if ('status' in started) refused.set(name, started);
      else running.set(name, started);
    }
    const stretch = async (name: string, server: ServerProcess, timeMs: number): Promise<LoadSample> => {
      const before = await server.usage();
      const got = await tool.drive({ port: server.port, connections, depth, timeMs });
      const after = await server.usage();
      if (got.errors > 0) throw new Error(`${name} broke ${got.errors} connections or answers under load`);
      return {
        requestsPerSecond: got.requests / got.seconds,
        cpuMicrosPerRequest: (after.cpuMicros - before.cpuMicros) / got.requests,
        medianMicros: got.medianMicros,
      };
    };
    for (const [name, server] of running) {
      progress(`${scenario.name}: warming up ${name}`);
      await stretch(name, server, Math.min(WARM_UP_MS, options.timeMs));
    }
    const turns = [...running].map(([name, server]) => ({ name, run: () => stretch(name, server, options.timeMs) }));
    const samples = await rounds(turns, options.rounds, (round) => {
      progress(`${scenario.name}: ${round === 0 ? 'first round, discarded' : `round ${round} of ${options.rounds}`}`);
    });
    const rows = scenario.servers.map(
      (name): Row =>
        refused.get(name) ?? {
          contender: name,
          title: titleOf(name),
          status: 'timed',
          figures: loadFigures(name, samples),
        },
    );
    return { name: scenario.name, title: scenario.title, reference: REFERENCE, columns: LOAD_COLUMNS, rows };
  } finally {
    await Promise.all([...running.values()].map((server) => server.stop()));
  }
}

/** Starts a server and checks its answers: a process ready for load, or the row that says why there is none. */
async function admit(name: string, depth: number): Promise<ServerProcess | Row> {
  const contender = contenderNamed(name);
  const missing = contender === undefined ? 'unknown' : contender.missing();
  if (contender === undefined || missing !== undefined) {
    return {
      contender: name,
      title: titleOf(name),
      status: 'missing',
      ...(missing === undefined ? {} : { reason: missing }),
    };
  }
  let server: ServerProcess;
  try {
    server = await contender.start();
  } catch (error) {
    return {
      contender: name,
      title: contender.title,
      status: 'wrong',
      reason: error instanceof Error ? error.message : String(error),
    };
  }
  const wrong = (await wrongAnswer(server.port, 1)) ?? (await wrongAnswer(server.port, depth));
  if (wrong === undefined) return server;
  await server.stop();
  return { contender: name, title: contender.title, status: 'wrong', reason: wrong };
}

async function compareIdle(scenario: Scenario, _tool: LoadTool, options: ServerBenchOptions): Promise<Section> {
  const { progress = () => {} } = options;
  const refused = new Map<string, Row>();
  const able: string[] = [];
  for (const name of scenario.servers) {
    const started = await admit(name, 1);
    if ('status' in started) refused.set(name, started);
    else {
      able.push(name);
      await started.stop();
    }
  }
  const turns = able.flatMap((name) => {
    const contender = contenderNamed(name);
    return contender === undefined ? [] : [{ name, run: () => idleMemory(contender, options.idleConnections) }];
  });
  // Memory repeats far better than time.
  const count = Math.min(options.rounds, 3);
  const samples = await rounds(turns, count, (round) => {
    progress(`${scenario.name}: ${round === 0 ? 'first round, discarded' : `round ${round} of ${count}`}`);
  });
  const rows = scenario.servers.map(
    (name): Row =>
      refused.get(name) ?? {
        contender: name,
        title: titleOf(name),
        status: 'timed',
        figures: idleFigures(name, samples),
      },
  );
  const title = `${options.idleConnections} ${scenario.title}`;
  return { name: scenario.name, title, reference: REFERENCE, columns: IDLE_COLUMNS, rows };
}

function loadFigures(name: string, samples: Samples<LoadSample>): Record<string, Figure> {
  const of = (key: keyof LoadSample, whose: string) => (samples.get(whose) ?? []).map((sample) => sample[key]);
  const rate = of('requestsPerSecond', name);
  const cpu = of('cpuMicrosPerRequest', name);
  return {
    requestsPerSecond: figureOf('1/s', rate),
    cpuMicrosPerRequest: figureOf('µs', cpu),
    medianMicros: figureOf('µs', of('medianMicros', name)),
    ...(samples.has(REFERENCE)
      ? {
          speed: figureOf('×', ratios(rate, of('requestsPerSecond', REFERENCE))),
          cpu: figureOf('÷', ratios(cpu, of('cpuMicrosPerRequest', REFERENCE))),
        }
      : {}),
  };
}

function idleFigures(name: string, samples: Samples<number>): Record<string, Figure> {
  const bytes = samples.get(name) ?? [];
  return {
    kilobytesPerConnection: figureOf(
      'KB',
      bytes.map((one) => one / 1024),
    ),
    ...(samples.has(REFERENCE) ? { memory: figureOf('÷', ratios(bytes, samples.get(REFERENCE) ?? [])) } : {}),
  };
}

const FIGURE_OF = {
  speed: 'requestsPerSecond',
  cpu: 'cpuMicrosPerRequest',
  latency: 'medianMicros',
  memory: 'kilobytesPerConnection',
} as const;

function goalsOf(sections: readonly Section[], major: number): Judged[] {
  return SERVER_GOALS.map((goal) => {
    const rows = sections.find((section) => section.name === goal.on)?.rows;
    const measured = (name: string) =>
      rows?.find((row) => row.contender === name)?.figures?.[FIGURE_OF[goal.measure]]?.rounds;
    const of = measured(goal.of);
    const to = measured(goal.to);
    return judge(goal, major, of === undefined || to === undefined ? undefined : summarize(ratios(of, to)));
  });
}

function notes(tool: LoadTool, sections: readonly Section[]): string[] {
  const hello = sections.find((section) => section.rows.some((row) => row.contender === CONTROL));
  const rates = (name: string) =>
    hello?.rows.find((row) => row.contender === name)?.figures?.['requestsPerSecond']?.rounds;
  const [control, controlled] = [rates(CONTROL), rates(CONTROLLED)];
  const steadiness =
    control === undefined || controlled === undefined ? undefined : summarize(ratios(control, controlled));
  return [
    `load by ${tool.name}: ${JSON.stringify(REQUEST)} on loopback, on the cores that the servers use too`,
    ...(tool === ownLoad
      ? [
          'the bundled generator takes far more CPU than wrk, so requests/s come out alike: trust CPU/request, or install wrk',
        ]
      : []),
    ...(steadiness === undefined
      ? []
      : [
          `the control is ${CONTROLLED} in a second process: ${steadiness.median.toFixed(2)} × itself, 95 % ${steadiness.low.toFixed(2)}–${steadiness.high.toFixed(2)}`,
        ]),
  ];
}
