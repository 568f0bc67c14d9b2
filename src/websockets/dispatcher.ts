/**
 * When callbacks run. Events of one connection stand in a lane of their own: each begins when the one before is through, its
 * promise included, and other lanes go on. Automatic dispatch runs an event when it comes; manual dispatch runs events inside
 * `service` alone. It knows nothing of what the events are.
 */

import { onAbort, unlessAborted } from '../server/abort.ts';

/** One thing that has happened. */
export interface Happening {
  /** Runs the callbacks. What it throws or rejects with is reported; so is what it gives to `report` and goes on. */
  run(report: (error: unknown) => void): unknown;
  /** It opens a connection: of these a pass takes one. */
  readonly opens?: boolean;
  /** It is of somebody new, who asks for a page or a WebSocket or has opened one: how many wait is counted. */
  readonly isNew?: boolean;
  /** Called when it has to wait, and then when its turn has come. */
  readonly onWait?: (isWaiting: boolean) => void;
  /** Called when it is through. */
  readonly onDone?: () => void;
}

/** The events of one connection. */
export interface Lane {
  /** Place among the connections. */
  readonly order: number;
  readonly waiting: Happening[];
  /** A callback is running, or its promise is not settled. */
  isRunning: boolean;
  /** A callback is on the stack. */
  isInside: boolean;
}

const LONGEST_TIMER_MS = 0x7fffffff;
let lanes = 0;

