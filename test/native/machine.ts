/** Tests of one machine of `native/`, built with address and undefined-behaviour sanitizers, by both compilers. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../helpers/needs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STRICT = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-g', '-O1', '-fno-sanitize-recover=all'];
const SIMD = process.arch === 'x64' ? ['-mssse3'] : [];
const SANITIZE = '-fsanitize=address,undefined';

/** What is tested, and with which programs of this folder. */
export interface Machine {
  /** Sources in `native/src`, without `.c`. */
  readonly parts: readonly string[];
  /** Compares what has a SIMD form with its scalar definition; says nothing when all is well. */
  readonly scans: string;
  /** What the next two are linked with. */
  readonly tell: readonly string[];
  /** Reads cases, tries each at every cut, and writes what was told, ended by a zero byte each. */
  readonly runner: string;
  readonly fuzz: string;
  readonly cases: () => readonly { readonly name: string; readonly input: Buffer; readonly expected: string }[];
  /** What the fuzzer begins with. */
  readonly seeds: () => readonly Buffer[];
}

/** Defines the tests. */
export function testMachine({ parts, scans, tell, runner, fuzz, cases, seeds }: Machine): void {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'httpuv-native-'));
    execFileSync('node', ['native/defs/generate.mjs'], { cwd: ROOT });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const build = (compiler: string, own: readonly string[], words: readonly string[]): string => {
    const program = join(folder, [compiler, ...own, ...words].join('-').replaceAll('/', ''));
    const files = [...parts.map((part) => `native/src/${part}.c`), ...own.map((file) => `test/native/${file}`)];
    execFileSync(compiler, [...STRICT, ...words, ...files, '-o', program], { cwd: ROOT, stdio: 'pipe' });
    return program;
  };

  describe.each([
    ['gcc', 'the Debian package gcc'],
    ['clang', 'the Debian package clang'],
  ])('%s', (compiler, install) => {
    const has = needs(compiler, install);

    it.skipIf(!has)('what has a SIMD form equals its scalar definition at every length and alignment', () => {
      expect(execFileSync(build(compiler, [scans], [...SIMD, SANITIZE]), { encoding: 'utf8' })).toBe('');
    });

    it.skipIf(!has).each([
      ['with', SIMD],
      ['without', ['-DHV_NO_SIMD']],
    ])('every fixture tells the same however it is cut, %s SIMD', (_, words) => {
      const all = cases();
      const input = Buffer.concat(all.map((one) => one.input));
      const run = spawnSync(build(compiler, [...tell, runner], [...words, SANITIZE]), { input, maxBuffer: 2 ** 26 });
      const told = run.stdout.toString('latin1').split('\0');
      expect(run.stderr.toString()).toBe('');
      for (const [at, { name, expected }] of all.entries()) expect(told[at], name).toBe(expected);
      expect(run.status).toBe(0);
    });
  });

  const fuzzes = needs('clang', 'the Debian packages clang and libclang-rt-dev');
  it.skipIf(!fuzzes)('fuzz: random bytes tell the same in one piece and in many, and trip no sanitizer', () => {
    const program = build('clang', [...tell, fuzz], [...SIMD, '-fsanitize=fuzzer,address,undefined']);
    const corpus = join(folder, 'seeds');
    mkdirSync(corpus);
    for (const [at, seed] of seeds().entries()) writeFileSync(join(corpus, `${at}`), seed);
    const args = ['-runs=30000', '-max_len=700', '-seed=1', corpus];
    const run = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
    expect(run.status, run.stderr.slice(-2000)).toBe(0);
  });
}
