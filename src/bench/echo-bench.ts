/**
 * The WebSocket comparison: echo servers, each in a process of its own, first asked for the right echo of the very messages
 * that are timed, then measured in interleaved rounds. Prints nothing; progress goes to the caller.
 */
import { ECHO_GOALS } from './echo-goals.ts';
import { keepEchoScenarios, type WebSocketScenario } from './echo-scenarios.ts';
import { compareIdle } from './idle-section.ts';
import { type EchoTool, echoBatch } from './load/echo.ts';
import { nativeEcho } from './load/native-echo.ts';
import { ownEcho } from './load/own.ts';
import { compareLoad, figureNames } from './load-section.ts';
import { compilerVersion } from './native.ts';
import { versionsNote } from './package-version.ts';
import type { Report, Section } from './report.ts';
import type { ServerBenchOptions } from './server-options.ts';
import { compareServers } from './server-report.ts';
import { wrongEcho } from './servers/check-echo.ts';
import { rHttpuvVersion } from './servers/process.ts';
import { wsVersions } from './servers/ws-package.ts';

const FIGURES = figureNames('message');

/** Runs the comparison. */
export async function webSocketBench(options: ServerBenchOptions): Promise<Report> {
  const { rounds, timeMs, warmUpRounds, filter, idleConnections } = options;
  const scenarios = keepEchoScenarios(filter);
  const native = options.ownLoad ? 'the load generator in JavaScript was asked for' : nativeEcho();
  const tool = typeof native === 'string' ? ownEcho : native;
  try {
    return await compareServers({
      bench: 'websocket',
      scenarios,
      progress: options.progress,
      compare: (scenario, progress) => compare(scenario, tool, { ...options, progress }),
      ...(tool === ownEcho ? {} : { compiler: compilerVersion() }),
      options: { rounds, timeMs, warmUpRounds, filter, idleConnections, load: tool.name },
      goals: ECHO_GOALS,
      figureOf: { speed: FIGURES.rate, memory: 'kilobytesPerConnection' },
      notes: (_measured, sections) => [
        ...versionsNote(versions(sections)),
        `load by ${tool.name}, on loopback, on the cores that the servers use too`,
        ...(typeof native === 'string'
          ? [`${native}; the one in JavaScript takes nearly as much CPU as a server: trust CPU/message`]
          : []),
      ],
    });
  } finally {
    tool.close();
  }
}

function compare(scenario: WebSocketScenario, tool: EchoTool, options: ServerBenchOptions): Promise<Section> {
  if (scenario.kind === 'idle') {
    const batch = echoBatch({ bytes: 16, depth: 1, isBinary: true });
    return compareIdle(scenario, { check: (port) => wrongEcho(port, batch), isWebSocket: true }, options);
  }
  const { connections, depth, bytes, isBinary } = scenario;
  const batch = echoBatch(scenario);
  const trial = {
    noun: 'message' as const,
    check: (port: number) => wrongEcho(port, batch),
    drive: (port: number, timeMs: number) => tool.drive({ port, connections, depth, bytes, isBinary, timeMs }, batch),
  };
  return compareLoad(scenario, trial, options);
}

/** Of those that took part and are no part of this package. */
function versions(sections: readonly Section[]): string[] {
  const hasR = sections.some(({ rows }) => rows.some((row) => row.contender === 'r-httpuv' && row.status === 'timed'));
  return [...wsVersions(), ...(hasR ? [`R httpuv ${rHttpuvVersion() ?? ''}`] : [])];
}
