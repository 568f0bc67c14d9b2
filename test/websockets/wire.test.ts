/** What the original did wrong on the wire, and must not come back: frames in every cut, limits, slow and hostile clients. */
import { describe, expect, it } from 'vitest';
import type * as W from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { BAD_FRAMES, GOOD, MOST, MOST_FRAGMENTS } from '../helpers/frame-rows.ts';
import { noted, socketServer, wsClient } from '../helpers/web-sockets.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import {
  BINARY,
  CONTINUATION,
  closeFrame,
  FIN,
  frame,
  handshake,
  PING,
  textFrame,
  WsClient,
} from '../helpers/ws-client.ts';

const LIMITS = { maxMessageBytes: MOST, maxFragments: MOST_FRAGMENTS };

/** A server, a client, and what the server's callbacks heard. */
async function open(options: W.ServerOptions = {}): Promise<{ client: WsClient; log: string[]; ends: W.Disconnect[] }> {
  const server = await socketServer(options);
  const log = noted(server);
  const ends: W.Disconnect[] = [];
  server.closed = (_ws, why) => void ends.push(why);
  return { client: await WsClient.open(server.port), log, ends };
}

const ERRORS: Readonly<Record<number, W.ErrorCode>> = {
  1002: 'ERR_PROTOCOL',
  1007: 'ERR_INVALID_UTF8',
  1008: 'ERR_TOO_BIG',
  1009: 'ERR_TOO_BIG',
};

describe.each(BAD_FRAMES)('frames that end the connection with $code:', ({ code, rows }) => {
  it.each(rows)('%s', async (_name, frames) => {
    const { client, log, ends } = await open(LIMITS);
    await client.send(Buffer.concat(frames));
    const shown = await client.untilEnd();
    expect(shown.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([`close ${code}`]);
    await eventually(() => ends.length).toBe(1);
    expect(ends[0]).toMatchObject({ code, wasClean: false, error: { code: ERRORS[code] } });
    expect(log).toEqual(['established']);
    client.close();
  });
});

it.each(GOOD)('%s is taken', async (_name, frames, answers, messages) => {
  const server = await socketServer(LIMITS);
  const heard: string[] = [];
  server.receive = (data, ws, header) => {
    const isBinary = header?.opcode === 2;
    heard.push(`${isBinary ? 'bytes ' : ''}${Buffer.from(data).toString(isBinary ? 'latin1' : 'utf8')}`);
    void ws.send(data, { binary: isBinary });
  };
  const client = await WsClient.open(server.port);
  await client.send(Buffer.concat(frames));
  expect(await client.take(answers.length)).toEqual(answers);
  expect(heard).toEqual(messages);
  client.close();
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

  it('may pause for 100 ms anywhere, as may heads and bodies', async () => {
    const server = await socketServer();
    const log = noted(server);
    server.static = async (socket) => void log.push(`body ${Buffer.from(await socket.body())}`);
    const slowly = async (wire: Wire, bytes: Buffer, pieceBytes: number): Promise<void> => {
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        await wire.send(bytes.subarray(at, at + pieceBytes));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const talking = await WsClient.open(server.port);
    const [opening, page] = [await WsClient.connect(server.port), await Wire.open(server.port)];
    const head = Buffer.from(handshake());
    const asks = Buffer.from('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n');
    await Promise.all([
      slowly(talking.wire, textFrame('slow'), 1),
      slowly(opening.wire, head, Math.ceil(head.length / 10)),
      slowly(page, asks, Math.ceil(asks.length / 6)).then(() => slowly(page, Buffer.from('abcd'), 1)),
    ]);
    await opening.opened();
    await eventually(() => log.toSorted()).toEqual(['body abcd', 'established', 'established', 'receive slow']);
    for (const one of [talking, opening, page]) one.close();
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
