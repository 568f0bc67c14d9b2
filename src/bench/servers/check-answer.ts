/**
 * Asks a server over one connection and reads the answers byte by byte of their stated length: a server that answers
 * wrongly is not timed. Knows no server.
 */
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { requestFor } from '../load/load.ts';
import { HELLO_BODY } from './hello.ts';

const TIMEOUT_MS = 10_000;

/**
 * Sends `count` requests in one write and reads as many answers.
 *
 * @param isTls Over TLS, with any certificate.
 * @returns Undefined when all are right, else the first difference as a sentence.
 */
export function wrongAnswer(port: number, count: number, isTls: boolean = false): Promise<string | undefined> {
  return new Promise((resolve) => {
    const target = { host: '127.0.0.1', port };
    const socket = isTls ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target);
    let bytes: Buffer = Buffer.alloc(0);
    let right = 0;
    const settle = (verdict: string | undefined) => {
      socket.destroy();
      resolve(verdict);
    };
    socket.setTimeout(TIMEOUT_MS, () => settle(`answered ${right} of ${count} requests in ${TIMEOUT_MS} ms`));
    socket.on('error', (error) => settle(error.message));
    socket.on('end', () => settle(`closed the connection after ${right} of ${count} answers`));
    socket.on(isTls ? 'secureConnect' : 'connect', () => socket.write(requestFor().repeat(count), 'latin1'));
    socket.on('data', (piece) => {
      bytes = Buffer.concat([bytes, piece]);
      for (;;) {
        const found = takeAnswer(bytes);
        if (found === undefined) return;
        if (typeof found === 'string') return settle(found);
        bytes = bytes.subarray(found);
        right++;
        if (right === count) return settle(bytes.length === 0 ? undefined : 'sent bytes behind the last answer');
      }
    });
  });
}

/** The length of the answer at the start of `bytes`, what is wrong with it, or undefined when it is not complete. */
export function takeAnswer(bytes: Buffer): number | string | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  if (!/^HTTP\/1\.1 200 /.test(head)) return `answered ${JSON.stringify(head.split('\r\n')[0])}`;
  if (!/\r\ncontent-type: *text\/plain/i.test(head)) return 'answered without its Content-Type';
  const length = /\r\ncontent-length: *(\d+)\s*(\r\n|$)/i.exec(head);
  if (length === null) return 'answered without Content-Length';
  const end = headEnd + 4 + Number(length[1]);
  if (bytes.length < end) return undefined;
  const body = bytes.toString('latin1', headEnd + 4, end);
  return body === HELLO_BODY ? end : `answered with the body ${JSON.stringify(body)}`;
}
