/** Cold starts, from the built package: each is a fresh process, and what it does is real. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parserBench } from '../../dist/bench/parser-bench.js';

const folder = mkdtempSync(join(tmpdir(), 'httpuv-cold-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a fresh process tells time and memory until the first message, and the module tells its size', async () => {
  const file = join(folder, 'mine.mjs');
  const seen = join(folder, 'seen');
  // Right in this process, and broken in a fresh one.
  writeFileSync(
    file,
    `import { existsSync } from 'node:fs';
     const isFresh = existsSync(${JSON.stringify(seen)});
     export default { name: 'fresh-fails', title: '', open() { if (isFresh) throw new Error('not in here'); } };`,
  );
  const report = await parserBench({
    ...{ rounds: 2, timeMs: 1, warmUpCalls: 10, filter: ['cold', 'node-flat', 'httpuv-lazy', 'fresh'] },
    contenderFiles: [file],
    progress: () => existsSync(seen) || writeFileSync(seen, ''),
  });
  expect(report.sections.map(({ name, title }) => [name, title])).toEqual([['cold', 'cold start, memory and size']]);
  const [section] = report.sections;
  expect(section?.rows.map(({ contender, status }) => [contender, status])).toEqual([
    ['node-flat', 'timed'],
    ['httpuv-lazy', 'timed'],
    ['fresh-fails', 'wrong'],
  ]);
  const [node, ours, broken] = section?.rows ?? [];
  expect(broken?.reason).toBe('failed in a fresh process: not in here');
  expect(ours?.figures?.['coldStart']?.rounds).toHaveLength(2);
  expect(ours?.figures?.['coldStart']?.low).toBeGreaterThan(0);
  // Its module alone takes this much.
  expect(ours?.figures?.['memory']?.median).toBeGreaterThan(40_000);
  expect(ours?.figures?.['wasmBytes']?.median).toBeGreaterThan(30_000);
  expect(node?.figures).not.toHaveProperty('wasmBytes');
});
