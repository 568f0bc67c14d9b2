/** How a measured ratio is judged. */
import { describe, expect, it } from 'vitest';
import { ECHO_GOALS } from '../../src/bench/echo-goals.ts';
import { keepEchoScenarios } from '../../src/bench/echo-scenarios.ts';
import { comparedRounds, comparison, figureFor, type Goal, judge } from '../../src/bench/goals.ts';
import { PARSER_GOALS } from '../../src/bench/parser-goals.ts';
import { keepScenarios } from '../../src/bench/scenarios.ts';
import { SERVER_GOALS } from '../../src/bench/server-goals.ts';
import { STATIC_GOALS } from '../../src/bench/static-goals.ts';
import { keepStaticScenarios } from '../../src/bench/static-scenarios.ts';

const goal = (change: Partial<Goal>): Goal => ({
  id: 'X',
  title: '',
  on: '',
  of: '',
  to: '',
  measure: 'speed',
  better: 'higher',
  figure: 10,
  ...change,
});
const { to: _, ...alone } = goal({});
const verdict = (change: Partial<Goal>, got: number) => judge(goal(change), 20, [got]).verdict;

describe('goals', () => {
  it('a speed is reached at its figure, passes at 85 % of it and is below under that', () => {
    expect([10, 9.99, 8.5, 8.49].map((got) => verdict({}, got))).toEqual(['reached', 'passes', 'passes', 'below']);
  });

  it('what is lower when better passes up to the figure divided by 0.85', () => {
    const lower = { better: 'lower', figure: 0.34 } as const;
    expect([0.34, 0.35, 0.4, 0.41].map((got) => verdict(lower, got))).toEqual(['reached', 'passes', 'passes', 'below']);
  });

  it('what was not measured is not judged', () => {
    expect(judge(goal({}), 20, undefined).verdict).toBe('not measured');
    expect(verdict({}, Number.NaN)).toBe('not measured');
  });

  it('a newer Node line has its own figure, and lines between keep the older one', () => {
    const changing = goal({
      newer: [
        [24, 7],
        [26, 5],
      ],
    });
    expect([20, 22, 24, 25, 26, 27].map((major) => figureFor(changing, major))).toEqual([10, 10, 7, 7, 5, 5]);
  });

  it('a ratio, a difference and a quantity by itself are taken round for round', () => {
    const rounds: Record<string, readonly number[]> = { ours: [30, 80], theirs: [20, 40] };
    const compared = (change: Partial<Goal>) => comparedRounds(goal({ of: 'ours', ...change }), (name) => rounds[name]);
    expect(compared({ to: 'theirs' })).toEqual([1.5, 2]);
    expect(compared({ to: 'theirs', by: 'difference' })).toEqual([10, 40]);
    expect(comparedRounds({ ...alone, of: 'ours' }, (name) => rounds[name])).toEqual([30, 80]);
    expect(compared({ to: 'nobody' })).toBeUndefined();
    expect(compared({ of: 'nobody', to: 'theirs' })).toBeUndefined();
  });

  it('what is judged is said in a few words', () => {
    expect(comparison(goal({ of: 'a', to: 'b' }))).toBe('a ÷ b');
    expect(comparison(goal({ of: 'a', to: 'b', by: 'difference' }))).toBe('a − b');
    expect(comparison({ ...alone, of: 'a' })).toBe('a');
  });

  it('every goal compares two different contenders', () => {
    for (const { of, to } of [...PARSER_GOALS, ...SERVER_GOALS, ...ECHO_GOALS, ...STATIC_GOALS])
      expect(of).not.toBe(to);
    expect([...new Set(PARSER_GOALS.map(({ id }) => id))]).toEqual(['P1', 'P2', 'P3', 'P4']);
  });

  it('the servers of both modes have goals, on scenarios in which all that is compared takes part', () => {
    const idsOf = (server: string) => [...new Set(SERVER_GOALS.filter(({ of }) => of === server).map(({ id }) => id))];
    expect(idsOf('httpuv-inline')).toEqual(['S1', 'S2', 'S3', 'S4', 'S11', 'S12']);
    expect(idsOf('httpuv-thread')).toEqual(['S1', 'S2', 'S3', 'S4', 'S5', 'S11', 'S12', 'S13']);
    for (const { on, of, to = of } of SERVER_GOALS) {
      const scenario = keepScenarios([]).find(({ name }) => name === on);
      expect(scenario?.servers).toEqual(expect.arrayContaining([of, to]));
    }
  });

  it('static files of both modes have goals, and the I/O thread while the app computes', () => {
    const idsOf = (server: string) => STATIC_GOALS.filter(({ of }) => of === server).map(({ id }) => id);
    expect(idsOf('httpuv-inline')).toEqual(['S7', 'S7', 'S7']);
    expect(idsOf('httpuv-thread')).toEqual(['S6', 'S6', 'S7', 'S7', 'S7']);
    for (const { on, of, to = of } of STATIC_GOALS) {
      const scenario = keepStaticScenarios([]).find(({ name }) => name === on);
      expect(scenario?.servers).toEqual(expect.arrayContaining([of, to]));
    }
  });

  it('echoes of both modes have goals, text the same as binary, on scenarios in which all that is compared takes part', () => {
    for (const server of ['httpuv-inline', 'httpuv-thread']) {
      const goals = ECHO_GOALS.filter(({ of }) => of === server);
      expect([...new Set(goals.map(({ id }) => id))]).toEqual(['S8', 'S9', 'S10', 'S11w']);
      const figures = (type: string) => goals.filter(({ on }) => on.includes(type)).map(({ figure }) => figure);
      expect(figures('text')).toEqual(figures('binary'));
    }
    for (const { on, of, to = of } of ECHO_GOALS) {
      const scenario = keepEchoScenarios([]).find(({ name }) => name === on);
      expect(scenario?.servers).toEqual(expect.arrayContaining([of, to]));
    }
  });
});
