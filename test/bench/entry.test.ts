/** The entry `httpuv-wasm/bench`: a comparison as a function. Speed is never judged here. */
import { describe, expect, it } from 'vitest';
import { loadNodeParser } from '../../src/bench/contenders/node-parser.ts';
import {
  type BenchOptions,
  bench,
  type ComparisonName,
  chartSvg,
  judgeAgainst,
  reportHtml,
  reportMarkdown,
  reportSvg,
  reportText,
} from '../../src/bench/index.ts';

const TINY = { rounds: 2, timeMs: 1, warmUpCalls: 20, filter: ['minimal-get', 'node'] } as const;

describe('the entry', () => {
  it('runs a comparison of contenders that are handed over, renders it and judges it by itself', async () => {
    const lines: string[] = [];
    const parts: number[] = [];
    const report = await bench('parser', {
      ...TINY,
      contenders: [loadNodeParser],
      progress(line, part) {
        lines.push(line);
        parts.push(part);
      },
    });
    expect(report.sections.map(({ name }) => name)).toEqual(['minimal-get']);
    expect(lines).toContain('minimal-get: round 2 of 2');
    expect(parts).toEqual([...parts].sort((a, b) => a - b));
    for (const render of [reportText, reportMarkdown, reportSvg, reportHtml])
      expect(render(report)).toContain('node-object');
    expect(report.sections.map((section) => chartSvg(section))[0]).toContain('node-object');
    expect(judgeAgainst(report, report, 1).before).toContain(report.started);
  });

  it('says when one process made all rounds', async () => {
    const report = await bench('parser', { ...TINY, processes: 1 });
    expect(report.notes).toContain(
      'one process made all rounds: intervals know nothing of what another process would find',
    );
  });

  it.each<[ComparisonName, BenchOptions, RegExp]>([
    ['parser', { rounds: 0 }, /^rounds must be a whole number from 1 to 1000, not 0$/],
    ['parser', { round: 3 } as BenchOptions, /^bench has no option "round"; did you mean rounds\?$/],
    ['server', { timeMs: 1 }, /^timeMs must be a whole number from 100 to 60000, not 1$/],
    ['websocket', { warmUpRounds: 0 }, /^warmUpRounds must be a whole number from 1 to 1000, not 0$/],
    ['parser', { processes: 1.5 }, /^processes must be a whole number from 1 to 100, not 1\.5$/],
    ['parser', { filter: ['crome'], processes: 1 }, /"crome"/],
    ['tls', { contenders: [] }, /^contenders can only be given to the comparison of parsers$/],
    ['parser', { contenders: [], processes: 2 }, /leave processes out$/],
    ['cpu' as ComparisonName, {}, /^"cpu" is not a comparison$/],
  ])('%s with %j is an error with a code', async (comparison, options, message) => {
    await expect(bench(comparison, options)).rejects.toMatchObject({
      name: 'HttpuvError',
      code: 'HV_BAD_OPTION',
      message: expect.stringMatching(message) as unknown,
    });
  });
});
