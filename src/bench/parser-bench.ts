/**
 * The parser comparison in Node, and in Deno and Bun: loads the contenders, describes this process, and judges the goals
 * of what the comparison found.
 */
import { compareParsers, type Lengths, referenceOf } from './compare-parsers.ts';
import { type ContenderLoader, isMissing } from './contender.ts';
import { CONTENDERS } from './contenders/all.ts';
import { type Judged, judge } from './goals.ts';
import { parserInputs } from './inputs.ts';
import { compilerVersion } from './native.ts';
import { nodeHost } from './node-host.ts';
import { nodeMajor } from './node-machine.ts';
import { PARSER_GOALS } from './parser-goals.ts';
import { REFERENCES } from './references.ts';
import type { Report, Section } from './report.ts';
import { ratios, type Summary, summarize } from './statistics.ts';

/** How long and on what. */
export interface ParserBenchOptions extends Lengths {
  /** Words: an input or contender whose name contains one is kept; empty keeps all. */
  readonly filter: readonly string[];
  /** Contenders instead of the built-in ones. */
  readonly contenders?: readonly ContenderLoader[];
  /** Told what goes on, and how much of all is done, 0…1. */
  readonly progress?: (line: string, done: number) => void;
  /** Told what was found so far, after each round that counts. */
  readonly grown?: (report: Report) => void;
}

/** Runs the comparison. */
export async function parserBench(options: ParserBenchOptions): Promise<Report> {
  const { rounds, timeMs, warmUpCalls, filter, progress, grown } = options;
  const contenders = (await Promise.all((options.contenders ?? CONTENDERS).map((load) => load()))).flat();
  const usedCompiler = contenders.some((contender) => contender.name === 'native-llhttp' && !isMissing(contender));
  const report = await compareParsers({
    contenders,
    inputs: parserInputs(),
    filter,
    reference: referenceOf(contenders, undefined, REFERENCES),
    lengths: { rounds, timeMs, warmUpCalls },
    host: nodeHost(usedCompiler ? compilerVersion() : undefined),
    ...(progress === undefined ? {} : { progress }),
    ...(grown === undefined ? {} : { grown }),
  });
  // The goals compare with the parser of Node, by its version.
  return nodeMajor() === 0 ? report : { ...report, goals: goalsOf(report.sections, nodeMajor()) };
}

/** Judges every goal by the rounds of both contenders. */
export function goalsOf(sections: readonly Section[], major: number): Judged[] {
  return PARSER_GOALS.map((goal) => {
    const rows = sections.find((section) => section.name === goal.on)?.rows;
    const nsOf = (name: string | undefined) =>
      rows?.find((one) => one.contender === name)?.figures?.['nsPerMessage']?.rounds;
    const of = nsOf(goal.of);
    const to = nsOf(goal.to);
    const got: Summary | undefined = of === undefined || to === undefined ? undefined : summarize(ratios(to, of));
    return judge(goal, major, got);
  });
}
