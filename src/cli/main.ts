#!/usr/bin/env node
/**
 * The command `httpuv`. Exit codes: 0 done, 1 it could not be done, 2 the command line is wrong, 130 ended by Ctrl-C
 * (143 by SIGTERM); `httpuv bench` has further ones.
 */
import { cac } from 'cac';
import { nearestName } from '../codec/option-names.ts';
import type { WebServer } from '../index.ts';
import { VERSION } from '../version.ts';
import { DEMO_PORT, runDemo } from './demo/run.ts';
import { addServe } from './serve/command.ts';
import { stopOnSignal } from './signals.ts';
import { type Given, hostOf, portOf, refuseUnknown, UsageError, withSwitches } from './usage.ts';

async function demo(options: Given): Promise<void> {
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

const EXIT_STATUS =
  '  0 done, 1 it could not be done, 2 the command line is wrong, 130 ended by Ctrl-C, 143 by SIGTERM';

async function bench(words: readonly string[]): Promise<void> {
  const [{ benchCommand }, { processOutput }] = await Promise.all([
    import('../bench/command.ts'),
    import('../bench/process-output.ts'),
  ]);
  process.exitCode = await benchCommand(words, processOutput());
}

async function run(argv: string[]): Promise<void> {
  const cli = cac('httpuv');
  cli.usage('<command> [options]');
  addServe(cli);
  cli
    .command('demo', 'Run the demo server: a page with an echo over a WebSocket and a JSON service')
    .usage('demo [options]')
    .option('--port <number>', 'Port to listen on; 0 takes any free one', { default: DEMO_PORT })
    .option('--host <address>', 'Address to listen on; 127.0.0.1 is this machine alone', { default: '127.0.0.1' })
    .example('  $ httpuv demo')
    .example('  $ httpuv demo --port 8080')
    .example(`  $ curl -d '{"data":[1,2,3,4]}' http://127.0.0.1:${DEMO_PORT}/sd`)
    .action(demo);
  cli
    .command('bench [comparison]', 'Compare parsers or servers on this machine; "httpuv bench --help" says more')
    .usage('bench parser|server|websocket|static|tls|broadcast [options]');
  cli.help((sections) => [
    ...sections.slice(0, 1),
    { body: 'An HTTP server for Node whose parser is WebAssembly.' },
    // That something is on unless it is switched off is what its name says.
    ...sections
      .slice(1)
      .map(({ title, body }) => ({ ...(title ? { title } : {}), body: body.replace(/ \(default: true\)| +$/gm, '') })),
    { title: 'Exit status', body: EXIT_STATUS },
  ]);
  cli.version(VERSION);
  const [node = '', program = '', ...words] = argv;
  // It has commands of its own, and is loaded for nobody else.
  if (words[0] === 'bench') return bench(words.slice(1));
  const known = cli.commands.flatMap((command) => command.options);
  const { args, options } = cli.parse([node, program, ...withSwitches(words, known)], { run: false });
  const command = cli.matchedCommand;
  if (options['help']) return;
  if (options['version']) {
    if (command !== undefined) cli.outputVersion();
    return;
  }
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
