#!/usr/bin/env node
/** The program behind `npm run bench`. */
import { benchCommand } from './command.ts';

benchCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
}).then((status) => {
  process.exitCode = status;
});
