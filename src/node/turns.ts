/** Lets a few act at a time, in the order in which they came. */
export class Turns {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many have not left, and how many wait. */
  get busy(): number {
    return this.#running + this.#waiting.length;
  }

  /** Calls `act` now or when it is its turn; whoever was called says so with {@link leave}. */
  enter(act: () => void): void {
    if (this.#running >= this.#most) {
      this.#waiting.push(act);
      return;
    }
    this.#running++;
    act();
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running--;
    else next();
  }

  /** Whoever waits does not want to act any more. */
  withdraw(act: () => void): void {
    const at = this.#waiting.indexOf(act);
    if (at >= 0) this.#waiting.splice(at, 1);
  }
}
