/** Notes what was asked and what was answered, for servers whose app wants to know (`onAccess`). */

import type { AccessEntry } from '../static-types.ts';
import type { Connection } from './connection.ts';
import type { StaticRequest } from './static-request.ts';

/** Longer texts of a peer are cut. */
const MOST_CHARACTERS = 2_048;

/** A request whose answer is to be noted. */
export type AccessStart = Omit<AccessEntry, 'status' | 'bytes' | 'ms'> & {
  /** When it came (monotonic ms). */
  readonly startedAt: number;
};

/** What is noted of a request. @param now Monotonic milliseconds. */
export function accessStart(connection: Connection, request: StaticRequest, now: number): AccessStart {
  const cut = (text: string | null): string => (text ?? '').slice(0, MOST_CHARACTERS);
  return {
    time: Date.now(),
    remoteAddress: connection.socket.remoteAddress,
    method: request.method,
    target: cut(request.target),
    referer: cut(request.field('referer')),
    userAgent: cut(request.field('user-agent')),
    startedAt: now,
  };
}

/** The entry of a request that was answered. @param bytes Of the body. */
export function accessEntry(
  { startedAt, ...start }: AccessStart,
  status: number,
  bytes: number,
  now: number,
): AccessEntry {
  return { ...start, status, bytes, ms: Math.max(0, now - startedAt) };
}
