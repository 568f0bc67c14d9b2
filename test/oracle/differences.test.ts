/** The page of differences is kept honest: each row has a reason and a test that exists, and no name twice. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXCHANGES } from './exchanges.ts';

const ROOT = new URL('../../', import.meta.url);
const PAGE = readFileSync(new URL('src/server/differences.md', ROOT), 'utf8');

/** The cells of every table row but heads and rules. */
const ROWS = PAGE.split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| name |'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));

describe('the page of differences', () => {
  it.each(ROWS.map((cells) => ({ name: cells[0] ?? '', cells })))(
    '$name says what, why, and where it is tested',
    ({ cells }) => {
      expect(cells.length).toBe(5);
      for (const cell of cells) expect(cell).not.toBe('');
      const tests = [...(cells[4] ?? '').matchAll(/`([^`]+)`/g)].map(([, path]) => path ?? '');
      expect(tests.length).toBeGreaterThan(0);
      for (const path of tests) expect(existsSync(new URL(path, ROOT)), path).toBe(true);
    },
  );

  it('names each difference once', () => {
    const names = ROWS.map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has a row for every exchange that differs', () => {
    const names = ROWS.map(([name]) => name);
    for (const { differs } of EXCHANGES) if (differs !== undefined) expect(names).toContain(differs.id);
  });
});
