/**
 * The llhttp inside the running Node binary, called from C through a small addon that is compiled on the spot: the
 * yardstick for a parser called from JavaScript. Without a compiler, or where the binary keeps llhttp to itself, the
 * contender is missing and says why.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContenderLoader, ParserRun } from '../contender.ts';
import type { ParserInput } from '../inputs.ts';
import type { Tally } from '../seen.ts';

const NAME = 'native-llhttp';
// Seen from src/bench/contenders and from dist/bench/contenders alike.
const SOURCE = fileURLToPath(new URL('../../../src/bench/native/llhttp_addon.c', import.meta.url));

interface Addon {
  repeat(pieces: readonly Buffer[], times: number): void;
  totals(): number[];
}

/** Native llhttp, or what is missing. */
export const loadNativeLlhttp: ContenderLoader = async () => {
  const built = buildAddon();
  if (typeof built === 'string') return [{ name: NAME, missing: built }];
  return [
    {
      name: NAME,
      title: `llhttp ${process.versions['llhttp'] ?? ''} inside Node, called from C, callbacks that count`,
      // The loop is in C, so forms cannot take turns there.
      refuses: (input) => (input.forms.length > 1 ? 'many forms' : undefined),
      open: (input) => open(built, input),
    },
  ];
};

/** First line of `cc --version`, undefined without a compiler. */
export function compilerVersion(): string | undefined {
  const asked = spawnSync('cc', ['--version'], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.split('\n')[0] : undefined;
}

function buildAddon(): Addon | string {
  if (process.platform === 'win32') return 'the addon is built with cc, which Windows lacks';
  if (compilerVersion() === undefined) return 'a C compiler is needed: apt-get install gcc libc6-dev';
  const directory = mkdtempSync(join(tmpdir(), 'httpuv-bench-'));
  try {
    const addon = join(directory, 'llhttp_addon.node');
    const platform = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
    const words = ['-std=c11', '-O2', '-shared', '-fPIC', ...platform, SOURCE, '-o', addon];
    const built = spawnSync('cc', words, { encoding: 'utf8' });
    if (built.status !== 0) return `cc could not build the addon: ${built.stderr.trim().split('\n')[0]}`;
    // The functions are declared in the C file; loading it is what proves them.
    return createRequire(import.meta.url)(addon) as Addon;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function open(addon: Addon, { forms }: ParserInput): ParserRun {
  const pieces = forms[0]?.pieces ?? [];
  const before = addon.totals()[0] ?? 0;
  return {
    get messages() {
      return (addon.totals()[0] ?? 0) - before;
    },
    repeat(times) {
      addon.repeat(pieces, times);
    },
    look() {
      const start = addon.totals();
      addon.repeat(pieces, 1);
      return tallyBetween(start, addon.totals());
    },
  };
}

function tallyBetween(start: readonly number[], end: readonly number[]): Tally {
  const [messages = 0, fields = 0, targetBytes = 0, nameBytes = 0, valueBytes = 0, bodyBytes = 0] = end.map(
    (total, at) => total - (start[at] ?? 0),
  );
  return { messages, fields, targetBytes, nameBytes, valueBytes, bodyBytes };
}
