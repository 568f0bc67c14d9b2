/** How long a comparison of servers takes, and on what. */
export interface ServerBenchOptions {
  /** Rounds that count. */
  readonly rounds: number;
  /** Milliseconds of one stretch of load; `wrk` rounds to whole seconds. */
  readonly timeMs: number;
  /** Words: a scenario or server whose name contains one is kept; empty keeps all. */
  readonly filter: readonly string[];
  /** Connections held open by the `idle` scenario. */
  readonly idleConnections: number;
  /** Use the bundled load generator in JavaScript although there is a better one. */
  readonly ownLoad: boolean;
  readonly progress?: (line: string) => void;
}
