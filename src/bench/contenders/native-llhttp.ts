/**
 * The llhttp inside the running Node binary, called from C through a small addon that is compiled on the spot: the
 * yardstick for a parser called from JavaScript. Without a compiler, or where the binary keeps llhttp to itself, the
 * contender is missing and says why.
 */
import { createRequire } from 'node:module';
import type { ContenderLoader, ParserRun } from '../contender.ts';
import type { ParserInput } from '../inputs.ts';
import { build } from '../native.ts';
import type { Tally } from '../seen.ts';

const NAME = 'native-llhttp';

interface Addon {
  repeat(pieces: readonly Uint8Array[], times: number): void;
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

function buildAddon(): Addon | string {
  const platform = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  const built = build('llhttp_addon', '.node', ['-shared', '-fPIC', ...platform]);
  if (typeof built === 'string') return built;
  try {
    // The functions are declared in the C file; loading it is what proves them.
    return createRequire(import.meta.url)(built.path) as Addon;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    built.remove();
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
