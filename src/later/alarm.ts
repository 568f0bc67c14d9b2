/**
 * One pending call from the event loop at a time of each kind: soon, and at a moment. It knows nothing of tasks or
 * loops; whoever owns it says when it should ring and what happens then.
 */
import { rootScope } from './context.ts';
import { host } from './host.ts';

/** Rings `wake` from the event loop. */
export class Alarm {
  readonly #wake: () => void;
  readonly #ringSoon: () => void;
  readonly #ringAtTime: () => void;
  #isSoon = false;
  #timer: unknown;
  #due = Number.POSITIVE_INFINITY;

  constructor(wake: () => void) {
    this.#wake = wake;
    this.#ringSoon = () => {
      this.#isSoon = false;
      this.#wake();
    };
    this.#ringAtTime = () => {
      this.#due = Number.POSITIVE_INFINITY;
      this.#wake();
    };
  }

  /** Time at which the timer will ring; Infinity when it is off. */
  get due(): number {
    return this.#due;
  }

  /** Forgets what it was set to; for a change of host, when nothing is waiting. */
  reset(): void {
    this.#isSoon = false;
    this.#due = Number.POSITIVE_INFINITY;
  }

  /** Rings at the next chance. */
  soon(): void {
    if (this.#isSoon) return;
    this.#isSoon = true;
    host.soon(this.#ringSoon);
  }

  /** Rings at `due` and not before it (Infinity: never), instead of whenever it was set to before. */
  at(due: number, now: number): void {
    if (due === this.#due) return;
    if (this.#due !== Number.POSITIVE_INFINITY) host.stop(this.#timer);
    this.#due = due;
    if (due === Number.POSITIVE_INFINITY) return;
    const start = () => {
      this.#timer = host.after(due - now, this.#ringAtTime);
    };
    // The timer may live long: it must not hold the context of whoever asked for it.
    if (rootScope === null) start();
    else rootScope.runInAsyncScope(start);
  }
}
