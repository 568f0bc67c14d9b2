/** The end of connections and servers: who hears what, in which order, and when a call is over. */
import { describe, expect, it } from 'vitest';
import * as W from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { DISPATCHES, endOf, first, noted, servedServer, socketServer, wsClient } from '../helpers/web-sockets.ts';
import { closeFrame, textFrame, WsClient } from '../helpers/ws-client.ts';

describe.each(DISPATCHES)('with %s dispatch', (dispatch) => {
  it('closing a connection resolves behind its callback', async () => {
    const server = await servedServer(dispatch);
    const log = noted(server);
    const client = await wsClient(server.port);
    await eventually(() => server.clients.size).toBe(1);
    const ws = first(server);
    const end = endOf(client);
    const closing = ws.close(4001, 'enough').then((why) => log.push(`resolved ${why.code}`));
    expect(ws.readyState).toBe('closing');
    await Promise.all([closing, W.websocketClose(ws)]);
    expect(log).toEqual(['established', 'closed 4001 enough true', 'resolved 4001']);
    expect(await end).toEqual([4001, 'enough']);
  });

  it('closing inside a callback of the connection does not wait for itself', async () => {
    const server = await servedServer(dispatch);
    const log = noted(server);
    server.receive = async (_data, ws) => {
      log.push(`resolved ${(await ws.close(1001)).code}`);
    };
    const client = await wsClient(server.port);
    client.send('x');
    await eventually(() => log).toEqual(['established', 'resolved 1001', 'closed 1001  true']);
  });

  it('closing the server inside a callback does not, either', async () => {
    const server = await servedServer(dispatch);
    const log = noted(server);
    server.receive = async () => {
      await server.close();
      log.push('server closed');
    };
    const client = await wsClient(server.port);
    client.send('x');
    await eventually(() => log).toEqual(['established', 'server closed', 'closed 1001  true']);
  });

  it('closing the server inside the callbacks of all its connections does not, either', async () => {
    const server = await servedServer(dispatch);
    const log: string[] = [];
    server.closed = async () => {
      await server.close();
      log.push('server closed');
    };
    const clients = [await wsClient(server.port), await wsClient(server.port), await wsClient(server.port)];
    await eventually(() => server.clients.size).toBe(3);
    clients[0]?.close();
    await eventually(() => log.length).toBe(3);
    expect(server.clients.size).toBe(0);
  });

  it('closing the server tells everybody, and gives its port back', async () => {
    const server = await servedServer(dispatch);
    const log = noted(server);
    const clients = await Promise.all([wsClient(server.port), wsClient(server.port)]);
    await eventually(() => server.clients.size).toBe(2);
    const ends = clients.map(endOf);
    const closing = server.close();
    expect([server.listening, server.server_socket, server.address()]).toEqual([false, null, null]);
    await Promise.all([closing, server.close(), W.websocketClose(server), server[Symbol.asyncDispose]()]);
    expect(log.filter((line) => line.startsWith('closed'))).toEqual(['closed 1001  true', 'closed 1001  true']);
    expect(await Promise.all(ends)).toEqual([
      [1001, ''],
      [1001, ''],
    ]);
    expect((await socketServer({ port: server.port })).port).toBe(server.port);
  });
});

