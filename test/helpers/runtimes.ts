/** The other runtimes that npm brings for tests. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missing } from './needs.ts';

const BIN = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));

/** The program of a tool that npm brought. */
export function binary(name: string): string {
  return join(BIN, name);
}

/** Whether a runtime that npm brought can be run here; for `it.skipIf(!…)`. */
export function hasRuntime(name: 'deno' | 'bun'): boolean {
  const found = spawnSync(binary(name), ['--version'], { stdio: 'ignore' }).status === 0;
  return found || missing(`${name} cannot be run: run npm ci with its install scripts`);
}
