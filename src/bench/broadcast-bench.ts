/**
 * The broadcast comparison: one message of 1 KiB to all of many WebSockets, again and again. Each server in a process of its own,
 * measured in interleaved rounds. Prints nothing; progress goes to the caller.
 */
import type { Goal } from './goals.ts';
import { ownBroadcast } from './load/own.ts';
import { compareLoad, figureNames } from './load-section.ts';
import { versionsNote } from './package-version.ts';
import type { Report } from './report.ts';
import { CONTROL, type LoadScenario, pickScenarios } from './scenario.ts';
import type { LoadBenchOptions } from './server-options.ts';
import { compareServers } from './server-report.ts';
import { BROADCAST } from './servers/broadcast.ts';
import { wsVersions } from './servers/ws-package.ts';

const REFERENCE = 'ws-broadcast';
const OURS = ['broadcast-inline', 'broadcast-thread'] as const;
const SIZES = [100, 5000] as const;

const SCENARIOS: readonly LoadScenario[] = SIZES.map((connections) => ({
  kind: 'load',
  name: `broadcast-${connections}`,
  title: `1 KiB of text to all of ${connections} WebSockets`,
  servers: [REFERENCE, CONTROL, ...OURS],
  reference: REFERENCE,
  controlled: REFERENCE,
  connections,
  depth: connections,
}));

const GOALS: readonly Goal[] = OURS.flatMap((of) => [
  {
    id: 'I7',
    title: 'CPU/message',
    on: 'broadcast-5000',
    of,
    to: REFERENCE,
    figure: 0.67,
    measure: 'cpu',
    better: 'lower',
  },
  {
    id: 'I7',
    title: 'messages/s',
    on: 'broadcast-5000',
    of,
    to: REFERENCE,
    figure: 1.5,
    measure: 'speed',
    better: 'higher',
  },
]);

/** The scenarios that words pick; without words all of them. */
export function keepBroadcastScenarios(words: readonly string[]): readonly LoadScenario[] {
  return pickScenarios(SCENARIOS, words);
}

/** Runs the comparison. */
export function broadcastBench(options: LoadBenchOptions): Promise<Report> {
  const { rounds, timeMs, warmUpRounds, filter } = options;
  const drive = (port: number, connections: number, ms: number, onOpen = async (): Promise<void> => {}) =>
    ownBroadcast({ port, connections, depth: connections, bytes: BROADCAST.length, timeMs: ms }, onOpen);
  return compareServers({
    bench: 'broadcast',
    scenarios: keepBroadcastScenarios(filter),
    progress: options.progress,
    compare: (scenario, progress) =>
      compareLoad(
        scenario,
        {
          noun: 'message',
          check: async (port) => ((await drive(port, 3, 1)).errors > 0 ? 'sent something else' : undefined),
          drive: (port, ms, onOpen) => drive(port, scenario.connections, ms, onOpen),
        },
        { ...options, progress },
      ),
    options: { rounds, timeMs, warmUpRounds, filter, load: 'bundled generator' },
    goals: GOALS,
    figureOf: { speed: figureNames('message').rate, cpu: figureNames('message').cpu },
    notes: () => [
      ...versionsNote(wsVersions()),
      'the load takes a good part of the CPU, and limits the rates: trust CPU/message',
    ],
  });
}
