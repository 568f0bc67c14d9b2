/** What every host relies on in the built parser module, read from its bytes. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { instantiateHttpuv } from '../../src/wasm/httpuv.ts';
import { BYTES } from '../../src/wasm/httpuv-bytes.gen.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILE = `${ROOT}src/wasm/httpuv.wasm`;
const bytes = readFileSync(FILE);

describe('httpuv.wasm', () => {
  it('imports nothing and exports six things', () => {
    const module = new WebAssembly.Module(bytes);
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    const names = WebAssembly.Module.exports(module).map((one) => one.name);
    expect(names.toSorted()).toEqual(['hv_feed', 'hv_finish', 'hv_window', 'hv_ws_feed', 'hv_ws_window', 'memory']);
  });

  it('has memory that cannot grow', () => {
    const { memory } = instantiateHttpuv();
    expect(() => (memory as WebAssembly.Memory).grow(1)).toThrow(RangeError);
  });

  it('has at most 40 KB, 16 KB compressed', () => {
    expect(bytes.length).toBeLessThanOrEqual(40 * 1024);
    expect(gzipSync(bytes).length).toBeLessThanOrEqual(16 * 1024);
  });

  it('is what the inlined bytes hold', () => {
    expect(Buffer.from(BYTES, 'base64').equals(bytes)).toBe(true);
  });

  it('gives every instance a memory of its own', () => {
    expect(instantiateHttpuv().memory).not.toBe(instantiateHttpuv().memory);
  });

  it('holds no vector constant inside a loop', () => {
    const words = ['--enable-simd', '--enable-bulk-memory', FILE];
    const text = execFileSync(`${ROOT}node_modules/.bin/wasm-dis`, words, { encoding: 'utf8', maxBuffer: 2 ** 26 });
    const loops: number[] = [];
    const found: string[] = [];
    for (const line of text.split('\n')) {
      const indent = line.length - line.trimStart().length;
      while ((loops.at(-1) ?? -1) >= indent) loops.pop();
      if (line.trimStart().startsWith('(loop')) loops.push(indent);
      if (loops.length > 0 && line.includes('v128.const')) found.push(line.trim());
    }
    expect(text).toContain('v128.load');
    expect(found).toEqual([]);
  });
});
