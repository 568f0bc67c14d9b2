/** WebSockets on the app side, with an I/O side that does nothing: whose words are heard when numbers are given again. */
import { expect, it } from 'vitest';
import type { WebSocketConnection } from '../../src/app/web-socket.ts';
import { runNow } from '../../src/later/index.ts';
import type { SocketsToIo } from '../../src/node/link.ts';
import { AppSockets } from '../../src/server/app-sockets.ts';
import type { AppServer } from '../../src/server/pending.ts';
import type { AppRequest } from '../../src/types.ts';

it('one whose number was given to another connection before its end was told hears of it at once, and only once', () => {
  const said: string[] = [];
  const io = { accept: () => {}, sentBytes: () => 0 } as unknown as SocketsToIo;
  const sockets = new AppSockets({ io: () => io, planFlush: () => {} }, (task, given) => task(given));
  let opened = 0;
  const app = {
    onWSOpen(ws: WebSocketConnection) {
      const name = ++opened;
      ws.onMessage((_isBinary, message) => void said.push(`${name} ${String(message)}`));
      ws.onClose((code) => void said.push(`${name} closed ${code}`));
    },
  };
  const server = { app, sendLimits: { highWaterBytes: 1, maxBufferedBytes: 1 } } as unknown as AppServer;
  const told = (tell: () => void): string[] => {
    said.length = 0;
    tell();
    while (runNow(0));
    return [...said];
  };
  const open = (request: number): void => sockets.open(server, 7, request, {} as AppRequest, '');
  expect(told(() => open(1))).toEqual([]);
  expect(told(() => sockets.message(7, 1, 'a', false))).toEqual(['1 a']);
  expect(told(() => open(2))).toEqual(['1 closed 1006']);
  expect(told(() => sockets.message(7, 1, 'late', false))).toEqual([]);
  expect(told(() => sockets.closed(7, 1, 1000, '', true))).toEqual([]);
  expect(told(() => sockets.message(7, 2, 'b', false))).toEqual(['2 b']);
  expect(told(() => sockets.allGone())).toEqual(['2 closed 1006']);
});
