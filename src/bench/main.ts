#!/usr/bin/env node
/** The program behind `npm run bench`. */
import { benchCommand } from './command.ts';
import { processOutput } from './process-output.ts';

benchCommand(process.argv.slice(2), processOutput(), 'npm run bench --').then((status) => {
  process.exitCode = status;
});
