/** Sending: how many bytes, in which form, to whom, and when no more. */
import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocketConnection } from '../../src/app/web-socket.ts';
import * as W from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { endOf, first, nextMessage, socketServer, wsClient } from '../helpers/web-sockets.ts';
import { closeFrame, textFrame, WsClient } from '../helpers/ws-client.ts';

/** A server with one connection by a client that shows frames. */
async function pair(options: W.ServerOptions = {}): Promise<{ server: W.WsServer; ws: W.WsClient; client: WsClient }> {
  const server = await socketServer(options);
  const client = await WsClient.open(server.port);
  await eventually(() => server.clients.size).toBe(1);
  return { server, ws: first(server), client };
}

/** Bytes behind the answer of the handshake, as hex. */
function hexOf(client: WsClient): string {
  const { received } = client.wire;
  return received.subarray(received.indexOf('\r\n\r\n') + 4).toString('hex');
}

describe('websocketWrite', () => {
  it.each([
    [0, 2, '8100'],
    [1, 3, '8101'],
    [5, 7, '8105'],
    [125, 127, '817d'],
    [126, 130, '817e007e'],
    [65_535, 65_539, '817effff'],
    [65_536, 65_546, '817f0000000000010000'],
    [16_777_216, 16_777_226, '817f0000000001000000'],
  ])('of %i bytes gives %i, behind the header %s', async (length, bytes, header) => {
    const { ws, client } = await pair();
    expect(W.websocketWrite('x'.repeat(length), ws)).toBe(bytes);
    const all = (): number => client.wire.received.length - client.wire.received.indexOf('\r\n\r\n') - 4;
    await client.wire.until(() => all() >= bytes, `${bytes} bytes`);
    const { received } = client.wire;
    const at = received.indexOf('\r\n\r\n') + 4;
    expect(received.subarray(at, at + header.length / 2).toString('hex')).toBe(header);
    client.close();
  });

  it('sends strings as text and bytes of any kind as binary', async () => {
    const { ws, client } = await pair();
    const bytes = Uint8Array.of(1, 2, 3, 4);
    for (const data of ['é', bytes, bytes.buffer, new DataView(bytes.buffer, 1, 2), new Uint16Array(bytes.buffer)]) {
      W.websocketWrite(data, ws);
    }
    expect(await client.take(5)).toEqual([
      'text é',
      'binary 01020304',
      'binary 01020304',
      'binary 0203',
      'binary 01020304',
    ]);
    client.close();
  });

  it('sends everything as binary with isBinary: true, and as text with false, where it is UTF-8', async () => {
    const binary = await pair({ isBinary: true });
    W.websocketWrite('é', binary.ws);
    expect(await binary.client.take(1)).toEqual(['binary c3a9']);
    const text = await pair({ isBinary: false });
    W.websocketWrite(Buffer.from('é'), text.ws);
    W.websocketBroadcast(Buffer.from('ü'), text.server);
    expect(await text.client.take(2)).toEqual(['text é', 'text ü']);
    expect(() => W.websocketWrite(Uint8Array.of(0xff), text.ws)).toThrow(TypeError);
    expect(() => W.websocketBroadcast(Uint8Array.of(0xff), text.server)).toThrow(TypeError);
    await text.ws.send('z', { binary: true });
    expect(await text.client.take(3)).toEqual(['text é', 'text ü', 'binary 7a']);
    binary.client.close();
    text.client.close();
  });

  it.each([[['a', 'b']], [1], [null], [undefined], [{}]])('refuses %j', async (data) => {
    const { ws, server, client } = await pair();
    const message = 'DATA must be character or raw';
    expect(() => W.websocketWrite(data as unknown as string, ws)).toThrow(new TypeError(message));
    expect(() => W.websocketBroadcast(data as unknown as string, server)).toThrow(new TypeError(message));
    await expect(ws.send(data as unknown as string)).rejects.toThrow(message);
    client.close();
  });

  it.each([[null], [undefined], [1], ['x'], [{}], [{ ws: {} }]])('is not done to %j', (ws) => {
    expect(() => W.websocketWrite('x', ws as unknown as W.WsClient)).toThrow('ws is a WebSocket of this module');
  });

  it('sends nothing more once it was closed', async () => {
    const { ws, client } = await pair();
    void ws.close();
    expect([W.websocketWrite('x', ws), ws.readyState]).toEqual([-1, 'closing']);
    await expect(ws.send('x')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(await client.take(1)).toEqual(['close 1000']);
    client.close();
  });
});

describe('send', () => {
  it('resolves when everything was handed to the system', async () => {
    const { ws, client } = await pair();
    await Promise.all([ws.send('a'), ws.send('b'.repeat(1_000_000)), ws.send('c')]);
    expect(ws.bufferedAmount).toBe(0);
    await client.wire.until(() => hexOf(client).endsWith('810163'), 'the last frame');
    client.close();
  });

  it('resolves for what was sent of messages before a Close, which leaves before ours', async () => {
    const server = await socketServer();
    const results: Promise<string>[] = [];
    W.setCallback('receive', (data, ws) => void results.push(ws.send(data).then(() => 'sent', String)), server);
    const client = await WsClient.open(server.port);
    await client.send(Buffer.concat([textFrame('a'), textFrame('b'), closeFrame(1000)]));
    expect(await client.untilEnd()).toEqual(['binary 61', 'binary 62', 'close 1000']);
    expect(await Promise.all(results)).toEqual(['sent', 'sent']);
  });
});

describe('websocketBroadcast', () => {
  it('reaches all that are established, in their order, and no page', async () => {
    const server = await socketServer();
    let release: () => void = () => {};
    server.static = async (socket) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return W.httpResponse(socket, { content: 'page' });
    };
    const page = fetch(`http://127.0.0.1:${server.port}/`);
    const clients = await Promise.all(Array.from({ length: 20 }, () => wsClient(server.port)));
    await eventually(() => server.clients.size).toBe(20);
    const got = clients.map(nextMessage);
    const toEach = vi.spyOn(WebSocketConnection.prototype, 'send');
    onTestFinished(() => toEach.mockRestore());
    const sizes = W.websocketBroadcast('x'.repeat(200), server);
    expect([...sizes]).toEqual([...server.clients].map(({ id }) => [id, 204]));
    expect(toEach).not.toHaveBeenCalled();
    for (const [data, isBinary] of await Promise.all(got)) {
      expect([String(data), isBinary]).toEqual(['x'.repeat(200), false]);
    }
    release();
    expect(await (await page).text()).toBe('page');
  });

  it.each([0, 1, 70_000, 3_000_000])('of %i bytes comes among what each is sent, in order', async (length) => {
    const server = await socketServer();
    const clients = await Promise.all([wsClient(server.port), wsClient(server.port), wsClient(server.port)]);
    await eventually(() => server.clients.size).toBe(3);
    const got = clients.map((client) => {
      const all: string[] = [];
      client.on('message', (data, isBinary) =>
        all.push(
          `${isBinary} ${Buffer.from(data as Buffer)
            .toString('latin1')
            .slice(0, 3)} ${(data as Buffer).length}`,
        ),
      );
      return all;
    });
    const bytes = Buffer.alloc(length, 'b');
    for (const ws of server.clients) W.websocketWrite('before', ws);
    server.broadcast(bytes);
    bytes.fill('c');
    for (const ws of server.clients) W.websocketWrite('after', ws);
    await eventually(() => got.flat().length).toBe(9);
    const one = ['false bef 6', `true ${'b'.repeat(Math.min(3, length))} ${length}`, 'false aft 5'];
    expect(got).toEqual([one, one, one]);
  });

  it('reaches those with compression, too', async () => {
    const server = await socketServer({ perMessageDeflate: true });
    const plain = await wsClient(server.port);
    const deflated = await wsClient(server.port, [], { perMessageDeflate: true });
    expect(deflated.extensions).toContain('permessage-deflate');
    await eventually(() => server.clients.size).toBe(2);
    const got = Promise.all([nextMessage(plain), nextMessage(deflated)]);
    server.broadcast('x'.repeat(5000));
    expect((await got).map(([data]) => String(data))).toEqual(['x'.repeat(5000), 'x'.repeat(5000)]);
  });

  it('gives −1 for those that are closing, and nothing where nobody is', async () => {
    const server = await socketServer();
    expect([...W.websocketBroadcast('x', server)]).toEqual([]);
    const one = await wsClient(server.port);
    const two = await wsClient(server.port);
    await eventually(() => server.clients.size).toBe(2);
    const ends = endOf(one);
    void first(server).close();
    const got = nextMessage(two);
    expect([...W.websocketBroadcast('x', server).values()]).toEqual([-1, 3]);
    await got;
    await ends;
  });
});

describe('a client that does not read', () => {
  it('delays nobody, and is dropped at its cap with 1008', async () => {
    const server = await socketServer({ maxBufferedBytes: 1_000_000, closeTimeoutMs: 500 });
    const ends: W.Disconnect[] = [];
    server.closed = (_ws, why) => void ends.push(why);
    const silent = await wsClient(server.port);
    silent.pause();
    const reader = await wsClient(server.port);
    await eventually(() => server.clients.size).toBe(2);
    const [slow] = server.clients;
    if (slow === undefined) throw new Error('nobody is there');
    let got = 0;
    reader.on('message', () => got++);
    let sent = 0;
    while (W.websocketBroadcast('x'.repeat(100_000), server).get(slow.id) !== -1) {
      sent++;
      await eventually(() => got).toBe(sent);
    }
    expect([W.websocketWrite('x', slow), slow.readyState]).toEqual([-1, 'closing']);
    await eventually(() => ends.length).toBe(1);
    expect(ends[0]).toMatchObject({ code: 1008, wasClean: false });
    await eventually(() => got).toBe(sent + 1);
    const echo = once(reader, 'message');
    W.websocketBroadcast('still here', server);
    expect(String((await echo)[0])).toBe('still here');
  });
});
