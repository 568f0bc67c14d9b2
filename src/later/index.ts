/**
 * The package entry `httpuv-wasm/later`: R's `later`, a queue of tasks with loops. Runs in Node, Deno, Bun, workers
 * and pages. It knows nothing of servers; they are one of its users.
 */
import { callerError } from '../errors.ts';
import { captureScope } from './context.ts';
import { type Deferred, LaterThenable, type Thenable } from './deferred.ts';
import { host } from './host.ts';
import {
  alive,
  anyCore,
  Core,
  destroy,
  type EventLoop,
  earliest,
  globalCore,
  globalHandle,
  handleOf,
  liveCore,
} from './loop.ts';
import { addTask, cancelTask, currentCore, runTasks, settle, whileCurrent } from './run.ts';

export type { Deferred, EventLoop, Thenable };

/** Takes a task back: true when it was still waiting, false when it had run, was cancelled, or its loop is gone. */
export type CancelFunction = () => boolean;

/** A waiting task, as {@link listQueue} shows it. */
export interface QueuedTask {
  /** Number of the task; later ones have higher numbers. */
  readonly id: number;
  /** Seconds until it is due; negative when overdue. */
  readonly whenSecs: number;
  /** What it will call. */
  readonly callback: () => unknown;
}

/**
 * Queues a call. Tasks run in the order of their due times, those of one time in the order in which they were queued.
 * The event loop runs the tasks of the global loop, and of loops below it, whenever the thread is idle; {@link runNow}
 * runs them from synchronous code. A throw reaches whoever runs the loop: out of `runNow`, or, on the event loop, an
 * uncaught exception as from `setTimeout`. The remaining tasks stay queued. AsyncLocalStorage context follows the task.
 *
 * @param fn What to call, without arguments. What it returns is not looked at.
 * @param delaySecs Seconds from now; default 0. Negative: was due already, so it goes before tasks queued without
 *   delay. `Infinity`: never due, and it keeps no program running. `-Infinity`: first of all.
 * @param loop Where to queue it; default {@link currentLoop}.
 * @returns A function that takes the task back and releases `fn`. It does not keep the loop alive.
 * @throws HttpuvError `HV_BAD_OPTION` when `fn` is not a function or `delaySecs` is not a number or NaN;
 *   `HV_LOOP_DESTROYED`.
 * @see R: `later::later`
 * @example
 * const cancel = later(() => console.log('a second later'), 1);
 * cancel(); // true: it will not be called
 */
export function later(fn: () => unknown, delaySecs: number = 0, loop?: EventLoop): CancelFunction {
  if (typeof fn !== 'function') throw callerError('HV_BAD_OPTION', 'fn must be a function');
  checkSeconds('delaySecs', delaySecs);
  const core = coreOf(loop);
  const seq = addTask(core, delaySecs * 1000, fn, captureScope());
  const { self } = core;
  return () => {
    const home = self.deref();
    return home !== undefined && cancelTask(home, seq);
  };
}

/**
 * Makes a thenable and the functions that settle it. Its callbacks are tasks of the loop instead of microtasks, so they
 * also run while the program is inside {@link runNow} or a blocking service loop, where promises stand still. A
 * rejection nobody listens to until its turn in the queue is thrown from there. When the loop is destroyed, callbacks
 * still waiting are discarded, and `then` throws `HV_LOOP_DESTROYED`.
 *
 * @param loop Whose tasks the callbacks become; default {@link currentLoop}.
 * @throws HttpuvError `HV_LOOP_DESTROYED`.
 * @example
 * const answer = deferred<string>();
 * answer.thenable.then((text) => console.log(text));
 * later(() => answer.resolve('now'), 0.1);
 */
export function deferred<T = unknown>(loop?: EventLoop): Deferred<T> {
  const thenable = new LaterThenable<T>(coreOf(loop));
  return {
    thenable,
    resolve: (value) => thenable.resolve(value),
    reject: (reason) => thenable.reject(reason),
  };
}

