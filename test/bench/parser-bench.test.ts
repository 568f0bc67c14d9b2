/** The parser comparison as a whole, with times so short that no figure means anything: speed is never judged here. */
import { describe, expect, it } from 'vitest';
import type { ContenderLoader, ParserContender } from '../../src/bench/contender.ts';
import { loadNativeLlhttp } from '../../src/bench/contenders/native-llhttp.ts';
import { loadNodeParser } from '../../src/bench/contenders/node-parser.ts';
import { type ParserBenchOptions, parserBench } from '../../src/bench/parser-bench.ts';
import { reportText } from '../../src/bench/report.ts';
import { needs } from '../helpers/needs.ts';

const tiny = { rounds: 2, timeMs: 1, warmUpCalls: 20, filter: [] } as const;
const run = (change: Partial<ParserBenchOptions>) => parserBench({ ...tiny, ...change });
const cc = needs('cc', 'gcc libc6-dev');

/** Node's parser with something spoilt in what it says. */
function spoilt(name: string, spoil: (contender: ParserContender) => ParserContender): ContenderLoader {
  return async () => {
    const [flat] = await loadNodeParser();
    if (flat === undefined || 'missing' in flat) throw new Error('Node has no parser');
    return [{ ...spoil(flat), name }];
  };
}

const losesAField = spoilt('loses-a-field', (good) => ({
  ...good,
  open(input) {
    const right = good.open(input);
    const look = () => {
      const found = right.look();
      return Array.isArray(found) ? found.map((seen) => ({ ...seen, fields: seen.fields.slice(2) })) : found;
    };
    return {
      get messages() {
        return right.messages;
      },
      repeat: (times) => right.repeat(times),
      look,
    };
  },
}));

describe('parser comparison', () => {
  it('every built-in contender that can run here is timed on every input it takes', async () => {
    const report = await run({});
    expect(report.sections.map(({ name }) => name)).toContain('chrome-get-varied');
    for (const section of report.sections) {
      const bad = section.rows.filter(({ status }) => status === 'wrong' || status === 'missing');
      expect(bad.filter(({ contender }) => cc || contender !== 'native-llhttp')).toEqual([]);
    }
    expect(report.goals.filter(({ verdict }) => verdict === 'not measured').map(({ goal }) => goal.id)).toEqual(
      cc ? [] : ['P3', 'P3'],
    );
  });

  it('a contender that finds something else is reported as wrong and not timed', async () => {
    const report = await run({ contenders: [loadNodeParser, losesAField], filter: ['minimal-get'] });
    const row = report.sections[0]?.rows.find(({ contender }) => contender === 'loses-a-field');
    expect(row).toMatchObject({ status: 'wrong', reason: 'message 0: 0 fields instead of 1' });
    expect(row).not.toHaveProperty('figures');
    expect(reportText(report)).toContain('loses-a-field: wrong (message 0: 0 fields instead of 1)');
  });

  it('a contender that parses less than it is asked to while it is timed ends the comparison', async () => {
    const lazybones = spoilt('lazybones', (good) => ({
      ...good,
      open(input) {
        const right = good.open(input);
        return {
          get messages() {
            return right.messages;
          },
          repeat: () => right.repeat(1),
          look: () => right.look(),
        };
      },
    }));
    const comparison = run({ contenders: [loadNodeParser, lazybones], filter: ['minimal-get'], timeMs: 5 });
    await expect(comparison).rejects.toThrow(/lazybones lost messages while it was timed/);
  });

  it('a contender that fails while it is set up is wrong, and the others go on', async () => {
    const broken = spoilt('broken', (good) => ({
      ...good,
      open() {
        throw new Error('no memory');
      },
    }));
    const report = await run({ contenders: [loadNodeParser, broken], filter: ['minimal-get'] });
    const statuses = report.sections[0]?.rows.map(({ contender, status }) => [contender, status]);
    expect(statuses).toEqual([
      ['node-flat', 'timed'],
      ['node-object', 'timed'],
      ['broken', 'wrong'],
      ['control', 'timed'],
    ]);
  });

  it('a missing contender is listed with what installs it', async () => {
    const absent: ContenderLoader = async () => [{ name: 'absent', missing: 'npm install absent' }];
    const report = await run({ contenders: [loadNodeParser, absent], filter: ['minimal-get'] });
    expect(reportText(report)).toContain('absent: missing (npm install absent)');
  });

  it('a filter keeps the named inputs and contenders, and the reference', async () => {
    const report = await run({ contenders: [loadNodeParser], filter: ['minimal', 'pieces', 'object'] });
    expect(report.sections.map(({ name }) => name)).toEqual(['minimal-get', 'pieces-64']);
    expect(report.sections[0]?.rows.map(({ contender }) => contender)).toEqual(['node-flat', 'node-object', 'control']);
  });

  it('a filter word that fits nothing is refused with the names there are', async () => {
    await expect(run({ contenders: [loadNodeParser], filter: ['crome'] })).rejects.toThrow(
      /"crome".*browser-get.*node-flat/,
    );
  });

  it.skipIf(!cc)('native llhttp finds the same sums in every input it takes', async () => {
    const report = await run({ contenders: [loadNodeParser, loadNativeLlhttp], filter: [] });
    const rows = report.sections.flatMap(({ rows }) => rows).filter(({ contender }) => contender === 'native-llhttp');
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['timed', 'left out']));
    expect(report.machine.compiler).toMatch(/\d/);
  });

  it('every figure carries the rounds it was made of', async () => {
    const report = await run({ contenders: [loadNodeParser], filter: ['minimal-get'], rounds: 3 });
    for (const row of report.sections[0]?.rows ?? []) {
      for (const figure of Object.values(row.figures ?? {})) expect(figure.rounds).toHaveLength(3);
    }
  });
});
