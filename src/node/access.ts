/** Notes what was asked and what was answered, for servers whose app wants to know (`onAccess`). */

import { performance } from 'node:perf_hooks';
import type { AccessEntry } from '../static-types.ts';
import { askedBy } from './asked-by.ts';
import type { Connection, Exchange } from './connection.ts';
import { add, COUNT, countAnswer, countOpened } from './counters.ts';
import type { Host } from './host.ts';
import type { RawSession } from './raw-session.ts';
import type { StaticRequest } from './static-request.ts';

/** Stand for the status of an answer that there was not, and of one that opens a WebSocket. */
const NO_ANSWER = 499;
const SWITCHING = 101;
/** Longer texts of a peer are cut. */
const MOST_CHARACTERS = 2_048;

/** A request whose answer is to be noted. */
export type AccessStart = Omit<AccessEntry, 'status' | 'bytes' | 'aborted' | 'ms'> & {
  /** When it came (monotonic ms). */
  readonly startedAt: number;
};

/** What is noted of a request. */
export function accessStart(connection: Connection, request: StaticRequest): AccessStart {
  const { trust } = connection.server;
  const client = trust === null ? null : askedBy(connection, trust, request);
  const cut = (text: string | null): string => (text ?? '').slice(0, MOST_CHARACTERS);
  return {
    time: Date.now(),
    remoteAddress: cut(client?.address ?? connection.socket.remoteAddress),
    method: request.method,
    target: cut(request.target),
    referer: cut(request.field('referer')),
    userAgent: cut(request.field('user-agent')),
    startedAt: performance.now(),
  };
}

/** What is noted of a request whose head could not be read. */
export function unreadStart(connection: Connection): AccessStart {
  const { remoteAddress } = connection.socket;
  return {
    time: Date.now(),
    remoteAddress,
    method: '',
    target: '',
    referer: '',
    userAgent: '',
    startedAt: performance.now(),
  };
}

function accessEntry(
  { startedAt, ...start }: AccessStart,
  status: number,
  bytes: number,
  aborted: boolean,
): AccessEntry {
  return { ...start, status, bytes, aborted, ms: performance.now() - startedAt };
}

/** Notes an answer, if somebody wants to hear of it. @param bytes Of the body. */
export function note(
  host: Host,
  connection: Connection,
  { access }: Exchange,
  status: number,
  bytes: number,
  aborted: boolean = false,
): void {
  if (access !== null) host.noteAccess(connection.server, accessEntry(access, status, bytes, aborted));
}

/** Counts and notes a request that no answer came to. */
export function unanswered(host: Host, connection: Connection, exchange: Exchange): void {
  add(connection.server.counters, COUNT.UNANSWERED, 1);
  note(host, connection, exchange, NO_ANSWER, 0, true);
}

/** Counts and notes a WebSocket that is open now. */
export function noteOpened(host: Host, connection: Connection, exchange: Exchange): void {
  countOpened(connection.server.counters);
  note(host, connection, exchange, SWITCHING, 0);
}

/** Counts and notes an answer that the app has written itself, when its connection ends. */
export function noteRaw(host: Host, connection: Connection, exchange: Exchange, { written }: RawSession): void {
  const { status, bodyBytes, isWhole } = written;
  if (status === 0) unanswered(host, connection, exchange);
  else {
    countAnswer(connection.server.counters, status);
    note(host, connection, exchange, status, bodyBytes, !isWhole);
  }
}
