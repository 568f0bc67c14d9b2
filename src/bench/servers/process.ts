/**
 * Runs one server program in a process of its own and asks it, or the system, for CPU time and memory. Whoever starts
 * one stops it, by its own handle. Knows nothing of load or rounds.
 */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Question, Word } from './hello.ts';
import { type Usage, usageOfProcess, withMainThread } from './proc.ts';

/** A running server program. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  /** @param collected Collect garbage first, for memory; CPU time is better asked without. */
  usage(collected?: boolean): Promise<Usage>;
  /** Keeps the thread of the app busy from now on; absent where it cannot be told to. The function that it gives ends that. */
  block?(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;
const ANSWER_TIMEOUT_MS = 10_000;
/** A server program whose runner is gone is busy for no longer. */
const LONGEST_BLOCK_MS = 90_000;

/**
 * Starts a program of this folder under the running Node; it answers questions over IPC.
 *
 * @param variables Of its environment, beside those of this process.
 */
export async function startNodeServer(
  program: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = fork(programPath(program), [], {
    env: { ...process.env, ...variables },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { port } = await word(child, 'port', START_TIMEOUT_MS).catch((error: unknown) => abandon(child, error));
  const pid = child.pid ?? 0;
  return {
    port,
    pid,
    async usage(collected = false) {
      const answer = word(child, 'cpuMicros', ANSWER_TIMEOUT_MS);
      const question: Question = collected ? 'usage after collecting' : 'usage';
      child.send(question);
      return withMainThread(pid, await answer);
    },
    async block() {
      const folder = await mkdtemp(join(tmpdir(), 'httpuv-bench-block-'));
      const untilFile = join(folder, 'over');
      const question: Question = { untilFile, atMostMs: LONGEST_BLOCK_MS };
      const begun = word(child, 'isBlocked', ANSWER_TIMEOUT_MS);
      child.send(question);
      await begun;
      return async () => {
        const over = word(child, 'isBlocked', ANSWER_TIMEOUT_MS);
        await writeFile(untilFile, '');
        await over;
        await rm(folder, { recursive: true });
      };
    },
    stop: () => end(child),
  };
}

/**
 * Starts a program of this folder whose event loop never turns, so that it cannot be asked anything: it prints its port,
 * and the system tells its usage. Needs Linux.
 */
export function startBlockedServer(program: string): Promise<ServerProcess> {
  return startPrintingServer(process.execPath, [programPath(program)]);
}

/** The version of R's httpuv, undefined when it or R is not installed. */
export function rHttpuvVersion(): string | undefined {
  const script = 'if (requireNamespace("httpuv", quietly = TRUE)) cat(as.character(packageVersion("httpuv")))';
  const asked = spawnSync('Rscript', ['-e', script], { encoding: 'utf8' });
  return asked.status === 0 && asked.stdout !== '' ? asked.stdout : undefined;
}

/** Starts R's httpuv. Needs Linux, because the system tells its usage. */
export function startRServer(variables: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  // Not compiled, so it is always beside the sources; seen from src/ and dist/ alike.
  const script = fileURLToPath(new URL('../../../src/bench/servers/r-httpuv.R', import.meta.url));
  return startPrintingServer('Rscript', ['--vanilla', script], variables);
}

function programPath(program: string): string {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return fileURLToPath(new URL(program + extension, import.meta.url));
}

/** Starts a program that prints `port <number>`; its last argument is the process that it is to outlive by a second. */
export async function startPrintingServer(
  command: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const env = { ...process.env, ...variables };
  const child = spawn(command, [...words, String(process.pid)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await printedPort(child).catch((error: unknown) => abandon(child, error));
  const pid = child.pid ?? 0;
  return { port, pid, usage: async () => usageOfProcess(pid), stop: () => end(child) };
}

type Said<Key extends string> = Extract<Word, Readonly<Record<Key, unknown>>>;

/** The next message that has `key`; an error when the program ends or says nothing in time. */
function word<Key extends 'port' | 'cpuMicros' | 'isBlocked'>(
  child: ChildProcess,
  key: Key,
  timeoutMs: number,
): Promise<Said<Key>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => finish(() => reject(new Error(`a server program did not answer in ${timeoutMs} ms`))),
      timeoutMs,
    );
    const onMessage = (message: unknown) => {
      // Both ends are of this package; the key decides which of the two words it is.
      if (typeof message === 'object' && message !== null && key in message)
        finish(() => resolve(message as Said<Key>));
    };
    const onExit = (code: number | null) => finish(() => reject(new Error(`a server program ended with code ${code}`)));
    const onError = (error: Error) => finish(() => reject(error));
    function finish(settle: () => void): void {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      settle();
    }
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
  });
}

function printedPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(
      () => finish(() => reject(new Error(`a server program did not print its port in ${START_TIMEOUT_MS} ms`))),
      START_TIMEOUT_MS,
    );
    const onExit = (code: number | null) => finish(() => reject(new Error(`a server program ended with code ${code}`)));
    const onError = (error: Error) => finish(() => reject(error));
    function finish(settle: () => void): void {
      clearTimeout(timer);
      child.off('exit', onExit).off('error', onError);
      settle();
    }
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const found = /port (\d+)/.exec(text);
      if (found !== null) finish(() => resolve(Number(found[1])));
    });
    child.on('exit', onExit).on('error', onError);
  });
}

/** Ends a server program that is of no use, and fails. */
export async function abandon(child: ChildProcess, error: unknown): Promise<never> {
  await end(child);
  throw error;
}

/** Ends a server program by its handle, and waits for that. */
export function end(child: ChildProcess): Promise<void> {
  // Without a number it has never begun.
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
