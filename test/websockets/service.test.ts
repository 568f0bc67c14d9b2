/** `service` and `daemonize`: what runs in which call, and how long a call waits. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import * as W from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { DISPATCHES, first, nextMessage, noted, socketServer, wsClient } from '../helpers/web-sockets.ts';
import { caughtUp } from '../helpers/wire.ts';

/** Lets what has reached the server become events. */
async function settled(server: W.WsServer): Promise<void> {
  for (let times = 0; times < 3; times++) await caughtUp(server.port);
}

describe.each(DISPATCHES)('service with %s dispatch', (dispatch) => {
  it('ends with the reason of a signal, and leaves nothing behind', async () => {
    const server = await socketServer({ dispatch });
    const reason = new Error('no more');
    await expect(W.service(server, -1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const aborter = new AbortController();
    const waiting = W.service(server, -1, { signal: aborter.signal });
    aborter.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(getEventListeners(aborter.signal, 'abort')).toEqual([]);
    await expect(W.service(server, 1, { signal: {} as AbortSignal })).rejects.toThrow(TypeError);
  });
});

describe('manual dispatch', () => {
  it('runs no callback outside of service, while pings are answered and pages wait', async () => {
    const server = await socketServer({ dispatch: 'manual', verifyRequest: () => true, handleProtocols: () => false });
    const log = noted(server);
    server.static = (socket) => {
      log.push('static');
      return W.httpResponse(socket, { content: 'page' });
    };
    const opening = wsClient(server.port);
    await settled(server);
    expect([log, server.clients.size]).toEqual([[], 0]);
    await W.service(server); // The handshake is judged.
    const client = await opening;
    const pong = new Promise((resolve) => client.once('pong', resolve));
    client.ping();
    await pong;
    client.send('one');
    const page = fetch(`http://127.0.0.1:${server.port}/`);
    await settled(server);
    expect(log).toEqual([]);
    for (let calls = 0; log.length < 3 && calls < 20; calls++) await W.service(server);
    expect([...log].sort()).toEqual(['established', 'receive one', 'static']);
    expect(await (await page).text()).toBe('page');
  });

  it('takes one that opens, then one event of each that was open, in the order in which they came', async () => {
    const server = await socketServer({ dispatch: 'manual' });
    const log: string[] = [];
    server.established = (ws) => void log.push(`established ${ws.protocol}`);
    server.receive = (data, ws) => void log.push(`${ws.protocol} ${Buffer.from(data)}`);
    const clients = [await wsClient(server.port, ['a']), await wsClient(server.port, ['b'])];
    for (const client of clients) for (const text of ['1', '2']) client.send(text);
    await settled(server);
    const passes: string[][] = [];
    while (passes.flat().length < 6) {
      await W.service(server);
      passes.push(log.splice(0));
    }
    expect(passes).toEqual([['established a'], ['established b', 'a 1'], ['a 2', 'b 1'], ['b 2']]);
  });

  it('rejects with what a callback throws, and goes on with the next call', async () => {
    const server = await socketServer({ dispatch: 'manual' });
    server.receive = async (data) => {
      throw new Error(String(Buffer.from(data)));
    };
    const client = await wsClient(server.port);
    await W.service(server);
    client.send('one');
    client.send('two');
    await expect(W.service(server, -1)).rejects.toThrow('one');
    await expect(W.service(server, -1)).rejects.toThrow('two');
  });

  it('may be served inside a callback', async () => {
    const server = await socketServer({ dispatch: 'manual' });
    const log: string[] = [];
    const one = await wsClient(server.port, ['a']);
    await W.service(server);
    server.receive = async (data, ws) => {
      log.push(`${ws.protocol} ${Buffer.from(data)}`);
      if (ws.protocol === 'a') await W.service(server, -1);
      log.push(`${ws.protocol} done`);
    };
    const two = await wsClient(server.port, ['b']);
    await W.service(server);
    one.send('outer');
    const serving = W.service(server, -1);
    await eventually(() => log.length).toBe(1);
    two.send('inner');
    await serving;
    expect(log).toEqual(['a outer', 'b inner', 'b done', 'a done']);
  });

  it('closing the server runs what is left', async () => {
    const server = await socketServer({ dispatch: 'manual' });
    const log = noted(server);
    await wsClient(server.port);
    await settled(server);
    await server.close();
    expect(log).toEqual(['established', 'closed 1001  true']);
  });

  it('becomes automatic as long as a daemon is there', async () => {
    const server = await socketServer({ dispatch: 'manual' });
    const log = noted(server);
    const client = await wsClient(server.port);
    await settled(server);
    const one = W.daemonize(server);
    const two = W.daemonize(server);
    expect(log).toEqual(['established']);
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    client.send('a');
    await eventually(() => log.at(-1)).toBe('receive a');
    two[Symbol.dispose]();
    client.send('b');
    await settled(server);
    expect(log).toEqual(['established', 'receive a']);
    await W.service(server);
    expect(log.at(-1)).toBe('receive b');
  });
});

describe.each(DISPATCHES)('service with %s dispatch', (dispatch) => {
  it('waits for an event, or for the time', async () => {
    const server = await socketServer({ dispatch });
    expect(await W.service(server, 0)).toBe(undefined);
    expect(await W.service(server, 20)).toBe(undefined);
    const log = noted(server);
    const waiting = W.service(server, -1);
    await wsClient(server.port);
    await waiting;
    expect(log).toEqual(['established']);
  });

  it('tells of what was dispatched since the last call', async () => {
    const server = await socketServer({ dispatch });
    const client = await wsClient(server.port);
    await W.service(server, -1);
    client.send('x');
    await settled(server);
    await W.service(server, -1);
    const log = noted(server);
    await W.service(server, 20);
    expect(log).toEqual([]);
  });

  it('lets the loop of a program run until the server is closed', async () => {
    const server = await socketServer({ dispatch });
    const log = noted(server);
    server.receive = (data, ws) => void W.websocketWrite(`You sent ${Buffer.from(data)}`, ws);
    const loop = (async () => {
      while (server.listening) await W.service(server);
    })();
    const client = await wsClient(server.port);
    const answer = nextMessage(client);
    client.send('hello');
    expect(String((await answer)[0])).toBe('You sent hello');
    await W.websocketClose(server);
    await loop;
    await W.service(server, -1);
    expect(log).toEqual(['established', 'closed 1001  true']);
  });

  it('leaves a daemon of an automatic server without effect', async () => {
    const server = await socketServer();
    W.daemonize(server)[Symbol.dispose]();
    const log = noted(server);
    await wsClient(server.port);
    await eventually(() => log).toEqual(['established']);
    expect(first(server).readyState).toBe('open');
  });

  it('refuses what is no number', async () => {
    const server = await socketServer({ dispatch });
    await expect(W.service(server, Number.NaN)).rejects.toBeInstanceOf(TypeError);
    await expect(W.service({} as W.WsServer)).rejects.toBeInstanceOf(TypeError);
  });
});
