/** Asynchronous iteration: a queue that begins when the iterator is made. Knows nothing of what it carries. */

/** One thing that waits, and who hears when it was taken, or will not be. */
interface Waiting<T> {
  readonly value: T;
  readonly onWait: (isWaiting: boolean) => void;
}

export class Feed<T> implements AsyncIterableIterator<T> {
  readonly #onLeft: (feed: Feed<T>) => void;
  #waiting: Waiting<T>[] = [];
  #asked: ((result: IteratorResult<T>) => void)[] = [];
  #isOver = false;

  /** @param onLeft Called when the loop was left. */
  constructor(onLeft: (feed: Feed<T>) => void) {
    this.#onLeft = onLeft;
  }

  /** Adds something. `onWait` is called when it has to wait, and then when it does no longer. */
  push(value: T, onWait: (isWaiting: boolean) => void): void {
    if (this.#isOver) return;
    const ask = this.#asked.shift();
    if (ask !== undefined) {
      ask({ value, done: false });
      return;
    }
    this.#waiting.push({ value, onWait });
    onWait(true);
  }

  /** Nothing more comes behind what waits. */
  end(): void {
    this.#isOver = true;
    for (const ask of this.#asked.splice(0)) ask({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<T>> {
    const first = this.#waiting.shift();
    if (first !== undefined) {
      first.onWait(false);
      return Promise.resolve({ value: first.value, done: false });
    }
    if (this.#isOver) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.#asked.push(resolve);
    });
  }

  return(): Promise<IteratorResult<T>> {
    const left = this.#waiting;
    this.#waiting = [];
    for (const { onWait } of left) onWait(false);
    this.end();
    this.#onLeft(this);
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