/**
 * Runs due tasks from synchronous code, waiting for them if asked to. One pass: the loop's own due tasks in order, then
 * those of each loop below it. Tasks queued meanwhile wait for the next pass, unless they were due before it began. May
 * be called inside a task: what is due now then runs first, and the outer pass goes on with the rest.
 *
 * @param timeoutSecs Seconds to wait for the first due task; default 0: do not wait. Negative or `Infinity`: no limit.
 *   Waiting blocks the thread: timers, sockets and promises of this thread stand still.
 * @param all Default true: all due tasks. False: only the first of the loop's own; loops below it still run all theirs.
 * @param loop Which loop; default {@link currentLoop}.
 * @returns Whether anything was due.
 * @throws HttpuvError `HV_BAD_OPTION` when an argument is of the wrong type or NaN; `HV_LOOP_DESTROYED`;
 *   `HV_CANNOT_WAIT` when it would have to wait where the thread may not be blocked, or for ever without any task that
 *   could come due. Also whatever a task throws; the tasks behind it stay queued.
 * @see R: `later::run_now`
 * @example
 * later(() => console.log('ran'), 0.05);
 * runNow(1); // true, after 50 ms
 */
export function runNow(timeoutSecs: number = 0, all: boolean = true, loop?: EventLoop): boolean {
  checkSeconds('timeoutSecs', timeoutSecs);
  if (typeof all !== 'boolean') throw callerError('HV_BAD_OPTION', 'all must be true or false');
  return runTasks(coreOf(loop), timeoutSecs * 1000, all);
}

/**
 * Makes a loop. With a parent, its tasks run whenever the parent's do; they come after the parent's own.
 * A loop lives as long as its handle is held; one with a parent also until its tasks have run.
 *
 * @param parent Default {@link currentLoop}. `null`: none, so that it runs only when {@link runNow} is asked to.
 * @throws HttpuvError `HV_BAD_OPTION` when `parent` is neither null nor a loop; `HV_LOOP_DESTROYED`.
 * @see R: `later::create_loop`
 * @example
 * const loop = createLoop(null);
 * later(() => console.log('only on request'), 0, loop);
 * runNow(0, true, loop);
 */
export function createLoop(parent?: EventLoop | null): EventLoop {
  return handleOf(new Core(parent === null ? null : coreOf(parent)));
}

/**
 * Ends a loop. Its waiting tasks are discarded and its children become parentless.
 *
 * @returns True; false when it had been destroyed before.
 * @throws HttpuvError `HV_LOOP_IN_USE` for the global and for the current loop; `HV_BAD_OPTION` when it is not a loop.
 * @see R: `later::destroy_loop`
 * @example
 * const loop = createLoop();
 * destroyLoop(loop); // true
 */
export function destroyLoop(loop: EventLoop): boolean {
  const core = anyCore(loop);
  if (core === globalCore) throw callerError('HV_LOOP_IN_USE', 'the global loop cannot be destroyed');
  if (core === currentCore()) throw callerError('HV_LOOP_IN_USE', 'the current loop cannot be destroyed');
  if (core.isDestroyed) return false;
  destroy(core);
  settle(core);
  return true;
}

/**
 * Whether a loop has not been destroyed.
 *
 * @throws HttpuvError `HV_BAD_OPTION` when it is not a loop.
 * @see R: `later::exists_loop`
 * @example
 * existsLoop(globalLoop()); // true
 */
export function existsLoop(loop: EventLoop): boolean {
  return !anyCore(loop).isDestroyed;
}

/**
 * The loop that functions use when none is named: the one whose task is running, or that {@link withLoop} chose; else
 * the global one. It belongs to the stack, so after an `await` it is the global one again.
 *
 * @see R: `later::current_loop`
 * @example
 * currentLoop() === globalLoop(); // true at top level
 */
export function currentLoop(): EventLoop {
  return handleOf(currentCore());
}

/**
 * The loop that the event loop runs by itself, and in which servers call their apps. Its number is 0.
 *
 * @see R: `later::global_loop`
 * @example
 * later(() => console.log('from anywhere'), 0, globalLoop());
 */
export function globalLoop(): EventLoop {
  return globalHandle;
}

/**
 * Calls a function while another loop is the current one.
 *
 * @param loop The loop.
 * @param body Called at once. What it does after an `await` is no longer covered.
 * @returns What `body` returns.
 * @throws HttpuvError `HV_LOOP_DESTROYED`; `HV_BAD_OPTION` when it is not a loop; and what `body` throws.
 * @see R: `later::with_loop`
 * @example
 * const loop = createLoop(null);
 * withLoop(loop, () => later(() => console.log('on that loop')));
 */
export function withLoop<T>(loop: EventLoop, body: () => T): T {
  return whileCurrent(liveCore(loop), body);
}

/**
 * Calls a function with a new parentless loop as the current one, and destroys that loop afterwards, whatever happens.
 *
 * @param body Called at once with the loop.
 * @returns What `body` returns.
 * @see R: `later::with_temp_loop`
 * @example
 * withTempLoop(() => {
 *   later(() => console.log('ran'));
 *   runNow();
 * });
 */
