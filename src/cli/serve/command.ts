/** The command `httpuv serve`: its options, and its life from start to signal. */
import type { CAC } from 'cac';
import { HttpuvError } from '../../index.ts';
import { stopOnSignal } from '../signals.ts';
import { type Given, wordsOf } from '../usage.ts';
import { servePlan } from './options.ts';
import { SERVE_PORT, type Serving, serve } from './run.ts';

/** Adds the command. */
export function addServe(cli: CAC): void {
  cli
    .command('serve [dir]', 'Serve the files of a folder, by default of the current one')
    .usage('serve [dir] [options]')
    .option('--port <number>', `Port to listen on; 0 takes any free one (default: ${SERVE_PORT}, or the next free one)`)
    .option('--host <address>', 'Address to listen on; 0.0.0.0 is all of them', {
      default: '127.0.0.1',
    })
    .option('--allow-host <name>', 'Host name that requests may name beside loopback names; * allows all; repeatable')
    .option('--cert <file>', 'Certificate in PEM form, with those of its authorities behind it: serves https')
    .option('--key <file>', 'Private key of the certificate, in PEM form')
    .option('--open', 'Open the address in the browser')
    .option('--list', 'List folders that have no index.html')
    .option('--spa', 'Answer pages that do not exist with the index.html of the folder')
    .option('--dotfiles', 'Serve files whose names begin with a dot')
    .option('--cors', 'Let pages of other origins read the files')
    .option('--cross-origin-isolate', 'Isolate pages, so that they may use SharedArrayBuffer')
    .option('--header <field>', 'Further header field, such as "X-Robots-Tag: none"; repeatable')
    .option('--validate <rule>', `Answer only requests with this field, such as '"X-Key" == "secret"'; others get 403`)
    .option('--cache <value>', 'Seconds, or a value for Cache-Control', { default: 'no-cache' })
    .option('--no-compress', 'Send files as they are, also to those who take gzip or brotli')
    .option('--log <form>', 'Log answers to standard output: line, json or none (default: line)')
    .option('--quiet', 'Say nothing but errors, and log only with --log')
    .example('  $ httpuv serve                               # this folder, for this machine')
    .example('  $ httpuv serve dist --spa --open             # a built web app, in the browser')
    .example('  $ httpuv serve public --list --port 8080     # with lists of folders')
    .example('  $ httpuv serve . --cross-origin-isolate      # WebAssembly with threads')
    .example('  $ httpuv serve shared --host 0.0.0.0         # for everybody on the network')
    .example('  $ httpuv serve --cert cert.pem --key key.pem # https')
    .example('  $ httpuv serve data --cors --cache 3600      # for pages of other origins')
    .example('  $ httpuv serve --quiet --log json > log.jsonl')
    .action(run);
}

async function run(dir: string | undefined, given: Given): Promise<void> {
  const [folder] = wordsOf(dir === undefined ? [] : [dir], given);
  const plan = servePlan(folder, given);
  let serving: Serving | undefined;
  // Before the address is printed, so that whoever has read it may send a signal at once.
  stopOnSignal(
    () => serving?.server,
    () => serving?.flush(),
  );
  // Nobody reads the log any more, as with `| head`.
  process.stdout.once('error', () => process.exit(1));
  serving = await serve(plan, { out: process.stdout, err: process.stderr });
  const { ended } = serving.server;
  ended.addEventListener('abort', () => {
    // What it was has been logged; without the server nothing holds the process.
    if (ended.reason instanceof HttpuvError) process.exitCode = 1;
  });
}
