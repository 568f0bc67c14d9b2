/** The portable entries in other runtimes, and in what bundlers make of them without being configured. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../docs/markdown.ts';
import { binary, hasRuntime } from '../helpers/runtimes.ts';
import { cleanEnvironment, run } from './packed.ts';
import { EXPECTED } from './portable-expected.ts';

const PROGRAM = `
import * as parser from 'httpuv-wasm/parser';
import * as websocket from 'httpuv-wasm/websocket';
import * as codec from 'httpuv-wasm/codec';
import { check } from './portable-check.mjs';
console.log(JSON.stringify(await check(parser, websocket, codec)));
`;

let folder = '';
beforeAll(() => {
  mkdirSync(join(ROOT, 'build'), { recursive: true });
  folder = mkdtempSync(join(ROOT, 'build/runtimes-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/httpuv-wasm'));
  cpSync(join(ROOT, 'test/package/portable-check.mjs'), join(folder, 'portable-check.mjs'));
  writeFileSync(join(folder, 'program.mjs'), PROGRAM);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('in', () => {
  it.skipIf(!hasRuntime('deno'))('Deno the portable entries do what they do in Node', () => {
    const printed = run(
      folder,
      binary('deno'),
      'run',
      '--no-remote',
      '--no-lock',
      '--node-modules-dir=manual',
      'program.mjs',
    );
    expect(JSON.parse(printed)).toEqual(EXPECTED);
  });

  it.skipIf(!hasRuntime('bun'))('Bun the portable entries do what they do in Node', () => {
    expect(JSON.parse(run(folder, binary('bun'), 'run', 'program.mjs'))).toEqual(EXPECTED);
  });
});

describe('a bundle of', () => {
  /** What a bundle prints where the package cannot be found. */
  function alone(name: string): unknown {
    const elsewhere = mkdtempSync(join(ROOT, 'build/bundle-'));
    try {
      cpSync(join(folder, name), join(elsewhere, name));
      return JSON.parse(run(elsewhere, process.execPath, name));
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  }

  it.each([['plain'], ['minified']])('esbuild, %s, is complete', (kind) => {
    const more = kind === 'minified' ? ['--minify'] : [];
    const made = spawnSync(
      binary('esbuild'),
      ['program.mjs', '--bundle', '--format=esm', `--outfile=${kind}.mjs`, ...more],
      {
        cwd: folder,
        env: cleanEnvironment(),
        encoding: 'utf8',
      },
    );
    expect(made.stderr).not.toMatch(/warning|error/i);
    expect(alone(`${kind}.mjs`)).toEqual(EXPECTED);
  });

  it('rollup is complete, with nothing but the plugin by which it finds packages', () => {
    const args = ['program.mjs', '--plugin', 'node-resolve', '--format', 'es', '--file', 'rolled.mjs'];
    // The plugin is found from the folder that rollup runs in.
    const made = spawnSync(binary('rollup'), args, { cwd: folder, env: cleanEnvironment(), encoding: 'utf8' });
    expect(made.stderr).not.toMatch(/\(!\)|error/i);
    expect(alone('rolled.mjs')).toEqual(EXPECTED);
  });
});
