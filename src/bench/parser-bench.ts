/**
 * The parser comparison: every contender first has to find what each input means, then they are timed in interleaved
 * rounds against Node's own parser. Knows no particular parser and prints nothing; progress goes to the caller.
 */
import { disagreement } from './agree.ts';
import {
  type ContenderLoader,
  isMissing,
  type MissingContender,
  type ParserContender,
  type ParserRun,
} from './contender.ts';
import { CONTENDERS } from './contenders/all.ts';
import { type Judged, judge } from './goals.ts';
import { type ParserInput, parserInputs } from './inputs.ts';
import { describeMachine, type Machine, nodeMajor } from './machine.ts';
import { compilerVersion } from './native.ts';
import { PARSER_GOALS } from './parser-goals.ts';
import { type Column, type Figure, figureOf, type Report, type Row, type Section } from './report.ts';
import { rounds, type Samples } from './rounds.ts';
import { isUnsteady, ratios, type Summary, summarize } from './statistics.ts';
import { parserTurn, type TurnTime } from './turn.ts';

/** How long and on what. */
export interface ParserBenchOptions {
  /** Rounds that count. */
  readonly rounds: number;
  /** Milliseconds of one turn of one contender. */
  readonly timeMs: number;
  /** Calls of each parser before anything is timed. */
  readonly warmUpCalls: number;
  /** Words: an input or contender whose name contains one is kept; empty keeps all. */
  readonly filter: readonly string[];
  /** Contenders instead of the built-in ones. */
  readonly contenders?: readonly ContenderLoader[];
  /** Told what goes on. */
  readonly progress?: (line: string) => void;
}

/** What everything is divided by, and its twin that should come out at 1. */
export const REFERENCE = 'node-flat';
const CONTROL = 'control';

const COLUMNS: readonly Column[] = [
  { heading: 'ns/message', figure: 'nsPerMessage', digits: 0 },
  { heading: 'messages/s', figure: 'messagesPerSecond', digits: 0 },
  { heading: 'MB/s', figure: 'megabytesPerSecond', digits: 0 },
  { heading: `× ${REFERENCE}  [95 %]  (middle half)`, figure: 'speed', digits: 2, spread: true },
];

/** Runs the comparison. */
export async function parserBench(options: ParserBenchOptions): Promise<Report> {
  const started = new Date();
  const { progress = () => {} } = options;
  const contenders = (await Promise.all((options.contenders ?? CONTENDERS).map((load) => load()))).flat();
  const usedCompiler = contenders.some((contender) => contender.name === 'native-llhttp' && !isMissing(contender));
  const machine = describeMachine(usedCompiler ? compilerVersion() : undefined);
  const inputs = parserInputs();
  const kept = keep(options.filter, inputs, contenders);
  const sections: Section[] = [];
  for (const [at, input] of kept.inputs.entries()) {
    progress(`${input.name}: checking and warming up (input ${at + 1} of ${kept.inputs.length})`);
    sections.push(await compare(input, kept.contenders, options, progress));
  }
  return {
    tool: 'httpuv-bench',
    format: 1,
    bench: 'parser',
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    machine,
    options: {
      rounds: options.rounds,
      timeMs: options.timeMs,
      warmUpCalls: options.warmUpCalls,
      filter: options.filter,
    },
    notes: notes(sections, machine),
    sections,
    goals: goalsOf(sections, nodeMajor()),
  };
}

type Contenders = readonly (ParserContender | MissingContender)[];

/** Words pick inputs and contenders by name; words of one kind leave the other kind whole. The reference always stays. */
function keep(
  words: readonly string[],
  inputs: readonly ParserInput[],
  contenders: Contenders,
): { inputs: readonly ParserInput[]; contenders: Contenders } {
  const chosen = <Named extends { readonly name: string }>(all: readonly Named[]) =>
    all.filter(({ name }) => words.some((word) => name.includes(word)));
  for (const word of words) {
    if ([...inputs, ...contenders].some(({ name }) => name.includes(word))) continue;
    const names = [...inputs, ...contenders].map(({ name }) => name).join(', ');
    throw new RangeError(`--filter: no input and no contender has "${word}" in its name; there are ${names}`);
  }
  const inputsChosen = chosen(inputs);
  const contendersChosen = chosen(contenders);
  return {
    inputs: inputsChosen.length > 0 ? inputsChosen : inputs,
    contenders:
      contendersChosen.length > 0
        ? contenders.filter((one) => one.name === REFERENCE || contendersChosen.includes(one))
        : contenders,
  };
}

