/** This process as what a command writes to. */
import type { Output } from './command.ts';

/** Standard output for results, standard error for progress and complaints. */
export function processOutput(): Output {
  const { isTTY, columns } = process.stderr;
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal: isTTY === true,
    ...(columns > 0 ? { columns } : {}),
  };
}
