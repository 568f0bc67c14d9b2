/**
 * Runs one server program in a process of its own and asks it for CPU time and memory. Whoever starts one stops it, by
 * its own handle. Knows nothing of load or rounds.
 */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Question, Word } from './hello.ts';

/** What a server process has used. */
export interface Usage {
  /** User and system time of all its threads since it started, microseconds. */
  readonly cpuMicros: number;
  readonly residentBytes: number;
}

/** A running server program. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  /** @param collected Collect garbage first, for memory; CPU time is better asked without. */
  usage(collected?: boolean): Promise<Usage>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;
const ANSWER_TIMEOUT_MS = 10_000;

/** Starts a program of this folder under the running Node. */
export async function startNodeServer(program: string): Promise<ServerProcess> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const path = fileURLToPath(new URL(program + extension, import.meta.url));
  const child = fork(path, [], { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const { port } = await word(child, 'port', START_TIMEOUT_MS).catch((error: unknown) => abandon(child, error));
  return {
    port,
    pid: child.pid ?? 0,
    usage(collected = false) {
      const answer = word(child, 'cpuMicros', ANSWER_TIMEOUT_MS);
      const question: Question = collected ? 'usage after collecting' : 'usage';
      child.send(question);
      return answer;
    },
    stop: () => end(child),
  };
}

/** True when R and its httpuv are installed. */
export function hasRHttpuv(): boolean {
  const asked = spawnSync('Rscript', ['-e', 'cat(requireNamespace("httpuv", quietly = TRUE))'], { encoding: 'utf8' });
  return asked.status === 0 && asked.stdout.includes('TRUE');
}

/** Starts R's httpuv. Its usage is read from /proc, so this needs Linux. */
export async function startRServer(): Promise<ServerProcess> {
  // Not compiled, so it is always beside the sources; seen from src/ and dist/ alike.
  const script = fileURLToPath(new URL('../../../src/bench/servers/r-httpuv.R', import.meta.url));
  const child = spawn('Rscript', ['--vanilla', script, String(process.pid)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await printedPort(child).catch((error: unknown) => abandon(child, error));
  const pid = child.pid ?? 0;
  return { port, pid, usage: async () => usageOfProcess(pid), stop: () => end(child) };
}

/** Where process figures can be read without the process's help. */
export function hasProc(): boolean {
  return process.platform === 'linux';
}

function usageOfProcess(pid: number): Usage {
  // Fields 14 and 15 are user and system time in ticks of 1/100 s; the name in field 2 may hold spaces.
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return { cpuMicros: ticks * 10_000, residentBytes: Number(resident?.[1] ?? Number.NaN) * 1024 };
}

type Said<Key extends string> = Extract<Word, Readonly<Record<Key, unknown>>>;

/** The next message that has `key`; an error when the program ends or says nothing in time. */
function word<Key extends 'port' | 'cpuMicros'>(child: ChildProcess, key: Key, timeoutMs: number): Promise<Said<Key>> {
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
    const timer = setTimeout(() => reject(new Error('R did not print a port in time')), START_TIMEOUT_MS);
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const found = /port (\d+)/.exec(text);
      if (found === null) return;
      clearTimeout(timer);
      resolve(Number(found[1]));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`R ended with code ${code}`)));
  });
}

async function abandon(child: ChildProcess, error: unknown): Promise<never> {
  await end(child);
  throw error;
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
