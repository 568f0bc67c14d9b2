/** How long a comparison of servers takes, and on what. */
import type { Progress } from './progress.ts';

/** What every comparison of servers takes. */
export interface LoadBenchOptions {
  /** Rounds that count. */
  readonly rounds: number;
  /** Rounds that other processes of the same run have made before; default 0. */
  readonly roundsBefore?: number;
  /** Milliseconds of one stretch of load; `wrk` rounds to whole seconds. */
  readonly timeMs: number;
  /** Rounds that come before those that count, and are discarded. */
  readonly warmUpRounds: number;
  /** Words: a scenario or server whose name contains one is kept; empty keeps all. */
  readonly filter: readonly string[];
  /** Use the bundled load generator in JavaScript although there is a better one. */
  readonly ownLoad: boolean;
  readonly progress?: Progress;
}

/** The same for a comparison that also holds connections. */
export interface ServerBenchOptions extends LoadBenchOptions {
  /** Connections held open by the `idle` scenario. */
  readonly idleConnections: number;
}
