/** Runs the built command `httpuv` as a process and reads what it says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A command that runs or has ended. It is ended behind the test. */
export interface CommandRun {
  readonly child: ChildProcess;
  out: string;
  err: string;
  /** Resolves with the exit code, or the name of the signal that ended the process. */
  readonly ended: Promise<number | string | null>;
  /** Waits for text on standard output or, with `err`, on standard error. */
  said(pattern: RegExp, where?: 'out' | 'err'): Promise<RegExpExecArray>;
}

/** Starts `httpuv` with these words. */
export function httpuv(...args: string[]): CommandRun {
  return httpuvIn({}, ...args);
}

/** Starts it elsewhere, or with further variables in its environment. */
export function httpuvIn(
  place: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
  ...args: string[]
): CommandRun {
  const { cwd, env = {} } = place;
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let notice = (): void => {};
  const run: CommandRun = {
    child,
    out: '',
    err: '',
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal))),
    async said(pattern, where = 'out') {
      for (;;) {
        const found = pattern.exec(run[where]);
        if (found !== null) return found;
        const more = new Promise<void>((resolve) => {
          notice = resolve;
        });
        await Promise.race([
          more,
          run.ended.then((how) => {
            if (!pattern.test(run[where])) throw new Error(`ended with ${how}: ${run.out}${run.err}`);
          }),
        ]);
      }
    },
  };
  for (const where of ['out', 'err'] as const) {
    child[where === 'out' ? 'stdout' : 'stderr']?.setEncoding('utf8').on('data', (text: string) => {
      run[where] += text;
      notice();
    });
  }
  return run;
}
