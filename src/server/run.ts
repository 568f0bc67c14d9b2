/** The run loop as promises: waits for tasks, runs what is due, and is ended by `interrupt` (R: `service`, `runServer`). */
import { callerError } from '../errors.ts';
import { globalLoop } from '../later/index.ts';
import { onDrained, runPending, startedCount } from '../later/internal.ts';
import type { App, CallFunction, ServerOptions } from '../types.ts';
import { startServer } from './start.ts';

/** What ends each running `service` and `runServer`. */
const interrupts: Set<() => void> = new Set();

/** Longest delay that Node's timers take. */
const LONGEST_TIMER_MS = 0x7fffffff;

/**
 * Waits until the queue has run at least one task, or the time is over: call it in a loop. The event loop turns
 * meanwhile, and it is the event loop that runs the tasks.
 *
 * @param timeoutMs Milliseconds to wait; default 1000. `0` or `Infinity`: until {@link interrupt}. Negative: for one
 *   task without limit. `NaN`: as {@link servicePending}.
 * @returns Resolves to `true`, always, as in R.
 * @throws HttpuvError `HV_BAD_OPTION` when `timeoutMs` is not a number.
 * @example
 * while (computing()) await service(10);
 * @see R: `httpuv::service`
 */
export function service(timeoutMs: number = 1000): Promise<true> {
  if (typeof timeoutMs !== 'number') {
    return Promise.reject(callerError('HV_BAD_OPTION', 'timeoutMs must be a number of milliseconds'));
  }
  if (Number.isNaN(timeoutMs)) return Promise.resolve(servicePending());
  if (timeoutMs === 0 || timeoutMs === Number.POSITIVE_INFINITY) return untilInterrupt(null);
  return new Promise((resolve) => {
    const startedBefore = startedCount(globalLoop());
    let timer: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      interrupts.delete(finish);
      stopListening();
      resolve(true);
    };
    const stopListening = onDrained(() => {
      if (startedCount(globalLoop()) > startedBefore) finish();
    });
    interrupts.add(finish);
    if (timeoutMs > 0) timer = setTimeout(finish, Math.min(timeoutMs, LONGEST_TIMER_MS));
  });
}

/**
 * Runs the tasks that are due now, and none that they add, without waiting. Requests whose bytes the event loop has
 * read already are answered; it reads no new ones.
 * @returns `true`, always.
 * @see R: `httpuv::service(NA)`, which runs one task
 */
export function servicePending(): true {
  runPending(globalLoop());
  return true;
}

/**
 * Ends every `service` and `runServer` that is running, once the current callback has returned. Servers that they did
 * not start go on.
 * @returns `true`, always.
 * @see R: `httpuv::interrupt`
 */
export function interrupt(): true {
  for (const end of [...interrupts]) end();
  return true;
}

/**
 * Starts a server and runs it until {@link interrupt}, until its `signal` option aborts, or until it is stopped. The
 * server is stopped in every case.
 * @returns Resolves to `true` once the server has stopped.
 * @throws What {@link startServer} throws.
 * @see R: `httpuv::runServer`
 */
export async function runServer(
  host: string,
  port: number,
  app: App | CallFunction | null,
  options?: ServerOptions | boolean,
): Promise<true> {
  const server = await startServer(host, port, app, options);
  try {
    return await untilInterrupt(server.ended);
  } finally {
    await server.stop();
  }
}

function untilInterrupt(signal: AbortSignal | null): Promise<true> {
  return new Promise((resolve) => {
    const finish = (): void => {
      interrupts.delete(finish);
      signal?.removeEventListener('abort', finish);
      resolve(true);
    };
    interrupts.add(finish);
    if (signal?.aborted) finish();
    else signal?.addEventListener('abort', finish);
  });
}
