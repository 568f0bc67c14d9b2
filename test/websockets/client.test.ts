/** The client: against `ws`, against our own server, and against servers that do not keep the rules. */
import dns from 'node:dns';
import { once } from 'node:events';
import { createServer as httpServer } from 'node:http';
import { type AddressInfo, createServer as netServer, type Socket } from 'node:net';
import { describe, expect, it, type MockInstance, onTestFinished, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import * as W from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { noted, socketServer } from '../helpers/web-sockets.ts';

/** An echo by `ws`. */
async function wsEcho(
  options: ConstructorParameters<typeof WebSocketServer>[0] = {},
): Promise<{ port: number; server: WebSocketServer }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  server.on('connection', (ws) => ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary })));
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}

async function dialled(address: string, options?: W.ClientOptions): Promise<W.WsConnection> {
  const client = await W.websocket(address, options);
  onTestFinished(() => client.ws.terminate());
  return client;
}

/** A server that sends these bytes to whoever has sent a head, with the right accept where it says so. */
async function answering(answer: string, behind: (socket: Socket) => void = () => {}): Promise<number> {
  const { createHash } = await import('node:crypto');
  const server = netServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (head) => {
      const key = /sec-websocket-key: (\S+)/i.exec(String(head))?.[1] ?? '';
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(answer.replaceAll('ACCEPT', accept), 'latin1');
      behind(socket);
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const OPENED =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ACCEPT\r\n\r\n';

describe.each([13, 8] as const)('version %i', (version) => {
  it.each(['ws', 'our own server'])('echoes with %s', async (kind) => {
    let { port } = kind === 'ws' ? await wsEcho() : { port: 0 };
    if (kind !== 'ws') {
      const server = await socketServer({
        receive: (data, ws, header) => void ws.send(data, { binary: header?.opcode === 2 }),
      });
      ({ port } = server);
    }
    const client = await dialled(`ws://127.0.0.1:${port}/`, { version });
    const log = noted(client, (data) => (data.length < 20 ? Buffer.from(data).toString() : String(data.length)));
    expect([client.clients.size, client.client_sockets.get(String(client.ws.id)) === client.ws]).toEqual([1, true]);
    expect(W.websocketWrite('hello', client)).toBe(11);
    expect(W.websocketWrite(Buffer.alloc(70_000), client.ws)).toBe(70_014);
    await client.send('é');
    await eventually(() => log).toEqual(['established', 'receive hello', 'receive 70000', 'receive é']);
    await client.close(4000, 'bye');
    expect(log.at(-1)).toMatch(/^closed 4000 (bye)? true$/);
    expect([W.websocketWrite('x', client), client.clients.size]).toEqual([-1, 0]);
    await W.service(client, -1);
    await W.websocketClose(client);
  });
});

describe('a client', () => {
  it('sends what it is told to in its handshake', async () => {
    const { port, server } = await wsEcho({ handleProtocols: (offered) => [...offered][1] ?? false });
    const asked = once(server, 'connection');
    const client = await dialled(`ws://127.0.0.1:1/a/b?c=d#e`, {
      port,
      subprotocol: ['x', 'chat'],
      origin: 'http://here',
      headers: { 'X-One': '1' },
    });
    const request = (await asked)[1] as { url: string; headers: Record<string, string> };
    expect([request.url, request.headers]).toMatchObject([
      '/a/b?c=d',
      { host: `127.0.0.1:${port}`, origin: 'http://here', 'x-one': '1' },
    ]);
    expect(client.ws).toMatchObject({ protocol: 'chat', version: 13, info: null, server: client });
  });

  it('keeps what comes right behind the answer until established is through', async () => {
    const behind = Buffer.concat([Buffer.from(OPENED), Buffer.of(0x81, 2, 0x68, 0x69)]).toString('latin1');
    const client = await dialled(`ws://127.0.0.1:${await answering(behind)}/`);
    const log = noted(client);
    client.established = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      log.push('established');
    };
    await eventually(() => log).toEqual(['established', 'receive hi']);
  });

  it('answers Pings, hears Pongs, and yields what comes', async () => {
    const { port, server } = await wsEcho();
    const connected = once(server, 'connection');
    const client = await dialled(`ws://127.0.0.1:${port}/`);
    const [peer] = (await connected) as [import('ws').WebSocket];
    const pong = once(peer, 'pong');
    peer.ping('p');
    expect(String((await pong)[0])).toBe('p');
    const heard = once(client.ws, 'pong');
    await client.ws.ping('q');
    expect(Buffer.from((await heard)[0]).toString()).toBe('q');
    const events = (async () => {
      const got: string[] = [];
      for await (const event of client) got.push(event.type);
      return got;
    })();
    await client.send('x');
    for await (const message of client.ws) {
      expect(message.text()).toBe('x');
      break;
    }
    peer.close(4001, 'go');
    expect(await client.ws.close()).toMatchObject({ code: 4001, wasClean: true });
    expect(await events).toEqual(['receive', 'closed']);
  });

  it.each([
    ['a masked frame', Buffer.of(0x81, 0x81, 1, 2, 3, 4, 5), 1002, 'ERR_PROTOCOL'],
    ['text that is no UTF-8', Buffer.of(0x81, 1, 0xff), 1007, 'ERR_INVALID_UTF8'],
    ['a message over its limit', Buffer.of(0x82, 101), 1009, 'ERR_TOO_BIG'],
    ['too many fragments', Buffer.concat([Buffer.of(2, 0), Buffer.alloc(2 * 131_072)]), 1008, 'ERR_TOO_BIG'],
  ])('ends at %s', async (_name, bytes, code, error) => {
    const port = await answering(OPENED, (socket) => socket.write(bytes));
    const client = await dialled(`ws://127.0.0.1:${port}/`, { maxMessageBytes: 100, closeTimeoutMs: 100 });
    expect(await client.ws[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
    expect(client.ws.readyState).toBe('closed');
    await expect(client.ws.close()).resolves.toMatchObject({ code, wasClean: false, error: { code: error } });
  });

  it('does not wait for a server that does not answer its Close, and tells when one just goes', async () => {
    const silent = await dialled(`ws://127.0.0.1:${await answering(OPENED)}/`, { closeTimeoutMs: 100 });
    expect(await silent.ws.close()).toMatchObject({ code: 1006, wasClean: false });
    const gone = await dialled(`ws://127.0.0.1:${await answering(OPENED, (socket) => socket.end())}/`);
    const log = noted(gone);
    await eventually(() => log).toEqual(['established', 'closed 1006  false']);
  });

  it('drops a server that does not read at its cap', async () => {
    const port = await answering(OPENED, (socket) => socket.pause());
    const client = await dialled(`ws://127.0.0.1:${port}/`, { maxBufferedBytes: 1_000_000 });
    const log = noted(client);
    await W.service(client);
    while (W.websocketWrite('x'.repeat(100_000), client) !== -1) await new Promise((resolve) => setImmediate(resolve));
    await eventually(() => log.at(-1)).toBe('closed 1008  false');
  });

  it('rejects what has not left when a server that reads nothing is cut', async () => {
    const port = await answering(OPENED, (socket) => socket.pause());
    const client = await dialled(`ws://127.0.0.1:${port}/`, { closeTimeoutMs: 100 });
    const sends = Array.from({ length: 14 }, () =>
      client.ws.send('x'.repeat(1_048_576)).then(
        () => 'sent',
        ({ code }) => code,
      ),
    );
    expect(await client.ws.close()).toMatchObject({ code: 1006, wasClean: false });
    expect(new Set((await Promise.all(sends)).slice(-5))).toEqual(new Set(['ERR_CLOSED']));
  });

  it('is closed by its signal', async () => {
    const { port } = await wsEcho();
    const stop = new AbortController();
    const client = await dialled(`ws://127.0.0.1:${port}/`, { signal: stop.signal });
    stop.abort();
    expect(await client.ws.close()).toMatchObject({ code: 1000 });
  });
});

describe('websocket', () => {
  it('rejects with ERR_CONNECT where nobody listens, or nothing has that name', async () => {
    const server = netServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await expect(W.websocket(`ws://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: 'ERR_CONNECT',
      message: expect.stringMatching(/^Connection error/),
      cause: { code: 'ECONNREFUSED' },
    });
    await expect(W.websocket('ws://name.invalid/')).rejects.toMatchObject({ code: 'ERR_CONNECT' });
    // As a name of this machine has both.
    type Found = (error: null, addresses: { address: string; family: number }[]) => void;
    const both = vi.spyOn(dns, 'lookup') as unknown as MockInstance<(name: string, how: object, found: Found) => void>;
    onTestFinished(() => both.mockRestore());
    both.mockImplementation((_name, _how, found) =>
      found(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ]),
    );
    await expect(W.websocket(`ws://both.invalid:${port}/`)).rejects.toMatchObject({
      code: 'ERR_CONNECT',
      message: expect.stringMatching(/^Connection error: connect \w+ 127\.0\.0\.1:\d+.*; connect \w+ ::1:\d+/),
    });
  });

  it('rejects with ERR_TIMEOUT, or with the reason of its signal', async () => {
    const port = await answering('');
    await expect(W.websocket(`ws://127.0.0.1:${port}/`, { handshakeTimeoutMs: 50 })).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
      message: expect.stringMatching(/^Connection timeout/),
    });
    const stop = new AbortController();
    const opening = W.websocket(`ws://127.0.0.1:${port}/`, { signal: stop.signal });
    stop.abort(new Error('no more'));
    await expect(opening).rejects.toThrow('no more');
  });

  it.each<[string, string, number | undefined]>([
    ['another status', 'HTTP/1.1 403 Forbidden\r\nX-Why: because\r\nContent-Length: 0\r\n\r\n', 403],
    ['a redirect, which it does not follow', 'HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n', 302],
    ['a server that wants to know who it is', 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\n', 401],
    ['200', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 200],
    ['no Upgrade', OPENED.replace('Upgrade: websocket\r\n', ''), 101],
    ['no Connection', OPENED.replace('Connection: Upgrade\r\n', ''), 101],
    ['a wrong accept', OPENED.replace('ACCEPT', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='), 101],
    ['a subprotocol that was not offered', OPENED.replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: x\r\n\r\n'), 101],
    ['an extension', OPENED.replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n'), 101],
    ['what is no HTTP', 'SSH-2.0-x\r\n\r\n', undefined],
  ])('rejects with ERR_HANDSHAKE for %s', async (_name, answer, status) => {
    const error = await W.websocket(`ws://127.0.0.1:${await answering(answer)}/`).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(W.WebsocketsError);
    const { code, status: told, headers } = error as W.WebsocketsError;
    expect([code, told]).toEqual(['ERR_HANDSHAKE', status]);
    if (status === 403) expect(headers).toMatchObject({ 'x-why': 'because' });
    if (status === 302) expect(headers).toMatchObject({ location: '/x' });
    if (status === 401) expect(headers).toMatchObject({ 'www-authenticate': 'Basic' });
  });

  it('rejects with ERR_HANDSHAKE when the server goes without an answer, and passes interim answers by', async () => {
    const port = await answering('', (socket) => socket.destroy());
    await expect(W.websocket(`ws://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'ERR_HANDSHAKE' });
    const client = await dialled(`ws://127.0.0.1:${await answering(`HTTP/1.1 103 Early Hints\r\n\r\n${OPENED}`)}/`);
    expect(client.ws.readyState).toBe('open');
  });

  it('refuses addresses and options that cannot be meant', async () => {
    await expect(W.websocket('http://127.0.0.1/')).rejects.toBeInstanceOf(TypeError);
    await expect(W.websocket('no address')).rejects.toBeInstanceOf(TypeError);
    await expect(W.websocket('ws://h/', { port: 0 })).rejects.toBeInstanceOf(RangeError);
    await expect(W.websocket('ws://h/', { version: 7 as 8 })).rejects.toBeInstanceOf(RangeError);
    await expect(W.websocket('ws://h/', { maxMessageBytes: -1 })).rejects.toBeInstanceOf(RangeError);
    await expect(W.websocket('ws://h/', { subProtocol: 'x' } as W.ClientOptions)).rejects.toMatchObject({
      code: 'HV_BAD_OPTION',
      message: expect.stringContaining('did you mean subprotocol?'),
    });
    for (const limit of ['maxMessageBytes', 'maxBufferedBytes', 'closeTimeoutMs', 'handshakeTimeoutMs']) {
      for (const value of [-1, Number.NaN, '1']) {
        await expect(W.websocket('ws://h/', { [limit]: value })).rejects.toBeInstanceOf(RangeError);
      }
    }
    await expect(W.websocket('ws://h/', { isBinary: 'yes' as 'auto' })).rejects.toBeInstanceOf(TypeError);
    await expect(W.websocket('ws://h/', { signal: {} as AbortSignal })).rejects.toBeInstanceOf(TypeError);
    for (const wrong of [
      { subprotocol: 5 },
      { subprotocol: ['a', 1] },
      { headers: 'x' },
      { headers: null },
      { tls: 1 },
    ]) {
      await expect(W.websocket('ws://h/', wrong as object)).rejects.toBeInstanceOf(TypeError);
    }
    await expect(W.websocket('ws://h/', 5 as unknown as W.ClientOptions)).rejects.toThrow('options is an object');
    for (const name of ['Host', 'upgrade', 'Connection', 'Sec-WebSocket-Key']) {
      await expect(W.websocket('ws://h/', { headers: { [name]: 'x' } })).rejects.toBeInstanceOf(TypeError);
    }
    await expect(W.websocket('ws://h/', { subprotocol: 'a b' })).rejects.toMatchObject({ code: 'HV_BAD_OPTION' });
  });
});

describe('plain HTTP', () => {
  it('is a handshake that was refused', async () => {
    const server = httpServer((_request, response) => response.writeHead(404).end('no')).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(W.websocket(`ws://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'ERR_HANDSHAKE', status: 404 });
  });
});
