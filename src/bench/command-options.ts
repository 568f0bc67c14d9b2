/** The options of the command, for each comparison: what they are called, what they mean, and what is made of them. */
import type { CAC, Command } from 'cac';
import type { Program } from './command.ts';
import type { FileForm, Files } from './deliver.ts';
import { expectedSeconds, timeText } from './expected-time.ts';
import type { HelpSection } from './help.ts';
import { type ComparisonName, type Job, makeJob, processesOf, USUAL, USUAL_PROCESSES } from './job.ts';
import { PAGE_OPTIONS, pagePlan } from './page/options.ts';
import type { PagePlan } from './page/run.ts';
import { BenchUsageError, type Given, list, oneText, percent, texts } from './usage.ts';

/** What the command is to do. */
export interface Plan {
  readonly job: Job;
  readonly processes: number;
  readonly files: Files;
  readonly baseline: { readonly file: string; readonly limit: number } | undefined;
  /** Serve a page instead of measuring here. */
  readonly page: PagePlan | undefined;
}

interface Comparison {
  readonly name: ComparisonName;
  readonly summary: string;
  /** What `--filter` picks from. */
  readonly filtered: string;
  /** Options beside those that all have. */
  readonly own: readonly (readonly [name: string, meaning: string, usual?: number])[];
  readonly example: string;
}

const OWN_LOAD = 'Use the bundled load generator in JavaScript although a better one is installed';
const warmUp = (name: ComparisonName): readonly [string, string, number] => [
  '--warmup <n>',
  'Rounds before those that count',
  USUAL[name].warmUpRounds,
];

const COMPARISONS: readonly Comparison[] = [
  {
    name: 'parser',
    summary: 'HTTP parsers: Node, http-parser-js, undici, native llhttp and this package',
    filtered: 'inputs or contenders',
    own: [
      ['--warmup <calls>', 'Calls of each parser before its turns', USUAL.parser.warmUpCalls],
      ['--contender <file>', 'Also compare the parser of this module; src/bench/own-contender.md says what it is'],
      ['--input <file>', 'Compare on these requests, or responses, instead of the built-in inputs'],
      ['--reference <name>', 'The contender that all are divided by (default: node-flat)'],
      ...PAGE_OPTIONS,
    ],
    example: '--filter browser-get,minimal --html report.html',
  },
  {
    name: 'server',
    summary: "Servers: raw node:net, node:http, R's httpuv and this package, each in its own process",
    filtered: 'scenarios (hello, pipelined, single, idle, start) or servers',
    own: [
      warmUp('server'),
      ['--idle <n>', 'Connections held open to measure memory', USUAL.server.idleConnections],
      ['--own-load', OWN_LOAD],
    ],
    example: '--filter hello --rounds 9',
  },
  {
    name: 'websocket',
    summary: "WebSocket echoes: ws with and without bufferutil, R's httpuv and this package",
    filtered:
      'scenarios (idle, or echo-<size>-<type>-<depth>: 16b 125b 1k 4k 16k 64k 1m, binary text, single pipelined; echo is all of them) or servers',
    own: [
      warmUp('websocket'),
      ['--idle <n>', 'WebSockets held open to measure memory', USUAL.websocket.idleConnections],
      ['--own-load', OWN_LOAD],
    ],
    example: '--filter echo-16b,echo-64k-binary-single',
  },
  {
    name: 'static',
    summary: "Static files: sirv, serve-static, nginx, R's httpuv and this package",
    filtered: 'scenarios (file-1k, file-64k, file-10m, blocked) or servers',
    own: [warmUp('static'), ['--own-load', OWN_LOAD]],
    example: '--filter file-1k,file-64k --rounds 9',
  },
  {
    name: 'tls',
    summary: 'Servers over TLS: raw node:tls, node:https and this package',
    filtered: 'servers',
    own: [warmUp('tls'), ['--own-load', OWN_LOAD]],
    example: '--rounds 9 --markdown tls.md',
  },
  {
    name: 'broadcast',
    summary: 'Broadcasts of 1 KiB to many WebSockets: ws and this package',
    filtered: 'scenarios (broadcast-100, broadcast-5000) or servers',
    own: [warmUp('broadcast')],
    example: '--filter broadcast-5000',
  },
];

export const COMPARISON_NAMES: readonly ComparisonName[] = COMPARISONS.map(({ name }) => name);

const USUAL_LIMIT = '15%';

