/**
 * Compares parsers: every contender first has to find what each input means, then they are timed in interleaved rounds
 * against one of them. Runs in any runtime: contenders, inputs, clock and machine are handed in. Knows no particular
 * parser and prints nothing; progress goes to the caller.
 */
import { disagreement } from './agree.ts';
import { isMissing, type MissingContender, type ParserContender, type ParserRun } from './contender.ts';
import type { BenchHost } from './host.ts';
import type { ParserInput } from './inputs.ts';
import { type Column, type Figure, figureOf, type Report, type Row, type Section } from './report.ts';
import { rounds, type Samples } from './rounds.ts';
import { isUnsteady, ratios } from './statistics.ts';
import { parserTurn, type TurnTime } from './turn.ts';

/** Those that can run here, and those that cannot. */
export type Contenders = readonly (ParserContender | MissingContender)[];

/** How long. */
export interface Lengths {
  /** Rounds that count, 1 or more. */
  readonly rounds: number;
  /** Milliseconds of one turn of one contender. */
  readonly timeMs: number;
  /** Calls of each parser before anything is timed. */
  readonly warmUpCalls: number;
}

/** What is compared, where and for how long. */
export interface ParserComparison {
  readonly contenders: Contenders;
  readonly inputs: readonly ParserInput[];
  /** Words: an input or contender whose name contains one is kept; empty keeps all. */
  readonly filter: readonly string[];
  /** Name of the contender that everything is divided by; see {@link referenceOf}. */
  readonly reference: string;
  readonly lengths: Lengths;
  readonly host: BenchHost;
  /** Told what goes on, and how much of all is done, 0…1. */
  readonly progress?: (line: string, done: number) => void;
  /** Told what was found so far, after each round that counts. */
  readonly grown?: (report: Report) => void;
}

const CONTROL = 'control';

/** Runs the comparison. Goals are not judged: they hold in Node alone. */
export async function compareParsers(comparison: ParserComparison): Promise<Report> {
  const started = new Date();
  const { progress = () => {}, grown = () => {} } = comparison;
  const { inputs, contenders } = keep(comparison);
  const sections: Section[] = [];
  for (const [at, input] of inputs.entries()) {
    const tell = (line: string, share: number) => progress(`${input.name}: ${line}`, (at + share) / inputs.length);
    tell(`checking and warming up (input ${at + 1} of ${inputs.length})`, 0);
    const found = (section: Section) => grown(reportOf([...sections, section], comparison, started));
    sections.push(await compare(input, contenders, comparison, tell, found));
  }
  return reportOf(sections, comparison, started);
}

function reportOf(sections: readonly Section[], comparison: ParserComparison, started: Date): Report {
  const { host, lengths, filter, reference } = comparison;
  return {
    tool: 'httpuv-bench',
    format: 1,
    bench: 'parser',
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    machine: host.machine,
    options: { ...lengths, filter, reference, clock: host.clock.cpu === undefined ? 'elapsed' : 'cpu' },
    notes: notes(sections, comparison),
    sections,
    goals: [],
  };
}

/**
 * What everything is divided by: the contender that was asked for, else the first of `usual` that can run here, else the
 * first one that can.
 *
 * @throws RangeError when there is no such contender, or it cannot run here.
 */
export function referenceOf(contenders: Contenders, asked: string | undefined, usual: readonly string[]): string {
  if (asked === undefined) {
    const able = contenders.filter((one) => !isMissing(one)).map(({ name }) => name);
    return usual.find((name) => able.includes(name)) ?? able[0] ?? usual[0] ?? '';
  }
  const found = contenders.find(({ name }) => name === asked);
  if (found === undefined) {
    const names = contenders.map(({ name }) => name).join(', ');
    throw new RangeError(`--reference: there is no contender "${asked}"; there are ${names}`);
  }
  if (isMissing(found)) throw new RangeError(`--reference: ${asked} cannot run here: ${found.missing}`);
  return asked;
}

/** Words pick inputs and contenders by name; words of one kind leave the other kind whole. The reference always stays. */
function keep({ filter, inputs, contenders, reference }: ParserComparison): {
  inputs: readonly ParserInput[];
  contenders: Contenders;
} {
  const chosen = <Named extends { readonly name: string }>(all: readonly Named[]) =>
    all.filter(({ name }) => filter.some((word) => name.includes(word)));
  for (const word of filter) {
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
        ? contenders.filter((one) => one.name === reference || contendersChosen.includes(one))
        : contenders,
  };
}

