/** Holds the page of the portable entries to what they take and tell. */
import { describe, expect, it } from 'vitest';
import { LENIENCY_NAMES } from '../../src/parser/leniency.ts';
import { LIMITS, NAMES } from '../../src/parser/options.ts';
import { ALLOW } from '../../src/wasm/constants.gen.ts';
import { codes, page, tableUnder } from './markdown.ts';

const LEVELS = page('src/parser/levels.md');

describe('the page of the parser', () => {
  const rows = page('src/parser/levels.md')
    .split('\n')
    .filter((line) => /^\| `\w+` \|/.test(line))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
  const named = (names: readonly string[]): string[][] =>
    rows.filter(([name = '']) => names.includes(codes(name)[0] ?? ''));

  it('has a row for each option', () => {
    const listed = named(NAMES).map(([name = '']) => codes(name)[0]);
    expect(listed.sort()).toEqual([...NAMES].sort());
  });

  it('tells the defaults of the limits', () => {
    for (const [name, value] of Object.entries(LIMITS)) {
      expect(named([name])[0]?.[1]).toMatch(new RegExp(`^${value.toLocaleString('en')}( bytes|$)`));
    }
  });

  it('gives a reason and a danger for each switch, as its doc comment does', () => {
    const listed = tableUnder(LEVELS, 'What may be forgiven');
    expect(listed.map(([name = '']) => codes(name)[0])).toEqual(LENIENCY_NAMES);
    for (const row of listed) for (const cell of row.slice(1)) expect(cell.length).toBeGreaterThan(20);
    const source = page('src/parser/leniency.ts');
    for (const word of ['* Reason: ', '* Danger: ']) expect(source.split(word).length - 1).toBe(LENIENCY_NAMES.length);
  });

  it('is told the same flags as the records', () => {
    const listed = Array.from(
      page('src/parser/records.md').matchAll(/^\| (\d+) \| ([A-Z_]+) \|/gm),
      ([, flag, name]) => [name, Number(flag)],
    );
    for (const flag of Object.entries(ALLOW)) expect(listed).toContainEqual(flag);
  });
});
