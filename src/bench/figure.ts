/** A measured quantity with all its rounds. Knows nothing of what was measured. */
import { type Summary, summarize, summarizeProcesses } from './statistics.ts';

/** One measured quantity. */
export interface Figure extends Summary {
  readonly unit: string;
  /** What each round measured, those of each process together. */
  readonly rounds: readonly number[];
  /** How many of the rounds each process has made; absent when one process has made all. */
  readonly processes?: readonly number[];
}

/** A quantity measured once in each round. */
export function figureOf(unit: string, rounds: readonly number[]): Figure {
  return { unit, ...summarize(rounds), rounds };
}

/**
 * The same quantity, measured in several processes.
 *
 * @param leastSpread How much the processes are at least taken to differ, unless they agree wholly.
 */
export function joinFigures(figures: readonly Figure[], leastSpread = 0): Figure | undefined {
  const [first] = figures;
  if (first === undefined || figures.length === 1) return first;
  const parts = figures.map(({ rounds }) => rounds);
  return {
    unit: first.unit,
    ...summarizeProcesses(parts, leastSpread),
    rounds: parts.flat(),
    processes: parts.map(({ length }) => length),
  };
}
