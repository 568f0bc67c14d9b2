/** What a load generator is asked for and gives back. Generators run in processes of their own, on loopback only. */

/** One stretch of load. */
export interface LoadPlan {
  readonly port: number;
  readonly connections: number;
  /** Requests or messages sent together on each connection, the next ones after all their answers. */
  readonly depth: number;
  readonly timeMs: number;
  /** Of requests: what is asked for. Default `/`. */
  readonly path?: string;
  /** Over TLS, with any certificate. */
  readonly isTls?: boolean;
}

/** One stretch of messages that are to be echoed. */
export interface EchoPlan extends LoadPlan {
  /** Payload of a message. */
  readonly bytes: number;
  readonly isBinary: boolean;
}

/** One stretch of messages that each go to all. */
export interface BroadcastPlan extends LoadPlan {
  /** Payload of a message. */
  readonly bytes: number;
}

/** What came of it. */
export interface LoadResult {
  readonly answers: number;
  readonly seconds: number;
  /** Median time from request to answer, microseconds; of a whole batch when `depth` is above 1. */
  readonly medianMicros: number;
  /** Connections refused or broken, wrong answers. */
  readonly errors: number;
  /** The longest such time, where it is told. What was not answered at all counts with the time that it has waited. */
  readonly slowestMicros?: number;
  /** CPU time that the generator took itself, where it tells. */
  readonly cpuMicros?: number;
}

/** A way to make load of requests. */
export interface LoadTool {
  readonly name: string;
  drive(plan: LoadPlan): Promise<LoadResult>;
}

/** The request that is sent again and again. */
export function requestFor(path: string = '/'): string {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
}
