/**
 * A fresh process for one contender: from nothing of it being loaded to the first message that it read, by the clock, and
 * what it kept of that. Its argument says which; it prints both.
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
  /** What JavaScript and wasm keep more than before; garbage is collected where that is possible. */
  readonly bytes: number;
}

/**
 * Objects, code and buffers, memories of wasm whole. Not what is resident: that is mostly the compiler in the binary of
 * the runtime, which is in memory once it was used, and what the system has not taken back yet.
 */
function keptBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const { origin, name } = JSON.parse(process.argv[2] ?? '') as ColdTask; // Written by cold-section.ts.
const inputs = coldInputs();
const load = loaderOf(origin);
const before = keptBytes();
const begun = performance.now();
readFirstMessage(load, name, inputs).then((started) => {
  const ms = performance.now() - begun;
  const times: ColdTimes = { ms, bytes: Math.max(0, keptBytes() - before) };
  started.close();
  process.stdout.write(JSON.stringify(times));
});
