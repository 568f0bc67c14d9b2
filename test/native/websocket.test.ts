/** The frame machine built natively with address and undefined-behaviour sanitizers, by both compilers. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../helpers/needs.ts';
import { type WsFixture, wsFixtures } from '../websocket/fixtures.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = ['ws_frames', 'ws_mask', 'ws_utf8', 'scan_scalar', 'scan_simd'].map((part) => `native/src/${part}.c`);
const STRICT = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-g', '-O1', '-fno-sanitize-recover=all'];
const SIMD = process.arch === 'x64' ? ['-mssse3'] : [];
const SANITIZE = '-fsanitize=address,undefined';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'httpuv-native-ws-'));
  execFileSync('node', ['native/defs/generate.mjs'], { cwd: ROOT });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function build(compiler: string, name: string, files: readonly string[], words: readonly string[]): string {
  const program = join(folder, `${name}-${compiler}`);
  const own = files.map((file) => `test/native/${file}`);
  execFileSync(compiler, [...STRICT, ...words, ...SOURCES, ...own, '-o', program], { cwd: ROOT, stdio: 'pipe' });
  return program;
}

for (const [compiler, install] of [
  ['gcc', 'the Debian package gcc'],
  ['clang', 'the Debian package clang'],
] as const) {
  describe.skipIf(!needs(compiler, install))(compiler, () => {
    it('masking and the UTF-8 check equal their scalar definitions at every length and alignment', () => {
      const program = build(compiler, 'scans', ['ws_scans.c'], [...SIMD, SANITIZE]);
      expect(execFileSync(program, { encoding: 'utf8' })).toBe('');
    }, 120_000);

    it.each([
      ['with', SIMD],
      ['without', ['-DHV_NO_SIMD']],
    ])(
      'every fixture tells the same however it is cut, %s SIMD',
      (name, words) => {
        const program = build(compiler, `runner-${name}`, ['ws_tell.c', 'ws_runner.c'], [...words, SANITIZE]);
        const all = wsFixtures();
        const run = spawnSync(program, { input: Buffer.concat(all.map(encode)), maxBuffer: 2 ** 26 });
        const told = run.stdout.toString('latin1').split('\0');
        expect(run.stderr.toString()).toBe('');
        for (const [at, one] of all.entries()) {
          expect(told[at], `${one.file}: ${one.title}`).toBe(one.expected.map((line) => `${line}\n`).join(''));
        }
        expect(run.status).toBe(0);
      },
      240_000,
    );
  });
}

describe.skipIf(!needs('clang', 'the Debian packages clang and libclang-rt-dev'))('fuzzing', () => {
  it('random frames tell the same in one piece and in many, and trip no sanitizer', () => {
    const program = build(
      'clang',
      'fuzz',
      ['ws_tell.c', 'fuzz_ws.c'],
      [...SIMD, '-fsanitize=fuzzer,address,undefined'],
    );
    const seeds = join(folder, 'seeds');
    mkdirSync(seeds);
    for (const [at, one] of wsFixtures().entries()) {
      if (one.input.length > 700) continue;
      const first = (one.role === 'client' ? 1 : 0) | (one.deflate ? 8 : 0);
      writeFileSync(join(seeds, `${at}`), Buffer.concat([Buffer.from([first, at % 50]), one.input]));
    }
    const run = spawnSync(program, ['-runs=30000', '-max_len=700', '-seed=1', seeds], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(run.status, run.stderr.slice(-2000)).toBe(0);
  }, 240_000);
});

/** A case as ws_runner.c reads it. */
function encode(one: WsFixture): Buffer {
  const words = Uint32Array.of(
    one.role === 'client' ? 1 : 0,
    one.deflate ? 1 : 0,
    one.maxFragments,
    one.maxMessageBytes % 2 ** 32,
    Math.floor(one.maxMessageBytes / 2 ** 32),
    one.input.length,
  );
  return Buffer.concat([Buffer.from(words.buffer), one.input]);
}
