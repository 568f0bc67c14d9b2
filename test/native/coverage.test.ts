/** Fixtures and the fuzzers' kept corpus reach nearly every line of the C; native/README.md explains the rest. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corpus } from '../helpers/corpus.ts';
import { needs } from '../helpers/needs.ts';
import { HTTP } from './http.ts';
import type { Machine } from './machine.ts';
import { WEBSOCKET } from './websocket.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
// The functions of the wasm module tell addresses in 32 bits; an attribute of theirs is for wasm only.
const NATIVELY = ['-no-pie', '-Wno-unknown-attributes', '-Wno-ignored-attributes'];
const FLAGS = ['-std=c11', '-O1', ...NATIVELY, '-fprofile-instr-generate', '-fcoverage-mapping'];
const SIMD = process.arch === 'x64' ? ['-mssse3'] : [];

/** Lines of one file: how many there are, and how many ran. */
interface Lines {
  readonly count: number;
  readonly covered: number;
}

describe('coverage of native/src', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'httpuv-coverage-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const has =
    needs('clang-19', 'the Debian packages clang-19 and libclang-rt-19-dev') &&
    needs('llvm-cov-19', 'the Debian package llvm-19');

  /** Builds a program that notes what it runs, runs it, and returns its path. */
  function ran(name: string, parts: readonly string[], own: readonly string[], input: Buffer): string {
    const program = join(folder, name);
    const files = [...parts.map((part) => `native/src/${part}.c`), ...own.map((file) => `test/native/${file}`)];
    execFileSync('clang-19', [...FLAGS, ...SIMD, ...files, '-o', program], { cwd: ROOT, stdio: 'pipe' });
    execFileSync(program, { input, env: { LLVM_PROFILE_FILE: `${program}.raw` }, maxBuffer: 2 ** 26 });
    return program;
  }

  /** Lines by file of what these programs ran together. */
  function lines(programs: readonly string[]): Map<string, Lines> {
    const profile = join(folder, 'all');
    execFileSync('llvm-profdata-19', ['merge', ...programs.map((one) => `${one}.raw`), '-o', profile]);
    const objects = programs.flatMap((one) => ['-object', one]);
    const told = execFileSync('llvm-cov-19', ['export', '-summary-only', `-instr-profile=${profile}`, ...objects]);
    const { data } = JSON.parse(told.toString()) as {
      data: { files: { filename: string; summary: { lines: Lines } }[] }[];
    };
    const files = data.flatMap(({ files }) => files).filter(({ filename }) => filename.includes('/native/src/'));
    return new Map(files.map(({ filename, summary }) => [filename.replace(/.*\//, ''), summary.lines]));
  }

  it.skipIf(!has)('is at least 95 % of the lines', () => {
    const replay = (machine: 'http' | 'ws'): Buffer =>
      Buffer.concat(corpus(machine).flatMap((one) => [Buffer.from(Uint32Array.of(one.length).buffer), one]));
    const cases = ({ cases }: Machine): Buffer => Buffer.concat(cases().map(({ input }) => input));
    const ofBoth = Buffer.concat([
      cases(HTTP),
      Buffer.from(Uint32Array.of(2, 0, 0, 0, 0, 0, 0, 0).buffer),
      cases(WEBSOCKET),
    ]);
    const found = lines([
      ran('http-corpus', HTTP.parts, [...HTTP.tell, HTTP.fuzz, 'replay.c'], replay('http')),
      ran('ws-corpus', WEBSOCKET.parts, [...WEBSOCKET.tell, WEBSOCKET.fuzz, 'replay.c'], replay('ws')),
      ran('region', [...new Set([...HTTP.parts, ...WEBSOCKET.parts, 'exports'])], ['region.c'], ofBoth),
    ]);
    const all = [...found.values()];
    const share = all.reduce((sum, { covered }) => sum + covered, 0) / all.reduce((sum, { count }) => sum + count, 0);
    const missed = Array.from(found, ([file, { count, covered }]) => `${file} ${covered} of ${count}`).join(', ');
    expect(found.has('http_head.c')).toBe(true);
    expect(share, missed).toBeGreaterThanOrEqual(0.95);
  });
});
