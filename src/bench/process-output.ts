/** This process as what a command writes to. */
import type { Output } from './command.ts';

/** Standard output for results, standard error for progress and complaints. */
export function processOutput(): Output {
  const { isTTY, columns } = process.stderr;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever has read enough is no failure.
    if (error.code === 'EPIPE') return;
    process.stderr.write(`standard output cannot be written: ${error.message}\n`);
    // Files are written yet.
    process.once('exit', () => {
      process.exitCode = 1;
    });
  });
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal: isTTY === true,
    ...(columns > 0 ? { columns } : {}),
  };
}
