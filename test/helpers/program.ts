/** Runs a program of `test/programs` in a process of its own and reads what it tells, line by line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export class Program {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;
  /** What it wrote to standard error so far. */
  errors = '';

  constructor(name: string, args: readonly string[] = [], flags: readonly string[] = []) {
    const path = fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
    this.#child = spawn(process.execPath, [...flags, path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = once(this.#child, 'close');
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
    const lines: Interface = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }); // It is piped.
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** The next line; fails when the program has ended without one. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the program has ended without a further line; its errors: ${this.errors}`);
    return value as string; // It is not done.
  }

  /** The port that it tells. */
  async port(): Promise<number> {
    return Number(await this.line());
  }

  /** Waits for its end. Returns its exit code, and the signal when it was killed by one. */
  async end(): Promise<number | NodeJS.Signals | null> {
    await this.#ended;
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  [Symbol.dispose](): void {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
  }
}
