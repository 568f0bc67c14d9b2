/**
 * Tasks of the global loop that do the same with one thing each. What waits stands in a line, in the order of the tasks,
 * and each of them takes the next: one function serves all, because they are many.
 */
import { globalLoop } from '../later/index.ts';
import { post } from '../later/internal.ts';

/** So many places at most are kept behind what was taken, and while nothing waits. */
const MOST_FREE = 4096;

export class TaskLine<T> {
  #places: (T | undefined)[] = [];
  #next = 0;
  #end = 0;
  readonly #runNext: () => void;

  /** @param run What a task does. */
  constructor(run: (one: T) => void) {
    this.#runNext = () => {
      const one = this.#take();
      if (one !== undefined) run(one);
    };
  }

  /** Adds a task that is due at once. */
  post(one: T): void {
    this.#places[this.#end++] = one;
    post(globalLoop(), this.#runNext);
  }

  #take(): T | undefined {
    if (this.#next === this.#end) return undefined;
    const one = this.#places[this.#next];
    this.#places[this.#next++] = undefined;
    if (this.#next === this.#end) {
      this.#next = this.#end = 0;
      if (this.#places.length > MOST_FREE) this.#places = [];
    } else if (this.#next === MOST_FREE) {
      this.#places = this.#places.slice(MOST_FREE, this.#end);
      this.#end -= MOST_FREE;
      this.#next = 0;
    }
    return one;
  }
}
