/**
 * The wasm modules where no JavaScript engine is: in wabt's interpreter, vectors included, and turned into C by wasm2c, built
 * without them. What counts are the statuses and records that V8 gives.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WINDOW } from '../../src/wasm/constants.gen.ts';
import type { HttpuvExports } from '../../src/wasm/httpuv.ts';
import { type Fixture, fixtures } from '../helpers/fixtures.ts';
import { needs } from '../helpers/needs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const wabt = needs('spectest-interp', 'the Debian package wabt');

/** One of each four fixtures that a region holds, so that the interpreter is done in a second or two. */
const CASES = fixtures().filter(({ input }, at) => at % 4 === 0 && input.length < 2000);

/** What a host writes before a feed, and what the feed makes of it: status, then words of records. */
interface Exchange {
  readonly kind: number;
  readonly writes: readonly (readonly [address: number, word: number])[];
  readonly length: number;
  readonly status: number;
  readonly recordsAt: number;
  readonly records: readonly number[];
}

/** Feeds each case whole to a module of which every instance has the same memory map. */
function exchanges(file: string): Exchange[] {
  const module = new WebAssembly.Module(readFileSync(join(ROOT, 'src/wasm', file)));
  // The build proves the exports.
  const wasm = new WebAssembly.Instance(module, {}).exports as unknown as HttpuvExports;
  const words = new Uint32Array(wasm.memory.buffer);
  return CASES.map((one) => {
    const kind = one.kind === 'response' ? 1 : 0;
    const window = wasm.hv_window(kind) >>> 2;
    const at = (name: keyof typeof WINDOW): number => words[window + WINDOW[name]] ?? 0;
    const padded = new Uint8Array(Math.ceil(one.input.length / 4) * 4);
    padded.set(one.input);
    const writes = [
      ...limitWords(one).map((word, n) => [at('LIMITS_AT') + 4 * n, word] as const),
      ...Array.from(new Uint32Array(padded.buffer), (word, n) => [at('REGION_AT') + 4 * n, word] as const),
    ];
    for (const [address, word] of writes) words[address >>> 2] = word;
    const status = wasm.hv_feed(0, one.input.length);
    const recordsAt = at('RECORDS_AT');
    const records = [...words.subarray(recordsAt >>> 2, (recordsAt >>> 2) + at('RECORDS_LENGTH'))];
    return { kind, writes, length: one.input.length, status, recordsAt, records };
  });
}

function limitWords({ settings }: Fixture): number[] {
  const { maxHeadBytes, maxFields, maxChunkExtensionBytes, pause, maxBodyBytes } = settings;
  const extensions = Math.min(maxChunkExtensionBytes, 0xffffffff);
  const body = Math.min(maxBodyBytes, Number.MAX_SAFE_INTEGER);
  return [maxHeadBytes, maxFields, extensions, pause, body % 2 ** 32, Math.floor(body / 2 ** 32)];
}

/** A script of the WebAssembly specification's tests: the module, another one that reaches into its memory, and each exchange. */
function script(file: string, all: readonly Exchange[]): string {
  const bytes = Array.from(
    readFileSync(join(ROOT, 'src/wasm', file)),
    (byte) => `\\${byte.toString(16).padStart(2, '0')}`,
  );
  const i32 = (word: number): string => `(i32.const ${word | 0})`;
  return [
    `(module $parser binary "${bytes.join('')}")`,
    '(register "parser" $parser)',
    `(module $host (import "parser" "memory" (memory 23 23))
      (func (export "write") (param i32 i32) local.get 0 local.get 1 i32.store)
      (func (export "read") (param i32) (result i32) local.get 0 i32.load))`,
    ...all.flatMap(({ kind, writes, length, status, recordsAt, records }) => [
      `(invoke $parser "hv_window" ${i32(kind)})`,
      ...writes.map(([address, word]) => `(invoke $host "write" ${i32(address)} ${i32(word)})`),
      `(assert_return (invoke $parser "hv_feed" (i32.const 0) ${i32(length)}) ${i32(status)})`,
      ...records.map((word, n) => `(assert_return (invoke $host "read" ${i32(recordsAt + 4 * n)}) ${i32(word)})`),
    ]),
  ].join('\n');
}

describe('outside of JavaScript engines', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'httpuv-wabt-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.skipIf(!wabt).each(['httpuv.wasm', 'twin.wasm'])("wabt's interpreter gives the records of V8: %s", (file) => {
    const all = exchanges(file);
    writeFileSync(join(folder, `${file}.wast`), script(file, all));
    execFileSync('wast2json', [`${file}.wast`, '-o', `${file}.json`], { cwd: folder, stdio: 'pipe' });
    const run = spawnSync('spectest-interp', [`${file}.json`], { cwd: folder, encoding: 'latin1', maxBuffer: 2 ** 26 });
    expect(run.stdout.split('\n').filter((line) => line.includes('mismatch'))).toEqual([]);
    expect(run.stdout.trimEnd().split('\n').at(-1)).toMatch(/^(\d+)\/\1 tests passed\.$/);
    expect(all.flatMap(({ records }) => records).length).toBeGreaterThan(500);
  });

  const emcc = needs('emcc', 'the Debian package emscripten') && needs('cc', 'the Debian packages gcc and libc6-dev');
  it.skipIf(!wabt || !emcc)('wasm2c makes C of a build without vectors, which gives the same records', () => {
    const words = '-std=c11 -O1 -DHV_NO_SIMD -sSTANDALONE_WASM --no-entry -sSUPPORT_ERRNO=0 -sINITIAL_MEMORY=1507328';
    const sources = execFileSync('sh', ['-c', 'ls native/src/*.c'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
    const wasm = join(folder, 'scalar.wasm');
    execFileSync('emcc', [...words.split(' '), '-sTOTAL_STACK=16384', ...sources, '-o', wasm], {
      cwd: ROOT,
      stdio: 'pipe',
    });
    execFileSync('wasm2c', ['scalar.wasm', '-n', 'httpuv', '-o', 'scalar.c'], { cwd: folder, stdio: 'pipe' });
    const host = join(ROOT, 'test/native/wasm2c_host.c');
    execFileSync('cc', ['-O1', '-I.', 'scalar.c', host, '-lwasm-rt-impl', '-lm', '-o', 'host'], {
      cwd: folder,
      stdio: 'pipe',
    });
    const input = Buffer.concat(
      CASES.map((one) => {
        const kind = one.kind === 'response' ? 1 : 0;
        return Buffer.concat([
          Buffer.from(Uint32Array.of(kind, ...limitWords(one), one.input.length).buffer),
          one.input,
        ]);
      }),
    );
    const told = execFileSync(join(folder, 'host'), { input, encoding: 'latin1', maxBuffer: 2 ** 26 });
    const expected = exchanges('httpuv.wasm').map(({ status, records }) => [status, ...records].join(' '));
    expect(told.trimEnd().split('\n')).toEqual(expected);
  });
});
