/** Pings of the server in its own time: who answers stays, who does not is gone. */
import { expect, it } from 'vitest';
import type * as W from '../../src/websockets/index.ts';
import { service, websocket } from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { first, socketServer, wsClient } from '../helpers/web-sockets.ts';
import { WsClient } from '../helpers/ws-client.ts';

it('Pings are answered by ws and by our client, and a client that is silent is closed with 1006', async () => {
  const ends: W.Disconnect[] = [];
  const server = await socketServer({
    pingIntervalMs: 1,
    maxMissedPongs: 2,
    established: (ws) => void ws.on('pong', () => answers.set(ws.id, (answers.get(ws.id) ?? 0) + 1)),
    closed: (_ws, why) => void ends.push(why),
  });
  const answers = new Map<number, number>();
  const theirs = await wsClient(server.port);
  let pings = 0;
  theirs.on('ping', () => pings++);
  const ours = await websocket(`ws://127.0.0.1:${server.port}/`);
  const silent = await WsClient.open(server.port);
  expect(await silent.untilEnd()).toEqual(['ping', 'ping']);
  await eventually(() => ends).toEqual([{ code: 1006, reason: '', wasClean: false }]);
  await eventually(() => [...answers.values()].filter((count) => count >= 2).length).toBe(2);
  expect(pings).toBeGreaterThanOrEqual(2);
  expect([theirs.readyState, ours.ws.readyState, server.clients.size]).toEqual([theirs.OPEN, 'open', 2]);
  silent.close();
  await ours.close();
});

it('one who is not read from, because the program is behind, is not taken for silent', async () => {
  const server = await socketServer({ dispatch: 'manual', pingIntervalMs: 1, maxMissedPongs: 1 });
  const busy = await wsClient(server.port);
  for (let i = 0; i < 200; i++) busy.send(`${i}`);
  // Who is not held here is gone by then.
  const silent = await WsClient.open(server.port);
  await silent.untilEnd();
  expect(busy.readyState).toBe(busy.OPEN);
  let heard = 0;
  server.receive = () => void heard++;
  while (heard < 200) await service(server);
  expect(first(server).readyState).toBe('open');
  silent.close();
});
