/**
 * Cold start, memory and size of parsers: each turn is a fresh process, in interleaved rounds. Needs a runtime that starts
 * processes.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ColdTask, ColdTimes } from './cold/child.ts';
import type { Origin } from './cold/origin.ts';
import { isMissing, type MissingContender, type ParserContender } from './contender.ts';
import { COLD, type Contenders } from './kept-parsers.ts';
import { runtimeName } from './node-machine.ts';
import { type Column, type Figure, figureOf, type Row, type Section } from './report.ts';
import { rounds, type Samples } from './rounds.ts';

const TIMEOUT_MS = 20_000;

const COLUMNS: readonly Column[] = [
  {
    heading: 'ms to the first message  [95 %]  (middle half)',
    figure: 'coldStart',
    digits: 1,
    spread: true,
    better: 'lower',
  },
  { heading: 'memory, bytes  [95 %]', figure: 'memory', digits: 0, interval: true },
  { heading: 'wasm, bytes', figure: 'wasmBytes', digits: 0 },
];

/** What is compared. */
export interface ColdComparison {
  readonly contenders: Contenders;
  /** Where each contender comes from, by its name; one that is absent is left out. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Rounds that count, 1 or more. */
  readonly rounds: number;
  readonly reference: string;
  /** Told what goes on, and how much of it is done, 0…1. */
  readonly tell: (line: string, share: number) => void;
}

/** Starts a process for each contender in each round. */
export async function compareCold({
  contenders,
  origins,
  rounds: count,
  reference,
  tell,
}: ColdComparison): Promise<Section> {
  const failures = new Map<string, string>();
  const turns = contenders.flatMap((contender) => {
    const { name } = contender;
    const origin = origins.get(name);
    if (isMissing(contender) || contender.notCold !== undefined || origin === undefined) return [];
    const run = async (): Promise<ColdTimes | undefined> => {
      if (failures.has(name)) return undefined;
      try {
        return await coldStart({ origin, name });
      } catch (error) {
        failures.set(name, reasonOf(error));
        return undefined;
      }
    };
    return [{ name, run }];
  });
  const samples = await rounds(turns, count, (round) => {
    const line = round === 0 ? 'first round, discarded' : `round ${round} of ${count}`;
    tell(line, round / (count + 1));
  });
  return {
    name: COLD,
    title: 'cold start, memory and size',
    reference,
    columns: COLUMNS,
    rows: contenders.map((contender) => rowOf(contender, samples, failures)),
  };
}

function rowOf(
  contender: ParserContender | MissingContender,
  samples: Samples<ColdTimes | undefined>,
  failures: ReadonlyMap<string, string>,
): Row {
  const { name } = contender;
  if (isMissing(contender)) return { contender: name, title: '', status: 'missing', reason: contender.missing };
  const { title, wasmBytes, notCold } = contender;
  const failure = failures.get(name);
  if (failure !== undefined) return { contender: name, title, status: 'wrong', reason: failure };
  const times = samples.get(name)?.filter((one) => one !== undefined);
  if (times === undefined) {
    return { contender: name, title, status: 'left out', reason: notCold ?? 'no other process can load it' };
  }
  const figures: Record<string, Figure> = {
    coldStart: figureOf(
      'ms',
      times.map(({ ms }) => ms),
    ),
    memory: figureOf(
      'B',
      times.map(({ bytes }) => bytes),
    ),
    ...(wasmBytes === undefined ? {} : { wasmBytes: figureOf('B', [wasmBytes]) }),
  };
  return { contender: name, title, status: 'timed', figures };
}

async function coldStart(task: ColdTask): Promise<ColdTimes> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const path = fileURLToPath(new URL(`cold/child${extension}`, import.meta.url));
  const words = runtimeName() === 'Node' ? ['--expose-gc', path] : [path];
  const { stdout } = await promisify(execFile)(process.execPath, [...words, JSON.stringify(task)], {
    timeout: TIMEOUT_MS,
  });
  return JSON.parse(stdout) as ColdTimes; // The program is of this package and prints nothing else.
}

/** The line of the error in what the process said, else what there is. */
function reasonOf(error: unknown): string {
  const { stderr = '', message } = error as { readonly stderr?: string; readonly message: string };
  const said = /^\w*[Ee]rror: (.+)$/m.exec(stderr)?.[1];
  return `failed in a fresh process: ${said ?? message.split('\n')[0]}`;
}
