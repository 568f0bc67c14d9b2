/** The command line of the comparisons: options in, text and JSON out. Measures nothing itself. */
import { writeFile } from 'node:fs/promises';
import { cac } from 'cac';
import { broadcastBench } from './broadcast-bench.ts';
import { webSocketBench } from './echo-bench.ts';
import { parserBench } from './parser-bench.ts';
import { type Report, reportText } from './report.ts';
import { serverBench } from './server-bench.ts';
import type { LoadBenchOptions, ServerBenchOptions } from './server-options.ts';
import { staticBench } from './static-bench.ts';
import { tlsBench } from './tls-bench.ts';

/** Where text goes; a terminal gets progress on one line that is written over. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly isTerminal: boolean;
}

interface Given {
  readonly rounds?: unknown;
  readonly time?: unknown;
  readonly warmup?: unknown;
  readonly idle?: unknown;
  readonly ownLoad?: boolean;
  readonly filter?: unknown;
  readonly json?: unknown;
}

/**
 * Runs the command. Help goes to standard output.
 *
 * @param words The words behind the program's name.
 * @returns The exit status: 0, or 1 when the command was misused or a contender was wrong.
 */
export async function benchCommand(words: readonly string[], output: Output): Promise<number> {
  let work: Promise<Report> | undefined;
  let given: Given = {};
  const progress = progressTo(output);
  const cli = cac('npm run bench --');
  cli.usage('parser|server|websocket|static|tls|broadcast [options]');
  cli.help((sections) => [
    ...sections,
    { title: 'Method', body: '  src/bench/method.md says how this measures and what its figures mean.' },
  ]);
  cli
    .command('parser', 'Compare HTTP parsers: Node, http-parser-js, undici, native llhttp and this package')
    .option('--rounds <n>', 'Rounds that count, after one that is discarded', { default: 11 })
    .option('--time <ms>', 'Length of one turn of one contender', { default: 100 })
    .option('--warmup <calls>', 'Calls of each parser before its turns', { default: 20_000 })
    .option(
      '--filter <words>',
      'Only inputs or contenders with one of these words in their names; separate with commas',
    )
    .option('--json <file>', 'Also write everything that was measured to this file')
    .example('  $ npm run bench -- parser --filter chrome-get,minimal')
    .example('  $ npm run bench -- parser --rounds 25 --time 200 --json parser.json')
    .action((options: Given) => {
      given = options;
      work = parserBench({
        rounds: whole('--rounds', options.rounds, 1, 1000),
        timeMs: whole('--time', options.time, 1, 60_000),
        warmUpCalls: whole('--warmup', options.warmup, 1, 10_000_000),
        filter: list(options.filter),
        progress,
      });
    });
  cli
    .command('server', "Compare servers: raw node:net, node:http, R's httpuv and this package, each in its own process")
    .option('--rounds <n>', 'Rounds that count, after one that is discarded', { default: 7 })
    .option('--time <ms>', 'Length of one stretch of load; wrk rounds it to seconds', { default: 2000 })
    .option('--idle <n>', 'Connections held open to measure memory', { default: 4000 })
    .option('--own-load', 'Use the bundled load generator although wrk is installed')
    .option(
      '--filter <words>',
      'Only scenarios (hello, pipelined, single, idle, start) or servers with one of these words',
    )
    .option('--json <file>', 'Also write everything that was measured to this file')
    .example('  $ npm run bench -- server --filter hello --rounds 9')
    .action((options: Given) => {
      given = options;
      work = serverBench(serverRun(options, progress));
    });
  cli
    .command('websocket', "Compare WebSocket echoes: ws with and without bufferutil, R's httpuv and this package")
    .option('--rounds <n>', 'Rounds that count, after one that is discarded', { default: 7 })
    .option('--time <ms>', 'Length of one stretch of load', { default: 2000 })
    .option('--idle <n>', 'WebSockets held open to measure memory', { default: 4000 })
    .option('--own-load', 'Use the load generator in JavaScript although a C compiler is installed')
    .option(
      '--filter <words>',
      'Only scenarios (idle, or echo-<size>-<type>-<depth>: 16b 125b 1k 4k 16k 64k 1m, binary text, single pipelined) or servers with one of these words',
    )
    .option('--json <file>', 'Also write everything that was measured to this file')
    .example('  $ npm run bench -- websocket --filter echo-16b,echo-64k-binary-single')
    .action((options: Given) => {
      given = options;
      work = webSocketBench(serverRun(options, progress));
    });
  cli
    .command('static', "Compare static files: sirv, serve-static, nginx, R's httpuv and this package")
    .option('--rounds <n>', 'Rounds that count, after one that is discarded', { default: 7 })
    .option('--time <ms>', 'Length of one stretch of load; wrk rounds it to seconds', { default: 2000 })
    .option('--own-load', 'Use the bundled load generator although wrk is installed')
    .option(
      '--filter <words>',
      'Only scenarios (file-1k, file-64k, file-10m, blocked) or servers with one of these words',
    )
    .option('--json <file>', 'Also write everything that was measured to this file')
    .example('  $ npm run bench -- static --filter file-1k,file-64k --rounds 9')
    .action((options: Given) => {
      given = options;
      work = staticBench(loadRun(options, progress));
    });
  cli
    .command('tls', 'Compare servers over TLS: raw node:tls, node:https and this package')
    .option('--rounds <n>', 'Rounds that count, after one that is discarded', { default: 7 })
    .option('--time <ms>', 'Length of one stretch of load; wrk rounds it to seconds', { default: 2000 })
    .option('--own-load', 'Use the bundled load generator although wrk is installed')
    .option('--filter <words>', 'Only servers with one of these words in their names')
    .option('--json <file>', 'Also write everything that was measured to this file')
    .example('  $ npm run bench -- tls --rounds 9')
    .action((options: Given) => {
      given = options;
      work = tlsBench(loadRun(options, progress));
    });
  cli
    .command('broadcast', 'Compare broadcasts of 1 KiB to many WebSockets: ws and this package')
    .option('--rounds <n>', 'Rounds that count, after one that is discarded', { default: 5 })
    .option('--time <ms>', 'Length of one stretch of load', { default: 2000 })
    .option('--filter <words>', 'Only scenarios (broadcast-100, broadcast-5000) or servers with one of these words')
    .option('--json <file>', 'Also write everything that was measured to this file')
    .example('  $ npm run bench -- broadcast --filter broadcast-5000')
    .action((options: Given) => {
      given = options;
      work = broadcastBench(loadRun(options, progress));
    });
  try {
    const parsed = cli.parse(['node', 'bench', ...words]);
    if (parsed.options['help'] === true) return 0;
    if (work === undefined) {
      const [word] = words;
      throw new RangeError(
        word === undefined
          ? 'say what to compare: parser, server, websocket, static, tls or broadcast'
          : `"${word}" is not a comparison: parser, server, websocket, static, tls or broadcast`,
      );
    }
    return await finish(await work, given, output);
  } catch (error) {
    output.err(`${error instanceof Error ? error.message : String(error)}\nTry: npm run bench -- --help\n`);
    return 1;
  }
}

