/** Runs a comparison from the built package, with stretches so short that no figure means anything. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Report } from '../../src/bench/report.ts';

const MAIN = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));
const schedstat = `/proc/${process.pid}/task/${process.pid}/schedstat`;

/** Whether this machine tells the CPU time of a main thread. */
export const tellsMainThread: boolean = existsSync(schedstat) && !readFileSync(schedstat, 'latin1').startsWith('0 ');

/** What a comparison of servers found in one round. */
export async function benchReport(
  comparison: 'server' | 'websocket' | 'static' | 'tls',
  ...words: string[]
): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), 'httpuv-bench-test-'));
  try {
    const file = join(directory, 'report.json');
    const all = [MAIN, comparison, '--rounds', '1', '--time', '500', '--warmup', '1', '--json', file, ...words];
    await promisify(execFile)(process.execPath, all);
    return JSON.parse(await readFile(file, 'utf8')) as Report;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Each contender with its status, section by section. */
export function statuses(report: Report): string[][] {
  return report.sections.map(({ rows }) => rows.map(({ contender, status }) => `${contender} ${status}`));
}
