/** Holds the page for users of R's websockets to what the module has: options with their defaults, and errors. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LIMITS } from '../../src/server/options.ts';
import { CLIENT_LIMITS, CLIENT_OPTION_NAMES } from '../../src/websockets/options.ts';
import { blocks, codes, page, ROOT, tableUnder } from './markdown.ts';

const PAGE = page('src/websockets/for-r-users.md');
const TYPES = page('src/websockets/types.ts');

const rowsOf = (heading: string): { name: string; value: string }[] =>
  tableUnder(PAGE, heading).flatMap(([names = '', value = '']) => codes(names).map((name) => ({ name, value })));

/** Names of options that an interface declares. */
function declared(name: string): string[] {
  const body = new RegExp(`interface ${name}\\b[^]*?\\{\\n([^]*?)\\n\\}`).exec(TYPES)?.[1] ?? '';
  return Array.from(body.matchAll(/^ {2}readonly (\w+)\?:/gm), ([, option = '']) => option);
}

const CALLBACKS = ['established', 'receive', 'closed'];

describe('programs of the page', () => {
  const programs = blocks(PAGE).filter(({ language }) => language === 'ts');

  it('are those that the tests run', () => {
    const run = readdirSync(join(ROOT, 'test/examples/websockets')).map((name) => name.replace('.mjs', '.ts'));
    expect(programs.map(({ name }) => name).sort()).toEqual(run.sort());
  });

  it('type-check', () => {
    mkdirSync(join(ROOT, 'build'), { recursive: true });
    // Inside the project, so that the package finds itself by its name.
    const folder = mkdtempSync(join(ROOT, 'build/for-r-users-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const { name, text } of programs) writeFileSync(join(folder, name), text);
    const settings = { extends: '../../test/tsconfig.json', include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    const compiler = join(ROOT, 'node_modules/.bin/tsc');
    expect(spawnSync(compiler, ['-p', folder], { encoding: 'utf8' })).toMatchObject({ status: 0, stdout: '' });
  });
});

describe('options of websockets/', () => {
  it('of servers are those that the types declare', () => {
    const names = rowsOf('Options of servers').map(({ name }) => name);
    expect(names.sort()).toEqual([...declared('ServerOptions'), ...declared('Common'), ...CALLBACKS].sort());
  });

  it('of clients are those that the types declare, and that it takes', () => {
    const names = rowsOf('Options of clients').map(({ name }) => name);
    expect(names.sort()).toEqual([...declared('ClientOptions'), ...declared('Common')].sort());
    expect([...CLIENT_OPTION_NAMES].sort()).toEqual(names);
  });

  it('have the defaults of the source, which are those of all servers', () => {
    for (const { name, value } of [...rowsOf('Options of servers'), ...rowsOf('Options of clients')]) {
      const limit = Object.hasOwn(CLIENT_LIMITS, name) ? CLIENT_LIMITS[name as keyof typeof CLIENT_LIMITS] : null;
      if (limit === null) continue;
      expect({ name, value }).toEqual({
        name,
        value: `${limit.toLocaleString('en')} ${name.endsWith('Ms') ? 'ms' : 'bytes'}`,
      });
      if (Object.hasOwn(LIMITS, name)) expect(LIMITS[name as keyof typeof LIMITS].default).toBe(limit);
    }
  });
});

describe('errors of websockets/', () => {
  it('are those that the source names and makes', () => {
    const named = Array.from(
      page('src/websockets/errors.ts').matchAll(/^ {2}\| '(ERR_\w+)'/gm),
      ([, code = '']) => code,
    );
    expect(named.length).toBe(10);
    expect(rowsOf('Errors').map(({ name }) => name)).toEqual(named);
  });
});
