/** What servers are made with, what they tell of themselves, and what is refused at the door. */

import { getEventListeners, once } from 'node:events';
import { createServer as netServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as W from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { ownUsualPort } from '../helpers/usual-port.ts';
import { socketServer, wsClient } from '../helpers/web-sockets.ts';

describe('names', () => {
  it('stand for one function, in both spellings', () => {
    expect([W.create_server, W.set_callback, W.websocket_write, W.websocket_broadcast, W.websocket_close]).toEqual([
      W.createServer,
      W.setCallback,
      W.websocketWrite,
      W.websocketBroadcast,
      W.websocketClose,
    ]);
    expect([W.http_response, W.http_vars, W.static_text_service, W.static_file_service]).toEqual([
      W.httpResponse,
      W.httpVars,
      W.staticTextService,
      W.staticFileService,
    ]);
  });
});

describe('a server', () => {
  it('tells where it listens, and that it does', async () => {
    const server = await socketServer();
    expect(server).toMatchObject({ host: '127.0.0.1', listening: true, server_socket: server.port });
    expect(server.port).toBeGreaterThan(0);
    expect(server.address()).toEqual({ address: '127.0.0.1', family: 'IPv4', port: server.port });
    expect([server.clients.size, server.client_sockets.size]).toEqual([0, 0]);
    expect([server.established, server.receive, server.closed]).toEqual([null, null, null]);
    expect(typeof server.static).toBe('function');
  });

  it('tells the address of a name', async () => {
    const server = await socketServer({ host: 'localhost' });
    expect(server.host).toBe('localhost');
    expect([
      ['127.0.0.1', 'IPv4'],
      ['::1', 'IPv6'],
    ]).toContainEqual([server.address()?.address, server.address()?.family]);
  });

  it('listens on port 7681 of this machine by default, and takes R’s arguments', async () => {
    // The tests of both modes run side by side.
    const release = await ownUsualPort();
    onTestFinished(release);
    const page: W.WebPage = () => true;
    const one = await W.createServer();
    onTestFinished(() => one.close());
    expect([one.port, one.host]).toEqual([7681, '127.0.0.1']);
    await one.close();
    const two = await W.createServer(0, page, true);
    onTestFinished(() => two.close());
    expect(two.static).toBe(page);
    const client = await wsClient(two.port);
    await eventually(() => two.clients.size).toBe(1);
    const [ws] = two.clients;
    if (ws === undefined) throw new Error('nobody is there');
    const got = once(client, 'message');
    W.websocketWrite('text', ws);
    expect(await got).toEqual([Buffer.from('text'), true]);
  });

  it('says that it listens to who listens by then', async () => {
    const server = await socketServer();
    await once(server, 'listening');
    const closed = await socketServer();
    closed.on('listening', () => {
      throw new Error('it does not listen');
    });
    await closed.close();
  });

  it('says what it could not bind, with the system’s error as its cause', async () => {
    const other = netServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const error = await socketServer({ port }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(W.WebsocketsError);
    expect(error).toMatchObject({ code: 'ERR_BIND', cause: { code: 'EADDRINUSE' } });
    expect((error as Error).message).toMatch(new RegExp(`^Unable to bind socket on port ${port}`));
  });

  it.each([-1, 65_536, 1.5, Number.NaN, '80'])('refuses the port %s', async (port) => {
    await expect(W.createServer({ port: port as number })).rejects.toBeInstanceOf(RangeError);
    await expect(W.createServer(port as number)).rejects.toBeInstanceOf(RangeError);
  });

  it.each([
    ['webpage', 'x'],
    ['receive', 1],
    ['verifyRequest', {}],
    ['dispatch', 'sometimes'],
    ['isBinary', 'yes'],
    ['signal', {}],
  ])('refuses %s: %j', async (name, value) => {
    await expect(W.createServer({ port: 0, [name]: value })).rejects.toBeInstanceOf(TypeError);
  });

  it('has the options of all servers, and refuses unknown ones', async () => {
    await expect(W.createServer({ port: 0, maxMesageBytes: 1 } as W.ServerOptions)).rejects.toMatchObject({
      code: 'HV_BAD_OPTION',
      message: expect.stringContaining('did you mean maxMessageBytes?'),
    });
    await expect(W.createServer({ port: 0, maxMessageBytes: -1 })).rejects.toMatchObject({ code: 'HV_BAD_OPTION' });
  });

  it('is not started with a signal that has aborted, and is closed by one that aborts', async () => {
    await expect(W.createServer({ port: 0, signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
    const stop = new AbortController();
    const server = await socketServer({ signal: stop.signal });
    const closed = once(server, 'close');
    stop.abort();
    expect(server.listening).toBe(false);
    await closed;
  });

  it('is not started with a signal that aborts before it listens', async () => {
    const stop = new AbortController();
    const reason = new Error('no more');
    const starting = socketServer({ signal: stop.signal });
    stop.abort(reason);
    await expect(starting).rejects.toBe(reason);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });
});

describe('callbacks', () => {
  it('are set, replaced and removed by the four ids', async () => {
    const server = await socketServer();
    for (const id of ['established', 'receive', 'closed', 'static'] as const) {
      const f = (): void => {};
      W.setCallback(id, f, server);
      expect(server[id]).toBe(f);
      W.setCallback(id, null, server);
      expect(server[id]).toBe(null);
    }
    for (const id of ['recieve', 'toString', 'port', 'constructor']) {
      expect(() => W.setCallback(id as 'receive', () => {}, server), id).toThrow(TypeError);
    }
    expect(() => W.setCallback('receive', 1 as unknown as null, server)).toThrow(TypeError);
    expect(() => W.setCallback('receive', null, {} as W.WsServer)).toThrow(TypeError);
  });
});

describe('a context that does not listen', () => {
  it('has no port, and its service is over at once', async () => {
    const context = await W.createContext(7681, null, false);
    expect(context).toMatchObject({ port: 0, host: '', listening: false, server_socket: null, static: null });
    expect(context.address()).toBe(null);
    await W.service(context, -1);
    await context.close();
    await W.websocketClose(context);
    await expect(W.createContext(7681, null, false, 'yes' as unknown as boolean)).rejects.toThrow(TypeError);
  });

  it('is a server otherwise, with R’s order of arguments', async () => {
    const server = await W.createContext(0, null);
    onTestFinished(() => server.close());
    expect([server.listening, server.static]).toEqual([true, null]);
  });
});
