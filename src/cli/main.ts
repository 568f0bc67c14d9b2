#!/usr/bin/env node
/**
 * The command `httpuv`. Exit codes: 0 done, 1 it could not be done, 2 the command line is wrong, 130 ended by Ctrl-C
 * (143 by SIGTERM).
 */
import { type Command, cac } from 'cac';
import type { WebServer } from '../index.ts';
import { nearestName } from '../server/options.ts';
import { VERSION } from '../version.ts';
import { DEMO_PORT, runDemo } from './demo/run.ts';

/** A mistake on the command line: a sentence for the user, exit code 2. */
class UsageError extends Error {}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
/** How long a signal may take to end the process, should a connection not let go. */
const STOP_WITHIN_MS = 500;

function portOf(value: unknown): number {
  const port = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`--port must be a whole number from 0 to 65535, not ${JSON.stringify(value)}`);
}

function hostOf(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new UsageError(`--host must be one address, such as 127.0.0.1, not ${JSON.stringify(value)}`);
}

/** Ends the server, when it has been started, and then the process as soon as a signal comes. */
function stopOnSignal(running: () => WebServer | undefined): void {
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      const end = (): never => process.exit(code);
      setTimeout(end, STOP_WITHIN_MS);
      Promise.resolve(running()?.stop()).then(end, end);
    });
  }
}

async function demo(options: Readonly<Record<string, unknown>>): Promise<void> {
  const port = portOf(options['port']);
  const host = hostOf(options['host']);
  let server: WebServer | undefined;
  // Before the address is printed, so that whoever has read it may send a signal at once.
  stopOnSignal(() => server);
  try {
    server = await runDemo({ host, port });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Error(
      `Port ${port} on ${host} is already in use. Stop the other program, or choose another port with --port ` +
        '(--port 0 takes any free one).',
    );
  }
}

/** Complains about options and words that the command does not know, and suggests the nearest. */
function refuseUnknown(command: Command, args: readonly string[], options: Readonly<Record<string, unknown>>): void {
  if (args.length > 0) throw new UsageError(`"${args[0]}" is one word too many for "httpuv ${command.name}"`);
  const known = [...command.options, ...(command.globalCommand?.options ?? [])].flatMap(({ names }) => names);
  for (const name of Object.keys(options)) {
    if (name === '--' || known.includes(name)) continue;
    const dashed = (each: string): string => `${each.length > 1 ? '--' : '-'}${each}`;
    const meant = name.length > 1 ? nearestName(name, known) : null;
    throw new UsageError(`Unknown option ${dashed(name)}${meant === null ? '' : `. Did you mean ${dashed(meant)}?`}`);
  }
}

async function run(argv: string[]): Promise<void> {
  const cli = cac('httpuv');
  cli.usage('<command> [options]');
  cli
    .command('demo', 'Run the demo server: a page with an echo over a WebSocket and a JSON service')
    .usage('demo [options]')
    .option('--port <number>', 'Port to listen on; 0 takes any free one', { default: DEMO_PORT })
    .option('--host <address>', 'Address to listen on; 127.0.0.1 is this machine alone', { default: '127.0.0.1' })
    .example('  $ httpuv demo')
    .example('  $ httpuv demo --port 8080')
    .example(`  $ curl -d '{"data":[1,2,3,4]}' http://127.0.0.1:${DEMO_PORT}/sd`)
    .action(demo);
  cli.help((sections) => [
    ...sections.slice(0, 1),
    { body: 'An HTTP server for Node whose parser is WebAssembly.' },
    ...sections.slice(1),
  ]);
  cli.version(VERSION);
  const { args, options } = cli.parse(argv, { run: false });
  const command = cli.matchedCommand;
  if (options['help'] || (options['version'] && command === undefined)) return;
  if (command === undefined) {
    const [word] = args;
    if (word === undefined) {
      const [stray] = Object.keys(options).filter((name) => name !== '--');
      if (stray !== undefined) throw new UsageError(`Unknown option --${stray}`);
      cli.outputHelp();
      return;
    }
    const meant = nearestName(
      word,
      cli.commands.map(({ name }) => name),
    );
    throw new UsageError(`Unknown command "${word}"${meant === null ? '' : `. Did you mean "${meant}"?`}`);
  }
  refuseUnknown(command, args, options);
  await cli.runMatchedCommand();
}

run(process.argv).catch((error: unknown) => {
  const usage = error instanceof UsageError || (error instanceof Error && error.name === 'CACError');
  process.stderr.write(`httpuv: ${error instanceof Error ? error.message : String(error)}\n`);
  if (usage) process.stderr.write('Run "httpuv --help" to see what it takes.\n');
  process.exitCode = usage ? 2 : 1;
});
