/** Builds the C files of this comparison with `cc`, when there is one, into a folder that lives as long as what is built. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What was built, until it is removed. */
export interface Built {
  readonly path: string;
  remove(): void;
}

/** First line of `cc --version`, undefined without a compiler. */
export function compilerVersion(): string | undefined {
  const asked = spawnSync('cc', ['--version'], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.split('\n')[0] : undefined;
}

/**
 * Builds `native/<name>.c`.
 *
 * @param words Further words for the compiler.
 * @returns Why that is not possible, as a sentence.
 */
export function build(name: string, extension: string, words: readonly string[] = []): Built | string {
  if (process.platform === 'win32') return 'it is built with cc, which Windows lacks';
  if (compilerVersion() === undefined) return 'a C compiler is needed: apt-get install gcc libc6-dev';
  // Not compiled by TypeScript, so it is always beside the sources; seen from src/ and dist/ alike.
  const source = fileURLToPath(new URL(`../../src/bench/native/${name}.c`, import.meta.url));
  const directory = mkdtempSync(join(tmpdir(), 'httpuv-bench-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const path = join(directory, name + extension);
  const built = spawnSync('cc', ['-std=c11', '-O2', source, ...words, '-o', path], { encoding: 'utf8' });
  if (built.status === 0) return { path, remove };
  remove();
  return `cc could not build ${name}.c: ${/^.*\b(?:error|cannot find)\b.*$/m.exec(built.stderr)?.[0] ?? built.stderr.trim()}`;
}
