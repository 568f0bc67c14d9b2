/** How long a comparison of servers takes, and on what. */
export interface ServerRunOptions {
  /** Rounds that count. */
  readonly rounds: number;
  /** Milliseconds of one stretch of load; `wrk` rounds to whole seconds. */
  readonly timeMs: number;
  /** Words: a scenario or server whose name contains one is kept; empty keeps all. */
  readonly filter: readonly string[];
  /** Connections held open by the `idle` scenario. */
  readonly idleConnections: number;
  readonly progress?: (line: string) => void;
}

/** The same for servers that answer requests. */
export interface ServerBenchOptions extends ServerRunOptions {
  /** Use the bundled load generator although `wrk` is installed. */
  readonly ownLoad: boolean;
}
