/** The command line. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { benchCommand } from '../../src/bench/command.ts';

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

describe('npm run bench', () => {
  it('--help names the comparisons and the page about the method', async () => {
    const { status, out } = await bench('--help');
    expect(status).toBe(0);
    expect(out).toMatch(/parser\s+Compare HTTP parsers/);
    expect(out).toMatch(/server\s+Compare servers/);
    expect(out).toMatch(/websocket\s+Compare WebSocket echoes/);
    expect(out).toMatch(/static\s+Compare static files/);
    expect(out).toMatch(/tls\s+Compare servers over TLS/);
    expect(out).toContain('src/bench/method.md');
  });

  it.each([
    ['parser', ['--rounds', '--time', '--warmup', '--filter', '--json']],
    ['server', ['--rounds', '--time', '--idle', '--own-load', '--filter', '--json']],
    ['websocket', ['--rounds', '--time', '--idle', '--own-load', '--filter', '--json']],
    ['static', ['--rounds', '--time', '--own-load', '--filter', '--json']],
    ['tls', ['--rounds', '--time', '--own-load', '--filter', '--json']],
  ])('%s --help lists its options with their defaults', async (comparison, options) => {
    const { out } = await bench(comparison, '--help');
    for (const option of options) expect(out).toContain(option);
    expect(out).toMatch(/--rounds <n> .*\(default: \d+\)/);
  });

  it.each([
    [[], /say what to compare/],
    [['parsers'], /"parsers" is not a comparison/],
    [['parser', '--tme', '5'], /Unknown option `--tme`/],
    [['parser', '--rounds', 'many'], /--rounds must be a whole number from 1 to 1000, not many/],
    [['parser', '--time', '0.5'], /--time must be a whole number/],
    [['parser', '--filter', 'crome'], /no input and no contender has "crome" in its name/],
    [['server', '--filter', 'helo'], /no scenario and no server has "helo" in its name/],
    [['server', '--filter', 'start,raw-net'], /no server with one of these words takes part in start/],
    [['websocket', '--filter', 'echo-2k'], /no scenario and no server has "echo-2k" in its name/],
    [['websocket', '--time', '99'], /--time must be a whole number from 100 to 60000/],
    [['static', '--filter', 'file-2k'], /no scenario and no server has "file-2k" in its name/],
    [['static', '--idle', '9'], /Unknown option `--idle`/],
    [['tls', '--filter', 'nginx'], /no scenario and no server has "nginx" in its name/],
    [['websocket', '--filter', 'idle,ws-bufferutil'], /no server with one of these words takes part in idle/],
  ])('%j is refused with a sentence, and says where help is', async (words, sentence) => {
    const { status, err } = await bench(...words);
    expect(status).toBe(1);
    expect(err).toMatch(sentence);
    expect(err).toContain('--help');
  });

  it('a short parser run shows progress, prints machine, table and goals, and writes JSON', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'httpuv-bench-test-'));
    try {
      const file = join(directory, 'parser.json');
      const words = ['--filter', 'minimal-get,node', '--rounds', '2', '--time', '1', '--warmup', '20', '--json', file];
      const { status, out, err } = await bench('parser', ...words);
      expect(status).toBe(0);
      expect(err).toContain('minimal-get: checking and warming up');
      expect(out).toMatch(/^machine .* cores, .* GiB/m);
      expect(out).toMatch(/^runtime {3}Node v\d+/m);
      expect(out).toMatch(/^ {2}node-flat +[\d,]+ +[\d,]+ +\d+ +1\.00 {2}\[1\.00–1\.00\]/m);
      expect(out).toMatch(/^ {2}P4 .* not measured$/m);
      const report: unknown = JSON.parse(await readFile(file, 'utf8'));
      expect(report).toMatchObject({ tool: 'httpuv-bench', format: 1, bench: 'parser', options: { rounds: 2 } });
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
