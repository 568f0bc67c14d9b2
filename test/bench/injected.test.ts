/**
 * Whole comparisons with a loss put in: contenders that are paced by a clock of the test go through the real runner, so
 * that what is blamed depends on no machine.
 */
import { describe, expect, it } from 'vitest';
import { judgeAgainst } from '../../src/bench/baseline.ts';
import { compareParsers } from '../../src/bench/compare-parsers.ts';
import type { ParserContender } from '../../src/bench/contender.ts';
import { parserInputs } from '../../src/bench/inputs.ts';
import { joinReports } from '../../src/bench/join-reports.ts';
import type { Report } from '../../src/bench/report.ts';

const INPUTS = parserInputs().filter(({ name }) => name === 'minimal-get' || name === 'browser-get');
const MACHINE = { cpu: 'imagined', cores: 2, os: 'none', runtime: 'none' };
const NS = { reference: 2000, 'httpuv-one': 500, 'httpuv-two': 400, other: 6000 };

interface Slowness {
  readonly contenders?: Partial<typeof NS>;
  readonly everything?: number;
  readonly filter?: readonly string[];
  readonly seed: number;
}

/** A run of three processes, each of which is a little faster or slower. */
async function run(slowness: Slowness): Promise<Report> {
  const [first, ...others] = await Promise.all([1, 2, 3].map((process) => oneProcess(slowness, process)));
  return joinReports([first as Report, ...others]); // Three were asked for.
}

function oneProcess(
  { contenders = {}, everything = 1, filter = [], seed }: Slowness,
  process: number,
): Promise<Report> {
  let nowMs = 0;
  let state = seed * 1000 + process;
  const wobble = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 0.99 + 0.02 * (state / 2 ** 32);
  };
  const paced = (name: string, ns: number): ParserContender => ({
    name,
    title: 'paced',
    open({ forms }) {
      let messages = 0;
      const drift = wobble();
      return {
        get messages() {
          return messages;
        },
        repeat(times) {
          messages += times;
          nowMs += (times * ns * drift * wobble() * everything) / 1e6;
        },
        look: () => forms[messages++ % forms.length]?.messages ?? [],
      };
    },
  });
  return compareParsers({
    contenders: Object.entries({ ...NS, ...contenders }).map(([name, ns]) => paced(name, ns)),
    inputs: INPUTS,
    filter,
    reference: 'reference',
    lengths: { rounds: 3, timeMs: 5, warmUpCalls: 100 },
    host: { machine: MACHINE, clock: { now: () => nowMs }, notes: [] },
  });
}

async function blamed(slowness: Slowness): Promise<string[]> {
  const judged = judgeAgainst(await run({ seed: 1 }), await run(slowness), 0.15);
  expect(judged.refusals).toEqual([]);
  return judged.changes.flatMap(({ verdict, section, contender }) =>
    verdict === 'slower' ? [`${contender} on ${section}`] : [],
  );
}

describe('a run beside an earlier one', () => {
  it('of the same speed blames nobody', async () => {
    expect(await blamed({ seed: 2 })).toEqual([]);
  });

  it('blames the contender that takes 30 % longer, on each input', async () => {
    expect(await blamed({ contenders: { 'httpuv-two': 400 * 1.3 }, seed: 2 })).toEqual([
      'httpuv-two on browser-get',
      'httpuv-two on minimal-get',
    ]);
  });

  it('blames nobody when the machine makes all of them take 30 % longer, or thrice as long', async () => {
    expect(await blamed({ everything: 1.3, seed: 2 })).toEqual([]);
    expect(await blamed({ everything: 3, seed: 3 })).toEqual([]);
  });

  it('blames the same one when only a part was measured again', async () => {
    const filter = ['minimal-get', 'httpuv-two'];
    expect(await blamed({ contenders: { 'httpuv-two': 400 * 1.3 }, filter, seed: 2 })).toEqual([
      'httpuv-two on minimal-get',
    ]);
  });
});
