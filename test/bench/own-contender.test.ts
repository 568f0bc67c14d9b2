/** Contenders from files: the example of the manual takes part, and one that is wrong, missing or broken stops nobody. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { contenderModule } from '../../src/bench/contender-module.ts';
import { loadNodeParser } from '../../src/bench/contenders/node-parser.ts';
import { parserBench } from '../../src/bench/parser-bench.ts';

const manual = readFileSync(new URL('../../src/bench/own-contender.md', import.meta.url), 'utf8');
const example = /```js\n(.*?)```/s.exec(manual)?.[1] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'httpuv-own-contender-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
/** The rows of a short run with a module of this text, on some inputs. */
async function rowsWith(text: string | undefined, ...inputs: string[]) {
  const file = join(folder, `mine-${files++}.mjs`);
  if (text !== undefined) writeFileSync(file, text);
  const report = await parserBench({
    ...{ rounds: 1, timeMs: 1, warmUpCalls: 20, filter: inputs },
    contenders: [loadNodeParser],
    contenderFiles: [file],
  });
  return report.sections.map(({ rows }) => {
    const others = rows.filter(({ contender }) => contender.startsWith('node-'));
    expect(others.map(({ status }) => status)).toEqual(['timed', 'timed']);
    return rows.find(({ contender }) => !contender.startsWith('node-') && contender !== 'control');
  });
}

describe('a contender from a file', () => {
  it('is timed like the others when it is the example of the manual', async () => {
    const rows = await rowsWith(example, 'minimal-get', 'browser-get-varied', 'api-post-small', 'response-json');
    expect(rows.map((row) => [row?.contender, row?.status, row?.reason])).toEqual([
      ['mine', 'timed', undefined],
      ['mine', 'timed', undefined],
      ['mine', 'left out', 'lone requests in one piece only'],
      ['mine', 'left out', 'reads requests only'],
    ]);
    expect(rows[0]?.figures?.['speed']?.rounds).toHaveLength(1);
  });

  it('is wrong, with what differs, when it finds something else', async () => {
    const spoilt = example.replace('slice(colon + 1).trim()', 'slice(colon + 1)');
    expect(spoilt).not.toBe(example);
    expect(await rowsWith(spoilt, 'minimal-get')).toMatchObject([
      { contender: 'mine', status: 'wrong', reason: 'message 0: field 0 has " a" instead of "a"' },
    ]);
  });

  it('is missing when the file is not there, or a package that it needs', async () => {
    expect(await rowsWith(undefined, 'minimal-get')).toMatchObject([
      { status: 'missing', reason: expect.stringContaining('Cannot find module') },
    ]);
    expect(await rowsWith("import 'a-parser-that-nobody-wrote';", 'minimal-get')).toMatchObject([
      { status: 'missing', reason: expect.stringContaining('a-parser-that-nobody-wrote') },
    ]);
    const told = "export default async () => [{ name: 'theirs', missing: 'npm install theirs' }];";
    expect(await rowsWith(told, 'minimal-get')).toMatchObject([{ contender: 'theirs', reason: 'npm install theirs' }]);
  });

  it('stays when words name others alone, and so does one that is missing; words for its own choose among those', async () => {
    const words = ['minimal-get', 'node-object'];
    expect(await rowsWith(undefined, ...words)).toMatchObject([{ status: 'missing' }]);
    expect(await rowsWith(example, ...words)).toMatchObject([{ contender: 'mine', status: 'timed' }]);
    const two = "export default [{ name: 'this', missing: 'x' }, { name: 'that', missing: 'x' }];";
    expect(await rowsWith(two, ...words, 'that')).toMatchObject([{ contender: 'that' }]);
  });

  it.each([
    ['has no default export', 'export const mine = 1;', 'its default export has no name'],
    ['has no open', "export default { name: 'mine', title: '' };", 'it has no function "open"'],
    ['has no title', "export default { name: 'mine', open() {} };", 'it has no title'],
    ['has an empty list', 'export default [];', 'it has no contender'],
    [
      'takes the name of the control',
      "export default { name: 'control', title: '', open() {} };",
      'can be called control',
    ],
    ['has a name of two lines', "export default { name: 'a\\nb', title: '', open() {} };", 'cannot be seen'],
    [
      'reads what is no list',
      "export default { name: 'a', title: '', open() {}, reads: 'request' };",
      '"reads" is a list of',
    ],
    ['has a size in words', "export default { name: 'a', title: '', open() {}, wasmBytes: '9 KB' };", '"wasmBytes" is'],
    ['throws when it is loaded', "throw new Error('not today');", 'not today'],
    ['throws when it is asked', "export default () => { throw new Error('not now'); };", 'not now'],
  ])('is wrong when its module %s', async (_what, text, sentence) => {
    expect(await rowsWith(text, 'minimal-get')).toMatchObject([
      { status: 'wrong', reason: expect.stringContaining(sentence) },
    ]);
  });

  it('is wrong when its module is not loaded in time', async () => {
    const [found] = await contenderModule('mine.mjs', () => new Promise(() => {}), 20)();
    expect(found).toMatchObject({ name: 'mine.mjs', notCold: 'it is not loaded after 0.02 s' });
  });

  it('is refused when its name is that of another one', async () => {
    const twice = example.replace("name: 'mine'", "name: 'node-flat'");
    await expect(rowsWith(twice, 'minimal-get')).rejects.toThrow(/there is a contender named "node-flat" already/);
  });
});
