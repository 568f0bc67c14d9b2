/** Reports as a comparison of parsers makes them, from times that a test thinks up. */
import { type Figure, figureOf, joinFigures } from '../../src/bench/figure.ts';
import type { Report, Row, Section } from '../../src/bench/report.ts';
import { ratios } from '../../src/bench/statistics.ts';

/** Nanoseconds of each contender; the first is the reference. A text is a status with a reason. */
export type Times = Readonly<Record<string, number | string>>;

/** How the machine was. */
export interface Weather {
  /** Everything takes this many times as long. */
  readonly slowness?: number;
  /** Turns differ by up to this share. */
  readonly noise?: number;
  /** What the control's times are multiplied with. */
  readonly controlTimes?: number;
  readonly seed?: number;
  readonly processes?: number;
  readonly rounds?: number;
}

export const TIMES: Times = {
  'node-flat': 2600,
  'node-object': 3900,
  'http-parser-js': 9100,
  'httpuv-lazy': 480,
  'httpuv-eager': 1020,
  'httpuv-in-place': 310,
  milo: 'missing: npm install @perseveranza-pets/milo',
  'native-llhttp': 'wrong: message 0: 0 fields instead of 9',
};

/** A report with the same times on each input. */
export function syntheticReport(
  inputs: readonly string[] = ['browser-get', 'minimal-get'],
  times: Times = TIMES,
  weather: Weather = {},
): Report {
  const { rounds = 15, processes = 5, seed = 1 } = weather;
  return {
    tool: 'httpuv-bench',
    format: 1,
    bench: 'parser',
    started: '2026-11-22T12:00:00.000Z',
    seconds: 95,
    machine: {
      cpu: 'Imagined CPU @ 3.00GHz',
      cores: 4,
      memoryGiB: 15.6,
      os: 'Debian GNU/Linux 12 (bookworm) (Linux 6.1.0, x64)',
      runtime: 'Node v24.21.0',
      engine: 'V8 13.6',
      node: 'v24.21.0',
      v8: '13.6',
      commit: 'abc1234',
      load: 0.2,
    },
    options: { rounds, timeMs: 100, warmUpCalls: 20_000, filter: [], clock: 'cpu', processes },
    notes: ['the control is node-flat a second time'],
    command: 'npx httpuv bench parser --html report.html',
    sections: inputs.map((name, at) => syntheticSection(name, times, { ...weather, seed: seed * 100 + at })),
    goals: [],
  };
}

function syntheticSection(name: string, times: Times, weather: Weather): Section {
  const [reference = ''] = Object.keys(times);
  const base = Number(times[reference]);
  const { processes = 5, rounds = 15, controlTimes = 1, slowness = 1, noise = 0.02 } = weather;
  const random = numbers(weather.seed ?? 1);
  const measured = (ns: number): number[][] =>
    Array.from({ length: processes }, () => {
      const drift = 1 + noise * (random() - 0.5);
      const count = Math.ceil(rounds / processes);
      return Array.from({ length: count }, () => ns * slowness * drift * (1 + noise * (random() - 0.5)));
    });
  const references = measured(base);
  const rowOf = (contender: string, time: number | string, own: number[][]): Row => {
    const title = `what ${contender} gives`;
    if (typeof time === 'string') {
      const [, status = '', reason = ''] = /^(.*?): (.*)$/.exec(time) ?? [];
      return { contender, title, status: status as Row['status'], reason };
    }
    const figures = own.map((ns, at) => ({
      nsPerMessage: figureOf('ns', ns),
      speed: figureOf('×', ratios(references[at] ?? [], ns)),
    }));
    const joined = (figure: 'nsPerMessage' | 'speed') => joinFigures(figures.map((each) => each[figure])) as Figure; // There are some.
    return {
      contender,
      title,
      status: 'timed',
      figures: { nsPerMessage: joined('nsPerMessage'), speed: joined('speed') },
    };
  };
  return {
    name,
    title: 'a request of 703 bytes with 9 fields',
    reference,
    columns: [
      { heading: 'ns/message', figure: 'nsPerMessage', digits: 0 },
      { heading: `× ${reference}  [95 %]  (middle half)`, figure: 'speed', digits: 2, spread: true, better: 'higher' },
    ],
    rows: [
      ...Object.entries(times).map(([contender, time]) =>
        rowOf(contender, time, contender === reference ? references : measured(Number(time))),
      ),
      rowOf('control', base, measured(base * controlTimes)),
    ],
  };
}

/** Numbers from 0 to 1 that are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
