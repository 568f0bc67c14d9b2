/**
 * The comparison of servers over TLS: each in a process of its own with a certificate of its own, first asked for the right
 * answer, then measured in interleaved rounds on connections that are kept. Prints nothing; progress goes to the caller.
 */
import { ownLoad } from './load/own.ts';
import { wrk, wrkVersion } from './load/wrk.ts';
import { compareLoad, figureNames } from './load-section.ts';
import type { Report } from './report.ts';
import { CONTROL, type LoadScenario, pickScenarios } from './scenario.ts';
import type { LoadBenchOptions } from './server-options.ts';
import { compareServers } from './server-report.ts';
import { wrongAnswer } from './servers/check-answer.ts';
import { TLS_GOALS } from './tls-goals.ts';

const REFERENCE = 'node-https';
const FIGURES = figureNames('request');

const SCENARIOS: readonly LoadScenario[] = [
  {
    kind: 'load',
    name: 'tls-hello',
    title: '64 connections with TLS, kept, one request at a time',
    servers: [REFERENCE, CONTROL, 'raw-tls', 'httpuv-tls-inline', 'httpuv-tls-thread'],
    reference: REFERENCE,
    controlled: REFERENCE,
    connections: 64,
    depth: 1,
  },
];

/** The scenarios that words pick; without words all of them. */
export function keepTlsScenarios(words: readonly string[]): readonly LoadScenario[] {
  return pickScenarios(SCENARIOS, words);
}

/** Runs the comparison. */
export function tlsBench(options: LoadBenchOptions): Promise<Report> {
  const { rounds, timeMs, warmUpRounds, filter } = options;
  const version = wrkVersion();
  const tool = version === undefined || options.ownLoad ? ownLoad : wrk;
  return compareServers({
    bench: 'tls',
    scenarios: keepTlsScenarios(filter),
    progress: options.progress,
    compare: (scenario, progress) => {
      const { connections, depth } = scenario;
      const trial = {
        noun: 'request' as const,
        check: (port: number) => wrongAnswer(port, 2, true),
        drive: (port: number, ms: number) => tool.drive({ port, connections, depth, timeMs: ms, isTls: true }),
      };
      return compareLoad(scenario, trial, { ...options, progress });
    },
    options: { rounds, timeMs, warmUpRounds, filter, load: tool === wrk ? (version ?? 'wrk') : tool.name },
    goals: TLS_GOALS,
    figureOf: { speed: FIGURES.rate, cpu: FIGURES.cpu },
    notes: () => [
      `load by ${tool.name}, on loopback, on the cores that the servers use too; it checks no certificate`,
      ...(tool === ownLoad ? ['the bundled generator takes far more CPU than wrk: trust CPU/request'] : []),
    ],
  });
}
