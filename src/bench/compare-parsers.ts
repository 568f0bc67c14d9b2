/**
 * Compares parsers: every contender first has to find what each input means, then they are timed in interleaved rounds
 * against one of them. Runs in any runtime: contenders, inputs, clock and machine are handed in. Knows no particular
 * parser and prints nothing; progress goes to the caller.
 */
import { disagreement } from './agree.ts';
import {
  concerns,
  isMissing,
  type MissingContender,
  type ParserContender,
  type ParserRun,
  refusal,
} from './contender.ts';
import type { BenchHost } from './host.ts';
import type { ParserInput } from './inputs.ts';
import { COLD, type Contenders, keep, referenceAmong } from './kept-parsers.ts';
import { versionsNote } from './package-version.ts';
import { type Column, type Figure, figureOf, type Report, type Row, type Section } from './report.ts';
import { rounds, type Samples } from './rounds.ts';
import { ratios } from './statistics.ts';
import { CONTROL, controlNotes } from './steadiness.ts';
import { parserTurn, type TurnTime } from './turn.ts';
import { BenchUsageError } from './usage.ts';

export type { Contenders } from './kept-parsers.ts';

/** How long. */
export interface Lengths {
  /** Rounds that count, 1 or more. */
  readonly rounds: number;
  /** Milliseconds of one turn of one contender. */
  readonly timeMs: number;
  /** Calls of each parser before anything is timed. */
  readonly warmUpCalls: number;
  /** Rounds that other processes of the same run have made before; default 0. */
  readonly roundsBefore?: number;
}

/** What is compared, where and for how long. */
export interface ParserComparison {
  readonly contenders: Contenders;
  readonly inputs: readonly ParserInput[];
  /** Names of somebody's own contenders, one list for each of his modules: words for others do not drop these. */
  readonly own?: readonly (readonly string[])[];
  /** Words: an input or contender whose name contains one is kept; empty keeps all. */
  readonly filter: readonly string[];
  /**
   * Name of the contender that everything is divided by, see {@link referenceOf}. On an input that it does not take
   * another one stands in.
   */
  readonly reference: string;
  /** Measures cold starts, where that can be done; its section is the last one, named {@link COLD}. */
  readonly cold?: (contenders: Contenders, tell: (line: string, share: number) => void) => Promise<Section>;
  readonly lengths: Lengths;
  readonly host: BenchHost;
  /** Told what goes on, and how much of all is done, 0…1. */
  readonly progress?: (line: string, done: number) => void;
  /** Told what was found so far, after each round that counts. */
  readonly grown?: (report: Report) => void;
}

/** Runs the comparison. Goals are not judged: they hold in Node alone. */
export async function compareParsers(comparison: ParserComparison): Promise<Report> {
  const started = new Date();
  const { cold, progress = () => {}, grown = () => {} } = comparison;
  const { inputs, contenders, withCold } = keep(comparison);
  const parts = inputs.length + (withCold ? 1 : 0);
  const sections: Section[] = [];
  for (const [at, input] of inputs.entries()) {
    const tell = (line: string, share: number) => progress(`${input.name}: ${line}`, (at + share) / parts);
    tell(`checking and warming up (input ${at + 1} of ${inputs.length})`, 0);
    const found = (section: Section) => grown(reportOf([...sections, section], comparison, started));
    sections.push(await compare(input, contenders, comparison, tell, found));
  }
  if (cold !== undefined && withCold) {
    const found = await cold(contenders, (line, share) => progress(`${COLD}: ${line}`, (parts - 1 + share) / parts));
    sections.push(found);
    grown(reportOf(sections, comparison, started));
  }
  return reportOf(sections, comparison, started);
}

