/** Runs an example as its reader does: a program of its own that finds the package by its name. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { mode } from './io-mode.ts';

const FOLDER = fileURLToPath(new URL('../examples/', import.meta.url));

export class Example {
  readonly child: ChildProcessWithoutNullStreams;
  out: string = '';
  err: string = '';
  readonly ended: Promise<unknown>;

  /** @param name Its path below `test/examples`. It is killed behind the test. */
  constructor(name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    const settings = { ...process.env, PORT: '0', IO: mode, ...env };
    this.child = spawn(process.execPath, [FOLDER + name, ...args], { env: settings });
    onTestFinished(() => void this.child.kill('SIGKILL'));
    this.child.stdout.on('data', (bytes) => {
      this.out += String(bytes);
    });
    this.child.stderr.on('data', (bytes) => {
      this.err += String(bytes);
    });
    this.ended = once(this.child, 'close').then(([code]) => code);
  }

  /** Waits until it has printed something like this. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.out);
      if (found !== null) return found;
      const ended = await Promise.race([
        once(this.child.stdout, 'data').then(() => false),
        this.ended.then(() => true),
      ]);
      if (ended && !pattern.test(this.out)) throw new Error(`it ended early: ${this.out}${this.err}`);
    }
  }

  /** The addresses that it prints, as soon as there are `count`. */
  async addresses(count: number): Promise<string[]> {
    await this.printed(new RegExp(`(?:http:\\S+\\n[^]*){${count}}`));
    return this.out.match(/http:\S+(?=\n)/g) ?? [];
  }

  /** The port that it tells. */
  async port(): Promise<number> {
    return Number((await this.printed(/http:\/\/127\.0\.0\.1:(\d+)\//))[1]);
  }

  /** Asks it to end. Returns its exit status. */
  stop(): Promise<unknown> {
    this.child.kill('SIGTERM');
    return this.ended;
  }
}
