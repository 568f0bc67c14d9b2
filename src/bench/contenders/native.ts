/**
 * Parsers in C, called in a loop in C through small addons that are compiled on the spot: the yardsticks for a parser that
 * is called from JavaScript. Our own sources built for this machine, the llhttp inside the running Node binary, and
 * Debian's http_parser. Without a compiler, or where the binary keeps llhttp to itself, one is missing and says why.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import {
  type ContenderLoader,
  HTTP,
  type MissingContender,
  type ParserContender,
  type ParserRun,
} from '../contender.ts';
import type { ParserInput } from '../inputs.ts';
import { build } from '../native.ts';
import { runtimeName } from '../node-machine.ts';
import type { Tally } from '../seen.ts';

interface Addon {
  begin(responses: number): void;
  repeat(pieces: readonly Uint8Array[], first: number, count: number): void;
  totals(): number[];
}

/** What it takes to build one. */
interface Recipe {
  readonly name: string;
  readonly source: string;
  readonly title: string;
  /** Further words for the compiler. */
  readonly words: readonly string[];
  /** What to say when the compiler says this. */
  readonly lacks?: { readonly sign: RegExp; readonly missing: string };
}

/** So many pieces an addon takes. */
const MOST_PIECES = 4096;
// Not compiled by TypeScript, so it is always beside the sources; seen from src/ and dist/ alike.
const NATIVE = fileURLToPath(new URL('../../../native/', import.meta.url));
const OWN_SOURCES = ['http_body', 'http_fields', 'http_head', 'http_parser', 'records', 'scan_scalar', 'scan_simd'];
/** As native/Makefile has it. */
const OWN_VECTORS = ['x64', 'ia32'].includes(process.arch) ? ['-mssse3'] : [];

const LLHTTP: Recipe = {
  name: 'native-llhttp',
  source: 'llhttp_addon',
  title: `llhttp ${process.versions['llhttp'] ?? ''} inside Node, called from C, callbacks that count`,
  words: process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [],
};
const HTTP_PARSER: Recipe = {
  name: 'native-http-parser',
  source: 'http_parser_addon',
  title: 'http_parser of the system, called from C, callbacks that count',
  words: [...LLHTTP.words, '-lhttp_parser'],
  lacks: { sign: /http_parser\.h|-lhttp_parser/, missing: 'apt-get install libhttp-parser-dev' },
};
const OWN: Recipe = {
  name: 'native-httpuv',
  source: 'httpuv_addon',
  title: 'this package built for this machine, called from C, records that are counted',
  words: [
    ...LLHTTP.words,
    ...OWN_VECTORS,
    `-I${NATIVE}include`,
    ...OWN_SOURCES.map((name) => `${NATIVE}src/${name}.c`),
  ],
};

/** The three, or what is missing. */
export const loadNativeParsers: ContenderLoader = async () => Promise.all([OWN, LLHTTP, HTTP_PARSER].map(load));

async function load(recipe: Recipe): Promise<ParserContender | MissingContender> {
  const { name, title, source, words, lacks } = recipe;
  // There the addon would find nothing to call.
  if (recipe === LLHTTP && runtimeName() !== 'Node') {
    return { name, missing: `it is in Node alone, and this is ${runtimeName()}`, reads: HTTP };
  }
  const built = build(source, '.node', ['-shared', '-fPIC', ...words]);
  if (typeof built === 'string')
    return { name, missing: lacks?.sign.test(built) === true ? lacks.missing : built, reads: HTTP };
  try {
    // The functions are declared in the C file; loading it is what proves them.
    const addon = createRequire(import.meta.url)(built.path) as Addon;
    return {
      name,
      title,
      reads: HTTP,
      notCold: 'built on the spot',
      refuses: ({ forms }) =>
        forms.reduce((sum, { pieces }) => sum + pieces.length, 0) > MOST_PIECES ? 'too many pieces' : undefined,
      open: (input) => open(addon, input),
    };
  } catch (error) {
    return { name, missing: error instanceof Error ? error.message : String(error), reads: HTTP };
  } finally {
    built.remove();
  }
}

function open(addon: Addon, { forms, kind }: ParserInput): ParserRun {
  const pieces = forms.flatMap((form) => form.pieces);
  const starts = forms.map((_, at) => forms.slice(0, at).reduce((sum, form) => sum + form.pieces.length, 0));
  addon.begin(kind === 'response' ? 1 : 0);
  const before = addon.totals()[0] ?? 0;
  let next = 0;
  function repeat(times: number): void {
    // Whole rounds, then the rest: forms may have different numbers of pieces.
    const first = starts[next] ?? 0;
    const rounds = Math.floor(times / forms.length);
    next = (next + times) % forms.length;
    const rest = ((starts[next] ?? 0) - first + pieces.length) % pieces.length;
    addon.repeat(pieces, first, rounds * pieces.length + rest);
  }
  return {
    get messages() {
      return (addon.totals()[0] ?? 0) - before;
    },
    repeat,
    look() {
      const start = addon.totals();
      repeat(1);
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
