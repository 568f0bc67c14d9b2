/** Says whether a tool is on this machine. With HTTPUV_NO_SKIP=1 a missing one is an error, so that a full run skips nothing. */
import { spawnSync } from 'node:child_process';

/** True when `command` is found; else prints what to install, so that the test may skip itself. */
export function needs(command: string, install: string): boolean {
  const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command], { stdio: 'ignore' }).status === 0;
  return found || missing(`${command} is missing: install ${install} to run these tests`);
}

/** Reports something missing: an error when nothing may be skipped, else a line and `false`. */
export function missing(sentence: string): false {
  if (process.env['HTTPUV_NO_SKIP'] === '1') throw new Error(sentence);
  process.stderr.write(`skipped: ${sentence}\n`);
  return false;
}