/** What the help ends with. */
export const EXIT_STATUS: readonly HelpSection[] = [
  {
    title: 'Exit status',
    body: [
      '  0  done',
      '  1  it could not be done, or a contender was wrong',
      '  2  the command line is wrong',
      '  3  something became slower than --fail-above allows',
      '  4  the baseline could not be judged: the machine was unsteady, or something else is measured',
      '  130, 143  it was ended by Ctrl-C, or by SIGTERM',
    ].join('\n'),
  },
  { title: 'Method', body: '  src/bench/method.md in the package says how this measures and what its figures mean.' },
];

/** How long a comparison takes when nothing is said; nothing for what is none. */
export function timeSection(name: string | undefined): readonly HelpSection[] {
  const comparison = COMPARISON_NAMES.find((each) => each === name);
  if (comparison === undefined) return [];
  const seconds = expectedSeconds(makeJob(comparison, {}), USUAL_PROCESSES);
  const shorter = 'for a quick look: --filter with a few words, --processes 3 --rounds 3';
  return [{ title: 'Time', body: `  about ${timeText(seconds)} with these defaults; ${shorter}` }];
}

/** Adds the comparisons. `take` gets what a command line asks for. */
export function addComparisons(cli: CAC, program: Program, take: (plan: Plan) => void): void {
  for (const comparison of COMPARISONS) {
    const { name, summary, filtered, own, example } = comparison;
    const { rounds, timeMs } = USUAL[name];
    const command = cli
      .command(name, summary)
      .option('--filter <words>', `Only ${filtered} with one of these words in their names; commas between`)
      .option('--rounds <n>', 'Rounds that count, in all processes together', { default: rounds })
      .option('--time <ms>', name === 'parser' ? 'Length of one turn' : 'Length of one stretch of load', {
        default: timeMs,
      })
      .option('--processes <n>', 'Fresh processes that share the rounds; their differences make the intervals', {
        default: USUAL_PROCESSES,
      });
    for (const [flag, meaning, usual] of own)
      command.option(flag, meaning, usual === undefined ? {} : { default: usual });
    addFiles(command)
      .example(`  $ ${program} ${name} ${example}`)
      .example(`  $ ${program} ${name} --json before.json`)
      .example(`  $ ${program} ${name} --baseline before.json --fail-above 10%`)
      .action((given: Given) => take(planOf(comparison, given)));
  }
}

function addFiles(command: Command): Command {
  return command
    .option('--json <file>', 'Also write everything that was measured, for --baseline and other programs')
    .option('--markdown <file>', 'Also write tables for a pull request')
    .option('--svg <file>', 'Also write charts as one image, light and dark')
    .option('--html <file>', 'Also write a report with charts and tables, in one file')
    .option('--baseline <file>', 'Compare the ratios with those of an earlier run, as --json wrote them')
    .option('--fail-above <percent>', `With --baseline: the largest loss that is allowed (default: ${USUAL_LIMIT})`);
}

function planOf({ name: comparison }: Comparison, given: Given): Plan {
  const { rounds, time, warmup, idle, ownLoad, filter, contender, input, reference, processes } = given;
  const job = makeJob(comparison, {
    rounds,
    timeMs: time,
    [comparison === 'parser' ? 'warmUpCalls' : 'warmUpRounds']: warmup,
    idleConnections: idle,
    ownLoad,
    filter: filter === undefined ? undefined : list(filter),
    contenderFiles: texts('--contender', contender),
    inputFiles: texts('--input', input),
    reference: oneText('--reference', reference),
  });
  const count = processesOf(processes);
  return {
    job,
    processes: count,
    files: filesOf(given),
    baseline: baselineOf(given),
    page: pagePlan(given, job.options, count),
  };
}

function filesOf(given: Given): Files {
  const forms: readonly FileForm[] = ['json', 'markdown', 'svg', 'html'];
  return Object.fromEntries(
    forms.flatMap((form) => {
      const file = oneText(`--${form}`, given[form]);
      return file === undefined ? [] : [[form, file]];
    }),
  );
}

function baselineOf(given: Given): Plan['baseline'] {
  const file = oneText('--baseline', given['baseline']);
  const limit = given['failAbove'];
  if (file !== undefined) return { file, limit: percent('--fail-above', limit ?? USUAL_LIMIT) };
  if (limit === undefined) return undefined;
  throw new BenchUsageError('--fail-above says how much slower than a --baseline is too much: give that file as well');
}
