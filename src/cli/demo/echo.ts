/** The echo of the demo: every WebSocket message comes back as it is, but for one that asks the server to close. */
import type { AppWebSocket } from '../../index.ts';

/** Where the WebSocket is. */
export const ECHO_PATH = '/echo';
/** Payload bytes of the largest message. */
export const ECHO_BYTES = 16_777_216;

/** `/close`, `/close 4001`, `/close 4001 a reason`. */
const CLOSE = /^\/close(?:\s+(\S+)(?:\s+(.*))?)?$/s;

/** Answers the messages of one WebSocket. */
export function echo(ws: AppWebSocket): void {
  ws.onMessage((_isBinary, message) => {
    const asked = typeof message === 'string' ? CLOSE.exec(message) : null;
    if (asked === null) ws.send(message);
    else close(ws, asked[1] ?? '1000', asked[2] ?? '');
  });
}

function close(ws: AppWebSocket, code: string, reason: string): void {
  try {
    ws.close(Number(code), reason);
  } catch {
    ws.send(`The server cannot close with ${code}: use 1000 or 3000 to 4999.`);
  }
}
