/** Leaves nothing behind when a signal ends the command: what a run puts into files lies in one folder, which goes with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Where programs are told that such files belong. */
const VARIABLE = process.platform === 'win32' ? 'TEMP' : 'TMPDIR';

/**
 * Has this process, and those that it starts, put temporary files into a folder of their own, until the returned function
 * removes it. A signal removes it as well, and ends this process with 128 + its number: 130 for Ctrl-C, 143 for SIGTERM.
 */
export function tidyWhenEnded(): () => void {
  const before = process.env[VARIABLE];
  const folder = mkdtempSync(join(tmpdir(), 'httpuv-bench-'));
  process.env[VARIABLE] = folder;
  // Others may be writing yet, who have heard of the end a moment ago.
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const onSignal = (signal: (typeof SIGNALS)[number]): void => process.exit(128 + constants.signals[signal]);
  process.once('exit', remove);
  for (const signal of SIGNALS) process.once(signal, onSignal);
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('exit', remove);
    if (before === undefined) delete process.env[VARIABLE];
    else process.env[VARIABLE] = before;
    remove();
  };
}
