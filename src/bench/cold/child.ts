/**
 * A fresh process for one contender: from nothing of it being loaded to the first message that it read, by the clock, and
 * what the process grew by meanwhile. Its argument says which; it prints both.
 */
import { coldInputs, readFirstMessage } from './first-message.ts';
import { loaderOf, type Origin } from './origin.ts';

/** What the process is told. */
export interface ColdTask {
  readonly origin: Origin;
  readonly name: string;
}

/** What it found. */
export interface ColdTimes {
  readonly ms: number;
  /** Memory that became resident, garbage collected before and after where that is possible. */
  readonly bytes: number;
}

function residentBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

const { origin, name } = JSON.parse(process.argv[2] ?? '') as ColdTask; // Written by cold-section.ts.
const inputs = coldInputs();
const load = loaderOf(origin);
const before = residentBytes();
const begun = performance.now();
readFirstMessage(load, name, inputs).then((started) => {
  const ms = performance.now() - begun;
  const times: ColdTimes = { ms, bytes: Math.max(0, residentBytes() - before) };
  started.close();
  process.stdout.write(JSON.stringify(times));
});
