/** Lines in a terminal: help that fits, and progress that is written over. */
import { describe, expect, it } from 'vitest';
import { expectedSeconds, timeText } from '../../src/bench/expected-time.ts';
import { wrapHelp } from '../../src/bench/help.ts';
import { makeJob } from '../../src/bench/job.ts';
import { progressLine } from '../../src/bench/progress-line.ts';

describe('help', () => {
  const long =
    '  --filter <words>  Only inputs or contenders with one of these words in their names, with commas between them';

  it('breaks explanations at spaces and lets them stand in their column', () => {
    const [section] = wrapHelp([{ title: 'Options', body: `${long}\n  --rounds <n>      Rounds` }], 64);
    expect(section?.body.split('\n')).toEqual([
      '  --filter <words>  Only inputs or contenders with one of these',
      '                    words in their names, with commas between',
      '                    them',
      '  --rounds <n>      Rounds',
    ]);
  });

  it('leaves examples in one piece, and does not say that a switch is off', () => {
    const example = `  $ httpuv bench parser ${'x'.repeat(90)} y`;
    expect(wrapHelp([{ body: `${example}\n  --own-load  Use it (default: false)` }], 60)[0]?.body).toBe(
      `${example}\n  --own-load  Use it`,
    );
  });
});

describe('progress', () => {
  function shown(
    columns: number,
    isTerminal = true,
    expected = 0,
  ): { lines: string[]; tell: (line: string, part: number, ms: number) => void } {
    const lines: string[] = [];
    let now = 0;
    const { show } = progressLine({ err: (text) => lines.push(text), isTerminal, columns }, expected, () => now);
    return {
      lines,
      tell(line, part, ms) {
        now = ms;
        show(line, part);
      },
    };
  }

  it('is one line that is written over, with the time that is left', () => {
    const { lines, tell } = shown(80);
    tell('browser-get: round 1 of 3', 0.25, 10_000);
    tell('browser-get: round 2 of 3', 0.5, 400_000);
    expect(lines).toEqual([
      '\r\u001b[Kbrowser-get: round 1 of 3, 30 s left',
      '\r\u001b[Kbrowser-get: round 2 of 3, 7 min left',
    ]);
  });

  it('guesses nothing in the first seconds', () => {
    const { lines, tell } = shown(80);
    tell('browser-get', 0.5, 100);
    expect(lines).toEqual(['\r\u001b[Kbrowser-get']);
  });

  it('is never longer than the terminal is wide', () => {
    const { lines, tell } = shown(40);
    tell('a-scenario-with-a-long-name: checking and warming up', 0.5, 10_000);
    expect(lines[0]?.replace('\r\u001b[K', '').length).toBeLessThan(40);
    expect(lines[0]).toMatch(/…, 10 s left$/);
  });

  it('is in a log how long it will take, and a line each half minute', () => {
    const { lines, tell } = shown(80, false, 900);
    expect(lines).toEqual([]);
    tell('file-1k: starting', 0, 1000);
    tell('file-1k: round 1 of 3', 0.1, 29_000);
    tell('file-1k: round 2 of 3', 0.1, 60_000);
    tell('file-1k: round 3 of 3', 0.2, 80_000);
    tell('file-64k: round 1 of 3', 0.5, 100_000);
    expect(lines).toEqual([
      'this takes about 15 min\n',
      'file-1k: round 2 of 3, 9 min left\n',
      'file-64k: round 1 of 3, 2 min left\n',
    ]);
  });

  it('is nothing in a log of what is over soon', () => {
    const { lines, tell } = shown(80, false, 10);
    tell('browser-get', 0.5, 10_000);
    expect(lines).toEqual([]);
  });
});

describe('the time that a run is expected to take', () => {
  const expected = (comparison: Parameters<typeof makeJob>[0], options = {}, processes = 8) =>
    expectedSeconds(makeJob(comparison, options), processes);

  it.each([
    ['parser', 10, 30],
    ['server', 10, 20],
    ['static', 10, 20],
    ['websocket', 30, 50],
    ['tls', 2, 5],
    ['broadcast', 2, 10],
  ] as const)('of %s is between %i and %i minutes when nothing is said', (comparison, least, most) => {
    expect(expected(comparison) / 60).toBeGreaterThan(least);
    expect(expected(comparison) / 60).toBeLessThan(most);
  });

  it('grows with all that is asked for', () => {
    for (const more of [{ rounds: 16 }, { timeMs: 3000 }, { warmUpRounds: 8 }])
      expect(expected('static', more)).toBeGreaterThan(1.2 * expected('static'));
    expect(expected('static', {}, 2)).toBeLessThan(expected('static') / 2);
    expect(expected('static', { filter: ['file-1k'] })).toBeLessThan(expected('static') / 3);
    expect(expected('parser', { filter: ['minimal-get', 'httpuv-lazy'] })).toBeLessThan(expected('parser') / 15);
    expect(expected('parser', { inputFiles: ['mine'], warmUpCalls: 50 })).toBeLessThan(expected('parser') / 5);
  });

  it('is said in few words', () => {
    expect([4.2, 89.5, 600, 5400, 5000].map(timeText)).toEqual(['5 s', '90 s', '10 min', '1 h 30 min', '83 min']);
  });
});
