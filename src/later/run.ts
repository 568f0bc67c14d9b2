/**
 * Runs tasks: passes over a loop and those below it, waiting for them, and being woken by the event loop. It keeps the
 * thread's current loop, which is what `currentLoop()` tells. It knows nothing of servers.
 */
import { callerError } from '../errors.ts';
import { Alarm } from './alarm.ts';
import { rootScope, type Scope } from './context.ts';
import { type Host, host, setHost, waiter } from './host.ts';
import { type Core, dropIfUnneeded, earliest, globalCore, runsByItself } from './loop.ts';
import { type Call, nextTaskNumber, type Task } from './queue.ts';

/** Passes per call from the event loop, after which sockets and timers get their turn. */
const PASSES_PER_WAKE = 20;

let current: Core = globalCore;
/** How many runs and waits are on the stack. While there is one, the event loop is not asked for anything. */
let busy = 0;
let isDraining = false;
/** The event loop has called. */
let isWoken = false;
const alarm = new Alarm(wakeUp);
const drainedListeners = new Set<() => void>();

/** The loop whose task is running, or that `withLoop` chose; else the global one. */
export function currentCore(): Core {
  return current;
}

/** Calls `body` while `core` is the current loop, which is not dropped meanwhile even if nobody holds it. */
export function whileCurrent<T>(core: Core, body: () => T): T {
  const outer = current;
  current = core;
  core.timesCurrent++;
  try {
    return body();
  } finally {
    core.timesCurrent--;
    current = outer;
  }
}

/** Adds a task that is due `delayMs` from now (negative: was due already). Returns its number. */
export function addTask(core: Core, delayMs: number, call: Call, scope: Scope | null): number {
  const now = host.now();
  const due = now + delayMs;
  const seq = core.queue.add(due, now, call, scope);
  if (busy === 0 && (due <= now || due < alarm.due) && runsByItself(core)) ringAt(due, now);
  return seq;
}

/** Adds a task that is due at once: no clock is read, and it cannot be cancelled. */
export function postTask(core: Core, call: Call, scope: Scope | null): void {
  core.queue.post(call, scope);
  if (busy === 0 && runsByItself(core)) alarm.soon();
}

/** Removes a waiting task; false when it is not waiting any more. */
export function cancelTask(core: Core, seq: number): boolean {
  if (!core.queue.cancel(seq)) return false;
  settle(core);
  return true;
}

/** To be called when a loop lost tasks other than by running them, so that no timer outlives them. */
export function settle(core: Core): void {
  dropIfUnneeded(core);
  if (busy === 0) rearm();
}

/** Asks to be called once after every pass over the global loop that started a task; returns how to stop that. */
export function listenDrained(listener: () => void): () => void {
  drainedListeners.add(listener);
  return () => void drainedListeners.delete(listener);
}

/** As {@link setHost}, with whatever the old host was asked for forgotten. */
export function replaceHost(replacement: Host | null): void {
  setHost(replacement);
  alarm.reset();
}

/**
 * Waits at most `timeoutMs` (Infinity or negative: for ever) until a task of the loop or of one below it is due, then
 * runs one pass: all due tasks, or with `all` false the loop's first and all of those below it.
 *
 * @param isOver Looked at before each wait, and so after each interruption of one, and after each task; true ends it, and
 *   what is due stays in the queue.
 * @returns Whether a pass was run.
 */
export function runTasks(core: Core, timeoutMs: number, all: boolean, isOver?: () => boolean): boolean {
  enter();
  try {
    if (!waitUntilDue(core, timeoutMs, isOver)) return false;
    runPass(core, host.now(), all, isOver);
    return true;
  } finally {
    leave();
  }
}

/** Runs, without waiting, the tasks of the loop and those below it that are due now, and none added meanwhile. */
export function runPendingTasks(core: Core): number {
  enter();
  try {
    drain();
    const startedBefore = core.started;
    inPass(core, () => runListed(core, host.now()));
    return core.started - startedBefore;
  } finally {
    leave();
  }
}

