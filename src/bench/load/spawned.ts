/** Runs a load generator that is a foreign program, and reads the sums that it prints. */
import { spawn } from 'node:child_process';
import type { LoadResult } from './load.ts';

const PATIENCE_MS = 15_000;

/**
 * @param input For the program's standard input, piece by piece.
 * @returns What it printed as `SUMS answers micros median-micros errors`, with the generator's own CPU time behind them or
 *   not, and with the longest latency as `SLOWEST micros` or not.
 */
export function sumsOf(
  command: string,
  words: readonly string[],
  timeMs: number,
  input: readonly Uint8Array[] = [],
): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeMs + PATIENCE_MS);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    child.stdin.on('error', reject);
    for (const piece of input) child.stdin.write(piece);
    child.stdin.end();
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(timer);
      const found = /SUMS (\d+) (\d+) (\d+) (\d+)(?: (\d+))?(?: SLOWEST (\d+))?/.exec(text);
      if (found === null) reject(new Error(`${command} gave no sums: ${text.trim().split('\n').at(-1) ?? ''}`));
      else resolve(resultOf(found.slice(1)));
    });
  });
}

function resultOf([answers, micros, medianMicros, errors, cpuMicros, slowestMicros]: readonly (
  | string
  | undefined
)[]): LoadResult {
  return {
    answers: Number(answers),
    seconds: Number(micros) / 1e6,
    medianMicros: Number(medianMicros),
    errors: Number(errors),
    ...(slowestMicros === undefined ? {} : { slowestMicros: Number(slowestMicros) }),
    ...(cpuMicros === undefined ? {} : { cpuMicros: Number(cpuMicros) }),
  };
}
