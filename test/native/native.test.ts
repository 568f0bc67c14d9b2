/** The C sources built natively with address and undefined-behaviour sanitizers, by both compilers. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, fixtures } from '../helpers/fixtures.ts';
import { needs } from '../helpers/needs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PARTS = ['http_body', 'http_fields', 'http_head', 'http_parser', 'records', 'scan_scalar', 'scan_simd'];
const SOURCES = PARTS.map((part) => `native/src/${part}.c`);
const STRICT = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-g', '-O1', '-fno-sanitize-recover=all'];
const SIMD = process.arch === 'x64' ? ['-mssse3'] : [];

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'httpuv-native-'));
  execFileSync('node', ['native/defs/generate.mjs'], { cwd: ROOT });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function build(compiler: string, name: string, files: readonly string[], words: readonly string[]): string {
  const program = join(folder, `${name}-${compiler}`);
  const own = files.map((file) => `test/native/${file}`);
  execFileSync(compiler, [...STRICT, ...words, ...SOURCES, ...own, '-o', program], { cwd: ROOT, stdio: 'pipe' });
  return program;
}

const SANITIZE = '-fsanitize=address,undefined';

for (const [compiler, install] of [
  ['gcc', 'the Debian package gcc'],
  ['clang', 'the Debian package clang'],
] as const) {
  describe.skipIf(!needs(compiler, install))(compiler, () => {
    it('each SIMD scan equals its scalar definition at every length and alignment', () => {
      const program = build(compiler, 'scans', ['scans.c'], [...SIMD, SANITIZE]);
      expect(execFileSync(program, { encoding: 'utf8' })).toBe('');
    }, 120_000);

    it.each([
      ['with SIMD', SIMD],
      ['without SIMD', ['-DHV_NO_SIMD']],
    ])(
      'every fixture tells the same however it is cut, %s',
      (name, words) => {
        const program = build(
          compiler,
          `runner-${name.replace(' ', '-')}`,
          ['tell.c', 'runner.c'],
          [...words, SANITIZE],
        );
        const all = fixtures();
        const run = spawnSync(program, { input: Buffer.concat(all.map(encode)), maxBuffer: 2 ** 26 });
        const told = run.stdout.toString('latin1').split('\0');
        expect(run.stderr.toString()).toBe('');
        for (const [at, one] of all.entries()) {
          const expected = one.expected[0] === 'nothing' ? '' : `${one.expected.join('\n')}\n`;
          expect(told[at], `${one.file}: ${one.title}`).toBe(expected);
        }
        expect(run.status).toBe(0);
      },
      240_000,
    );
  });
}

describe.skipIf(!needs('clang', 'the Debian packages clang and libclang-rt-dev'))('fuzzing', () => {
  it('random bytes tell the same in one piece and in many, and trip no sanitizer', () => {
    const program = build('clang', 'fuzz', ['tell.c', 'fuzz_http.c'], [...SIMD, '-fsanitize=fuzzer,address,undefined']);
    const seeds = join(folder, 'seeds');
    execFileSync('mkdir', [seeds]);
    for (const [at, one] of fixtures().entries()) {
      if (one.input.length > 1000) continue;
      const head = Buffer.from([one.kind === 'response' ? 1 : 0, one.settings.pause, at % 50]);
      execFileSync('tee', [join(seeds, `${at}`)], {
        input: Buffer.concat([head, one.input]),
        stdio: ['pipe', 'ignore', 'pipe'],
      });
    }
    const run = spawnSync(program, ['-runs=30000', '-max_len=700', '-seed=1', seeds], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(run.status, run.stderr.slice(-2000)).toBe(0);
  }, 240_000);
});

/** A case as runner.c reads it. */
function encode(one: Fixture): Buffer {
  const { maxHeadBytes, maxFields, maxChunkExtensionBytes, pause, maxBodyBytes } = one.settings;
  const body = Math.min(maxBodyBytes, Number.MAX_SAFE_INTEGER);
  const words = Uint32Array.of(
    one.kind === 'response' ? 1 : 0,
    maxHeadBytes,
    maxFields,
    maxChunkExtensionBytes,
    pause,
    body % 2 ** 32,
    Math.floor(body / 2 ** 32),
    one.input.length,
  );
  return Buffer.concat([Buffer.from(words.buffer), one.input]);
}
