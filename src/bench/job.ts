/** What a run consists of, as data that another process can be handed. Runs nothing. */
import type { Report } from './report.ts';
import { BenchUsageError, whole } from './usage.ts';

/** The name of a comparison. */
export type ComparisonName = Report['bench'];

/** How long and on what. A comparison passes over what it has no use for. */
export interface JobOptions {
  /** Rounds that count, in all processes together; 1 or more. */
  readonly rounds: number;
  /** Milliseconds of one turn of a parser, or of one stretch of load. */
  readonly timeMs: number;
  /** Calls of each parser before its turns. */
  readonly warmUpCalls: number;
  /** Rounds of servers under load that come before those that count; 1 or more. */
  readonly warmUpRounds: number;
  /** Connections held open to measure memory. */
  readonly idleConnections: number;
  /** Use the load generator in JavaScript although there is a better one. */
  readonly ownLoad: boolean;
  /** Words: an input, scenario or contender whose name contains one is kept; empty keeps all. */
  readonly filter: readonly string[];
  /** Files with parsers of one's own, beside the others: `own-contender.md` says what they are. */
  readonly contenderFiles: readonly string[];
  /** Files with whole requests in a row, or responses, instead of the built-in inputs of parsers. */
  readonly inputFiles: readonly string[];
  /** What parsers are divided by; absent: the parser of Node. */
  readonly reference?: string;
}

/** One run of one comparison. */
export interface Job {
  readonly comparison: ComparisonName;
  readonly options: JobOptions;
  /** Rounds that other processes of the same run have made before; default 0. */
  readonly roundsBefore?: number;
}

const PARSER_USUAL: JobOptions = {
  rounds: 16,
  timeMs: 100,
  warmUpCalls: 20_000,
  warmUpRounds: 1,
  idleConnections: 4000,
  ownLoad: false,
  filter: [],
  contenderFiles: [],
  inputFiles: [],
};
const SERVER_USUAL: JobOptions = { ...PARSER_USUAL, rounds: 8, timeMs: 1000, warmUpRounds: 2 };

/** What is meant where nothing is said. */
export const USUAL: Readonly<Record<ComparisonName, JobOptions>> = {
  parser: PARSER_USUAL,
  server: SERVER_USUAL,
  websocket: SERVER_USUAL,
  static: SERVER_USUAL,
  tls: SERVER_USUAL,
  broadcast: SERVER_USUAL,
};

/** Fresh processes that share the rounds. */
export const USUAL_PROCESSES = 8;

/** How options are called where they were given. */
const NAMES: Readonly<Record<keyof JobOptions, string>> = {
  rounds: '--rounds',
  timeMs: '--time',
  warmUpCalls: '--warmup',
  warmUpRounds: '--warmup',
  idleConnections: '--idle',
  ownLoad: '--own-load',
  filter: '--filter',
  contenderFiles: '--contender',
  inputFiles: '--input',
  reference: '--reference',
};
const LEAST_LOAD_MS = 100;

/**
 * Checks options and fills in what is not given.
 *
 * @param names How a complaint calls them; those of the command unless told otherwise.
 * @throws BenchUsageError for a value out of range.
 */
export function makeJob(
  comparison: ComparisonName,
  given: { readonly [Name in keyof JobOptions]?: unknown },
  names: Readonly<Record<keyof JobOptions, string>> = NAMES,
): Job {
  const usual = USUAL[comparison];
  if (usual === undefined) throw new BenchUsageError(`"${comparison}" is not a comparison`);
  const number = (
    name: 'rounds' | 'timeMs' | 'warmUpCalls' | 'warmUpRounds' | 'idleConnections',
    least: number,
    most: number,
  ) => whole(names[name], given[name] ?? usual[name], least, most);
  const texts = (name: 'filter' | 'contenderFiles' | 'inputFiles') => {
    const list = given[name] ?? [];
    if (!Array.isArray(list)) throw new BenchUsageError(`${names[name]} must be a list`);
    return list.map(String);
  };
  const { ownLoad = false, reference } = given;
  if (typeof ownLoad !== 'boolean') throw new BenchUsageError(`${names.ownLoad} is either on or off`);
  if (reference !== undefined && typeof reference !== 'string')
    throw new BenchUsageError(`${names.reference} must be the name of a contender`);
  return {
    comparison,
    options: {
      rounds: number('rounds', 1, 1000),
      timeMs: number('timeMs', comparison === 'parser' ? 1 : LEAST_LOAD_MS, 60_000),
      warmUpCalls: number('warmUpCalls', 1, 10_000_000),
      warmUpRounds: number('warmUpRounds', 1, 1000),
      idleConnections: number('idleConnections', 1, 50_000),
      ownLoad,
      filter: texts('filter'),
      contenderFiles: texts('contenderFiles'),
      inputFiles: texts('inputFiles'),
      ...(reference === undefined ? {} : { reference }),
    },
  };
}

/** How many processes share the rounds: 1 to 100. */
export function processesOf(given: unknown, name = '--processes'): number {
  return whole(name, given ?? USUAL_PROCESSES, 1, 100);
}