async function compare(
  input: ParserInput,
  contenders: Contenders,
  options: ParserBenchOptions,
  progress: (line: string) => void,
): Promise<Section> {
  const rows = new Map<string, Row>();
  const runs = new Map<string, ParserRun>();
  for (const contender of contenders) {
    const opened = isMissing(contender) ? row(contender, 'missing', contender.missing) : admit(contender, input);
    if ('status' in opened) rows.set(contender.name, opened);
    else runs.set(contender.name, opened);
  }
  const reference = contenders.find((one) => one.name === REFERENCE);
  if (runs.has(REFERENCE) && reference !== undefined && !isMissing(reference)) runs.set(CONTROL, reference.open(input));
  const turns = [...runs].map(([name, run]) => ({ name, run: parserTurn(name, run, input, options) }));
  const samples = await rounds(turns, options.rounds, (round) => {
    progress(`${input.name}: ${round === 0 ? 'first round, discarded' : `round ${round} of ${options.rounds}`}`);
  });
  for (const run of runs.values()) run.close?.();
  const timed = (contender: ParserContender | MissingContender): Row =>
    rows.get(contender.name) ?? { ...row(contender, 'timed'), figures: figures(contender.name, samples, input) };
  return {
    name: input.name,
    title: input.title,
    reference: REFERENCE,
    columns: COLUMNS,
    rows: [
      ...contenders.map(timed),
      ...(runs.has(CONTROL)
        ? [
            {
              contender: CONTROL,
              title: `${REFERENCE} a second time`,
              status: 'timed' as const,
              figures: figures(CONTROL, samples, input),
            },
          ]
        : []),
    ],
  };
}

function row(contender: ParserContender | MissingContender, status: Row['status'], reason?: string): Row {
  const title = isMissing(contender) ? '' : contender.title;
  return { contender: contender.name, title, status, ...(reason === undefined ? {} : { reason }) };
}

/** Sets a contender up and checks it: a run ready to be timed, or the row that says why there is none. */
function admit(contender: ParserContender, input: ParserInput): ParserRun | Row {
  const refusal = contender.refuses?.(input);
  if (refusal !== undefined) return row(contender, 'left out', refusal);
  let run: ParserRun;
  try {
    run = contender.open(input);
  } catch (error) {
    return row(contender, 'wrong', error instanceof Error ? error.message : String(error));
  }
  const wrong = disagreement(run, input);
  if (wrong === undefined) return run;
  run.close?.();
  return row(contender, 'wrong', wrong);
}

function figures(name: string, samples: Samples<TurnTime>, input: ParserInput): Record<string, Figure> {
  const times = samples.get(name) ?? [];
  const ns = times.map((time) => time.cpuNs);
  const bytesPerMessage =
    input.forms.reduce((sum, form) => sum + form.bytes, 0) /
    input.forms.reduce((sum, form) => sum + form.messages.length, 0);
  const reference = samples.get(REFERENCE)?.map((time) => time.cpuNs);
  return {
    nsPerMessage: figureOf('ns', ns),
    elapsedNsPerMessage: figureOf(
      'ns',
      times.map((time) => time.elapsedNs),
    ),
    messagesPerSecond: figureOf(
      '1/s',
      ns.map((one) => 1e9 / one),
    ),
    megabytesPerSecond: figureOf(
      'MB/s',
      ns.map((one) => (bytesPerMessage * 1e3) / one),
    ),
    ...(reference === undefined ? {} : { speed: figureOf('×', ratios(reference, ns)) }),
  };
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

function notes(sections: readonly Section[], machine: Machine): string[] {
  const unsteady = sections.filter((section) => {
    const control = section.rows.find((one) => one.contender === CONTROL)?.figures?.['speed'];
    return control !== undefined && isUnsteady(control);
  });
  const names = unsteady.map((section) => section.name).join(', ');
  return [
    `the control is ${REFERENCE} a second time: its ratio shows how far equal things differ on this machine`,
    ...(unsteady.length === 0 ? [] : [`the machine was unsteady on ${names}: do not quote these rows`]),
    ...(machine.load > machine.cores
      ? [`the machine had more to do than it has cores (load ${machine.load}): intervals are wide, caches are shared`]
      : []),
    ...(globalThis.gc === undefined ? ['garbage was not collected between turns: run node with --expose-gc'] : []),
  ];
}
