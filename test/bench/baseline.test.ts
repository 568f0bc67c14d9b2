/** When a run counts as slower than an earlier one, when nobody is blamed, and when nothing can be said. */
import { describe, expect, it } from 'vitest';
import { judgeAgainst } from '../../src/bench/baseline.ts';
import { judgementText } from '../../src/bench/baseline-text.ts';
import type { Report } from '../../src/bench/report.ts';
import { syntheticReport, TIMES, type Times, type Weather } from '../helpers/synthetic-report.ts';

const INPUTS = ['browser-get', 'minimal-get'];
const run = (times: Partial<Times> = {}, weather: Weather = {}): Report =>
  syntheticReport(INPUTS, { ...TIMES, ...times } as Times, { seed: 2, ...weather });
const before = run({}, { seed: 1 });
const LIMIT = 0.15;
const slower = (report: Report, limit = LIMIT): string[] =>
  judgeAgainst(before, report, limit)
    .changes.filter(({ verdict }) => verdict === 'slower')
    .map(({ section, contender }) => `${contender} on ${section}`);

describe('a baseline', () => {
  it('a second run of the same is kept, and names every ratio then and now', () => {
    const judged = judgeAgainst(before, run(), LIMIT);
    expect(judged).toMatchObject({ verdict: 'kept', refusals: [] });
    expect(judged.changes).toHaveLength(2 * 5);
    expect(judgementText(judged)).toContain('nothing became slower by more than 15 %');
  });

  it('one contender that became 30 % slower is blamed, and nobody else', () => {
    const report = run({ 'httpuv-eager': 1020 * 1.3 });
    expect(slower(report)).toEqual(['httpuv-eager on browser-get', 'httpuv-eager on minimal-get']);
    const judged = judgeAgainst(before, report, LIMIT);
    expect(judged.verdict).toBe('slower');
    expect(judged.changes.find(({ contender }) => contender === 'httpuv-eager')?.loss).toBeCloseTo(0.3, 1);
    expect(judgementText(judged)).toMatch(/slower by more than 15 %: httpuv-eager on browser-get by (?:29|30|31) %/);
  });

  it('a loss within the limit is kept, however sure it is', () => {
    expect(slower(run({ 'httpuv-eager': 1020 * 1.3 }), 0.4)).toEqual([]);
  });

  it('a machine on which everything takes twice as long blames nobody', () => {
    expect(judgeAgainst(before, run({}, { slowness: 2 }), LIMIT).verdict).toBe('kept');
  });

  it('what became faster is told and fails nothing', () => {
    const judged = judgeAgainst(before, run({ 'httpuv-lazy': 300 }), LIMIT);
    expect(judged.verdict).toBe('kept');
    expect(judged.changes.filter(({ verdict }) => verdict === 'faster').map(({ contender }) => contender)).toEqual([
      'httpuv-lazy',
      'httpuv-lazy',
    ]);
  });

  it('a loss whose intervals overlap blames nobody, and is not passed over', () => {
    const now = run({ 'httpuv-eager': 1020 * 1.3 });
    const [then, later] = [widened(before, 1.05), widened(now, 1.25)];
    const judged = judgeAgainst(then, later, LIMIT);
    expect(judged.changes.filter(({ verdict }) => verdict === 'unsure').map(({ contender }) => contender)).toEqual([
      'httpuv-eager',
      'httpuv-eager',
    ]);
    expect(judged.verdict).toBe('refused');
    expect(judgementText(judged)).toMatch(
      /perhaps slower by more than 15 %, .* httpuv-eager on browser-get by (?:29|3\d) %/,
    );
    expect(judgeAgainst(before, now, LIMIT).verdict).toBe('slower');
  });

  it('says how many ratios came out where the earlier run expected them', () => {
    const text = judgementText(judgeAgainst(widened(before, 1.25), run({ 'httpuv-eager': 1020 * 1.3 }), LIMIT));
    expect(text).toContain('8 of 10 ratios lie in the 95 % intervals of the earlier run');
  });
});

/** The same medians with intervals that reach by a factor to both sides; the control stays sure. */
function widened(report: Report, factor: number): Report {
  const sections = report.sections.map((section) => ({
    ...section,
    rows: section.rows.map((row) => {
      const speed = row.figures?.['speed'];
      if (speed === undefined || row.contender === 'control') return row;
      const wide = { ...speed, low: speed.median / factor, high: speed.median * factor };
      return { ...row, figures: { ...row.figures, speed: wide } };
    }),
  }));
  return { ...report, sections };
}

