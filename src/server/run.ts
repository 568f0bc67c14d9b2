/** The run loop: waits for tasks, runs what is due, and is ended by `interrupt` (R: `service`, `runServer`). */
import { checkNames } from '../codec/option-names.ts';
import { callerError, HttpuvError } from '../errors.ts';
import { globalLoop } from '../later/index.ts';
import { onDrained, runPending, runUntil, startedCount } from '../later/internal.ts';
import { appBell, interruptThread } from '../thread/app-bell.ts';
import type { App, CallFunction, ServerOptions } from '../types.ts';
import { checkSignal, onAbort } from './abort.ts';
import { servingSync } from './blocking.ts';
import { looked } from './blocks.ts';
import { handleOfThread, interruptAll, interruptionCount, onInterrupt } from './interrupts.ts';
import { listServers, type Server } from './servers.ts';
import { startServer, startServerSync } from './start.ts';

/** Longest delay that Node's timers take. */
const LONGEST_TIMER_MS = 0x7fffffff;

/** How to wait. */
export interface WaitOptions {
  /** Ends the wait: it throws, or rejects with, the reason of the signal. */
  readonly signal?: AbortSignal;
}

/**
 * Waits until the queue has run at least one task, or the time is over: call it in a loop. The event loop turns
 * meanwhile, and it is the event loop that runs the tasks.
 *
 * @param timeoutMs Milliseconds to wait; default 1000. `0` or `Infinity`: until {@link interrupt}. Negative: for one
 *   task without limit. `NaN`: as {@link servicePending}.
 * @param options `signal` ends the wait; tasks go on to run as ever.
 * @returns Resolves to `true`, always, as in R.
 * @throws HttpuvError `HV_BAD_OPTION` when `timeoutMs` is not a number, or another option is named; the reason of `signal` when that aborts.
 * @example
 * while (computing()) await service(10);
 * @see R: `httpuv::service`
 */
export async function service(timeoutMs: number = 1000, options: WaitOptions = {}): Promise<true> {
  checkTimeout(timeoutMs);
  const signal = signalOf('service', options);
  if (Number.isNaN(timeoutMs)) return servicePending();
  return isEndless(timeoutMs) ? untilInterrupt(signal) : untilServed(timeoutMs, signal);
}

/** What may end a wait. @throws HttpuvError `HV_BAD_OPTION`; the reason of the signal when it has aborted. */
function signalOf(name: string, options: WaitOptions): AbortSignal | undefined {
  checkNames(name, options, ['signal']);
  const { signal } = options;
  checkSignal(signal);
  signal?.throwIfAborted();
  return signal;
}

/** Waits for one task, or for so many milliseconds; negative: without limit. */
function untilServed(timeoutMs: number, signal: AbortSignal | undefined): Promise<true> {
  return new Promise((resolve, reject) => {
    const startedBefore = startedCount(globalLoop());
    let timer: NodeJS.Timeout | undefined;
    const leave = (): void => {
      clearTimeout(timer);
      stopWatching();
      stopListening();
      forget();
    };
    const finish = (): void => {
      leave();
      resolve(true);
    };
    const stopListening = onDrained(() => {
      if (startedCount(globalLoop()) > startedBefore) finish();
    });
    const stopWatching = onInterrupt(finish);
    if (timeoutMs > 0) timer = setTimeout(finish, Math.min(timeoutMs, LONGEST_TIMER_MS));
    const forget = onAbort(signal, () => {
      leave();
      reject(signal?.reason);
    });
  });
}

/**
 * Blocks this thread until the queue has run at least one task, or the time is over, and runs the tasks: the way to
 * answer requests in the middle of a long computation. The I/O thread goes on reading and writing in any case.
 *
 * The event loop does not turn: promises make no progress, so callbacks that run here have to return a value, or the
 * thenable of `deferred()`. Signal handlers do not run either; without one, Ctrl-C ends the program at once.
 *
 * @param timeoutMs As for {@link service}. `NaN` runs what is due now without waiting.
 * @param options `signal` ends it once the callback that aborts it has returned.
 * @returns `true`, always.
 * @throws HttpuvError `HV_BAD_OPTION` when `timeoutMs` is not a number, or another option is named; `HV_CANNOT_WAIT` when it would wait although
 *   only inline servers are running (their sockets need the event loop), or for ever with nothing to wait for. What a
 *   task of `later` throws; the reason of `signal` when that has aborted.
 * @example
 * for (const step of simulation) {
 *   compute(step);
 *   serviceSync(NaN);
 * }
 * @see R: `httpuv::service`
 */
export function serviceSync(timeoutMs: number = 1000, options: WaitOptions = {}): true {
  checkTimeout(timeoutMs);
  const signal = signalOf('serviceSync', options);
  return servingSync(() => {
    if (Number.isNaN(timeoutMs)) servicePending();
    else {
      checkWaitable();
      const before = interruptionCount();
      const isOver = (): boolean => interruptionCount() !== before || signal?.aborted === true;
      if (isEndless(timeoutMs)) runUntilOver(isOver);
      else runUntil(globalLoop(), timeoutMs, true, isOver);
    }
    signal?.throwIfAborted();
    return true;
  });
}

