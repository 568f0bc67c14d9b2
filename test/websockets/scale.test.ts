/** What stopped the original: many connections, long messages, and beside them clients that drip or do not read. */
import { describe, expect, it, onTestFinished } from 'vitest';
import * as W from '../../src/websockets/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { DISPATCHES, type Dispatch, servedServer, wsClient } from '../helpers/web-sockets.ts';
import { Wire } from '../helpers/wire.ts';
import { handshake, textFrame } from '../helpers/ws-client.ts';

const CLIENTS = 50;
const MESSAGES = 40;
const LONG = 1_048_576;
const LONG_MESSAGES = 8;
const PAGES = 100;

/** An echo with pages; long ones for whoever asks for them. */
function echo(dispatch: Dispatch): Promise<W.WsServer> {
  return servedServer(dispatch, {
    receive: (data, ws, header) => void ws.send(data, { binary: header?.opcode === 2 }),
    webpage: (socket, { resource }) =>
      W.httpResponse(socket, { content: resource === '/long' ? Buffer.alloc(20_000_000) : resource }),
  });
}

/** Clients that would stop everybody where sockets are read and written one after the other. */
async function bother(port: number): Promise<void> {
  const drip = async (bytes: string | Buffer): Promise<Wire> => {
    const wire = await Wire.open(port);
    onTestFinished(() => wire.close());
    await wire.send(bytes);
    return wire;
  };
  await drip('GET / HT');
  await drip('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nab');
  await drip(Buffer.concat([Buffer.from(handshake()), textFrame('never complete').subarray(0, 9)]));
  (await drip('GET /long HTTP/1.1\r\nHost: h\r\n\r\n')).socket.pause();
  const deaf = await wsClient(port);
  deaf.pause();
  for (let i = 0; i < 10; i++) deaf.send(Buffer.alloc(LONG));
}

/** Sends messages, and says what comes back. */
async function exchange(port: number, messages: readonly (string | Buffer)[]): Promise<(string | Buffer)[]> {
  const client = await wsClient(port);
  const got: (string | Buffer)[] = [];
  client.on('message', (data, isBinary) => got.push(isBinary ? (data as Buffer) : String(data)));
  for (const message of messages) client.send(message);
  await eventually(() => got.length).toBe(messages.length);
  client.terminate();
  return got;
}

describe.each(DISPATCHES)('with %s dispatch, beside clients that drip or do not read,', (dispatch) => {
  it(`${CLIENTS} clients get ${MESSAGES} answers each, in order`, async () => {
    const { port } = await echo(dispatch);
    await bother(port);
    const messages = Array.from({ length: MESSAGES }, (_, i) => `message ${i}`);
    const answers = await Promise.all(Array.from({ length: CLIENTS }, () => exchange(port, messages)));
    for (const got of answers) expect(got).toEqual(messages);
  });

  it(`${LONG_MESSAGES} messages of 1 MiB come back as they were`, async () => {
    const { port } = await echo(dispatch);
    await bother(port);
    const messages = Array.from({ length: LONG_MESSAGES }, (_, i) => Buffer.alloc(LONG, i + 1));
    const got = await exchange(port, messages);
    expect(got.every((message, i) => messages[i]?.equals(message as Buffer))).toBe(true);
  });

  it(`${PAGES} pages come on connections of their own`, async () => {
    const { port } = await echo(dispatch);
    await bother(port);
    const bodies: string[] = [];
    for (let i = 0; i < PAGES; i += 10) {
      const ten = Array.from({ length: 10 }, async (_, j) => (await fetch(`http://127.0.0.1:${port}/${i + j}`)).text());
      bodies.push(...(await Promise.all(ten)));
    }
    expect(bodies).toEqual(Array.from({ length: PAGES }, (_, i) => `/${i}`));
  });

  it('a broadcast reaches all who read, again and again, until the one who does not is given up', async () => {
    const ends: number[] = [];
    const server = await servedServer(dispatch, {
      maxBufferedBytes: 2_000_000,
      closed: (_ws, { code }) => void ends.push(code),
    });
    const readers = await Promise.all(Array.from({ length: 5 }, () => wsClient(server.port)));
    const deaf = await wsClient(server.port);
    deaf.pause();
    await eventually(() => server.clients.size).toBe(6);
    const counts = readers.map((reader) => {
      const count = { got: 0 };
      reader.on('message', () => count.got++);
      return count;
    });
    const message = 'x'.repeat(200_000);
    let sent = 0;
    while (ends.length === 0) {
      const results = [...server.broadcast(message).values()];
      expect(results.filter((size) => size > 0).length).toBeGreaterThanOrEqual(5);
      sent++;
      await eventually(() => counts).toEqual(readers.map(() => ({ got: sent })));
    }
    expect(ends).toEqual([1008]);
    expect([...server.clients].map(({ readyState }) => readyState)).toEqual(Array(5).fill('open'));
  });
});
