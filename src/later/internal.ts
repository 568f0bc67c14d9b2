/**
 * What the rest of the package asks of the queue beyond its public face. Not an entry of the package.
 *
 * Two invariants hold everywhere: a waiter's `drain` never runs code of the app (running a loop inside it throws), and
 * the event loop never starts a task while another task, or a wait, is on the stack.
 */
import { type Host, setWaiter, type Waiter } from './host.ts';
import { type EventLoop, liveCore } from './loop.ts';
import { isNested, listenDrained, postTask, replaceHost, runPendingTasks, runTasks, wakeUp } from './run.ts';

export { type Host, setWaiter, type Waiter };

/**
 * Adds a task that is due at once, without reading a clock, capturing an asynchronous context or making a canceller.
 * It keeps its place among tasks without delay; its due time is the moment at which the queue next looks at the clock.
 */
export function post(loop: EventLoop, call: () => unknown): void {
  postTask(liveCore(loop), call, null);
}

/**
 * Calls `listener` once after every pass over the global loop that started a task, also when one threw; passes that
 * tasks start themselves count. The listener may add tasks and must not throw. Returns how to stop listening.
 */
export function onDrained(listener: () => void): () => void {
  return listenDrained(listener);
}

/** Whether a loop is being run from synchronous code, and not by the event loop itself. */
export function isInsideRun(): boolean {
  return isNested();
}

/** How many tasks of the loop, and of loops below it, have been started so far, by whomever. */
export function startedCount(loop: EventLoop): number {
  return liveCore(loop).started;
}

/**
 * As `runNow`, in milliseconds, with a way to end it: `isOver` is looked at before every wait, and so each time
 * {@link Waiter.wait} returns, and after every task.
 */
export function runUntil(loop: EventLoop, timeoutMs: number, all: boolean, isOver: () => boolean): boolean {
  return runTasks(liveCore(loop), timeoutMs, all, isOver);
}

/** Drains, then runs the tasks due now and none added meanwhile, without waiting. Returns how many were started. */
export function runPending(loop: EventLoop): number {
  return runPendingTasks(liveCore(loop));
}

/**
 * Does at once what the queue's next call from the event loop would do, {@link Waiter.drain} included; nothing while a
 * task is on the stack. For an event handler that wants what it brought run in this turn. A task's throw reaches the handler.
 */
export function runIdle(): void {
  wakeUp();
}

/** Replaces clock and event loop, for tests; `null` brings the real ones back. Do it while no task is waiting. */
export function setHost(host: Host | null): void {
  replaceHost(host);
}
