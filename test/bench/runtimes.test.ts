/** The parser comparison in other runtimes, with turns so short that no figure means anything. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Report } from '../../src/bench/report.ts';
import { binary, hasRuntime } from '../helpers/runtimes.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const DENO = ['run', '--allow-all', '--no-remote', '--no-lock', '--node-modules-dir=manual'] as const;
const INPUTS = ['minimal-get', 'chunked-4k'];
const CONTENDERS = ['node-flat', 'js-scanner', 'httpuv-lazy', 'twin'];

/** What the comparison finds, and what it prints. */
async function compared(runtime: 'deno' | 'bun', flags: readonly string[]): Promise<{ report: Report; out: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'httpuv-bench-runtime-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'report.json');
  const short = ['--rounds', '2', '--time', '1', '--warmup', '20', '--processes', '2', '--json', file];
  const filter = ['--filter', [...INPUTS, ...CONTENDERS].join()];
  const { stdout } = await promisify(execFile)(binary(runtime), [
    ...flags,
    MAIN,
    'bench',
    'parser',
    ...short,
    ...filter,
  ]);
  return { report: JSON.parse(await readFile(file, 'utf8')) as Report, out: stdout };
}

describe.each([
  ['Deno', 'deno', DENO, /^V8 \d/],
  ['Bun', 'bun', ['run'], /^JavaScriptCore/],
] as const)('in %s', (name, runtime, flags, engine) => {
  it.skipIf(!hasRuntime(runtime))('parsers are compared, and the report says where', async () => {
    const { report, out } = await compared(runtime, flags);
    expect(report.machine.runtime).toMatch(new RegExp(`^${name} \\d`));
    expect(report.machine.engine).toMatch(engine);
    expect(report.machine).not.toHaveProperty('node');
    expect(report.options['clock']).toBe('cpu');
    expect(report.goals).toEqual([]);
    expect(out).toContain(report.machine.runtime);
    for (const { rows, reference } of report.sections) {
      expect(statusOf(rows, reference)).toBe('timed');
      expect(rows.filter(({ status }) => status === 'wrong')).toEqual([]);
      const untimed = rows.filter(({ status }) => status !== 'timed');
      expect(untimed.filter(({ reason = '' }) => reason === '')).toEqual([]);
      for (const { figures = {} } of rows.filter(({ status }) => status === 'timed')) {
        for (const { rounds, median } of Object.values(figures)) {
          expect([...rounds, median].every(Number.isFinite)).toBe(true);
          expect(rounds).toHaveLength(2);
        }
      }
    }
    const [minimal, chunked] = report.sections;
    expect(statusOf(minimal?.rows ?? [], 'httpuv-lazy')).toBe('timed');
    expect(statusOf(chunked?.rows ?? [], 'js-scanner')).toBe('left out');
    expect(report.sections.map(({ name: input }) => input)).toEqual(INPUTS);
  });
});

function statusOf(rows: Report['sections'][number]['rows'], contender: string): string | undefined {
  return rows.find((row) => row.contender === contender)?.status;
}
