/** Runs a program that starts something once in a fresh process, and hands back the times it prints. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** How long a start took. */
export interface StartTimes {
  readonly firstMs: number;
  /** Median of the further ones while the first runs; absent where there are none. */
  readonly laterMs?: number;
  /** What is wrong with what was started, as a sentence; absent when it answers as it should. */
  readonly wrong?: string;
}

const TIMEOUT_MS = 20_000;

/** Runs a program of this folder under the running Node. */
export async function timeStart(program: string): Promise<StartTimes> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const path = fileURLToPath(new URL(program + extension, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [path], { timeout: TIMEOUT_MS });
  return JSON.parse(stdout) as StartTimes; // The program is of this package and prints nothing else.
}