describe('a baseline is not judged', () => {
  const refused = (now: Report, then = before) => {
    const judged = judgeAgainst(then, now, LIMIT);
    expect(judged.verdict).toBe('refused');
    return judged.refusals.join('\n');
  };
  const onMachine = (change: Partial<Report['machine']>): Report => {
    const report = run();
    return { ...report, machine: { ...report.machine, ...change } };
  };

  it.each([
    ['now', before, run({}, { controlTimes: 1.2 }), 'present'],
    ['then', run({}, { controlTimes: 1.2 }), run(), 'earlier'],
  ])('when the control moved %s', (_, then, now, which) => {
    expect(refused(now, then)).toMatch(new RegExp(`browser-get: the control of the ${which} run moved to 0\\.8`));
    expect(judgeAgainst(then, now, LIMIT).changes).toEqual([]);
  });

  it('when equal things differ by more than the limit', () => {
    expect(refused(run({}, { noise: 0.6 }))).toContain('equal things differed too much');
  });

  it.each([
    ['another processor', { cpu: 'Other CPU' }, 'the processor was "Imagined CPU @ 3.00GHz", now it is "Other CPU"'],
    ['another number of cores', { cores: 2 }, 'the number of cores was 4, now it is 2'],
    ['another Node', { runtime: 'Node v26.1.0' }, 'the runtime was "Node v24.21.0", now it is "Node v26.1.0"'],
  ])('on %s', (_, change, sentence) => {
    expect(refused(onMachine(change))).toBe(sentence);
  });

  it('with other options, but rounds, time and filter may differ', () => {
    const report = run();
    expect(refused({ ...report, options: { ...report.options, warmUpCalls: 10 } })).toContain('the option warmUpCalls');
    const shorter = { ...report, options: { ...report.options, rounds: 5, timeMs: 10, filter: ['browser'] } };
    expect(judgeAgainst(before, shorter, LIMIT).verdict).toBe('kept');
  });

  it('on an input that means something else now, while others are judged', () => {
    const report = run();
    const sections = report.sections.map((section, at) => (at === 0 ? { ...section, title: 'longer' } : section));
    const judged = judgeAgainst(before, { ...report, sections }, LIMIT);
    expect(judged.verdict).toBe('refused');
    expect(judged.refusals).toEqual([
      'browser-get is another input now: "longer", not "a request of 703 bytes with 9 fields"',
    ]);
    expect(new Set(judged.changes.map(({ section }) => section))).toEqual(new Set(['minimal-get']));
  });

  it('when a contender of others has another version, or was timed then and is not now', () => {
    const report = run({ 'http-parser-js': 'missing: npm install http-parser-js' });
    expect(refused(report)).toContain('browser-get: http-parser-js was timed then and is missing now');
    const sections = run().sections.map((section) => ({
      ...section,
      rows: section.rows.map((row) => (row.contender === 'node-object' ? { ...row, title: 'version 2' } : row)),
    }));
    expect(refused({ ...run(), sections })).toContain('node-object is another one now: "version 2"');
  });

  it('when there is nothing in common', () => {
    expect(refused(syntheticReport(['chunked-4k']))).toBe('the two runs have no ratio in common');
  });

  it('but a row that is slower in a steady section fails, whatever else cannot be judged', () => {
    const report = run({ 'httpuv-eager': 2000 });
    const sections = report.sections.map((section, at) => (at === 0 ? { ...section, title: 'longer' } : section));
    expect(judgeAgainst(before, { ...report, sections }, LIMIT).verdict).toBe('slower');
  });
});

describe('runs of a part', () => {
  it('are compared where they have rows in common', () => {
    const part = syntheticReport(['minimal-get'], { 'node-flat': 2600, 'httpuv-eager': 1020 * 1.3 }, { seed: 3 });
    expect(slower(part)).toEqual(['httpuv-eager on minimal-get']);
    expect(judgeAgainst(part, run(), LIMIT).changes.map(({ contender }) => contender)).toEqual(['httpuv-eager']);
  });
});
