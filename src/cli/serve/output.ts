/** Lines that are written together when the event loop turns, so that a busy server does not make a call for each. */

/** Where lines go: standard output, or what stands for it. */
export interface LineSink {
  write(text: string): unknown;
}

/** Collects lines for a sink. */
export class Lines {
  readonly #sink: LineSink;
  #waiting = '';

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  add(line: string): void {
    if (this.#waiting === '') setImmediate(() => this.flush());
    this.#waiting += line;
  }

  /** Writes what has been collected. */
  flush(): void {
    const text = this.#waiting;
    this.#waiting = '';
    if (text !== '') this.#sink.write(text);
  }
}
