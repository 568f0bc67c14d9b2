/**
 * Sends one batch of messages to a server and compares the echoes byte for byte: a server that echoes wrongly is not timed.
 * Knows no server.
 */
import { connect } from 'node:net';
import { type EchoBatch, echoTalk } from '../load/echo.ts';

const TIMEOUT_MS = 20_000;

/** @returns Undefined when every byte is right, else what is wrong as a sentence. */
export function wrongEcho(port: number, batch: EchoBatch): Promise<string | undefined> {
  const { greeting, batch: sent, reader: echoes } = echoTalk(batch);
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let reader = greeting?.reader() ?? echoes();
    let phase = 'opening the WebSocket';
    const settle = (verdict: string | undefined) => {
      socket.destroy();
      resolve(verdict);
    };
    socket.setTimeout(TIMEOUT_MS, () => settle(`was silent for ${TIMEOUT_MS} ms while ${phase}`));
    socket.on('error', (error) => settle(error.message));
    socket.on('end', () => settle(`closed the connection while ${phase}`));
    socket.on('connect', () => socket.write(greeting?.text ?? ''));
    socket.on('data', (piece) => {
      const found = reader.feed(piece);
      if (found === 'wrong') return settle(`answered wrongly while ${phase}`);
      if (found === 'more') return;
      if (phase === 'echoing') return settle(undefined);
      phase = 'echoing';
      reader = echoes();
      socket.write(sent);
    });
  });
}
