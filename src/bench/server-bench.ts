/**
 * The server comparison: each server in a process of its own, first asked for the right answer, then measured in
 * interleaved rounds. Prints nothing; progress goes to the caller.
 */
import { comparedRounds, type Goal, type Judged, judge } from './goals.ts';
import { compareIdle } from './idle-section.ts';
import { type LoadTool, REQUEST } from './load/load.ts';
import { ownLoad } from './load/own.ts';
import { wrk, wrkVersion } from './load/wrk.ts';
import { compareLoad } from './load-section.ts';
import { describeMachine, nodeMajor } from './machine.ts';
import type { Report, Section } from './report.ts';
import { CONTROL, CONTROLLED, keepScenarios, type Scenario } from './scenarios.ts';
import { SERVER_GOALS } from './server-goals.ts';
import type { ServerBenchOptions } from './server-options.ts';
import { compareStart } from './start-section.ts';
import { ratios, summarize } from './statistics.ts';

/** Runs the comparison. */
export async function serverBench(options: ServerBenchOptions): Promise<Report> {
  const started = new Date();
  // Before the servers make load of their own.
  const machine = describeMachine();
  const version = wrkVersion();
  const tool = version === undefined || options.ownLoad ? ownLoad : wrk;
  const sections: Section[] = [];
  for (const scenario of keepScenarios(options.filter)) sections.push(await compare(scenario, tool, options));
  return {
    tool: 'httpuv-bench',
    format: 1,
    bench: 'server',
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    machine,
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

function compare(scenario: Scenario, tool: LoadTool, options: ServerBenchOptions): Promise<Section> {
  switch (scenario.kind) {
    case 'load':
      return compareLoad(scenario, tool, options);
    case 'idle':
      return compareIdle(scenario, options);
    case 'start':
      return compareStart(scenario, options);
  }
}

const FIGURE_OF: Readonly<Record<Goal['measure'], string>> = {
  speed: 'requestsPerSecond',
  cpu: 'cpuMicrosPerRequest',
  mainCpu: 'mainMicrosPerRequest',
  latency: 'medianMicros',
  memory: 'kilobytesPerConnection',
  firstStart: 'firstMs',
  laterStart: 'laterMs',
};

type Measured = (on: string, contender: string, figure: string) => readonly number[] | undefined;

function measuredIn(sections: readonly Section[]): Measured {
  return (on, contender, figure) =>
    sections.find(({ name }) => name === on)?.rows.find((row) => row.contender === contender)?.figures?.[figure]
      ?.rounds;
}

function goalsOf(sections: readonly Section[], major: number): Judged[] {
  const measured = measuredIn(sections);
  return SERVER_GOALS.map((goal) => {
    const values = (contender: string) => measured(goal.on, contender, FIGURE_OF[goal.measure]);
    const compared = comparedRounds(goal, values);
    return judge(goal, major, compared === undefined ? undefined : summarize(compared));
  });
}

function notes(tool: LoadTool, sections: readonly Section[]): string[] {
  const measured = measuredIn(sections);
  const found: string[] = [];
  if (sections.some(({ columns }) => columns.some(({ figure }) => figure === 'requestsPerSecond'))) {
    found.push(`load by ${tool.name}: ${JSON.stringify(REQUEST)} on loopback, on the cores that the servers use too`);
    if (tool === ownLoad) {
      found.push(
        'the bundled generator takes far more CPU than wrk, so requests/s come out alike: trust CPU/request, or install wrk',
      );
    }
  }
  const [control, controlled] = [CONTROL, CONTROLLED].map((name) => measured('hello', name, 'requestsPerSecond'));
  if (control !== undefined && controlled !== undefined) {
    const { median, low, high } = summarize(ratios(control, controlled));
    found.push(
      `the control is ${CONTROLLED} in a second process: ${median.toFixed(2)} × itself, 95 % ${low.toFixed(2)}–${high.toFixed(2)}`,
    );
  }
  return [...found, ...mainThreadNote(sections), ...startNote(measured)];
}

function mainThreadNote(sections: readonly Section[]): string[] {
  const has = (figure: string) => sections.some(({ rows }) => rows.some((row) => row.figures?.[figure] !== undefined));
  if (!has('requestsPerSecond') || has('mainMicrosPerRequest')) return [];
  return ["the main thread's CPU time can only be read on Linux, from a kernel with scheduler statistics"];
}

function startNote(measured: Measured): string[] {
  const bare = measured('start', 'bare-worker', 'firstMs');
  if (bare === undefined) return [];
  return [
    `the goal of the first startServerSync holds on an idle machine; here ${summarize(bare).median.toFixed(1)} ms is what any worker thread took`,
  ];
}