async function finish(report: Report, given: Given, output: Output): Promise<number> {
  if (given.json !== undefined) await writeFile(String(given.json), `${JSON.stringify(report, null, 1)}\n`);
  if (output.isTerminal) output.err(CLEAR_LINE);
  output.out(reportText(report));
  return report.sections.some((section) => section.rows.some((row) => row.status === 'wrong')) ? 1 : 0;
}

const CLEAR_LINE = '\r\u001b[K';

/** On a terminal each line replaces the one before; elsewhere only a change of what is measured gets a line. */
function progressTo(output: Output): (line: string) => void {
  let subject = '';
  return (line) => {
    if (output.isTerminal) return output.err(`${CLEAR_LINE}${line}`);
    const before = subject;
    subject = line.split(':')[0] ?? line;
    if (subject !== before) output.err(`${line}\n`);
  };
}

function serverRun(options: Given, progress: (line: string) => void): ServerBenchOptions {
  return { ...loadRun(options, progress), idleConnections: whole('--idle', options.idle, 1, 50_000) };
}

function loadRun(options: Given, progress: (line: string) => void): LoadBenchOptions {
  return {
    rounds: whole('--rounds', options.rounds, 1, 1000),
    timeMs: whole('--time', options.time, 100, 60_000),
    ownLoad: options.ownLoad === true,
    filter: list(options.filter),
    progress,
  };
}

function whole(name: string, value: unknown, least: number, most: number): number {
  const given = Number(value);
  if (Number.isInteger(given) && given >= least && given <= most) return given;
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${String(value)}`);
}

function list(value: unknown): string[] {
  if (value === undefined) return [];
  return String(value)
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
