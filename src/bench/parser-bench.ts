/**
 * The parser comparison in Node, and in Deno and Bun: loads the contenders, describes this process, and judges the goals
 * of what the comparison found.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Origin } from './cold/origin.ts';
import { compareCold } from './cold-section.ts';
import { type Contenders, compareParsers, type Lengths, referenceOf } from './compare-parsers.ts';
import { type ContenderLoader, isMissing } from './contender.ts';
import { CONTENDERS } from './contenders/all.ts';
import { type Judged, judge } from './goals.ts';
import { parserInputs } from './inputs.ts';
import { COLD, keepLoaders } from './kept-parsers.ts';
import { compilerVersion } from './native.ts';
import { nodeHost } from './node-host.ts';
import { nodeMajor } from './node-machine.ts';
import { nodePackages } from './optional.ts';
import { loadContenderFile } from './own-contender.ts';
import { withVersion } from './package-version.ts';
import { PARSER_GOALS } from './parser-goals.ts';
import { REFERENCES } from './references.ts';
import type { Report, Section } from './report.ts';
import { ratios } from './statistics.ts';
import { BenchUsageError } from './usage.ts';
import { userInput } from './user-input.ts';

/** How long and on what. */
export interface ParserBenchOptions extends Lengths {
  /** Words: an input or contender whose name contains one is kept; empty keeps all. */
  readonly filter: readonly string[];
  /** Contenders instead of the built-in ones. No other process knows these, so there are no cold starts. */
  readonly contenders?: readonly ContenderLoader[];
  /** Files with contenders of one's own, beside the others. */
  readonly contenderFiles?: readonly string[];
  /** Files with whole requests in a row, or responses, instead of the built-in inputs. */
  readonly inputFiles?: readonly string[];
  /** What everything is divided by; default: Node's parser. */
  readonly reference?: string;
  /** Told what goes on, and how much of all is done, 0…1. */
  readonly progress?: (line: string, done: number) => void;
  /** Told what was found so far, after each round that counts. */
  readonly grown?: (report: Report) => void;
}

/** Runs the comparison. */
export async function parserBench(options: ParserBenchOptions): Promise<Report> {
  const { rounds, timeMs, warmUpCalls, filter, progress, grown } = options;
  const files = await readFiles(options.inputFiles ?? []);
  const builtIn = files.length > 0 ? undefined : parserInputs();
  const inputNames = (builtIn ?? files).map(({ name }) => name);
  // About a user's own bytes all are asked.
  const { contenders, own, origins } = await loadAll(
    builtIn === undefined ? { ...options, filter: [] } : options,
    inputNames,
  );
  const usedCompiler = contenders.some((contender) => contender.name.startsWith('native-') && !isMissing(contender));
  const reference = referenceOf(contenders, options.reference, REFERENCES);
  const report = await compareParsers({
    contenders,
    own,
    inputs: builtIn ?? files.map(({ name, bytes }) => userInput(name, bytes, contenders)),
    filter,
    reference,
    lengths: { rounds, timeMs, warmUpCalls, roundsBefore: options.roundsBefore ?? 0 },
    host: nodeHost(usedCompiler ? compilerVersion() : undefined),
    ...(origins.size === 0
      ? {}
      : { cold: (kept, tell) => compareCold({ contenders: kept, origins, rounds, reference, tell }) }),
    ...(progress === undefined ? {} : { progress }),
    ...(grown === undefined ? {} : { grown }),
  });
  // The goals compare with the parser of Node, by its version.
  return nodeMajor() === 0 ? report : { ...report, goals: goalsOf(report.sections, nodeMajor()) };
}

/** All contenders that may be kept, those of files by their files, and where those come from that another process can load. */
async function loadAll(
  { contenderFiles = [], contenders: given, filter, reference }: ParserBenchOptions,
  inputs: readonly string[],
): Promise<{ contenders: Contenders; own: string[][]; origins: Map<string, Origin> }> {
  const all = new Map<ContenderLoader, Origin | undefined>([
    ...(given?.map((load) => [load, undefined] as const) ?? CONTENDERS.map((load, at) => [load, at] as const)),
    ...contenderFiles.map((file) => [loadContenderFile(file), file] as const),
  ]);
  const contenders: Contenders[number][] = [];
  const own: string[][] = [];
  const origins = new Map<string, Origin>();
  for (const load of keepLoaders([...all.keys()], [...inputs, COLD], { filter, reference })) {
    const origin = all.get(load);
    const found = await load();
    if (typeof origin === 'string') own.push(found.map(({ name }) => name));
    for (const contender of await Promise.all(found.map((one) => withVersion(one, nodePackages)))) {
      const { name } = contender;
      if (contenders.some((one) => one.name === name)) {
        throw new BenchUsageError(`--contender: there is a contender named "${name}" already`);
      }
      contenders.push(contender);
      if (origin !== undefined) origins.set(name, origin);
    }
  }
  return { contenders, own, origins };
}

async function readFiles(paths: readonly string[]): Promise<readonly { name: string; bytes: Uint8Array }[]> {
  const read = async (path: string) => {
    const bytes = await readFile(path).catch((error: Error) => {
      throw new BenchUsageError(`--input: ${path} cannot be read: ${error.message}`);
    });
    return { name: basename(path), bytes };
  };
  const files = await Promise.all(paths.map(read));
  const twice = files.find(({ name }, at) => files.findIndex((one) => one.name === name) < at);
  if (twice === undefined) return files;
  throw new BenchUsageError(`--input: two files are called ${twice.name}, and the report could not tell them apart`);
}

/** Judges every goal by the rounds of both contenders. */
export function goalsOf(sections: readonly Section[], major: number): Judged[] {
  return PARSER_GOALS.map((goal) => {
    const rows = sections.find((section) => section.name === goal.on)?.rows;
    const nsOf = (name: string | undefined) =>
      rows?.find((one) => one.contender === name)?.figures?.['nsPerMessage']?.rounds;
    const of = nsOf(goal.of);
    const to = nsOf(goal.to);
    return judge(goal, major, of === undefined || to === undefined ? undefined : ratios(to, of));
  });
}
