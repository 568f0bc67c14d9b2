/** The parser comparison as a whole, with times so short that no figure means anything: speed is never judged here. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ContenderLoader, ParserContender } from '../../src/bench/contender.ts';
import { loadNodeParser } from '../../src/bench/contenders/node-parser.ts';
import { loadOwnParser } from '../../src/bench/contenders/own-parser.ts';
import { parserInputs } from '../../src/bench/inputs.ts';
import { versionsNote } from '../../src/bench/package-version.ts';
import { type ParserBenchOptions, parserBench } from '../../src/bench/parser-bench.ts';
import { type Report, type Row, reportText } from '../../src/bench/report.ts';
import { VERSION } from '../../src/version.ts';
import { needs } from '../helpers/needs.ts';

const tiny = { rounds: 2, timeMs: 1, warmUpCalls: 20, filter: [] } as const;
const run = (change: Partial<ParserBenchOptions>) => parserBench({ ...tiny, ...change });
const inputNames = parserInputs().map(({ name }) => name);
const statusesOf = (report: Report, status: Row['status']) =>
  report.sections[0]?.rows.filter((row) => row.status === status).map(({ contender }) => contender);
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
    const report = await run({ filter: inputNames, rounds: 1 });
    const rows = report.sections.flatMap(({ rows, name }) => rows.map((row) => ({ ...row, on: name })));
    expect(report.sections.map(({ name }) => name)).toContain('browser-get-varied');
    expect(rows.filter(({ status }) => status === 'wrong')).toEqual([]);
    const missing = new Set(rows.filter(({ status }) => status === 'missing').map(({ contender }) => contender));
    expect([...missing].filter((name) => !name.startsWith('native-') || (cc && name !== 'native-http-parser'))).toEqual(
      [],
    );
    expect(missing.has('native-http-parser')).toBe(!(cc && existsSync('/usr/include/http_parser.h')));
    const timedOn = (name: string) =>
      rows.filter(({ contender, status }) => contender === name && status === 'timed').map(({ on }) => on);
    // Without its version a figure of others cannot be had again, and --baseline could not see that it is another one.
    for (const [name, told] of [
      ['http-parser-js', 'http-parser-js'],
      ['undici-llhttp', 'undici'],
      ['milo', '@perseveranza-pets/milo'],
      ['ws-receiver', 'ws'],
    ] as const) {
      const { version } = JSON.parse(readFileSync(`node_modules/${told}/package.json`, 'utf8')) as { version: string };
      expect(rows.find(({ contender }) => contender === name)?.title).toContain(` (${told} ${version})`);
      expect(report.notes.find((note) => note.startsWith('versions: '))).toContain(`${told} ${version}`);
    }
    expect(versionsNote([])).toEqual([]);
    expect(reportText(report)).toContain(`\npackage   httpuv-wasm ${VERSION}\n`);
    const http = inputNames.filter((name) => !name.startsWith('ws-'));
    for (const name of ['node-flat', 'milo', 'httpuv-eager', 'twin-records', 'no-simd-records'])
      expect(timedOn(name)).toEqual(http);
    if (cc) expect(timedOn('native-httpuv')).toEqual(http);
    expect(timedOn('js-scanner')).toEqual(expect.arrayContaining(['browser-get', 'api-post-small', 'response-json']));
    expect(timedOn('twin-in-place')).toEqual(
      expect.arrayContaining(['browser-get', 'api-post-small', 'response-json']),
    );
    for (const name of ['ws-receiver', 'httpuv-messages', 'httpuv-frames', 'no-simd-frames'])
      expect(timedOn(name)).toEqual(inputNames.filter((name) => name.startsWith('ws-')));
    expect(report.goals.filter(({ verdict }) => verdict === 'not measured').map(({ goal }) => goal.id)).toEqual(
      cc ? [] : ['P3', 'P3'],
    );
  });

  it('what everything is divided by can be chosen, and another one stands in where that takes no part', async () => {
    const filter = ['minimal-get', 'ws-16b-masked', 'object'];
    const report = await run({ reference: 'httpuv-lazy', filter });
    expect(report.sections.map(({ name, reference }) => [name, reference])).toEqual([
      ['minimal-get', 'httpuv-lazy'],
      ['ws-16b-masked', 'ws-receiver'],
    ]);
    const [first] = report.sections;
    expect(first?.rows.map(({ contender }) => contender)).toEqual(['node-object', 'httpuv-lazy', 'control']);
    expect(first?.rows[1]?.figures?.['speed']?.rounds).toEqual([1, 1]);
    await expect(run({ reference: 'nobody', filter })).rejects.toThrow(/--reference: there is no contender "nobody"/);
  });

  it('a contender that finds something else is reported as wrong and not timed', async () => {
    const report = await run({ contenders: [loadNodeParser, losesAField], filter: ['minimal-get'] });
    const row = report.sections[0]?.rows.find(({ contender }) => contender === 'loses-a-field');
    expect(row).toMatchObject({ status: 'wrong', reason: 'message 0: 0 fields instead of 1' });
    expect(row).not.toHaveProperty('figures');
    expect(reportText(report)).toContain('loses-a-field: wrong (message 0: 0 fields instead of 1)');
  });

  it('a contender that parses less than it is asked to while it is timed is wrong, and the others go on', async () => {
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
    const report = await run({ contenders: [loadNodeParser, lazybones], filter: ['minimal-get'], timeMs: 5 });
    const row = report.sections[0]?.rows.find(({ contender }) => contender === 'lazybones');
    expect(row).toMatchObject({
      status: 'wrong',
      reason: expect.stringContaining('failed while it was timed: it lost messages: '),
    });
    expect(statusesOf(report, 'timed')).toEqual(['node-flat', 'node-object', 'control']);
  });

  it.each([
    ['at once', 0],
    ['in the second round', 2],
  ])('a contender that throws while it is timed, %s, is wrong, and the others go on', async (_when, turns) => {
    let begun = 0;
    const thrower = spoilt('thrower', (good) => ({
      ...good,
      open(input) {
        const right = good.open(input);
        return {
          get messages() {
            return right.messages;
          },
          repeat(times) {
            if (begun++ > turns) throw new Error('out of breath');
            right.repeat(times);
          },
          look: () => right.look(),
        };
      },
    }));
    const report = await run({ contenders: [thrower, loadNodeParser], filter: ['minimal-get'], rounds: 3 });
    const [row] = report.sections[0]?.rows ?? [];
    expect(row).toMatchObject({ status: 'wrong', reason: 'failed while it was timed: out of breath' });
    expect(row).not.toHaveProperty('figures');
    for (const { figures } of report.sections[0]?.rows.slice(1) ?? [])
      expect(figures?.['speed']?.rounds).toHaveLength(3);
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

  it('a reference that fails leaves the others without ratios', async () => {
    const failing = spoilt('node-flat', (good) => ({
      ...good,
      open(input) {
        const right = good.open(input);
        return { messages: 0, repeat: () => right.repeat(1), look: () => right.look() };
      },
    }));
    const report = await run({ contenders: [failing, loadOwnParser], filter: ['minimal-get'] });
    expect(statusesOf(report, 'wrong')).toEqual(['node-flat']);
    const lazy = report.sections[0]?.rows.find(({ contender }) => contender === 'httpuv-lazy');
    expect(Object.keys(lazy?.figures ?? {})).toEqual(expect.arrayContaining(['nsPerMessage', 'messagesPerSecond']));
    expect(lazy?.figures).not.toHaveProperty('speed');
  });

  it('every figure carries the rounds it was made of', async () => {
    const report = await run({ contenders: [loadNodeParser], filter: ['minimal-get'], rounds: 3 });
    for (const row of report.sections[0]?.rows ?? []) {
      for (const figure of Object.values(row.figures ?? {})) expect(figure.rounds).toHaveLength(3);
    }
  });
});
