/** What any worker costs: starts one that has nothing to load, and blocks until its code runs. */
import { Worker } from 'node:worker_threads';
import { millisecondsOf, tellAndEnd } from './timed.ts';

const TIMEOUT_MS = 10_000;

const words = new Int32Array(new SharedArrayBuffer(4));
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const entry = new URL(`bare-thread${extension}`, import.meta.url);
const firstMs = millisecondsOf(() => {
  new Worker(entry, { workerData: words, execArgv: [] });
  Atomics.wait(words, 0, 0, TIMEOUT_MS);
});
tellAndEnd(Atomics.load(words, 0) === 1 ? { firstMs } : { firstMs, wrong: `did not run in ${TIMEOUT_MS} ms` });