async function compare(
  input: ParserInput,
  contenders: Contenders,
  { lengths, host, reference: referenceName }: ParserComparison,
  tell: (line: string, share: number) => void,
  found: (section: Section) => void,
): Promise<Section> {
  const rows = new Map<string, Row>();
  const runs = new Map<string, ParserRun>();
  for (const contender of contenders) {
    const opened = isMissing(contender) ? row(contender, 'missing', contender.missing) : admit(contender, input);
    if ('status' in opened) rows.set(contender.name, opened);
    else runs.set(contender.name, opened);
  }
  const reference = contenders.find((one) => one.name === referenceName);
  if (runs.has(referenceName) && reference !== undefined && !isMissing(reference))
    runs.set(CONTROL, reference.open(input));
  const sectionOf = (samples: Samples<TurnTime>): Section => {
    const timed = (contender: ParserContender | MissingContender): Row =>
      rows.get(contender.name) ?? {
        ...row(contender, 'timed'),
        figures: figures(contender.name, samples, input, referenceName),
      };
    const control: Row = {
      contender: CONTROL,
      title: `${referenceName} a second time`,
      status: 'timed',
      figures: figures(CONTROL, samples, input, referenceName),
    };
    return {
      name: input.name,
      title: input.title,
      reference: referenceName,
      columns: columns(referenceName),
      rows: [...contenders.map(timed), ...(runs.has(CONTROL) ? [control] : [])],
    };
  };
  const turns = [...runs].map(([name, run]) => ({ name, run: parserTurn(name, run, input, lengths, host) }));
  const samples = await rounds(turns, lengths.rounds, (round, sofar) => {
    if (round > 1) found(sectionOf(sofar));
    const line = round === 0 ? 'first round, discarded' : `round ${round} of ${lengths.rounds}`;
    tell(line, (round + 0.5) / (lengths.rounds + 1.5));
  });
  for (const run of runs.values()) run.close?.();
  const section = sectionOf(samples);
  found(section);
  return section;
}

function columns(reference: string): readonly Column[] {
  return [
    { heading: 'ns/message', figure: 'nsPerMessage', digits: 0 },
    { heading: 'messages/s', figure: 'messagesPerSecond', digits: 0 },
    { heading: 'MB/s', figure: 'megabytesPerSecond', digits: 0 },
    { heading: `× ${reference}  [95 %]  (middle half)`, figure: 'speed', digits: 2, spread: true },
  ];
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

function figures(
  name: string,
  samples: Samples<TurnTime>,
  input: ParserInput,
  referenceName: string,
): Record<string, Figure> {
  const times = samples.get(name) ?? [];
  const ns = times.map((time) => time.ns);
  const elapsed = times.map((time) => time.elapsedNs);
  const bytesPerMessage =
    input.forms.reduce((sum, form) => sum + form.bytes, 0) /
    input.forms.reduce((sum, form) => sum + form.messages.length, 0);
  const perSecond = ns.map((one) => 1e9 / one);
  const megabytes = ns.map((one) => (bytesPerMessage * 1e3) / one);
  const reference = samples.get(referenceName)?.map((time) => time.ns);
  return {
    nsPerMessage: figureOf('ns', ns),
    elapsedNsPerMessage: figureOf('ns', elapsed),
    messagesPerSecond: figureOf('1/s', perSecond),
    megabytesPerSecond: figureOf('MB/s', megabytes),
    ...(reference === undefined ? {} : { speed: figureOf('×', ratios(reference, ns)) }),
  };
}

function notes(sections: readonly Section[], { host, reference }: ParserComparison): string[] {
  const unsteady = sections.filter((section) => {
    const control = section.rows.find((one) => one.contender === CONTROL)?.figures?.['speed'];
    return control !== undefined && isUnsteady(control);
  });
  const names = unsteady.map((section) => section.name).join(', ');
  const { load = 0, cores } = host.machine;
  return [
    `the control is ${reference} a second time: its ratio shows how far equal things differ on this machine`,
    ...(unsteady.length === 0 ? [] : [`the machine was unsteady on ${names}: do not quote these rows`]),
    ...(load > cores
      ? [`the machine had more to do than it has cores (load ${load}): intervals are wide, caches are shared`]
      : []),
    ...(host.clock.cpu === undefined
      ? ['times are elapsed time, because this runtime tells no CPU time: whatever else runs is in them']
      : []),
    ...host.notes,
  ];
}
