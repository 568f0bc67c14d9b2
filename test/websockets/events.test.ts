/** Callbacks: when they run, in which order, what they are given, and what becomes of their errors. */
import { describe, expect, it, onTestFinished } from 'vitest';
import * as W from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { DISPATCHES, endOf, first, nextMessage, noted, servedServer, wsClient } from '../helpers/web-sockets.ts';
import { untilEnd } from '../helpers/wire.ts';
import { handshake } from '../helpers/ws-client.ts';

describe.each(DISPATCHES)('with %s dispatch', (dispatch) => {
  it('a connection is established, heard and closed, in this order', async () => {
    const server = await servedServer(dispatch);
    const log = noted(server);
    const client = await wsClient(server.port);
    for (const text of ['a', '', 'é€😀']) client.send(text);
    client.send(Buffer.of(0x68, 0x69));
    client.close(4000, 'bye');
    await eventually(() => log.length).toBe(6);
    expect(log).toEqual(['established', 'receive a', 'receive ', 'receive é€😀', 'receive hi', 'closed 4000 bye true']);
    expect([server.clients.size, server.client_sockets.size]).toEqual([0, 0]);
  });

  it('pages and refused handshakes are neither established nor closed', async () => {
    const server = await servedServer(dispatch);
    const log = noted(server);
    for (const request of ['GET / HTTP/1.1\r\nHost: h\r\n\r\n', handshake({ 'Sec-WebSocket-Version': '0' })]) {
      expect((await untilEnd(server.port, [request])).responses.length).toBe(1);
    }
    // What was told of them would have come before.
    (await wsClient(server.port)).close();
    await eventually(() => log).toEqual(['established', 'closed 1005  true']);
  });

  it('data is always bytes, and the header tells the opcode of the message', async () => {
    const server = await servedServer(dispatch);
    const got: unknown[] = [];
    server.receive = (data, ws, header) => {
      got.push([data instanceof Uint8Array, Buffer.from(data).toString(), ws === first(server), header]);
    };
    const client = await wsClient(server.port);
    client.send('te', { fin: false });
    client.send('xt', { fin: true });
    client.send(Buffer.from('bytes'));
    await eventually(() => got.length).toBe(2);
    const header = { fin: true, rsv1: false, rsv2: false, rsv3: false };
    expect(got).toEqual([
      [true, 'text', true, { ...header, opcode: 1 }],
      [true, 'bytes', true, { ...header, opcode: 2 }],
    ]);
  });

  it('the next event of a connection waits for the promise of the last; others go on', async () => {
    const server = await servedServer(dispatch);
    const log: string[] = [];
    let release: () => void = () => {};
    server.receive = async (data, ws) => {
      const name = `${[...server.clients].indexOf(ws)} ${Buffer.from(data)}`;
      log.push(name);
      if (name === '0 slow') {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      log.push(`${name} done`);
    };
    const one = await wsClient(server.port);
    const two = await wsClient(server.port);
    one.send('slow');
    one.send('next');
    await eventually(() => log.length).toBe(1);
    two.send('quick');
    await eventually(() => log.length).toBe(3);
    expect(log).toEqual(['0 slow', '1 quick', '1 quick done']);
    release();
    await eventually(() => log.length).toBe(6);
    expect(log.slice(3)).toEqual(['0 slow done', '0 next', '0 next done']);
  });

  it('replacing a callback takes effect at the next event, also inside one', async () => {
    const server = await servedServer(dispatch);
    const log: string[] = [];
    server.receive = () => {
      log.push('first');
      W.setCallback('receive', () => void log.push('second'), server);
    };
    const client = await wsClient(server.port);
    client.send('x');
    client.send('x');
    await eventually(() => log.join()).toBe('first,second');
    W.setCallback('receive', null, server);
    server.closed = () => void log.push('closed');
    client.send('x');
    client.close();
    await eventually(() => log.join()).toBe('first,second,closed');
  });

  it('what a callback throws or rejects with is an error of the server, and loses nothing', async () => {
    const server = await servedServer(dispatch);
    const errors: string[] = [];
    server.on('error', (error) => errors.push(error.message));
    const log: string[] = [];
    server.established = () => {
      throw new Error('established');
    };
    server.receive = async (data) => {
      log.push(String(Buffer.from(data)));
      throw new Error(`receive ${Buffer.from(data)}`);
    };
    server.closed = () => {
      throw new Error('closed');
    };
    const client = await wsClient(server.port);
    client.send('1');
    client.send('2');
    await eventually(() => log.join()).toBe('1,2');
    expect(client.readyState).toBe(client.OPEN);
    client.close();
    await eventually(() => errors.length).toBe(4);
    expect(errors).toEqual(['established', 'receive 1', 'receive 2', 'closed']);
  });

  it('emitters tell the same', async () => {
    const server = await servedServer(dispatch);
    const log: unknown[] = [];
    server.on('connection', (ws, info) => {
      log.push(['connection', info.method, info.resource, ws.info === info]);
      ws.on('message', (data, isBinary, header) =>
        log.push(['ws', String(Buffer.from(data)), isBinary, header?.opcode]),
      );
      ws.on('ping', (data) => log.push(['ping', String(Buffer.from(data))]));
      ws.on('pong', (data) => log.push(['pong', String(Buffer.from(data))]));
      ws.on('close', ({ code }) => log.push(['ws close', code]));
      void ws.ping('p');
    });
    server.on('message', (_ws, data, isBinary) => log.push(['server', String(Buffer.from(data)), isBinary]));
    server.on('close', () => log.push(['close']));
    const client = await wsClient(server.port);
    await eventually(() => log.length).toBe(2);
    client.ping('q');
    await eventually(() => log.length).toBe(3);
    client.send('m');
    await eventually(() => log.length).toBe(5);
    client.close();
    await eventually(() => log.length).toBe(6);
    await server.close();
    expect(log).toEqual([
      ['connection', 'GET', '/', true],
      ['pong', 'p'],
      ['ping', 'q'],
      ['ws', 'm', false, 1],
      ['server', 'm', false],
      ['ws close', 1005],
      ['close'],
    ]);
  });
});

describe('without a listener', () => {
  it('an error is a warning of the process', async () => {
    const server = await servedServer('auto');
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', listen);
    onTestFinished(() => void process.off('warning', listen));
    server.receive = async () => {
      throw new Error('nobody listens');
    };
    const client = await wsClient(server.port);
    client.send('x');
    await eventually(() => warnings).toContain('nobody listens');
  });

  it('a peer that breaks the rules is none', async () => {
    const server = await servedServer('auto');
    const errors: unknown[] = [];
    server.on('error', (error) => errors.push(error));
    const ends: W.Disconnect[] = [];
    server.closed = (_ws, why) => void ends.push(why);
    const client = await wsClient(server.port);
    client.on('error', () => {});
    (client as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(Buffer.of(0x83, 0x80, 0, 0, 0, 0));
    await eventually(() => ends.length).toBe(1);
    expect(ends[0]).toMatchObject({ code: 1002, wasClean: false, error: { code: 'ERR_PROTOCOL' } });
    expect(errors).toEqual([]);
  });
});

describe('a connection that is gone', () => {
  it('yields −1 for ever, and its number is not given again', async () => {
    const server = await servedServer('auto');
    const gone = await wsClient(server.port);
    const old = first(server);
    expect([old.socket, server.client_sockets.get(String(old.id))]).toEqual([old.id, old]);
    gone.close();
    await endOf(gone);
    await eventually(() => server.clients.size).toBe(0);
    const client = await wsClient(server.port);
    await eventually(() => server.clients.size).toBe(1);
    const now = first(server);
    expect(now.id).toBeGreaterThan(old.id);
    expect([W.websocketWrite('x', old), old.readyState, old.bufferedAmount]).toEqual([-1, 'closed', 0]);
    await expect(old.send('x')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(old.ping()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(await old.close()).toMatchObject({ code: 1005, wasClean: true });
    old.terminate();
    const next = nextMessage(client);
    expect(W.websocketWrite('y', now)).toBe(3);
    expect(String((await next)[0])).toBe('y');
  });
});
