/** Holds README to what the package does: its programs run as pasted, its tables say what the sources say. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cac } from 'cac';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addServe } from '../../src/cli/serve/command.ts';
import { LIMITS, resolveOptions } from '../../src/server/options.ts';
import { STATIC_DEFAULTS } from '../../src/server/static-options.ts';
import { hasOpenssl } from '../helpers/certificates.ts';
import { type Block, blocks, codes, page, ROOT, tableUnder } from './markdown.ts';
import { play, steps } from './transcript.ts';

const README = page('README.md');

describe('programs of README', () => {
  const all = blocks(README);
  const programs = all.filter(({ language }) => /^(js|ts|javascript|typescript)$/.test(language));
  // Inside the project, so that the package finds itself by its name.
  let folder = '';
  beforeAll(() => {
    mkdirSync(join(ROOT, 'build'), { recursive: true });
    folder = mkdtempSync(join(ROOT, 'build/readme-'));
    for (const { name, text } of programs) writeFileSync(join(folder, name), text);
    mkdirSync(join(folder, 'public'));
    writeFileSync(join(folder, 'public/hello.txt'), 'Hello.\n');
    const certify = all.find(({ language, text }) => language === 'sh' && text.startsWith('openssl '));
    if (hasOpenssl()) execFileSync('bash', ['-c', certify?.text ?? 'exit 1'], { cwd: folder, stdio: 'pipe' });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The transcript that follows a program. */
  function transcriptOf(program: Block): string {
    const next = all[all.indexOf(program) + 1];
    return next?.language === 'console' ? next.text : '';
  }

  it('are nine, each with a file name and a transcript that starts it', () => {
    expect(programs.length).toBe(9);
    for (const program of programs) {
      expect(program.name).toMatch(/^[a-z-]+\.mjs$/);
      expect(steps(transcriptOf(program))[0]?.words.slice(0, 2)).toEqual(['node', program.name]);
    }
  });

  const playable = programs.filter(({ text }) => hasOpenssl() || !text.includes('cert.pem'));

  it.each(playable)('$name does what its transcript shows', (program) => play(transcriptOf(program), folder));

  it('the command does what its transcripts show', async () => {
    const shown = all.filter(({ language, text }) => language === 'console' && text.startsWith('$ npx httpuv '));
    expect(shown.length).toBeGreaterThan(0);
    for (const { text } of shown) await play(text, folder);
  });

  it('that of the parser has ten lines at most', () => {
    const parser = programs.find(({ text }) => text.includes('httpuv-wasm/parser'));
    const lines = parser?.text.split('\n').filter((line) => line.trim().length > 1);
    expect(lines?.length).toBeLessThanOrEqual(10);
  });
});

