/**
 * Ends what takes too long. A limit on the peer counts only while we read from it: what we paused is not its fault.
 */
import type { ConnHost } from './conn-host.ts';
import type { Connection } from './connection.ts';
import { finishWriting } from './deliver.ts';
import { refuse } from './receive.ts';

/** How long a connection whose last answer is sent may take to read it and close (RFC 9112 section 9.6). */
const LINGER_MS = 2_000;

/** Looks at every connection once. */
export function sweep(host: ConnHost, now: number): void {
  for (const connection of host.connections) {
    if (connection === undefined) continue;
    if (isStalled(connection, now)) connection.socket.destroy();
    else if (connection.hold === 0) sweepReading(host, connection, now);
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

function sweepReading(host: ConnHost, connection: Connection, now: number): void {
  const age = now - connection.since;
  const { server } = connection;
  switch (connection.read) {
    case 'fresh':
      if (age >= server.headTimeoutMs) connection.socket.destroy();
      break;
    case 'head':
      if (age >= server.headTimeoutMs) refuse(host, connection, 408);
      break;
    case 'body':
      if (age >= server.requestTimeoutMs) refuse(host, connection, 408);
      break;
    case 'idle':
      if (connection.queue.length === 0 && age >= server.keepAliveTimeoutMs) finishWriting(host, connection);
      break;
    case 'closing':
      if (connection.lastUnsent === 0 && now - connection.since >= LINGER_MS) connection.socket.destroy();
      break;
    default:
  }
}
