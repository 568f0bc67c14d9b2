/** What the time of a WebSocket asks for: Pings, and an end where nothing comes. */
import type { Connection } from './connection.ts';
import type { IoSocket } from './io-socket.ts';

/**
 * `answer`: the peer's Close has waited for the app as long as it may. `expire`: the peer had its time for the closing
 * handshake. `ping`: a Ping is to be sent. `cut`: nothing has come behind so many of them.
 */
export type Due = 'answer' | 'expire' | 'ping' | 'cut' | null;

/** What is due now (monotonic ms), once. */
export function dueOf({ server, hold, lastUnsent }: Connection, socket: IoSocket, now: number): Due {
  if (socket.closingAt > 0) {
    // Who has not taken what was said before the Close is not at the Close yet: `writeTimeoutMs` is what counts until then.
    if (lastUnsent > 0) socket.closingAt = now;
    if (now - socket.closingAt < server.closeTimeoutMs) return null;
    return socket.session.state === 'answering' ? 'answer' : 'expire';
  }
  if (now - socket.pingedAt < server.pingIntervalMs) return null;
  // What is not read may well have been sent.
  if (hold !== 0) socket.unanswered = 0;
  if (socket.unanswered >= server.maxMissedPongs) return 'cut';
  socket.pingedAt = now;
  socket.unanswered++;
  return 'ping';
}

/** Time (ms) in which this thread was busy is no time of a peer's. */
export function forgiveSocket(socket: IoSocket, ms: number): void {
  if (socket.pingedAt > 0) socket.pingedAt += ms;
  if (socket.closingAt > 0) socket.closingAt += ms;
}