describe('commands of README', () => {
  it('name scripts that exist', () => {
    const { scripts } = JSON.parse(page('package.json')) as { scripts: Record<string, string> };
    const called = ['README.md', 'CONTRIBUTING.md', 'src/bench/method.md'].flatMap((path) =>
      Array.from(page(path).matchAll(/^[^|\n]*?npm (?:run |(?=test))([a-z:]+)/gm), ([, name = '']) => name),
    );
    expect(called).toContain('demo');
    expect(called.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('the one that tests is found by the gate', () => {
    const extract = /^command=\$\((.*)\)$/m.exec(page('.ci/run'))?.[1] ?? 'exit 1';
    const found = execFileSync('bash', ['-c', extract], { cwd: ROOT, encoding: 'utf8' });
    expect(found).toBe('npm ci && npm test\n');
  });

  it('the one that runs the demo is one line', () => {
    const block = /<!-- demo command -->\n```sh\n(.*)\n```/.exec(README)?.[1];
    expect(block).toBe('npm ci && npm run demo');
  });
});

describe('options of the command in README', () => {
  it('are those that it takes', () => {
    const cli = cac('httpuv');
    addServe(cli);
    const options = cli.commands.flatMap((command) => command.options.map(({ rawName }) => rawName));
    const listed = tableUnder(README, 'The files of a folder').flatMap(([names = '']) => codes(names));
    expect(listed).toEqual(options);
  });
});

/** Rows of the options table: names, their default, and what is said about them. */
const OPTIONS = tableUnder(README, 'Options').flatMap(([names = '', value = '', meaning = '']) =>
  codes(names).map((name) => ({ name, value, meaning })),
);

describe('options of README', () => {
  const declared = /interface ServerOptions \{([\s\S]*?)\n\}/.exec(page('src/types.ts'))?.[1] ?? '';

  it('are exactly those that the types declare', () => {
    const names = Array.from(declared.matchAll(/readonly (\w+)\?:/g), ([, name = '']) => name);
    expect(OPTIONS.map(({ name }) => name).sort()).toEqual(names.sort());
    expect(names).toEqual(expect.arrayContaining(Object.keys(LIMITS)));
  });

  it.each(Object.entries(LIMITS))('%s has the default and the unit of the source', (name, limit) => {
    const unit = limit.unit === 'count' ? '' : ` ${limit.unit}`;
    const most = limit.most === undefined ? '' : `, at most ${limit.most.toLocaleString('en')}`;
    const value = limit.default === Number.POSITIVE_INFINITY ? 'Infinity' : limit.default.toLocaleString('en');
    expect(OPTIONS.find((row) => row.name === name)?.value).toBe(`${value}${unit}${most}`);
  });

  it('names the same statuses as the doc comments', () => {
    const statuses = (text: string): string[] => text.match(/(?<![\d,])[45]\d\d\b/g) ?? [];
    for (const { name, meaning } of OPTIONS) {
      const comment = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*readonly ${name}\\?:`).exec(declared)?.[1] ?? '';
      expect(comment, name).not.toBe('');
      expect({ name, statuses: statuses(meaning) }).toEqual({ name, statuses: statuses(comment) });
    }
  });

  it.each(Object.entries(LIMITS))('%s: 0 and Infinity lift it, as the page says', (name, limit) => {
    for (const none of [0, Number.POSITIVE_INFINITY]) {
      expect(resolveOptions({ [name]: none })[name as keyof typeof LIMITS]).toBe(
        limit.most ?? Number.POSITIVE_INFINITY,
      );
    }
  });
});

describe('options of static paths on README', () => {
  const rows = tableUnder(README, 'Static paths');

  it('are exactly those that there are, with their defaults', () => {
    const shown = Object.entries(STATIC_DEFAULTS).map(([name, value]): [string, string] => {
      if (value === '' || (Array.isArray(value) && value.length === 0)) return [name, 'none'];
      return [name, typeof value === 'string' ? `\`'${value}'\`` : String(value)];
    });
    expect(rows.map(([names = '', value = '']) => [codes(names)[0], value])).toEqual(shown);
  });
});

describe('errors of README', () => {
  it('are exactly those that the sources make, but for what a peer did', () => {
    const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.gen.ts'));
    const text = sources.map((file) => page(`src/${file}`)).join('\n');
    const made = Array.from(
      text.matchAll(/(?:callerError|cannotWait|formError|HttpuvError)\(\s*'(HV_\w+)'/g),
      ([, code]) => code,
    );
    const listed = tableUnder(README, 'Errors').flatMap(([names = '']) => codes(names));
    expect(made.length).toBeGreaterThan(20);
    expect(listed.sort()).toEqual([...new Set(made)].sort());
  });

  it('all other codes on the page are refusals of the parser', () => {
    const local = tableUnder(README, 'Errors').flatMap(([names = '']) => codes(names));
    const others = (README.match(/HV_[A-Z_]+/g) ?? []).filter((code) => !local.includes(code));
    expect(others.length).toBeGreaterThan(1);
    for (const code of others) expect(page('native/defs/errors.def')).toContain(`HV_X(${code.slice(3)},`);
  });
});

describe('entries of README', () => {
  it('are those of package.json', async () => {
    const { exports } = JSON.parse(page('package.json')) as { exports: Record<string, unknown> };
    const listed = tableUnder(README, 'Entries').flatMap(([names = '']) => codes(names));
    const modules = Object.keys(exports).filter((name) => /^\.(\/[\w-]+)?$/.test(name));
    expect(listed.filter((name) => !/\.(wasm|h)$/.test(name)).sort()).toEqual(
      modules.map((name) => `httpuv-wasm${name.slice(1)}`).sort(),
    );
    for (const name of listed) {
      const script = `process.stdout.write(String(require("fs").existsSync(require.resolve(${JSON.stringify(name)}))))`;
      expect(execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' }), name).toBe('true');
    }
  });
});
