/** The command line: what it takes, what it writes, and how it ends. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { benchCommand } from '../../src/bench/command.ts';
import { deliver } from '../../src/bench/deliver.ts';
import type { Report } from '../../src/bench/report.ts';
import { httpuv } from '../helpers/command.ts';
import { syntheticReport } from '../helpers/synthetic-report.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'httpuv-bench-test-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

async function bench(...words: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  vi.spyOn(console, 'info').mockImplementation((text: string) => {
    out += text;
  });
  const status = await benchCommand(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isTerminal: false,
  });
  return { status, out, err };
}

/** A report in which something may be missing. */
interface Spoilt {
  machine?: unknown;
  options?: unknown;
  sections: { rows?: unknown }[];
}

const inFolder = (name: string): string => join(folder, name);
const TINY = ['--filter', 'minimal-get,node', '--time', '1', '--warmup', '20'];
const HERE = [...TINY, '--rounds', '2', '--processes', '1'];

describe('httpuv bench', () => {
  it('--help names the comparisons and the page about the method', async () => {
    const { status, out } = await bench('--help');
    expect(status).toBe(0);
    for (const line of [
      'parser     HTTP parsers',
      'server     Servers',
      'websocket  WebSocket echoes',
      'broadcast  Broad',
    ])
      expect(out).toContain(line);
    expect(out).toContain('src/bench/method.md');
    expect(out).toMatch(/Exit status:\n {2}0 {2}done/);
  });

  it.each([
    ['parser', ['--rounds', '--time', '--warmup', '--contender', '--input', '--reference', '--filter', '--json']],
    ['server', ['--rounds', '--time', '--warmup', '--idle', '--own-load', '--filter', '--json']],
    ['websocket', ['--rounds', '--time', '--warmup', '--idle', '--own-load', '--filter', '--json']],
    ['static', ['--rounds', '--time', '--warmup', '--own-load', '--filter', '--json']],
    ['tls', ['--rounds', '--time', '--warmup', '--own-load', '--filter', '--json']],
    ['broadcast', ['--rounds', '--time', '--warmup', '--filter', '--json']],
  ])('%s --help lists its options with their defaults', async (comparison, options) => {
    const { out } = await bench(comparison, '--help');
    for (const option of options) expect(out).toContain(option);
    for (const option of ['--markdown', '--svg', '--html', '--baseline', '--fail-above', '--processes'])
      expect(out).toContain(option);
    expect(out).toMatch(/--rounds <n> [\s\S]*?\(default: \d+\)/);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([
    [[], /say what to compare/],
    [['parsers'], /"parsers" is not a comparison/],
    [['parser', 'minimal-get'], /Unused args: `minimal-get`/],
    [['parser', '--tme', '5'], /Unknown option `--tme`/],
    [['parser', '--rounds', 'many'], /--rounds must be a whole number from 1 to 1000, not many/],
    [['parser', '--time', '0.5'], /--time must be a whole number/],
    [
      ['parser', '--filter', 'minimal-get,object', '--reference', 'nobody'],
      /--reference: there is no contender "nobody"/,
    ],
    [['parser', '--input', '/nowhere.http', '--processes', '1'], /--input: \/nowhere\.http cannot be read: ENOENT/],
    [['parser', '--filter', ''], /^--filter has an empty value/],
    [['parser', '--json='], /^--json has an empty value/],
    [['parser', '--reference', 'a', '--reference', 'b'], /--reference takes one value/],
    [['server', '--reference', 'raw-net'], /Unknown option `--reference`/],
    [['parser', '--filter', 'crome'], /no input and no contender has "crome" in its name/],
    [['server', '--filter', 'helo'], /no scenario and no server has "helo" in its name/],
    [['server', '--filter', 'start,raw-net'], /no server with one of these words takes part in start/],
    [['websocket', '--filter', 'echo-2k'], /no scenario and no server has "echo-2k" in its name/],
    [['server', '--warmup', '0'], /--warmup must be a whole number from 1 to 1000/],
    [['websocket', '--time', '99'], /--time must be a whole number from 100 to 60000/],
    [['static', '--filter', 'file-2k'], /no scenario and no server has "file-2k" in its name/],
    [['static', '--idle', '9'], /Unknown option `--idle`/],
    [['tls', '--filter', 'nginx'], /no scenario and no server has "nginx" in its name/],
    [['websocket', '--filter', 'idle,ws-bufferutil'], /no server with one of these words takes part in idle/],
    [['parser', '--processes', '0'], /--processes must be a whole number from 1 to 100, not 0/],
    [['parser', '--fail-above', '5%'], /give that file as well/],
    [['parser', '--baseline', 'none.json'], /--baseline: none\.json cannot be read/],
    [['parser', '--baseline', 'package.json'], /--baseline: package\.json is not what --json writes/],
    [['parser', '--svg', 'no/such/folder/a.svg'], /--svg: there is no folder for no\/such\/folder\/a\.svg/],
    [['parser', '--json', 'src'], /--json: src is a folder/],
    [['parser', '--html', 'a', '--html', 'b'], /--html takes one value/],
  ])('%j is refused with a sentence, and says where help is', async (words, sentence) => {
    const { status, err } = await bench(...words, ...(words.includes('--filter') ? ['--processes', '1'] : []));
    expect(status).toBe(2);
    expect(err).toMatch(sentence);
    expect(err).toContain('--help');
  });

  it('a short run prints machine, table and goals, and nothing else where nobody watches', async () => {
    const { status, out, err } = await bench('parser', ...HERE);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^machine .* cores, .* GiB/m);
    expect(out).toMatch(/^runtime {3}Node v\d+/m);
    expect(out).toMatch(/^ {2}node-flat +[\d,]+ {2}\[[\d,]+–[\d,]+\] +[\d,]+ +\d+ +1\.00 {2}\[1\.00–1\.00\]/m);
    expect(out).toMatch(/^ {2}P4 .* not measured$/m);
    expect(out).not.toContain('garbage was not collected');
  });

  it('a contender of one’s own takes part, and may be the reference', async () => {
    const file = inFolder('none.mjs');
    await writeFile(file, "export default [{ name: 'none', missing: 'npm install none' }];");
    const words = [...HERE.slice(2), '--filter', 'minimal-get,lazy,object,none', '--contender', file, '--contender'];
    const { status, out } = await bench('parser', ...words, inFolder('nowhere.mjs'), '--reference', 'httpuv-lazy');
    expect(status).toBe(0);
    expect(out).toContain('× httpuv-lazy  [95 %]');
    expect(out).toContain('none: missing (npm install none)');
  });

  it('writes the report in every form, each with the command that repeats it', async () => {
    const forms = ['json', 'markdown', 'svg', 'html'] as const;
    const words = [...HERE, ...forms.flatMap((form) => [`--${form}`, inFolder(`all.${form}`)])];
    expect((await bench('parser', ...words)).status).toBe(0);
    for (const form of forms) {
      const text = await readFile(inFolder(`all.${form}`), 'utf8');
      expect(text).toContain('npx httpuv bench parser --filter minimal-get,node --time 1 --warmup 20');
    }
    const report: unknown = JSON.parse(await readFile(inFolder('all.json'), 'utf8'));
    expect(report).toMatchObject({ tool: 'httpuv-bench', format: 1, bench: 'parser', options: { rounds: 2 } });
  });

  it('writes what can be written, and says what cannot', async () => {
    const files = { json: inFolder('nowhere/all.json'), markdown: inFolder('left.md') };
    const delivered = deliver(syntheticReport(['minimal-get']), files, undefined, () => {});
    await expect(delivered).rejects.toThrow(/^--json: \S+all\.json cannot be written: ENOENT/);
    expect(await readFile(files.markdown, 'utf8')).toContain('minimal-get');
  });

  it('refuses to judge by a run on another machine, with an exit status of its own and the reason', async () => {
    await writeFile(inFolder('other.json'), JSON.stringify(syntheticReport(['minimal-get'])));
    const { status, out } = await bench('parser', ...HERE, '--baseline', inFolder('other.json'));
    expect(status).toBe(4);
    expect(out).toMatch(/not judged: the processor was "Imagined CPU @ 3\.00GHz", now it is/);
  });

  it.each([
    ['machine', (report: Spoilt) => delete report.machine],
    ['options', (report: Spoilt) => delete report.options],
    ['rows', (report: Spoilt) => delete report.sections[0]?.rows],
    ['figures', (report: Spoilt) => (report.sections = [{ rows: [{ figures: 'none' }] }])],
  ])('refuses a baseline without %s before anything is measured', async (_what, spoil) => {
    const report = structuredClone(syntheticReport(['minimal-get'])) as unknown as Spoilt;
    spoil(report);
    await writeFile(inFolder('spoilt.json'), JSON.stringify(report));
    const { status, err } = await bench('parser', ...HERE, '--baseline', inFolder('spoilt.json'));
    expect([status, err]).toEqual([2, expect.stringContaining('spoilt.json is not what --json writes')]);
  });

  it('refuses a baseline of another comparison before anything is measured', async () => {
    await writeFile(inFolder('tls.json'), JSON.stringify({ ...syntheticReport(), bench: 'tls' }));
    const { status, err } = await bench('parser', '--baseline', inFolder('tls.json'));
    expect([status, err]).toEqual([2, expect.stringContaining('is of the comparison "tls", not "parser"')]);
  });
});

describe('the installed program', () => {
  it('has the comparisons as a subcommand, whose rounds several processes share', async () => {
    const file = inFolder('processes.json');
    const run = httpuv('bench', 'parser', ...TINY, '--rounds', '3', '--processes', '2', '--json', file);
    expect(await run.ended).toBe(0);
    expect(run.err).toBe('');
    const report = JSON.parse(await readFile(file, 'utf8')) as Report;
    expect(report.options).toMatchObject({ rounds: 3, processes: 2 });
    const speed = report.sections[0]?.rows[0]?.figures?.['speed'];
    expect(speed).toMatchObject({ count: 3, processes: [2, 1] });
    expect(report.notes.filter((note) => note.includes('garbage'))).toEqual([]);
  });

  it.skipIf(!existsSync('/dev/full'))('says that standard output is full, and writes its files', async () => {
    const file = inFolder('full.json');
    const words = ['bench', 'parser', ...HERE, '--json', file].map((word) => `'${word}'`).join(' ');
    const shell = spawnSync('sh', ['-c', `'${process.execPath}' dist/cli/main.js ${words} > /dev/full`], {
      encoding: 'utf8',
    });
    expect([shell.status, shell.stderr]).toEqual([
      1,
      expect.stringMatching(/^standard output cannot be written: ENOSPC/),
    ]);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ bench: 'parser' });
  });

  it.each(['parser', 'tls', 'broadcast'])('%s tells what is wrong with a word in one sentence', async (comparison) => {
    const run = httpuv('bench', comparison, '--filter', 'crome');
    expect(await run.ended).toBe(2);
    expect(run.err).toMatch(/^--filter: no \w+ and no \w+ has "crome" in its name/);
  });

  it('names the command in its help', async () => {
    const run = httpuv('--help');
    expect(await run.ended).toBe(0);
    expect(run.out).toMatch(/bench \[comparison\] +Compare parsers or servers/);
  });
});