/**
 * Runs the tasks that are due now, and none that they add, without waiting. Requests that the I/O thread has read are
 * answered; of inline servers those whose bytes the event loop has read already, for it reads no new ones here.
 * @returns `true`, always.
 * @see R: `httpuv::service(NA)`, which runs one task
 */
export function servicePending(): true {
  looked();
  if (runPending(globalLoop()) === 0) appBell.probe();
  return true;
}

/**
 * Ends every `service`, `serviceSync`, `runServer` and `runServerSync` that is running, once the current callback has
 * returned. Servers that they did not start go on. Without one that is running it does nothing.
 *
 * @param handle What {@link interruptHandle} gave on another thread: that thread is interrupted instead of this one.
 * @returns `true`, always.
 * @throws HttpuvError `HV_BAD_OPTION` when `handle` is no such handle.
 * @see R: `httpuv::interrupt`
 */
export function interrupt(handle?: SharedArrayBuffer): true {
  if (handle === undefined) interruptAll();
  else if (!interruptThread(handle)) {
    throw callerError('HV_BAD_OPTION', 'interrupt(handle): handle is what interruptHandle() gave');
  }
  return true;
}

/**
 * A handle with which any other thread can {@link interrupt} this one, also while this one is blocked.
 * @returns Shared memory: hand it over with `postMessage` or `workerData`.
 * @example
 * new Worker('./watchdog.js', { workerData: interruptHandle() }); // there: interrupt(workerData)
 */
export function interruptHandle(): SharedArrayBuffer {
  return handleOfThread();
}

/**
 * Starts a server and runs it until {@link interrupt}, until its `signal` option aborts, or until it is stopped. The
 * server is stopped in every case; one that was being stopped with a time of grace has it.
 * @returns Resolves to `true` once the server has stopped, also when that was because of `signal`.
 * @throws What {@link startServer} throws, as the reason of a `signal` that aborts before it listens; HttpuvError `HV_IO_THREAD_LOST` when the I/O thread ends.
 * @see R: `httpuv::runServer`
 */
export function runServer(
  host: string,
  port: number,
  app: App | CallFunction | null,
  options?: ServerOptions | boolean,
): Promise<true> {
  return runUntilEnd(() => startServer(host, port, app, options));
}

/** Starts a server, runs it as {@link runServer} does, and stops it. */
export async function runUntilEnd(start: () => Promise<Server>): Promise<true> {
  // An interruption counts from the call on, also before the server listens.
  const interrupted = new AbortController();
  const stopWatching = onInterrupt(() => interrupted.abort());
  try {
    const server = await start();
    try {
      await aborted(interrupted.signal, server.ended);
      throwIfLost(server);
      return true;
    } finally {
      await server.stop();
    }
  } finally {
    stopWatching();
  }
}

/**
 * As {@link runServer}, but blocks this thread, as R does: see {@link serviceSync} for what that means to callbacks.
 * @returns `true` once the server has given its port back.
 * @throws What `startServerSync` throws; HttpuvError `HV_IO_THREAD_LOST`; what a task of `later` throws.
 * @see R: `httpuv::runServer`
 */
export function runServerSync(
  host: string,
  port: number,
  app: App | CallFunction | null,
  options?: ServerOptions | boolean,
): true {
  return runUntilEndSync(() => startServerSync(host, port, app, options));
}

/** Starts a server, runs it as {@link runServerSync} does, and stops it. */
export function runUntilEndSync(start: () => Server): true {
  const server = start();
  try {
    const before = interruptionCount();
    servingSync(() => runUntilOver(() => server.ended.aborted || interruptionCount() !== before));
    throwIfLost(server);
    return true;
  } finally {
    void server.stop();
  }
}

function checkTimeout(timeoutMs: unknown): void {
  if (typeof timeoutMs === 'number') return;
  throw callerError('HV_BAD_OPTION', 'timeoutMs must be a number of milliseconds');
}

/** R's "until interrupted". */
function isEndless(timeoutMs: number): boolean {
  return timeoutMs === 0 || timeoutMs === Number.POSITIVE_INFINITY;
}

/** Blocked, this thread hears nothing of sockets that are its own. */
function checkWaitable(): void {
  const servers = listServers();
  if (servers.length === 0 || servers.some((server) => server.io === 'thread')) return;
  throw callerError(
    'HV_CANNOT_WAIT',
    "serviceSync cannot wait: only inline servers are running, and their sockets need the event loop. Start them with io: 'thread', or use service()",
  );
}

function runUntilOver(isOver: () => boolean): void {
  while (!isOver()) runUntil(globalLoop(), Number.POSITIVE_INFINITY, true, isOver);
}

function throwIfLost(server: Server): void {
  const { reason } = server.ended;
  if (reason instanceof HttpuvError && reason.code === 'HV_IO_THREAD_LOST') throw reason;
}

function untilInterrupt(signal: AbortSignal | undefined): Promise<true> {
  return new Promise((resolve, reject) => {
    const stopWatching = onInterrupt(() => {
      stopWatching();
      forget();
      resolve(true);
    });
    const forget = onAbort(signal, () => {
      stopWatching();
      reject(signal?.reason);
    });
  });
}

/** Waits until one of the signals aborts. */
function aborted(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}
