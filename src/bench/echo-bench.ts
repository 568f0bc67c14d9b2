/**
 * The WebSocket comparison: echo servers, each in a process of its own, first asked for the right echo of the very messages
 * that are timed, then measured in interleaved rounds. Prints nothing; progress goes to the caller.
 */
import { ECHO_GOALS } from './echo-goals.ts';
import { keepEchoScenarios, type WebSocketScenario } from './echo-scenarios.ts';
import { compareIdle } from './idle-section.ts';
import { echoBatch } from './load/echo.ts';
import { driveEcho } from './load/own.ts';
import { compareLoad, figureNames } from './load-section.ts';
import type { Report, Section } from './report.ts';
import type { ServerRunOptions } from './server-options.ts';
import { compareServers } from './server-report.ts';
import { wrongEcho } from './servers/check-echo.ts';
import { rHttpuvVersion } from './servers/process.ts';
import { wsVersions } from './servers/ws-package.ts';

const FIGURES = figureNames('message');

/** Runs the comparison. */
export async function webSocketBench(options: ServerRunOptions): Promise<Report> {
  const { rounds, timeMs, filter, idleConnections } = options;
  return compareServers({
    bench: 'websocket',
    scenarios: keepEchoScenarios(filter),
    compare: (scenario) => compare(scenario, options),
    options: { rounds, timeMs, filter, idleConnections },
    goals: ECHO_GOALS,
    figureOf: { speed: FIGURES.rate, memory: 'kilobytesPerConnection' },
    notes: (_measured, sections) => [
      `versions: ${versions(sections).join(', ')}`,
      'load by the bundled generator, on the cores that the servers use too; where it takes more CPU than a server, messages/s say little of that server: trust CPU/message',
    ],
  });
}

function compare(scenario: WebSocketScenario, options: ServerRunOptions): Promise<Section> {
  if (scenario.kind === 'idle') {
    const batch = echoBatch({ bytes: 16, depth: 1, isBinary: true });
    return compareIdle(scenario, { check: (port) => wrongEcho(port, batch), isWebSocket: true }, options);
  }
  const { connections, depth, bytes, isBinary } = scenario;
  const batch = echoBatch(scenario);
  const trial = {
    noun: 'message' as const,
    check: (port: number) => wrongEcho(port, batch),
    drive: (port: number, timeMs: number) => driveEcho({ port, connections, depth, bytes, isBinary, timeMs }),
  };
  return compareLoad(scenario, trial, options);
}

/** Of those that took part and are no part of this package. */
function versions(sections: readonly Section[]): string[] {
  const hasR = sections.some(({ rows }) => rows.some((row) => row.contender === 'r-httpuv' && row.status === 'timed'));
  return [...wsVersions(), ...(hasR ? [`R httpuv ${rHttpuvVersion() ?? ''}`] : [])];
}
