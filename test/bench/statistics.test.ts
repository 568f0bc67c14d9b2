/** The arithmetic behind every figure of the comparisons. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  differences,
  median,
  quantile,
  ratios,
  summarize,
  summarizeProcesses,
  trimFor95,
} from '../../src/bench/statistics.ts';

describe('statistics', () => {
  it('the median of an odd and of an even number of values', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('quantiles lie between the neighbours of their place', () => {
    expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
    expect(quantile([10, 20], 0.75)).toBe(17.5);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('the 95 % interval trims as many values as the published tables for the sign test allow', () => {
    // n: order statistics (trim + 1, n - trim) bound the median with at least 95 %.
    const table: readonly (readonly [number, number])[] = [
      [5, -1],
      [6, 0],
      [8, 0],
      [9, 1],
      [11, 1],
      [12, 2],
      [15, 3],
      [20, 5],
      [25, 7],
      [50, 17],
      [100, 39],
    ];
    for (const [count, trim] of table) expect([count, trimFor95(count)]).toEqual([count, trim]);
  });

  it('below six values the interval is the whole range', () => {
    expect(summarize([3, 1, 2])).toMatchObject({ count: 3, low: 1, high: 3, median: 2 });
  });

  it('the interval covers the true median in at least 95 of 100 repetitions of a skewed measurement', () => {
    let state = 12345;
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) / 2 ** 24;
    };
    let covered = 0;
    for (let repetition = 0; repetition < 1000; repetition++) {
      const { low, high } = summarize(Array.from({ length: 11 }, () => -Math.log(1 - random())));
      if (low <= Math.LN2 && Math.LN2 <= high) covered++;
    }
    expect(covered).toBeGreaterThan(950);
  });

  it('a summary is in ascending order whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: 1e-9, max: 1e9 }), { minLength: 1 }), (values) => {
        const { low, q1, median: middle, q3, high } = summarize(values);
        expect(low).toBeLessThanOrEqual(middle);
        expect(q1).toBeLessThanOrEqual(middle);
        expect(middle).toBeLessThanOrEqual(q3);
        expect(middle).toBeLessThanOrEqual(high);
      }),
    );
  });

  it('ratios and differences pair the rounds and stop at the shorter list', () => {
    expect(ratios([2, 9, 5], [1, 3])).toEqual([2, 3]);
    expect(differences([2, 9, 5], [1, 3])).toEqual([1, 6]);
  });

  it('a machine that slows down for everybody in the middle does not move the ratios', () => {
    const slowdown = [1, 1, 4, 4, 1];
    const ours = slowdown.map((factor) => 100 * factor);
    const reference = slowdown.map((factor) => 300 * factor);
    expect(summarize(ratios(reference, ours))).toMatchObject({ median: 3, low: 3, high: 3 });
  });
});

describe('the interval of several processes', () => {
  let state = 4711;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return ((state >>> 8) + 0.5) / 2 ** 24;
  };
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  /** Rounds of some processes, which differ from each other more than the rounds of one do. */
  const run = (processes: number, between: number) =>
    Array.from({ length: processes }, () => {
      const level = between * normal();
      return Array.from({ length: 3 }, () => 5 * Math.exp(level + 0.02 * normal()));
    });
  const share = (processes: number, between: number, interval = summarizeProcesses) => {
    let inside = 0;
    for (let pair = 0; pair < 1000; pair++) {
      const { low, high } = interval(run(processes, between));
      const { median: second } = interval(run(processes, between));
      if (low <= second && second <= high) inside++;
    }
    return inside / 1000;
  };

  it.each([
    [3, 0.1],
    [5, 0.1],
    [5, 0.01],
    [8, 0.03],
  ])(
    'of %i processes that differ by %d holds the median of a second run in 92 to 98 of 100 pairs',
    (processes, between) => {
      const inside = share(processes, between);
      expect(inside).toBeGreaterThan(0.92);
      expect(inside).toBeLessThan(0.98);
    },
  );

  it('that took all rounds for independent would hold it in fewer than 85', () => {
    expect(share(5, 0.1, (processes) => summarize(processes.flat()))).toBeLessThan(0.85);
  });

  it('is the median alone when all agree, and that of the rounds when there is one process', () => {
    expect(summarizeProcesses([[2, 2], [2]])).toMatchObject({ low: 2, median: 2, high: 2 });
    expect(summarizeProcesses([[1, 2, 3], []])).toEqual(summarize([1, 2, 3]));
  });

  it('is that of the rounds when a process got nothing, for nothing has no scale', () => {
    expect(
      summarizeProcesses(
        [
          [0, 0],
          [4, 5],
        ],
        0.1,
      ),
    ).toEqual(summarize([0, 0, 4, 5]));
  });

  it('is as wide as two processes say, however little that is worth', () => {
    // Student's t of one degree of freedom is 12.7.
    const { low, median: middle, high } = summarizeProcesses([[2], [2.2]]);
    expect(high / middle).toBeCloseTo(middle / low);
    expect(Math.log(high / middle) / Math.log(1.1)).toBeCloseTo(12.706 / Math.SQRT2, 1);
  });
});
