/** What a server tells of itself. The figures come from counts that both sides see; nobody is asked for them. */
import { COUNT, type Counters, openConnections, waitingTasks } from '../node/counters.ts';
import type { RingUse } from '../thread/ring-use.ts';

/** What a server has done since it was started, and is doing now: plain, frozen, of the moment at which it was asked for. */
export interface ServerStats {
  readonly connections: {
    /** Open now, WebSockets among them. */
    readonly open: number;
    /** Accepted so far; with TLS, behind the handshake. */
    readonly accepted: number;
    /** Turned away so far because there were `maxConnections`. */
    readonly refused: number;
  };
  readonly requests: {
    /** Requests so far, those that could not be read among them. Those that wait are `received - answered - unanswered`. */
    readonly received: number;
    /** Final answers of which at least the head was given to the connection, and handshakes of WebSockets. */
    readonly answered: number;
    /** Requests that got no answer, because their connection ended before. */
    readonly unanswered: number;
    /** The answers by the first digit of their status. */
    readonly byClass: {
      readonly '1xx': number;
      readonly '2xx': number;
      readonly '3xx': number;
      readonly '4xx': number;
      readonly '5xx': number;
    };
  };
  /** Bytes so far, heads and frames included; with TLS, within it. */
  readonly bytes: {
    readonly read: number;
    /** Handed to the system, or waiting for it to take them. */
    readonly written: number;
  };
  /** Requests that wait for the thread of the app now; see `maxQueuedRequests`. */
  readonly queued: number;
  readonly webSockets: {
    /** Open now. */
    readonly open: number;
    /** Opened so far. */
    readonly opened: number;
  };
  /** Bytes in the two rings between the I/O thread and this one, and their sizes: of all servers together. Null inline. */
  readonly ring: RingUse | null;
  /**
   * The longest time, in milliseconds, for which the thread of the app did not look at what came: since the last call of
   * `stats()`, or since the start. Up to 50 ms are not seen, or missing.
   */
  readonly longestBlockMs: number;
}

/** Reads the counts. */
export function statsOf(
  counters: Counters,
  taken: Int32Array,
  ring: RingUse | null,
  longestBlockMs: number,
): ServerStats {
  const count = (place: number): number => counters[place] as number; // All places are inside.
  const ofClass = (digit: number): number => count(COUNT.ANSWERED + digit);
  const byClass = { '1xx': ofClass(1), '2xx': ofClass(2), '3xx': ofClass(3), '4xx': ofClass(4), '5xx': ofClass(5) };
  return frozen({
    connections: {
      open: openConnections(counters),
      accepted: count(COUNT.ACCEPTED),
      refused: count(COUNT.REFUSED),
    },
    requests: {
      received: count(COUNT.RECEIVED),
      answered: Object.values(byClass).reduce((sum, each) => sum + each),
      unanswered: count(COUNT.UNANSWERED),
      byClass,
    },
    bytes: { read: count(COUNT.READ), written: count(COUNT.WRITTEN) },
    queued: Math.max(0, waitingTasks(counters, taken)),
    webSockets: { open: count(COUNT.OPENED) - count(COUNT.LEFT), opened: count(COUNT.OPENED) },
    ring,
    longestBlockMs,
  });
}

function frozen<T extends object>(given: T): T {
  for (const each of Object.values(given)) if (typeof each === 'object' && each !== null) frozen(each);
  return Object.freeze(given);
}
