/**
 * The server comparison: each server in a process of its own, first asked for the right answer, then measured in
 * interleaved rounds. Prints nothing; progress goes to the caller.
 */
import { compareIdle } from './idle-section.ts';
import { type LoadTool, requestFor } from './load/load.ts';
import { ownLoad } from './load/own.ts';
import { wrk, wrkVersion } from './load/wrk.ts';
import { compareLoad, figureNames } from './load-section.ts';
import { compilerVersion } from './native.ts';
import type { Report, Section } from './report.ts';
import { FLOOR, keepScenarios, type Scenario } from './scenarios.ts';
import { SERVER_GOALS } from './server-goals.ts';
import type { ServerBenchOptions } from './server-options.ts';
import { compareServers, type Measured } from './server-report.ts';
import { wrongAnswer } from './servers/check-answer.ts';
import { compareStart } from './start-section.ts';
import { ratios, summarize } from './statistics.ts';

const FIGURES = figureNames('request');

/** Runs the comparison. */
export async function serverBench(options: ServerBenchOptions): Promise<Report> {
  const version = wrkVersion();
  const tool = version === undefined || options.ownLoad ? ownLoad : wrk;
  const { rounds, timeMs, warmUpRounds, filter, idleConnections } = options;
  const scenarios = keepScenarios(filter);
  const hasFloor = scenarios.some(({ servers }) => servers.includes(FLOOR));
  return compareServers({
    bench: 'server',
    scenarios,
    progress: options.progress,
    compiler: hasFloor ? compilerVersion() : undefined,
    compare: (scenario, progress) => compare(scenario, tool, { ...options, progress }),
    options: {
      rounds,
      timeMs,
      warmUpRounds,
      filter,
      idleConnections,
      load: tool === wrk ? (version ?? 'wrk') : tool.name,
    },
    goals: SERVER_GOALS,
    figureOf: {
      speed: FIGURES.rate,
      cpu: FIGURES.cpu,
      mainCpu: FIGURES.main,
      latency: 'medianMicros',
      memory: 'kilobytesPerConnection',
      firstStart: 'firstMs',
      laterStart: 'laterMs',
    },
    notes: (measured, sections) => [...loadNotes(tool, sections), ...floorNote(measured), ...startNote(measured)],
  });
}

function compare(scenario: Scenario, tool: LoadTool, options: ServerBenchOptions): Promise<Section> {
  switch (scenario.kind) {
    case 'load': {
      const { connections, depth } = scenario;
      const trial = {
        noun: 'request' as const,
        check: async (port: number) => (await wrongAnswer(port, 1)) ?? (await wrongAnswer(port, depth)),
        drive: (port: number, timeMs: number) => tool.drive({ port, connections, depth, timeMs }),
      };
      return compareLoad(scenario, trial, options);
    }
    case 'idle':
      return compareIdle(scenario, { check: (port) => wrongAnswer(port, 1), isWebSocket: false }, options);
    case 'start':
      return compareStart(scenario, options);
  }
}

function loadNotes(tool: LoadTool, sections: readonly Section[]): string[] {
  if (!sections.some(({ columns }) => columns.some(({ figure }) => figure === FIGURES.rate))) return [];
  const load = `load by ${tool.name}: ${JSON.stringify(requestFor())} on loopback, on the cores that the servers use too`;
  if (tool !== ownLoad) return [load];
  return [
    load,
    'the bundled generator takes far more CPU than wrk, so requests/s come out alike: trust CPU/request, or install wrk',
  ];
}

/** What goals against `node:http` can be held against: on some machines they lie beyond what the system does. */
function floorNote(measured: Measured): string[] {
  const of = (figure: string): number | undefined => {
    const floor = measured('hello', FLOOR, figure);
    const reference = measured('hello', 'node-http', figure);
    return floor === undefined || reference === undefined ? undefined : summarize(ratios(floor, reference)).median;
  };
  const rate = of(FIGURES.rate);
  const cpu = of(FIGURES.cpu);
  if (rate === undefined || cpu === undefined) return [];
  return [
    `hello by ${FLOOR}, which understands nothing: ${rate.toFixed(2)} × the requests/s of node-http, for ${cpu.toFixed(2)} of its CPU; what goals ask beyond that, no server on one thread does here`,
  ];
}

function startNote(measured: Measured): string[] {
  const bare = measured('start', 'bare-worker', 'firstMs');
  if (bare === undefined) return [];
  return [
    `the goal of the first startServerSync holds on an idle machine; here ${summarize(bare).median.toFixed(1)} ms is what any worker thread took`,
  ];
}