/** What the event loop calls: takes in what other threads sent, and up to {@link PASSES_PER_WAKE} passes over the global loop. */
export function wakeUp(): void {
  // A host that runs its event loop inside a task (a debugger, a modal dialog) gets nothing; leave() sees to the rest.
  if (busy > 0) return;
  enter();
  isWoken = true;
  try {
    for (let pass = 0; pass < PASSES_PER_WAKE; pass++) {
      drain();
      const now = host.now();
      if (earliest(globalCore, now) > now) break;
      runPass(globalCore, now, true);
    }
  } finally {
    isWoken = false;
    leave();
  }
}

/** Whether the innermost run on the stack was asked for by synchronous code. */
export function isNested(): boolean {
  return busy > (isWoken ? 1 : 0);
}

function enter(): void {
  if (isDraining) throw callerError('HV_DRAIN', 'drain() of a waiter may only add tasks: it must not run a loop');
  busy++;
}

function leave(): void {
  busy--;
  if (busy > 0) return;
  rearm();
  waiter.rest?.();
}

function rearm(): void {
  const now = host.now();
  ringAt(earliest(globalCore, now), now);
}

function ringAt(due: number, now: number): void {
  if (due <= now) alarm.soon();
  else alarm.at(due, now);
}

function drain(): void {
  isDraining = true;
  try {
    waiter.drain();
  } finally {
    isDraining = false;
  }
}

function waitUntilDue(core: Core, timeoutMs: number, isOver?: () => boolean): boolean {
  drain();
  let now = host.now();
  const deadline = timeoutMs < 0 ? Number.POSITIVE_INFINITY : now + timeoutMs;
  for (;;) {
    const due = earliest(core, now);
    if (due <= now) return true;
    if (now >= deadline || isOver?.()) return false;
    waiter.wait(Math.min(due, deadline) - now);
    drain();
    now = host.now();
  }
}

function runPass(core: Core, time: number, all: boolean, isOver?: () => boolean): void {
  inPass(core, () => runTree(core, time, nextTaskNumber(), all, isOver));
}

/** A task without a context of its own runs in the root one; after a pass of the global loop its listeners hear of it. */
function inPass(core: Core, body: () => void): void {
  const startedBefore = core.started;
  try {
    if (rootScope === null) body();
    else rootScope.runInAsyncScope(body);
  } finally {
    if (core === globalCore && core.started > startedBefore) for (const listener of drainedListeners) listener();
  }
}

/** Own tasks first, all or one, then all of each child. Tasks numbered `before` or higher were made since the start. */
function runTree(core: Core, time: number, before: number, all: boolean, isOver?: () => boolean): void {
  core.queue.stamp(time, before);
  whileCurrent(core, () => {
    let task = core.queue.takeDue(time, before);
    while (task !== null) {
      start(core, task);
      task = all && isOver?.() !== true ? core.queue.takeDue(time, before) : null;
    }
  });
  // A child that was destroyed or orphaned meanwhile is left out.
  for (const child of [...core.children]) {
    if (child.parent === core && isOver?.() !== true) runTree(child, time, before, true, isOver);
  }
  dropIfUnneeded(core);
}

/** As {@link runTree}, but from a list made beforehand, of which nested runs and cancellers may have taken some. */
function runListed(core: Core, time: number): void {
  const batches: { readonly core: Core; readonly tasks: Task[] }[] = [];
  const list = (at: Core): void => {
    batches.push({ core: at, tasks: at.queue.allDue(time) });
    for (const child of at.children) list(child);
  };
  list(core);
  for (const batch of batches) {
    whileCurrent(batch.core, () => {
      for (const task of batch.tasks) if (batch.core.queue.remove(task)) start(batch.core, task);
    });
    dropIfUnneeded(batch.core);
  }
}

function start(core: Core, task: Task): void {
  for (let at: Core | null = core; at !== null; at = at.parent) at.started++;
  const { call, scope } = task;
  if (scope === null) call();
  else scope.runInAsyncScope(call);
}
