/** Asynchronous iteration: a queue that begins when the iterator is made. Knows nothing of what it carries. */

/** One thing that waits, and what to do when it was taken, or will not be. */
interface Waiting<T> {
  readonly value: T;
  readonly onTaken: () => void;
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

  /** Adds something. Returns whether it has to wait; then `onTaken` is called later. */
  push(value: T, onTaken: () => void): boolean {
    if (this.#isOver) return false;
    const ask = this.#asked.shift();
    if (ask === undefined) this.#waiting.push({ value, onTaken });
    else ask({ value, done: false });
    return ask === undefined;
  }

  /** Nothing more comes behind what waits. */
  end(): void {
    this.#isOver = true;
    for (const ask of this.#asked.splice(0)) ask({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<T>> {
    const first = this.#waiting.shift();
    if (first !== undefined) {
      first.onTaken();
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
    for (const { onTaken } of left) onTaken();
    this.end();
    this.#onLeft(this);
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
