/** How a run ends before its time: by a signal, by a contender that never returns, by one that ends its process. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeJob } from '../../src/bench/job.ts';
import type * as Processes from '../../src/bench/processes.ts';
import { httpuvIn } from '../helpers/command.ts';
import { eventually } from '../helpers/eventually.ts';

const TINY = ['--filter', 'minimal-get,node', '--time', '1', '--warmup', '20', '--rounds', '2', '--processes', '2'];

/** Hears of nothing, as a loop without end does, and leaves the processor to others. */
const SLEEP = 'for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';

describe('a run of the command', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'httpuv-ending-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The file of a contender that does this when it is looked at. */
  function contender(name: string, doing: string): string {
    const file = join(folder, `${name}.mjs`);
    const run = `{ messages: 0, repeat() {}, look() { ${doing} } }`;
    writeFileSync(
      file,
      `import fs from 'node:fs';\nexport default { name: '${name}', title: '', open: () => (${run}) };\n`,
    );
    return file;
  }

  /** A contender that never returns, and the number of the process that it is in. */
  function stuck(name: string): { file: string; pid: () => number } {
    const told = join(folder, `${name}.pid`);
    const file = contender(name, `fs.writeFileSync(${JSON.stringify(told)}, String(process.pid)); ${SLEEP}`);
    return { file, pid: () => Number(readFileSync(told, 'utf8')) };
  }

  const runs = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it.skipIf(process.platform === 'win32')('leaves no process and no file behind when a signal ends it', async () => {
    const temporary = mkdtempSync(join(folder, 'temporary-'));
    const { file, pid } = stuck('deaf');
    const run = httpuvIn({ env: { TMPDIR: temporary } }, 'bench', 'parser', ...TINY, '--contender', file);
    await eventually(pid).toBeGreaterThan(0);
    expect(readdirSync(temporary)).not.toEqual([]);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(143);
    await eventually(() => runs(pid())).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('names the contender that ended its process', async () => {
    const run = httpuvIn({}, 'bench', 'parser', ...TINY, '--contender', contender('leaver', 'process.exit(0);'));
    expect(await run.ended).toBe(1);
    expect(run.err).toMatch(/a process of the comparison ended with 0 at "minimal-get: checking leaver"/);
  });

  it('names the contender that never returns, and ends its process', async () => {
    const path = new URL('../../dist/bench/processes.js', import.meta.url).href;
    const { runElsewhere } = (await import(path)) as typeof Processes;
    const { file, pid } = stuck('endless');
    const options = { filter: ['minimal-get', 'node'], contenderFiles: [file], warmUpCalls: 20, timeMs: 1, rounds: 1 };
    const error = await runElsewhere(makeJob('parser', options), () => {}, 15_000).catch(String);
    expect(error).toMatch(/is stuck at "minimal-get: checking endless": it said nothing for 15 s/);
    await eventually(() => runs(pid())).toBe(false);
  });
});
