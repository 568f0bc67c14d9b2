/**
 * The comparison of static files: each server in a process of its own, first asked for the very files that are timed, then
 * measured in interleaved rounds. Prints nothing; progress goes to the caller.
 */
import { compareBlocked } from './blocked-section.ts';
import type { LoadTool } from './load/load.ts';
import { ownLoad } from './load/own.ts';
import { wrk, wrkVersion } from './load/wrk.ts';
import { compareLoad, figureNames } from './load-section.ts';
import { versionsNote } from './package-version.ts';
import type { Report, Section } from './report.ts';
import type { LoadBenchOptions } from './server-options.ts';
import { compareServers } from './server-report.ts';
import { wrongFile } from './servers/check-file.ts';
import { filePath, makeFiles } from './servers/files.ts';
import { middlewareVersion } from './servers/middleware.ts';
import { nginxVersion } from './servers/nginx.ts';
import { rHttpuvVersion } from './servers/process.ts';
import { STATIC_GOALS } from './static-goals.ts';
import { keepStaticScenarios, type StaticScenario } from './static-scenarios.ts';

/** Runs the comparison. */
export async function staticBench(options: LoadBenchOptions): Promise<Report> {
  const { rounds, timeMs, warmUpRounds, filter } = options;
  const scenarios = keepStaticScenarios(filter);
  const version = wrkVersion();
  const tool = version === undefined || options.ownLoad ? ownLoad : wrk;
  const files = await makeFiles([...new Set(scenarios.map(({ bytes }) => bytes))]);
  try {
    return await compareServers({
      bench: 'static',
      scenarios,
      progress: options.progress,
      compare: (scenario, progress) => compare(scenario, tool, files.folder, { ...options, progress }),
      options: { rounds, timeMs, warmUpRounds, filter, load: tool === wrk ? (version ?? 'wrk') : tool.name },
      goals: STATIC_GOALS,
      figureOf: { speed: figureNames('request').rate, blockedShare: 'blockedShare', slowest: 'slowestMs' },
      notes: (_measured, sections) => [
        ...versionNote(sections),
        `load by ${tool.name}, on loopback, on the cores that the servers use too; it asks for no compression`,
        ...(tool === ownLoad ? ['the bundled generator takes far more CPU than wrk: trust CPU/request'] : []),
      ],
    });
  } finally {
    await files.remove();
  }
}

function compare(scenario: StaticScenario, tool: LoadTool, files: string, options: LoadBenchOptions): Promise<Section> {
  const { connections, bytes } = scenario;
  const trial = {
    noun: 'request' as const,
    files,
    check: (port: number) => wrongFile(port, bytes),
    drive: (port: number, timeMs: number) => tool.drive({ port, connections, depth: 1, timeMs, path: filePath(bytes) }),
  };
  return scenario.kind === 'blocked' ? compareBlocked(scenario, trial, options) : compareLoad(scenario, trial, options);
}

/** Of those that took part and are no part of this package. */
function versionNote(sections: readonly Section[]): string[] {
  const timed = new Set(
    sections.flatMap(({ rows }) => rows.filter(({ status }) => status === 'timed').map(({ contender }) => contender)),
  );
  const versions: readonly (readonly [string, string, () => string | undefined])[] = [
    ['sirv', 'sirv', () => middlewareVersion('sirv')],
    ['serve-static', 'serve-static', () => middlewareVersion('serve-static')],
    ['nginx', 'nginx', nginxVersion],
    ['r-httpuv', 'R httpuv', rHttpuvVersion],
  ];
  const told = versions.flatMap(([name, words, version]) => (timed.has(name) ? [`${words} ${version() ?? ''}`] : []));
  return versionsNote(told);
}
