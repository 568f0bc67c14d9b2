/** What several processes found, as one report, and rounds shared among them. */
import { describe, expect, it } from 'vitest';
import { joinReports } from '../../src/bench/join-reports.ts';
import { shareOut } from '../../src/bench/share-out.ts';
import { syntheticReport, TIMES } from '../helpers/synthetic-report.ts';

const one = (seed: number, times = TIMES) =>
  syntheticReport(['minimal-get'], times, { seed, processes: 1, rounds: 3, noise: 0.1 });

describe('reports of several processes', () => {
  const parts = [one(1), one(2), one(3)] as const;
  const [section] = joinReports([...parts]).sections;
  const figureIn = (report: (typeof parts)[number], contender: string) =>
    report.sections[0]?.rows.find((row) => row.contender === contender)?.figures?.['speed'];

  it('become one with all rounds, and with how many each process made', () => {
    const speed = section?.rows.find(({ contender }) => contender === 'httpuv-lazy')?.figures?.['speed'];
    expect(speed?.processes).toEqual([3, 3, 3]);
    expect(speed?.rounds).toEqual(parts.flatMap((part) => figureIn(part, 'httpuv-lazy')?.rounds ?? []));
  });

  it('have the reference at 1 without an interval', () => {
    const speed = section?.rows.find(({ contender }) => contender === 'node-flat')?.figures?.['speed'];
    expect(speed).toMatchObject({ median: 1, low: 1, high: 1 });
  });

  it('take no contender for steadier than the middle one of its section', () => {
    const ends = section?.rows.flatMap(({ figures }) => {
      const { median = 1, high = 1 } = figures?.['speed'] ?? {};
      return high > median ? [high / median] : [];
    });
    const least = Math.min(...(ends ?? []));
    expect(ends?.filter((end) => end < least * 1.0001).length).toBeGreaterThanOrEqual((ends?.length ?? 1) / 2);
    expect(Math.max(...(ends ?? []))).toBeGreaterThan(least * 1.01);
  });

  it('do not time a contender that was wrong in one of them', () => {
    const wrong = one(2, { ...TIMES, 'httpuv-lazy': 'wrong: lost a field' });
    const rows = joinReports([one(1), wrong]).sections[0]?.rows;
    expect(rows?.find(({ contender }) => contender === 'httpuv-lazy')).toMatchObject({
      status: 'wrong',
      reason: 'lost a field',
    });
  });

  it('tell once what holds for all, and of the control what all of them found', () => {
    const { notes } = joinReports([...parts]);
    expect(notes.filter((note) => note === 'the control is node-flat a second time')).toHaveLength(1);
    expect(notes.filter((note) => /shows how far equal things differ here: minimal-get/.test(note))).toHaveLength(1);
  });

  it('a single one stays as it is', () => {
    const alone = one(1);
    expect(joinReports([alone])).toBe(alone);
  });
});

describe('rounds', () => {
  it.each([
    [15, 5, [3, 3, 3, 3, 3]],
    [7, 3, [3, 2, 2]],
    [2, 5, [1, 1]],
    [4, 1, [4]],
  ])('%i are shared by %i processes as %j', (rounds, processes, shares) => {
    expect(shareOut(rounds, processes)).toEqual(shares);
  });
});
