/** What the programs that time a start have in common. */
import { writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { StartTimes } from './time-start.ts';

const STANDARD_OUTPUT = 1;

/** Milliseconds of a call. */
export function millisecondsOf(start: () => void): number {
  const begun = performance.now();
  start();
  return performance.now() - begun;
}

/** Prints the times and ends the process with everything that was started. */
export function tellAndEnd(times: StartTimes): never {
  writeSync(STANDARD_OUTPUT, JSON.stringify(times));
  process.exit(0);
}