function reportOf(sections: readonly Section[], comparison: ParserComparison, started: Date): Report {
  const { host, lengths, filter, reference } = comparison;
  const { rounds: count, timeMs, warmUpCalls } = lengths;
  return {
    tool: 'httpuv-bench',
    format: 1,
    bench: 'parser',
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    machine: host.machine,
    options: {
      rounds: count,
      timeMs,
      warmUpCalls,
      filter,
      reference,
      clock: host.clock.cpu === undefined ? 'elapsed' : 'cpu',
    },
    notes: notes(sections, comparison),
    sections,
    goals: [],
  };
}

/**
 * What everything is divided by: the contender that was asked for, else the first of `usual` that can run here, else the
 * first one that can.
 *
 * @throws BenchUsageError when there is no such contender, or it cannot run here.
 */
export function referenceOf(contenders: Contenders, asked: string | undefined, usual: readonly string[]): string {
  if (asked === undefined) {
    const able = contenders.filter((one) => !isMissing(one)).map(({ name }) => name);
    return usual.find((name) => able.includes(name)) ?? able[0] ?? usual[0] ?? '';
  }
  const found = contenders.find(({ name }) => name === asked);
  if (found === undefined) {
    const names = contenders.map(({ name }) => name).join(', ');
    throw new BenchUsageError(`--reference: there is no contender "${asked}"; there are ${names}`);
  }
  if (isMissing(found)) throw new BenchUsageError(`--reference: ${asked} cannot run here: ${found.missing}`);
  return asked;
}

async function compare(
  input: ParserInput,
  all: Contenders,
  { lengths, host, reference: asked }: ParserComparison,
  tell: (line: string, share: number) => void,
  found: (section: Section) => void,
): Promise<Section> {
  const contenders = all.filter((contender) => concerns(contender, input));
  const rows = new Map<string, Row>();
  const runs = new Map<string, ParserRun>();
  for (const contender of contenders) {
    tell(`checking ${contender.name}`, 0);
    const opened = isMissing(contender) ? row(contender, 'missing', contender.missing) : admit(contender, input);
    if ('status' in opened) rows.set(contender.name, opened);
    else runs.set(contender.name, opened);
  }
  const referenceName = referenceAmong([...runs.keys()], asked);
  const failures = new Map<string, string>();
  /** What a contender does, unless it failed before: one that fails is out, and the others go on. */
  const attempt = <Result>(name: string, work: () => Result): Result | undefined => {
    if (failures.has(name)) return undefined;
    try {
      return work();
    } catch (error) {
      failures.set(name, `failed while it was timed: ${sentenceOf(error)}`);
      return undefined;
    }
  };
  const reference = contenders.find((one) => one.name === referenceName);
  const control =
    runs.has(referenceName) && reference !== undefined && !isMissing(reference)
      ? attempt(CONTROL, () => reference.open(input))
      : undefined;
  if (control !== undefined) runs.set(CONTROL, control);
  const sectionOf = (samples: Samples<TurnTime | undefined>): Section => {
    const times = new Map([...samples].map(([name, all]) => [name, all.filter((one) => one !== undefined)]));
    const timed = (contender: ParserContender | MissingContender): Row => {
      const { name } = contender;
      const failure = failures.get(name);
      if (failure !== undefined) return row(contender, 'wrong', failure);
      return rows.get(name) ?? { ...row(contender, 'timed'), figures: figures(name, times, input, referenceOfTimes) };
    };
    const referenceOfTimes = failures.has(referenceName) ? undefined : referenceName;
    const controlRow: Row = {
      contender: CONTROL,
      title: `${referenceName} a second time`,
      status: 'timed',
      figures: figures(CONTROL, times, input, referenceOfTimes),
    };
    return {
      name: input.name,
      title: input.title,
      reference: referenceName,
      columns: columns(referenceName),
      rows: [...contenders.map(timed), ...(runs.has(CONTROL) && !failures.has(CONTROL) ? [controlRow] : [])],
    };
  };
  const turns = [...runs].map(([name, run]) => {
    tell(`warming up ${name}`, 0);
    const turn = attempt(name, () => parserTurn(run, input, lengths, host));
    return { name, run: () => (turn === undefined ? undefined : attempt(name, turn)) };
  });
  const samples = await rounds(
    turns,
    lengths.rounds,
    (round, sofar) => {
      if (round > 1) found(sectionOf(sofar));
      const line = round === 0 ? 'first round, discarded' : `round ${round} of ${lengths.rounds}`;
      tell(line, (round + 0.5) / (lengths.rounds + 1.5));
    },
    lengths.roundsBefore,
  );
  for (const [name, run] of runs) attempt(name, () => run.close?.());
  const section = sectionOf(samples);
  found(section);
  return section;
}

