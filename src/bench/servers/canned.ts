/** The answer of the floors: counts the ends of heads and writes as many, all of one piece in one write. */
import type { Socket } from 'node:net';
import { HELLO_BODY } from './hello.ts';

/** The answer. */
export const CANNED_ANSWER: string = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${HELLO_BODY.length}\r\n\r\n${HELLO_BODY}`;
const HEAD_END = Buffer.from('\r\n\r\n');

/** Answers a connection; understands nothing else of HTTP. */
export function answerCanned(socket: Socket): void {
  let kept: Buffer | null = null;
  socket.on('data', (piece: Buffer) => {
    const bytes: Buffer = kept === null ? piece : Buffer.concat([kept, piece]);
    let requests = 0;
    let at = 0;
    for (let end = bytes.indexOf(HEAD_END); end >= 0; end = bytes.indexOf(HEAD_END, at)) {
      requests++;
      at = end + HEAD_END.length;
    }
    kept = at === bytes.length ? null : bytes.subarray(at);
    if (requests > 0) socket.write(requests === 1 ? CANNED_ANSWER : CANNED_ANSWER.repeat(requests), 'latin1');
  });
  socket.on('error', () => socket.destroy());
}
