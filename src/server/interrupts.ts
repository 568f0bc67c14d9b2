/** What `interrupt` ends: forms of the run loop that wait for the event loop, and such that block the thread. */
import { appBell } from '../thread/app-bell.ts';
import { APP } from '../thread/control.ts';

let interruptions = 0;
/** What ends each form that waits for the event loop. */
const finishers: Set<() => void> = new Set();
let isWatching = false;

/** Ends every form that is running. */
export function interruptAll(): void {
  interruptions++;
  for (const finish of [...finishers]) finish();
}

/** How often this thread has been interrupted, by itself or by others: a blocking form ends when that changes. */
export function interruptionCount(): number {
  if (appBell.takeInterrupt()) interruptAll();
  return interruptions;
}

/** Calls `finish` at the next interruption. Returns how to stop that. */
export function onInterrupt(finish: () => void): () => void {
  // What came before is for those that were running then.
  interruptionCount();
  finishers.add(finish);
  watchOtherThreads();
  return () => void finishers.delete(finish);
}

/** The buffer with which another thread interrupts this one. */
export function handleOfThread(): SharedArrayBuffer {
  const { handle } = appBell;
  watchOtherThreads();
  return handle;
}

interface AsyncWaiter {
  waitAsync(words: Int32Array, at: number, value: number): { readonly value: Promise<unknown> | string };
}

/** While forms wait for the event loop and others can interrupt them, waits for that: it does not keep the process. */
function watchOtherThreads(): void {
  if (isWatching || finishers.size === 0 || !appBell.isInterruptible) return;
  isWatching = true;
  const { words } = appBell;
  const seen = Atomics.load(words, APP.INTERRUPTS);
  // In Node since 16; the language level of this project does not know it.
  const { value } = (Atomics as unknown as AsyncWaiter).waitAsync(words, APP.INTERRUPTS, seen);
  void Promise.resolve(value).then(() => {
    isWatching = false;
    if (appBell.takeInterrupt()) interruptAll();
    watchOtherThreads();
  });
}
