/**
 * What the I/O side counts of a server, in memory that the app's thread sees too: it reads without asking, also while this
 * side is busy. Only the I/O side writes. Each count is a double, which machines of 64 bits store at once.
 */

/** Places of the counts. */
export const COUNT = {
  /** Connections that were accepted, behind their TLS handshake; closed; and turned away by `maxConnections`. */
  ACCEPTED: 0,
  CLOSED: 1,
  REFUSED: 2,
  /** Requests of which at least the head was read, or that could not be read; and those that no answer came to. */
  RECEIVED: 3,
  UNANSWERED: 4,
  /** Bytes that sockets gave and were given; within TLS. */
  READ: 5,
  WRITTEN: 6,
  /** Tasks for the app. */
  MADE: 7,
  /** WebSockets that were opened, and closed. */
  OPENED: 8,
  LEFT: 9,
  /** Answers by the first digit of their status, from here on. */
  ANSWERED: 10,
} as const;

// Constants of a module are part of the compiled code; properties of objects are read at each use.
const { ANSWERED, MADE } = COUNT;

const COUNTS = 16;
/** Free at both ends, so that nothing that another thread writes lies on the same cache line. */
const PAD_BYTES = 128;

/** Counts of a server. */
export type Counters = Float64Array;

/** Makes the counts of a new server. */
export function makeCounters(): Counters {
  const memory = new SharedArrayBuffer(COUNTS * Float64Array.BYTES_PER_ELEMENT + 2 * PAD_BYTES);
  return new Float64Array(memory, PAD_BYTES, COUNTS);
}

/** For sockets that belong to no server. */
export const UNCOUNTED: Counters = new Float64Array(COUNTS);

/** Adds to one count. */
export function add(counters: Counters, place: number, count: number): void {
  counters[place] = (counters[place] as number) + count;
}

/** Counts an answer by its status. */
export function countAnswer(counters: Counters, status: number): void {
  add(counters, ANSWERED + ((status / 100) | 0), 1);
}

/** Counts a WebSocket that is open now, and the answer (101) that opened it. */
export function countOpened(counters: Counters): void {
  add(counters, COUNT.OPENED, 1);
  add(counters, ANSWERED + 1, 1);
}

/** Connections that are open. */
export function openConnections(counters: Counters): number {
  return (counters[COUNT.ACCEPTED] as number) - (counters[COUNT.CLOSED] as number);
}

/** The I/O side is gone, and with it all connections. */
export function allClosed(counters: Counters): void {
  counters[COUNT.CLOSED] = counters[COUNT.ACCEPTED] as number;
  counters[COUNT.LEFT] = counters[COUNT.OPENED] as number;
}

/** Tasks that the app has not begun, which it counts in a word of 32 bits (wraps). */
export function waitingTasks(counters: Counters, taken: Int32Array): number {
  return ((counters[MADE] as number) - (taken[0] as number)) | 0;
}
