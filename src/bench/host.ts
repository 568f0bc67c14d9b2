/** What a comparison needs of the runtime it runs in. Whoever knows a runtime makes one; the comparison takes any. */
import type { Machine } from './machine.ts';

/** Reads time, in milliseconds since some moment of its own. */
export interface Clock {
  /** Time by the clock. */
  now(): number;
  /** Time that all threads of this process spent on processors; absent where a runtime does not tell, or too coarsely. */
  readonly cpu?: () => number;
}

/** A runtime, as the comparison of parsers sees it. */
export interface BenchHost {
  readonly machine: Machine;
  readonly clock: Clock;
  /**
   * Collects young garbage, so that nobody pays for what the one before left. Never a full collection: that also throws
   * away the hidden classes of objects of which none is alive just now, and with them the compiled code of the
   * contenders whose turn it is not; they would start cold each time, which no program does.
   */
  readonly collectYoung?: () => void;
  /** What must be known of figures from here, as sentences. */
  readonly notes: readonly string[];
}

/** Reads a file of this package by its path in it, such as `src/wasm/twin.wasm`; rejects when it is not there. */
export type ReadOwnFile = (path: string) => Promise<Uint8Array<ArrayBuffer>>;
