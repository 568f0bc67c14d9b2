/**
 * Runs small programs of several threads in every order that their accesses to shared memory can take.
 *
 * A thread is a plain function; whatever it does that others can see goes through {@link Run.step}. To advance a thread
 * it is run from its beginning with the results of its earlier steps, up to the first step that has no result yet; that
 * step is then done on a model of the shared memory. So the code under test is the real one, and needs no means to stop
 * in its middle. Objects with a state of their own have to be made inside the function.
 *
 * Accesses are taken to be sequentially consistent, as those of `Atomics` are; plain ones are steps of their own, so
 * that a record published too early is seen in part.
 */

/** What a thread does that others can see. */
export type Op =
  | { readonly kind: 'load'; readonly at: number; readonly isPlain?: boolean }
  | { readonly kind: 'store'; readonly at: number; readonly value: number; readonly isPlain?: boolean }
  | { readonly kind: 'exchange' | 'add'; readonly at: number; readonly value: number }
  | { readonly kind: 'compareExchange'; readonly at: number; readonly expected: number; readonly value: number }
  | { readonly kind: 'notify'; readonly at: number }
  | { readonly kind: 'wait'; readonly at: number; readonly value: number; readonly isEndless: boolean }
  | { readonly kind: 'post'; readonly to: string; readonly message: Message }
  /** Takes a message if there is one, without waiting. */
  | { readonly kind: 'receive' }
  /** Returns to the event loop: the result names what it calls next. */
  | { readonly kind: 'turn'; readonly ready: readonly string[]; readonly timers: readonly Timer[] }
  | { readonly kind: 'choose'; readonly of: number };

/** A timer that is set: it fires at any time, or where there is a clock, once that shows `due`. */
export interface Timer {
  readonly name: string;
  readonly due: number;
}

export type Message = number;
export type Result = number | string | null;

/** A function of a thread was left at a step whose result is not known yet. */
const SUSPENDED: unique symbol = Symbol('suspended');

/** One run of a thread's function, up to the first step without a result. */
export class Run {
  readonly thread: string;
  readonly log: unknown[] = [];
  readonly tallies: Record<string, number> = {};
  pending: Op | null = null;
  /** What the thread said of itself just before the step. */
  digest: string | null = null;
  /** The step whose result was known last. */
  replayed: Op | null = null;
  readonly #results: readonly Result[];
  #at = 0;
  #isLeaving = false;

  constructor(thread: string, results: readonly Result[]) {
    this.thread = thread;
    this.#results = results;
  }

  /** The result of a step. While the function is being left (`finally`), nothing is done any more. */
  step(op: Op): Result {
    if (!this.#isLeaving && this.#at < this.#results.length) {
      this.digest = null;
      this.replayed = op;
      return this.#results[this.#at++] as Result;
    }
    if (!this.#isLeaving) this.pending = op;
    this.#isLeaving = true;
    throw SUSPENDED;
  }

  /** Notes something for the checks of the scenario. */
  note(what: unknown): void {
    if (!this.#isLeaving) this.log.push(what);
  }

  /** Counts something for them. */
  count(what: string): void {
    if (!this.#isLeaving) this.tallies[what] = (this.tallies[what] ?? 0) + 1;
  }

  /**
   * Says in what state the thread's own objects are: histories that lead to the same one are not told apart. All that
   * decides about what follows has to be in it, other than what was noted and counted.
   */
  mark(digest: string): void {
    if (!this.#isLeaving) this.digest = digest;
  }

  /** One of so many numbers: all are tried. */
  choose(of: number): number {
    return this.step({ kind: 'choose', of }) as number;
  }

  post(to: string, message: Message): void {
    this.step({ kind: 'post', to, message });
  }
}

/** The run that is going on. */
export let current: Run = new Run('none', []);

/** Runs the function of a thread up to its first step without a result. @returns What it threw itself, or null. */
export function runAs(run: Run, thread: () => void): unknown {
  const outer = current;
  current = run;
  try {
    thread();
    return null;
  } catch (thrown) {
    return thrown === SUSPENDED ? null : thrown;
  } finally {
    current = outer;
  }
}

/** What the checks of a scenario see of a state. */
export interface View {
  /** What a thread has noted so far. */
  log(thread: string): readonly unknown[];
  /** How often a thread, or all together, counted something. */
  tally(what: string, thread?: string): number;
  isOver(thread: string): boolean;
  messages(thread: string): number;
}

export interface Scenario {
  readonly threads: Readonly<Record<string, () => void>>;
  /** Looked at in every state; throws what is wrong. */
  readonly always?: (view: View) => void;
  /** Looked at where every thread waits and only time could go on; throws when somebody waits for what is there. */
  readonly atRest: (view: View) => void;
  /** How often in one thread a wait may time out or a timer fire. */
  readonly mostLate?: number;
  /** Plain accesses happen with the step before them: for what is shown to be free of races elsewhere. */
  readonly joinsPlain?: boolean;
  /** The word of a clock that a thread moves on. When everybody waits, what is left of timers fires. */
  readonly clock?: { readonly word: number };
  /** Words that only one thread touches: their order does not matter. */
  readonly ownWords?: ReadonlySet<number>;
  readonly mostStates?: number;
}

export interface Explored {
  readonly states: number;
  readonly schedules: number;
  /** States in which only time could go on. */
  readonly rests: number;
  readonly longest: number;
  /** What is wrong, and the steps that lead there. */
  readonly failure: { readonly message: string; readonly steps: readonly string[] } | null;
}