export function withTempLoop<T>(body: (loop: EventLoop) => T): T {
  const loop = createLoop(null);
  try {
    return withLoop(loop, () => body(loop));
  } finally {
    destroyLoop(loop);
  }
}

/**
 * Whether no task waits in the loop itself; loops below it do not count.
 *
 * @param loop Default {@link currentLoop}.
 * @throws HttpuvError `HV_LOOP_DESTROYED`; `HV_BAD_OPTION` when it is not a loop.
 * @see R: `later::loop_empty`
 * @example
 * while (!loopEmpty()) runNow(1);
 */
export function loopEmpty(loop?: EventLoop): boolean {
  return coreOf(loop).queue.size === 0;
}

/**
 * Seconds until the first task of the loop, or of one below it, is due: negative when overdue, `Infinity` when nothing
 * waits.
 *
 * @param loop Default {@link currentLoop}.
 * @throws HttpuvError `HV_LOOP_DESTROYED`; `HV_BAD_OPTION` when it is not a loop.
 * @see R: `later::next_op_secs`
 * @example
 * later(() => {}, 10);
 * nextOpSecs(); // a little less than 10
 */
export function nextOpSecs(loop?: EventLoop): number {
  const now = host.now();
  return (earliest(coreOf(loop), now) - now) / 1000;
}

/**
 * The tasks waiting in the loop itself, in the order in which they will run.
 *
 * @param loop Default {@link currentLoop}.
 * @throws HttpuvError `HV_LOOP_DESTROYED`; `HV_BAD_OPTION` when it is not a loop.
 * @see R: `later:::list_queue`
 * @example
 * for (const { id, whenSecs } of listQueue()) console.log(id, whenSecs);
 */
export function listQueue(loop?: EventLoop): QueuedTask[] {
  const now = host.now();
  return coreOf(loop)
    .queue.list(now)
    .map((task) => ({ id: task.seq, whenSecs: (task.due - now) / 1000, callback: task.call }));
}

/**
 * Calls back when file descriptors are ready, where the host can poll them. No JavaScript host can, so this throws
 * unless there is nothing to poll: without descriptors `fn` is queued at once with an empty array, as in R.
 *
 * @param fn Would get one value per descriptor, in the order read, write, except: true, false, or NaN for an error.
 * @param readFds Descriptors to read from. @param writeFds To write to. @param exceptFds To watch for exceptions.
 * @param timeoutSecs Seconds to wait; default Infinity. @param loop Default {@link currentLoop}.
 * @returns A function that takes the call back.
 * @throws HttpuvError `HV_NO_POLL` when there is a descriptor; `HV_BAD_OPTION` when an argument is of the wrong type;
 *   `HV_LOOP_DESTROYED`.
 * @see R: `later::later_fd`
 * @example
 * laterFd((ready) => console.log(ready.length)); // prints 0 at the next chance
 */
export function laterFd(
  fn: (ready: (boolean | number)[]) => unknown,
  readFds: readonly number[] = [],
  writeFds: readonly number[] = [],
  exceptFds: readonly number[] = [],
  timeoutSecs: number = Number.POSITIVE_INFINITY,
  loop?: EventLoop,
): CancelFunction {
  if (typeof fn !== 'function') throw callerError('HV_BAD_OPTION', 'fn must be a function');
  checkSeconds('timeoutSecs', timeoutSecs);
  const descriptors = [readFds, writeFds, exceptFds].flat();
  if (!descriptors.every(Number.isInteger)) {
    throw callerError('HV_BAD_OPTION', 'file descriptors must be given as arrays of whole numbers');
  }
  alive(coreOf(loop));
  if (descriptors.length > 0) {
    throw callerError(
      'HV_NO_POLL',
      'laterFd cannot poll file descriptors here: JavaScript hosts have no such call. Use node:net, node:tty or a ' +
        'readable stream for the descriptor, and call later() from its events.',
    );
  }
  return later(() => fn([]), 0, loop);
}

/** The loop named, or the current one. Both may have been destroyed, the latter while one of its tasks runs. */
function coreOf(loop: EventLoop | undefined): Core {
  return loop === undefined ? alive(currentCore()) : liveCore(loop);
}

function checkSeconds(name: string, seconds: number): void {
  if (typeof seconds !== 'number' || Number.isNaN(seconds)) {
    throw callerError('HV_BAD_OPTION', `${name} must be a number of seconds, and not NaN`);
  }
}
