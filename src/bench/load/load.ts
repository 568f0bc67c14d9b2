/** What a load generator is asked for and gives back. Generators run in processes of their own, on loopback only. */

/** One stretch of load. */
export interface LoadPlan {
  readonly port: number;
  readonly connections: number;
  /** Requests sent together on each connection, the next ones after all their answers. */
  readonly depth: number;
  readonly timeMs: number;
}

/** What came of it. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Median time from request to answer, microseconds; of a whole batch when `depth` is above 1. */
  readonly medianMicros: number;
  /** Connections refused or broken, answers with another status or length. */
  readonly errors: number;
}

/** A way to make load. */
export interface LoadTool {
  readonly name: string;
  drive(plan: LoadPlan): Promise<LoadResult>;
}

/** The request that is sent again and again. */
export const REQUEST = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
