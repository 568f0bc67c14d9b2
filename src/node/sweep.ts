/**
 * Ends what takes too long. A limit on the peer counts only while we read from it: what we paused is not its fault.
 */

import type { Connection } from './connection.ts';
import { finishWriting } from './deliver.ts';
import type { Host } from './host.ts';
import { BODY_LATE } from './link.ts';
import { refuse } from './refusal.ts';
import { forgiveSocket } from './socket-times.ts';

/**
 * A connection whose last answer is sent is closed once nothing has come for so long (RFC 9112 section 9.6), or when
 * what comes does not end: closing earlier would reset it, and the peer might lose an answer that it has not read yet.
 */
const LINGER_MS = 2_000;
const LONGEST_LINGER_MS = 30_000;

/** Looks at every connection once. */
export function sweep(host: Host, now: number): void {
  for (const connection of host.connections) {
    if (connection === undefined) continue;
    if (isStalled(connection, now)) connection.socket.destroy();
    else if (connection.read === 'socket') host.sockets.sweep(connection, now);
    // A socket that is not read, or from which all is read, tells nothing by itself.
    else if (connection.isBusy && (connection.hold !== 0 || connection.read === 'ended')) {
      if (connection.socket.isGone) connection.socket.destroy();
    } else if (connection.hold === 0) sweepReading(host, connection, now);
  }
}

/** Nothing was read or written for `ms` milliseconds up to now, because the thread was busy: no peer is to blame. */
export function forgive(host: Host, ms: number, now: number): void {
  for (const connection of host.connections) {
    if (connection === undefined) continue;
    connection.progressAt = Math.min(now, connection.progressAt + ms);
    if (connection.hold === 0) connection.since = Math.min(now, connection.since + ms);
    if (connection.webSocket !== null) forgiveSocket(connection.webSocket, ms);
  }
}

/** Says whether the peer has taken nothing of what was written for too long. */
function isStalled(connection: Connection, now: number): boolean {
  const unsent = connection.socket.unsent;
  if (unsent === 0 || unsent !== connection.lastUnsent) {
    connection.lastUnsent = unsent;
    connection.progressAt = now;
    return false;
  }
  return now - connection.progressAt >= connection.server.writeTimeoutMs;
}

function sweepReading(host: Host, connection: Connection, now: number): void {
  const age = now - connection.since;
  const { server } = connection;
  switch (connection.read) {
    case 'fresh':
      if (age >= server.headTimeoutMs) connection.socket.destroy();
      break;
    case 'head':
      if (age >= Math.min(server.headTimeoutMs, server.requestTimeoutMs)) refuse(host, connection, 408);
      break;
    case 'body':
      if (age >= server.requestTimeoutMs) refuse(host, connection, 408, BODY_LATE);
      break;
    case 'idle':
      if (!connection.isBusy && age >= server.keepAliveTimeoutMs) finishWriting(host, connection);
      break;
    case 'closing':
      if (connection.lastUnsent > 0) connection.since = connection.heldSince = now;
      else if (age >= LINGER_MS || now - connection.heldSince >= LONGEST_LINGER_MS) connection.socket.destroy();
      break;
    default:
  }
}
