/** Node as the comparison of parsers sees it; Deno and Bun as well, which have Node's modules. */
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import type { BenchHost, Clock, ReadOwnFile } from './host.ts';
import { describeMachine, runtimeName } from './node-machine.ts';

/** How garbage could be collected between turns. The one of Bun is always a full collection. */
const GARBAGE_STAYED = {
  Node: 'garbage was not collected between turns: run node with --expose-gc',
  Deno: 'garbage was not collected between turns: run deno with --v8-flags=--expose-gc',
  Bun: 'garbage was not collected between turns: Bun cannot collect young garbage alone',
} as const;

/** This process as a host. `compiler` is its version, when one took part. */
export function nodeHost(compiler?: string): BenchHost {
  const gc = runtimeName() === 'Bun' ? undefined : globalThis.gc;
  return {
    machine: describeMachine(compiler),
    clock: nodeClock(),
    ...(gc === undefined ? {} : { collectYoung: () => void gc({ type: 'minor' }) }),
    notes: gc === undefined ? [GARBAGE_STAYED[runtimeName()]] : [],
  };
}

/** Reads files beside the sources; seen from `src/` and `dist/` alike. */
export const readOwnFile: ReadOwnFile = async (path) => {
  const read = await readFile(new URL(`../../${path}`, import.meta.url));
  return new Uint8Array(read);
};

function nodeClock(): Clock {
  const now = () => performance.now();
  // On Windows CPU time is counted in steps of 15.6 ms.
  if (process.platform === 'win32') return { now };
  return {
    now,
    cpu() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e3;
    },
  };
}