describe('closing a server', () => {
  /** A server with one connection whose `receive` waits for this, and what happened. */
  async function receiving(
    wait: () => Promise<unknown>,
    options: W.ServerOptions = {},
  ): Promise<[W.WsServer, string[]]> {
    const server = await socketServer(options);
    const log = noted(server);
    server.receive = async () => {
      log.push('receive');
      await wait();
      log.push('received');
    };
    (await wsClient(server.port)).send('x');
    await eventually(() => log).toContain('receive');
    return [server, log];
  }

  it('waits for callbacks that run', async () => {
    let release: () => void = () => {};
    const [server, log] = await receiving(() => new Promise<void>((resolve) => (release = resolve)));
    server.closed = async () => {
      log.push('closed');
      await new Promise((resolve) => setImmediate(resolve));
      log.push('through');
    };
    const closing = server.close().then(() => log.push('over'));
    await eventually(() => server.clients.values().next().value?.readyState).toBe('closed');
    expect(log.at(-1)).toBe('receive');
    release();
    await closing;
    expect(log.slice(2)).toEqual(['received', 'closed', 'through', 'over']);
  });

  it('does not wait longer than closeTimeoutMs for one that never ends, or that waits for this', async () => {
    const [stuck] = await receiving(() => new Promise(() => {}), { closeTimeoutMs: 50 });
    await stuck.close();
    expect(stuck.listening).toBe(false);
    let begin: (server: W.WsServer) => void = () => {};
    const begun = new Promise<W.WsServer>((resolve) => {
      begin = resolve;
    });
    const [itself, log] = await receiving(async () => (await begun).close(), { closeTimeoutMs: 50 });
    begin(itself);
    await eventually(() => log).toEqual(['established', 'receive', 'received', 'closed 1001  true']);
  });

  it('does not wait for ever for closed callbacks that never end, or that wait for this', async () => {
    const server = await socketServer({ closeTimeoutMs: 50 });
    const log: string[] = [];
    server.closed = async () => {
      log.push('closed');
      await null;
      await server.close();
      log.push('over');
      await new Promise(() => {});
    };
    const clients = [await wsClient(server.port), await wsClient(server.port)];
    await eventually(() => server.clients.size).toBe(2);
    clients[0]?.close();
    await eventually(() => log.toSorted()).toEqual(['closed', 'closed', 'over', 'over']);
    await server.close();
  });

  it('is not stopped by a daemon that ends meanwhile', async () => {
    const server = await socketServer({ dispatch: 'manual' });
    const log = noted(server);
    const daemon = W.daemonize(server);
    await wsClient(server.port);
    await eventually(() => log).toEqual(['established']);
    const closing = server.close();
    await null;
    daemon[Symbol.dispose]();
    await closing;
    expect(log.at(-1)).toBe('closed 1001  true');
  });
});

describe('the end of a connection', () => {
  it.each([
    ['a Close', closeFrame(3000, 'why'), 'closed 3000 why true'],
    ['a Close without a code', Buffer.of(0x88, 0x80, 0, 0, 0, 0), 'closed 1005  true'],
    ['nothing but FIN', null, 'closed 1006  false'],
  ])('by %s is told', async (_name, bytes, line) => {
    const server = await socketServer();
    const log = noted(server);
    const client = await WsClient.open(server.port);
    if (bytes === null) client.wire.halfClose();
    else await client.send(bytes);
    await eventually(() => log).toEqual(['established', line]);
    client.close();
  });

  it('behind messages comes behind them; what comes behind a Close is no message', async () => {
    const server = await socketServer();
    const log = noted(server);
    const client = await WsClient.open(server.port);
    await client.send(Buffer.concat([textFrame('one'), closeFrame(1000), textFrame('two')]));
    expect(await client.untilEnd()).toEqual(['close 1000']);
    await eventually(() => log).toEqual(['established', 'receive one', 'closed 1000  true']);
    client.close();
  });

  it('by terminate is 1006, without a word', async () => {
    const server = await socketServer();
    const log = noted(server);
    const client = await WsClient.open(server.port);
    await eventually(() => server.clients.size).toBe(1);
    first(server).terminate();
    expect(await client.untilEnd()).toEqual([]);
    await eventually(() => log).toEqual(['established', 'closed 1006  false']);
    client.close();
  });

  it('of one that does not answer comes after closeTimeoutMs', async () => {
    const server = await socketServer({ closeTimeoutMs: 100 });
    const log = noted(server);
    const client = await WsClient.open(server.port);
    await eventually(() => server.clients.size).toBe(1);
    expect(await first(server).close()).toMatchObject({ code: 1006, wasClean: false });
    const other = await WsClient.open(server.port);
    await eventually(() => server.clients.size).toBe(1);
    await server.close();
    expect(log).toEqual(['established', 'closed 1006  false', 'established', 'closed 1006  false']);
    client.close();
    other.close();
  });
});

describe('websocketClose', () => {
  it('takes null, and refuses codes that may not be sent and what is none of ours', async () => {
    const server = await socketServer();
    await W.websocketClose(null);
    await wsClient(server.port);
    await eventually(() => server.clients.size).toBe(1);
    for (const code of [999, 1005, 1006, 1015, 2999, 5000, 1.5]) {
      await expect(W.websocketClose(first(server), code)).rejects.toBeInstanceOf(RangeError);
      await expect(W.websocketClose(server, code)).rejects.toBeInstanceOf(RangeError);
    }
    expect([server.listening, first(server).readyState]).toEqual([true, 'open']);
    await expect(W.websocketClose({} as W.WsServer)).rejects.toBeInstanceOf(TypeError);
  });
});
