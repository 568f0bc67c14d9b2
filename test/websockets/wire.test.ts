/** What the original did wrong on the wire, and must not come back: frames in every cut, limits, slow and hostile clients. */
import { describe, expect, it } from 'vitest';
import type * as W from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { noted, socketServer, wsClient } from '../helpers/web-sockets.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  closeFrame,
  closePayload,
  FIN,
  frame,
  handshake,
  PING,
  RSV1,
  TEXT,
  textFrame,
  WsClient,
} from '../helpers/ws-client.ts';

/** A server, a client, and what the server's callbacks heard. */
async function open(options: W.ServerOptions = {}): Promise<{ client: WsClient; log: string[]; ends: W.Disconnect[] }> {
  const server = await socketServer(options);
  const log = noted(server);
  const ends: W.Disconnect[] = [];
  server.closed = (_ws, why) => void ends.push(why);
  return { client: await WsClient.open(server.port), log, ends };
}

describe('frames that break the rules', () => {
  it.each<[string, number, Buffer, W.ErrorCode]>([
    ['unmasked', 1002, frame(FIN | TEXT, 'x', { isMasked: false }), 'ERR_PROTOCOL'],
    ['with RSV1', 1002, frame(FIN | RSV1 | TEXT, 'x'), 'ERR_PROTOCOL'],
    ['with opcode 3', 1002, frame(FIN | 3, 'x'), 'ERR_PROTOCOL'],
    ['with opcode 11', 1002, frame(FIN | 11, 'x'), 'ERR_PROTOCOL'],
    ['that are a Ping in pieces', 1002, frame(PING, 'x'), 'ERR_PROTOCOL'],
    ['that are a Ping of 126 bytes', 1002, frame(FIN | PING, 'x'.repeat(126)), 'ERR_PROTOCOL'],
    ['that continue nothing', 1002, frame(FIN | CONTINUATION, 'x'), 'ERR_PROTOCOL'],
    ['inside a message', 1002, Buffer.concat([frame(TEXT, 'x'), frame(FIN | TEXT, 'y')]), 'ERR_PROTOCOL'],
    ['of 2^63 bytes', 1002, frame(FIN | BINARY, '', { length: 2n ** 63n, lengthBytes: 8 }), 'ERR_PROTOCOL'],
    ['of 2^32 + 2 bytes', 1009, frame(FIN | BINARY, 'xx', { length: 2n ** 32n + 2n, lengthBytes: 8 }), 'ERR_TOO_BIG'],
    ['over the limit', 1009, frame(FIN | BINARY, 'x'.repeat(101)), 'ERR_TOO_BIG'],
    [
      'over the limit together',
      1009,
      Buffer.concat([frame(BINARY, 'x'.repeat(60)), frame(FIN | CONTINUATION, 'x'.repeat(60))]),
      'ERR_TOO_BIG',
    ],
    ['of text that is no UTF-8', 1007, frame(FIN | TEXT, Buffer.of(0xc3, 0x28)), 'ERR_INVALID_UTF8'],
    ['that close with 1 byte', 1002, frame(FIN | CLOSE, 'x'), 'ERR_PROTOCOL'],
    ['that close with 1005', 1002, frame(FIN | CLOSE, closePayload(1005)), 'ERR_PROTOCOL'],
    ['that close with a bad reason', 1007, frame(FIN | CLOSE, closePayload(1000, Buffer.of(0xff))), 'ERR_INVALID_UTF8'],
  ])('%s end the connection with %i, and are no message', async (_name, code, bytes, error) => {
    const { client, log, ends } = await open({ maxMessageBytes: 100 });
    await client.send(bytes);
    const shown = await client.untilEnd();
    expect(shown.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([`close ${code}`]);
    await eventually(() => ends.length).toBe(1);
    expect(ends[0]).toMatchObject({ code, wasClean: false, error: { code: error } });
    expect(log).toEqual(['established']);
    client.close();
  });
});

describe('frames that keep them', () => {
  const bytes = Buffer.concat([
    textFrame('é'),
    frame(FIN | PING, ''),
    frame(BINARY, 'a'),
    frame(FIN | PING, 'p'),
    frame(CONTINUATION, ''),
    frame(FIN | CONTINUATION, 'b'),
    textFrame(''),
  ]);

  it('are the same messages in every cut', async () => {
    const server = await socketServer();
    const log = noted(server);
    for (let cut = 1; cut < bytes.length; cut++) {
      const client = await WsClient.open(server.port);
      log.length = 0;
      await client.send(bytes.subarray(0, cut), Buffer.concat([bytes.subarray(cut), closeFrame(1000)]));
      const shown = await client.untilEnd();
      expect([shown.at(-2), shown.at(-1)]).toEqual(['pong p', 'close 1000']);
      await eventually(() => log).toEqual(['receive é', 'receive ab', 'receive ', 'closed 1000  true']);
      client.close();
    }
  });

  it('may come a byte at a time, as may heads and bodies', async () => {
    const server = await socketServer();
    const log = noted(server);
    const client = await WsClient.connect(server.port);
    for (const byte of Buffer.from(handshake())) await client.send(Buffer.of(byte));
    await client.opened();
    for (const byte of bytes) await client.send(Buffer.of(byte));
    await eventually(() => log).toEqual(['established', 'receive é', 'receive ab', 'receive ']);
    client.close();
    server.static = async (socket) => {
      log.push(`body ${Buffer.from(await socket.body())}`);
    };
    const request = 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nabcd';
    const { responses } = await untilEnd(
      server.port,
      [...request].map((byte) => Buffer.from(byte)),
    );
    expect([responses[0]?.status, log.at(-1)]).toEqual([404, 'body abcd']);
  });

  it('may pause for 100 ms anywhere', async () => {
    const { client, log } = await open();
    for (const byte of textFrame('slow')) {
      await client.send(Buffer.of(byte));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await eventually(() => log).toEqual(['established', 'receive slow']);
    client.close();
  });
});

describe('others', () => {
  it('are answered while one drips and one does not read', async () => {
    const server = await socketServer();
    server.receive = (data, ws) => void ws.send(data);
    const dripping = await Wire.open(server.port);
    await dripping.send('GET / HT');
    const silent = await wsClient(server.port);
    silent.pause();
    for (let i = 0; i < 20; i++) silent.send('x'.repeat(1_000_000));
    const client = await wsClient(server.port);
    const pong = new Promise((resolve) => client.once('message', resolve));
    client.send('quick');
    expect(String(await pong)).toBe('quick');
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(200);
    dripping.close();
  });
});

describe('what is no WebSocket', () => {
  it('is never read as frames: a refused handshake, and a page that keeps its socket', async () => {
    const server = await socketServer({ webpage: () => false });
    const log = noted(server);
    const refused = await Wire.open(server.port);
    await refused.send(Buffer.concat([Buffer.from(handshake({ 'Sec-WebSocket-Key': 'x' })), textFrame('no')]));
    expect((await refused.untilEnd()).map(({ status }) => status)).toEqual([400]);
    const kept = await Wire.open(server.port);
    await kept.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n', textFrame('no'), textFrame('no'));
    // What was sent before has been read when a later connection is served.
    const client = await WsClient.open(server.port);
    await client.send(textFrame('yes'));
    await eventually(() => log).toEqual(['established', 'receive yes']);
    expect(kept.received.length).toBe(0);
    for (const one of [refused, kept, client]) one.close();
  });
});
