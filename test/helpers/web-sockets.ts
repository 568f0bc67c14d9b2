/** Servers of `websockets/` in the mode of the run, with callbacks that note what they hear, and clients by `ws`. */
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import * as W from '../../src/websockets/index.ts';
import { mode } from './io-mode.ts';

export type Dispatch = 'auto' | 'manual';
export const DISPATCHES: readonly Dispatch[] = ['auto', 'manual'];

/** A server for the running test on any port, silent. It is closed behind the test. */
export async function socketServer(options: W.ServerOptions = {}): Promise<W.WsServer> {
  const server = await W.createServer({ port: 0, io: mode, logger: () => {}, ...options });
  onTestFinished(() => server.close());
  return server;
}

/** As {@link socketServer}; with manual dispatch somebody calls `service` all the time. */
export async function servedServer(dispatch: Dispatch, options: W.ServerOptions = {}): Promise<W.WsServer> {
  const server = await socketServer({ dispatch, ...options });
  if (dispatch === 'manual') void serve(server);
  return server;
}

async function serve(server: W.WsServer): Promise<void> {
  while (server.listening) {
    try {
      await W.service(server, 100);
    } catch (error) {
      server.emit('error', error as Error);
    }
  }
}

/** Has a server note what happens, in words. */
export function noted(server: W.Context, text = (data: Uint8Array) => Buffer.from(data).toString()): string[] {
  const log: string[] = [];
  W.setCallback('established', () => void log.push('established'), server);
  W.setCallback('receive', (data) => void log.push(`receive ${text(data)}`), server);
  W.setCallback(
    'closed',
    (_ws, { code, reason, wasClean }) => void log.push(`closed ${code} ${reason} ${wasClean}`),
    server,
  );
  return log;
}

/** A client by `ws`, open. It is cut behind the test. */
export async function wsClient(
  port: number,
  protocols: string[] = [],
  options: ClientOptions = {},
): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${port}/`, protocols, { perMessageDeflate: false, ...options });
  onTestFinished(() => client.terminate());
  await once(client, 'open');
  return client;
}

/** What a client gets next. */
export async function nextMessage(client: WebSocket): Promise<[data: Buffer, isBinary: boolean]> {
  return (await once(client, 'message')) as [Buffer, boolean];
}

/** How a client's connection ends. */
export async function endOf(client: WebSocket): Promise<[code: number, reason: string]> {
  const [code, reason] = await once(client, 'close');
  return [code as number, String(reason)];
}

/** The first connection of a server. */
export function first(server: W.Context): W.WsClient {
  const [ws] = server.clients;
  if (ws === undefined) throw new Error('there is no connection');
  return ws;
}
