/** What waits for a program that is behind: it is bounded, and whoever has left is not kept waiting for. */
import { describe, expect, it } from 'vitest';
import * as W from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { endOf, noted, socketServer, wsClient } from '../helpers/web-sockets.ts';
import { caughtUp, untilEnd, Wire } from '../helpers/wire.ts';
import { handshake, WsClient } from '../helpers/ws-client.ts';

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';

/** Lets what has reached the server become events. */
async function settled(server: W.WsServer): Promise<void> {
  for (let times = 0; times < 3; times++) await caughtUp(server.port);
}

/** Serves until nothing waits any more. */
async function serveAll(server: W.WsServer, log: readonly unknown[], until: number): Promise<void> {
  while (log.length < until) await W.service(server);
}

describe('manual dispatch', () => {
  it('answers pages with 503 when maxQueuedRequests of them wait, and serves the others', async () => {
    const pages: string[] = [];
    const server = await socketServer({
      dispatch: 'manual',
      maxQueuedRequests: 2,
      webpage: (socket, { resource }) => {
        pages.push(resource);
        return W.httpResponse(socket, { content: resource });
      },
    });
    const wires = [await Wire.open(server.port), await Wire.open(server.port)];
    for (const [i, wire] of wires.entries()) await wire.send(GET.replace('/', `/${i}`));
    await settled(server);
    const [refused] = (await untilEnd(server.port, [GET])).responses;
    expect([refused?.status, refused?.fields.some(([name]) => name === 'Retry-After')]).toEqual([503, true]);
    await serveAll(server, pages, 2);
    expect(pages).toEqual(['/0', '/1']);
    for (const wire of wires) expect((await wire.untilEnd())[0]?.status).toBe(200);
    // There is room again.
    const answer = untilEnd(server.port, [GET]);
    await serveAll(server, pages, 3);
    expect((await answer).responses[0]?.status).toBe(200);
  });

  it('closes WebSockets with 1013, and refuses handshakes that have to be judged with 503', async () => {
    const plain = await socketServer({ dispatch: 'manual', maxQueuedRequests: 2 });
    const log = noted(plain);
    const kept = [await wsClient(plain.port), await wsClient(plain.port)];
    const surplus = await wsClient(plain.port);
    expect((await endOf(surplus))[0]).toBe(1013);
    await serveAll(plain, log, 2);
    expect([log, plain.clients.size]).toEqual([['established', 'established'], 2]);
    expect(kept.map(({ readyState }) => readyState)).toEqual([1, 1]);

    const judging = await socketServer({ dispatch: 'manual', maxQueuedRequests: 1, verifyRequest: () => true });
    const waiting = await WsClient.connect(judging.port);
    await waiting.send(handshake());
    await settled(judging);
    expect((await untilEnd(judging.port, [handshake()])).responses[0]?.status).toBe(503);
    await W.service(judging);
    await waiting.opened();
    waiting.close();
  });

  it('does not run pages for clients that have left', async () => {
    const log: string[] = [];
    const server = await socketServer({
      dispatch: 'manual',
      webpage: (socket, { resource }) => {
        log.push(resource);
        return W.httpResponse(socket);
      },
    });
    const wire = await Wire.open(server.port);
    await wire.send(GET.replace('/', '/gone'));
    await settled(server);
    wire.socket.resetAndDestroy();
    await settled(server);
    const stays = await Wire.open(server.port);
    await stays.send(GET.replace('/', '/stays'));
    await serveAll(server, log, 1);
    expect(log).toEqual(['/stays']);
    stays.close();
  });
});

describe('an iteration of a server that nobody goes on with', () => {
  it('lets maxQueuedRequests connections in, and more when they were told of', async () => {
    const server = await socketServer({ maxQueuedRequests: 2 });
    const events = server[Symbol.asyncIterator]();
    for (let i = 0; i < 2; i++) {
      const client = await wsClient(server.port);
      client.close(4000);
      await endOf(client);
    }
    await eventually(() => server.clients.size).toBe(0);
    expect((await endOf(await wsClient(server.port)))[0]).toBe(1013);
    const got: string[] = [];
    for (let i = 0; i < 4; i++) got.push((await events.next()).value.type);
    expect(got).toEqual(['established', 'closed', 'established', 'closed']);
    const client = await wsClient(server.port);
    expect((await events.next()).value.type).toBe('established');
    expect(client.readyState).toBe(client.OPEN);
  });
});
