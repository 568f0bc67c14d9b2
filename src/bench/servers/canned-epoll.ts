/** The floor below all runtimes: a program in C, built on the spot, that answers without understanding. */
import { build, compilerVersion } from '../native.ts';
import { CANNED_ANSWER } from './canned.ts';
import { hasProc } from './proc.ts';
import { type ServerProcess, startPrintingServer } from './process.ts';

/** Undefined when it can run here, else what would help. */
export function withoutCannedEpoll(): string | undefined {
  if (!hasProc()) return 'it waits with epoll, which only Linux has';
  return compilerVersion() === undefined ? 'apt-get install gcc libc6-dev' : undefined;
}

/** Builds and starts it. Needs Linux. */
export async function startCannedEpoll(): Promise<ServerProcess> {
  const built = build('canned_server', '');
  if (typeof built === 'string') throw new Error(built);
  try {
    // A program that runs needs its file no more.
    return await startPrintingServer(built.path, [CANNED_ANSWER]);
  } finally {
    built.remove();
  }
}
