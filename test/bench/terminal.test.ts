/** Lines in a terminal: help that fits, and progress that is written over. */
import { describe, expect, it } from 'vitest';
import { wrapHelp } from '../../src/bench/help.ts';
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
  ): { lines: string[]; tell: (line: string, part: number, ms: number) => void } {
    const lines: string[] = [];
    let now = 0;
    const { show } = progressLine({ err: (text) => lines.push(text), isTerminal, columns }, () => now);
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

  it('is nothing where nobody watches', () => {
    const { lines, tell } = shown(80, false);
    tell('browser-get', 0.5, 10_000);
    expect(lines).toEqual([]);
  });
});
