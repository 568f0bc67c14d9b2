/**
 * How the app's thread waits, in its event loop or blocked in `serviceSync`, for whatever other threads send: records and
 * replies of the I/O thread, and interruptions. It is the queue's way of waiting as soon as one of these can happen.
 */
import { callerError } from '../errors.ts';
import { isInsideRun, runIdle, setWaiter, type Waiter } from '../later/internal.ts';
import { AWAKE, awaken, BLOCKED, block, fallAsleep } from './bell.ts';
import { APP, APP_MARK, makeAppWords } from './control.ts';

/** What this thread is sent things by. */
export interface Source {
  /** Whether there is something to take in. */
  hasWork(): boolean;
  /** Whether somebody counts on it: what it sends may end a wait that nothing else would. */
  readonly isNeeded: boolean;
  /** Takes it in. Only adds tasks: it never runs code of the app. */
  takeIn(): void;
  /** Called when this thread has waited in vain: sees whether the other one is still there. */
  probe(): void;
}

/** Who wants to know for how long this thread does not look at what others send. */
export interface Watch {
  looked(): void;
  waited(): void;
}

/** Longest wait (ms) without a look at whether the other thread is alive. */
const LONGEST_WAIT_MS = 1_000;

class AppBell implements Waiter {
  readonly words: Int32Array<SharedArrayBuffer> = makeAppWords();
  #source: Source | null = null;
  #isInstalled = false;
  #isLookPlanned = false;
  /** Interruptions by other threads that this one knows of. */
  #interrupts = 0;
  /** Somebody can interrupt, so even an endless wait without a source may end. */
  isInterruptible = false;
  /** Hears when this thread, in the middle of synchronous code, looks at what came. */
  watch: Watch | null = null;
  /** Forms on the stack that an interruption ends. */
  #listening = 0;
  readonly #hasWork = (): boolean => this.#source?.hasWork() === true;
  readonly #mayGoOn = (): boolean => this.#hasWork() || (this.#listening > 0 && this.isInterrupted);

  /** Listens to a source, or to none. */
  listenTo(source: Source | null): void {
    this.#source = source;
    this.#install();
    this.rest();
  }

  /** The block of words by which any thread can interrupt this one. */
  get handle(): SharedArrayBuffer {
    this.isInterruptible = true;
    this.#install();
    return this.words.buffer;
  }

  /** Whether another thread has interrupted and nobody has taken notice. */
  get isInterrupted(): boolean {
    return Atomics.load(this.words, APP.INTERRUPTS) !== this.#interrupts;
  }

  /** Takes notice of interruptions. @returns Whether there was one. */
  takeInterrupt(): boolean {
    const before = this.#interrupts;
    this.#interrupts = Atomics.load(this.words, APP.INTERRUPTS);
    return before !== this.#interrupts;
  }

  wait(ms: number): void {
    const canEnd = this.#source?.isNeeded === true || (this.#listening > 0 && this.isInterruptible);
    if (ms === Number.POSITIVE_INFINITY && !canEnd) {
      throw callerError(
        'HV_CANNOT_WAIT',
        'this would wait for ever: no task is coming due, and no server runs on the I/O thread. Pass a time-out, or let the event loop run the tasks',
      );
    }
    block(this.words, APP.STATE, Math.min(ms, LONGEST_WAIT_MS), this.#mayGoOn);
    this.watch?.waited();
    if (!this.#hasWork()) this.probe();
  }

  /** Calls `body`, whose waits an interruption ends. */
  whileListening<T>(body: () => T): T {
    this.#listening++;
    try {
      return body();
    } finally {
      this.#listening--;
    }
  }

  /** Sees whether the other thread is still there. */
  probe(): void {
    this.#source?.probe();
  }

  drain(): void {
    if (this.#source === null) return;
    if (this.watch !== null && isInsideRun()) this.watch.looked();
    awaken(this.words, APP.STATE);
    this.#source.takeIn();
  }

  /** Takes in what is there and runs the tasks that are due, as the event loop does. */
  run(): void {
    runIdle();
  }

  rest(): void {
    if (this.#source === null || fallAsleep(this.words, APP.STATE, this.#hasWork)) return;
    if (this.#isLookPlanned) return;
    this.#isLookPlanned = true;
    setImmediate(() => {
      this.#isLookPlanned = false;
      this.run();
    });
  }

  #install(): void {
    if (!this.#isInstalled) setWaiter(this);
    this.#isInstalled = true;
  }
}

/** The bell of this thread. */
export const appBell: AppBell = new AppBell();

/** Interrupts the thread whose {@link AppBell.handle} this is. Returns false when the buffer is no such thing. */
export function interruptThread(handle: SharedArrayBuffer): boolean {
  if (!(handle instanceof SharedArrayBuffer) || handle.byteLength !== appBell.words.byteLength) return false;
  const words = new Int32Array(handle);
  if (words[APP.MARK] !== APP_MARK) return false;
  Atomics.add(words, APP.INTERRUPTS, 1);
  // Blocked, it waits for its state; in its event loop for the count, if there is a form that can be interrupted.
  Atomics.notify(words, APP.INTERRUPTS);
  if (Atomics.compareExchange(words, APP.STATE, BLOCKED, AWAKE) === BLOCKED) Atomics.notify(words, APP.STATE);
  return true;
}