export class Dispatcher {
  isAuto: boolean;
  readonly #report: (error: unknown) => void;
  /** Lanes in which something waits. */
  readonly #ready = new Set<Lane>();
  /** Events dispatched so far, and how many of them `service` has told of. */
  #dispatched = 0;
  #told = 0;
  #newcomers = 0;
  #isLast = false;
  #isClosed = false;
  readonly #listeners = new Set<() => void>();
  /** What went wrong in each running `service` of manual dispatch, the innermost last. */
  readonly #running: unknown[][] = [];
  readonly #fail = (error: unknown): void => {
    const innermost = this.#running.at(-1);
    if (innermost === undefined) this.#report(error);
    else innermost.push(error);
  };

  constructor(isAuto: boolean, report: (error: unknown) => void) {
    this.isAuto = isAuto;
    this.#report = report;
  }

  /** A lane for one more connection. */
  lane(): Lane {
    return { order: lanes++, waiting: [], isRunning: false, isInside: false };
  }

  /** How many wait that are new. */
  get newcomers(): number {
    return this.#newcomers;
  }

  add(lane: Lane, happening: Happening): void {
    if (this.isAuto && !lane.isRunning && lane.waiting.length === 0) {
      if (this.#run(lane, happening) === null) this.#runLane(lane);
      return;
    }
    lane.waiting.push(happening);
    this.#ready.add(lane);
    if (happening.isNew === true) this.#newcomers++;
    happening.onWait?.(true);
    if (this.isAuto) this.#runLane(lane);
    else this.#notify();
  }

  /** Switches between both kinds. */
  setAuto(isAuto: boolean): void {
    this.isAuto = isAuto || this.#isLast;
    if (this.isAuto) for (const lane of inOrder(this.#ready)) this.#runLane(lane);
  }

  /** Nobody will serve what is left: it runs by itself, whatever is said later. */
  runRest(): void {
    this.#isLast = true;
    this.setAuto(true);
  }

  /** Nothing will happen any more: whoever waits need not. */
  close(): void {
    this.#isClosed = true;
    this.#notify();
  }

  /** R's `service`: see there. */
  service(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (this.#isClosed && this.#ready.size === 0) return Promise.resolve();
    return this.isAuto ? this.#await(timeoutMs, signal) : this.#serve(timeoutMs, signal);
  }

  async #await(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (this.#dispatched === this.#told) await this.#news(timeoutMs, () => this.#dispatched > this.#told, signal);
    this.#told = this.#dispatched;
  }

  async #serve(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const end = performance.now() + timeoutMs;
    let runnable = this.#runnable();
    if (runnable.length === 0) {
      await this.#news(timeoutMs, () => this.isAuto || this.#runnable().length > 0, signal);
      runnable = this.#runnable();
    }
    const errors: unknown[] = [];
    this.#running.push(errors);
    try {
      const unsettled: Promise<void>[] = [];
      for (const lane of runnable) {
        const settled = this.#step(lane);
        if (settled !== null) unsettled.push(settled);
      }
      if (unsettled.length > 0) {
        const done = within(Promise.all(unsettled), timeoutMs <= 0 ? timeoutMs : Math.max(1, end - performance.now()));
        await unlessAborted(signal, done);
      }
    } finally {
      this.#running.splice(this.#running.indexOf(errors), 1);
    }
    const [first, ...more] = errors;
    for (const error of more) this.#report(error);
    if (errors.length > 0) throw first;
  }

  /** The lanes whose turn it is: one that opens, then those that were open before, each for one event. */
  #runnable(): Lane[] {
    const ready = inOrder(this.#ready).filter(({ isRunning }) => !isRunning);
    const opening = ready.find(({ waiting }) => waiting[0]?.opens === true);
    const others = ready.filter(({ waiting }) => waiting[0]?.opens !== true);
    return opening === undefined ? others : [opening, ...others];
  }

  #runLane(lane: Lane): void {
    while (this.isAuto && !lane.isRunning && lane.waiting.length > 0) this.#step(lane);
  }

  /** Runs the event of a lane that waits next. Gives a promise when it is not through yet. */
  #step(lane: Lane): Promise<void> | null {
    const next = lane.isRunning ? undefined : lane.waiting.shift();
    if (lane.waiting.length === 0) this.#ready.delete(lane);
    if (next === undefined) return null;
    if (next.isNew === true) this.#newcomers--;
    next.onWait?.(false);
    return this.#run(lane, next);
  }

  /** Runs an event. Gives a promise when it is not through yet. */
  #run(lane: Lane, next: Happening): Promise<void> | null {
    this.#dispatched++;
    lane.isRunning = true;
    lane.isInside = true;
    let result: unknown;
    try {
      result = next.run(this.#fail);
    } catch (error) {
      this.#fail(error);
    }
    lane.isInside = false;
    if (isThenable(result)) {
      return Promise.resolve(result)
        .then(undefined, this.#fail)
        .then(() => {
          this.#through(lane, next);
          this.#runLane(lane);
        });
    }
    this.#through(lane, next);
    return null;
  }

  #through(lane: Lane, happening: Happening): void {
    lane.isRunning = false;
    happening.onDone?.();
    this.#notify();
  }

  #notify(): void {
    if (this.#listeners.size > 0) for (const listener of [...this.#listeners]) listener();
  }

  /** Waits until something is so, or nothing will be any more, or the time is over: 0 is one turn, negative has no end. */
  #news(timeoutMs: number, isThere: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const leave = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        forget();
      };
      const finish = (): void => {
        leave();
        resolve();
      };
      const look = (): void => {
        if (this.#isClosed || isThere()) finish();
      };
      this.#listeners.add(look);
      const forget = onAbort(signal, () => {
        leave();
        reject(signal?.reason);
      });
      if (timeoutMs === 0) setImmediate(finish);
      else if (timeoutMs > 0) timer = setTimeout(finish, Math.min(timeoutMs, LONGEST_TIMER_MS));
    });
  }
}

function inOrder(ready: ReadonlySet<Lane>): Lane[] {
  return [...ready].sort((a, b) => a.order - b.order);
}

/** Waits for something, but no longer than so many ms; 0 is one turn, negative has no end. */
async function within(done: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    if (ms === 0) setImmediate(resolve);
    else if (ms > 0) timer = setTimeout(resolve, Math.min(ms, LONGEST_TIMER_MS));
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