function columns(reference: string): readonly Column[] {
  return [
    { heading: 'ns/message  [95 %]', figure: 'nsPerMessage', digits: 0, interval: true },
    { heading: 'messages/s', figure: 'messagesPerSecond', digits: 0 },
    { heading: 'MB/s', figure: 'megabytesPerSecond', digits: 0 },
    { heading: `× ${reference}  [95 %]  (middle half)`, figure: 'speed', digits: 2, spread: true, better: 'higher' },
  ];
}

function row(contender: ParserContender | MissingContender, status: Row['status'], reason?: string): Row {
  const title = isMissing(contender) ? '' : contender.title;
  return { contender: contender.name, title, status, ...(reason === undefined ? {} : { reason }) };
}

/** Sets a contender up and checks it: a run ready to be timed, or the row that says why there is none. */
function admit(contender: ParserContender, input: ParserInput): ParserRun | Row {
  try {
    const refused = refusal(contender, input);
    if (refused !== undefined) return row(contender, 'left out', refused);
    const run = contender.open(input);
    const wrong = disagreement(run, input);
    if (wrong === undefined) return run;
    run.close?.();
    return row(contender, 'wrong', wrong);
  } catch (error) {
    return row(contender, 'wrong', sentenceOf(error));
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function figures(
  name: string,
  samples: Samples<TurnTime>,
  input: ParserInput,
  referenceName: string | undefined,
): Record<string, Figure> {
  const times = samples.get(name) ?? [];
  const ns = times.map((time) => time.ns);
  const elapsed = times.map((time) => time.elapsedNs);
  const bytesPerMessage =
    input.forms.reduce((sum, form) => sum + form.bytes, 0) /
    input.forms.reduce((sum, form) => sum + form.messages.length, 0);
  const perSecond = ns.map((one) => 1e9 / one);
  const megabytes = ns.map((one) => (bytesPerMessage * 1e3) / one);
  const reference = samples.get(referenceName ?? '')?.map((time) => time.ns);
  return {
    nsPerMessage: figureOf('ns', ns),
    elapsedNsPerMessage: figureOf('ns', elapsed),
    messagesPerSecond: figureOf('1/s', perSecond),
    megabytesPerSecond: figureOf('MB/s', megabytes),
    ...(reference === undefined ? {} : { speed: figureOf('×', ratios(reference, ns)) }),
  };
}

/** Of those that took part and tell it. */
function versions(sections: readonly Section[], contenders: Contenders): string[] {
  const timed = new Set(sections.flatMap(({ rows }) => rows.filter(({ status }) => status === 'timed')).map(nameOf));
  const told = contenders.flatMap((one) => (timed.has(one.name) && !isMissing(one) ? (one.version ?? []) : []));
  return versionsNote([...new Set(told)]);
}

function nameOf({ contender }: Row): string {
  return contender;
}

function notes(sections: readonly Section[], { host, contenders }: ParserComparison): string[] {
  const { load = 0, cores } = host.machine;
  return [
    ...versions(sections, contenders),
    ...controlNotes(sections),
    ...(load > cores
      ? [`the machine had more to do than it has cores (load ${load}): intervals are wide, caches are shared`]
      : []),
    ...(host.clock.cpu === undefined
      ? ['times are elapsed time, because this runtime tells no CPU time: whatever else runs is in them']
      : []),
    ...host.notes,
  ];
}
