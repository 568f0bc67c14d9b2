/**
 * The border between the I/O side and the app side: what each tells the other. On one thread each side calls the
 * other directly through these two interfaces; between threads the same calls become records in a ring. Nothing
 * here may be answered by a return value that needs the other side's thread.
 */
import type { Answer, Logger } from '../types.ts';
import type { SpooledBody } from './spool.ts';

/** Both ends of a connection. Read when the app asks: an address costs a system call. */
export interface Peer {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** The other thread has been told these; set by the link between the two. */
  isTold?: boolean;
}

/** What follows a request head. */
export const NO_BODY = 0;
/** A body follows and is being read. */
export const BODY_FOLLOWS = 1;
/** A body follows and is not read before `proceed`. */
export const BODY_WAITS = 2;
export type BodyState = typeof NO_BODY | typeof BODY_FOLLOWS | typeof BODY_WAITS;

/** What the I/O side tells. It never runs app code inside these calls: they only queue tasks. */
export interface ToApp {
  /**
   * A request head. `words` from `recordAt` hold its records (parser/records.md); its bytes begin at `headAt` of
   * `bytes`. Both are overwritten after the call: the receiver takes what it needs.
   */
  request(
    server: number,
    connection: number,
    request: number,
    words: Uint32Array,
    recordAt: number,
    bytes: Uint8Array,
    headAt: number,
    peer: Peer,
    body: BodyState,
  ): void;
  /** The whole body has arrived; the receiver owns it now. */
  body(server: number, connection: number, request: number, body: SpooledBody): void;
  /** One request will not be completed, or nobody waits for its answer: the peer broke the rules in its body. */
  abort(connection: number, request: number): void;
  /** The connection is gone, and all its requests with it. */
  gone(connection: number): void;
  /** Whether one more request can be told. Without room the I/O side stops reading until the app side makes some. */
  hasRoom(): boolean;
}

/** What the app side tells. */
export interface ToIo {
  /** `onHeaders` let the request pass: read its body. */
  proceed(connection: number, request: number): void;
  /**
   * Answers a request. `early`: instead of reading its body. Ignored when the connection is gone.
   * @throws HttpuvError `HV_TOO_MUCH_UNSENT` when too much waits for clients already.
   */
  respond(connection: number, request: number, answer: Answer, early: boolean): void;
  /** The app side has said what it has to say for now: write it out. */
  flush(): void;
  /** Takes in what the I/O side has told meanwhile, so that a task knows whether its client is still there. */
  poll(): void;
}

/** What the I/O side must know of a server. Limits that are off are Infinity. */
export interface IoServer {
  readonly id: number;
  /** The app wants to see heads before bodies are read. */
  readonly asksHeaders: boolean;
  /** Sockets read straight into the parser's memory where that is possible. */
  readonly fastRead: boolean;
  readonly maxHeadBytes: number;
  readonly maxFields: number;
  readonly maxBodyBytes: number;
  readonly maxChunkExtensionBytes: number;
  readonly spoolBytes: number;
  readonly maxSpoolBytes: number;
  readonly headTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly maxPipelined: number;
  readonly maxQueuedRequests: number;
  /** Lower-case host names that requests may name; null is any. */
  readonly allowedHosts: ReadonlySet<string> | null;
  /** Tasks of requests that this side has made so far, each with what it told (wraps). Only this side counts here. */
  made: number;
  /** One word in which only the app side counts: tasks that it has begun, or that there will not be (wraps). */
  readonly taken: Int32Array;
  readonly log: Logger;
}

/** How many requests of a server wait to be taken up by the app. Between threads it is as old as the cache line. */
export function waitingRequests(server: IoServer): number {
  return (server.made - (server.taken[0] as number)) | 0;
}
