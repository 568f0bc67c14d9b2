/** Load of messages that are to be echoed: what is sent, what counts as an echo, and both generators from the built package. */

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Reader } from '../../src/bench/load/drive.ts';
import { type EchoTool, echoBatch, echoReader, HANDSHAKE, handshakeReader } from '../../src/bench/load/echo.ts';
import type * as Native from '../../src/bench/load/native-echo.ts';
import type * as Own from '../../src/bench/load/own.ts';
import { frame } from '../../src/websocket/frames.ts';
import { FrameReceiver } from '../../src/websocket/receiver.ts';
import { missing } from '../helpers/needs.ts';
import { cuts, pieces } from '../helpers/splits.ts';

const built = (path: string) => import(new URL(`../../dist/bench/load/${path}`, import.meta.url).href);
const ACCEPTED =
  'HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: C/0nmHhBztSRGR1CwL6Tf4ZjwpY=\r\nUpgrade: websocket\r\n\r\n';
const PING = frame('ping', Uint8Array.of(1, 2, 3));
const SMALL = { bytes: 9, depth: 3, isBinary: true };

/** What a reader says to bytes that are cut; all pieces before the last have to leave it waiting. */
function said(reader: Reader, bytes: Uint8Array, at: readonly number[]): string {
  const found = pieces(bytes, at).map((piece) => reader.feed(Buffer.from(piece)));
  expect(found.slice(0, -1)).toEqual(at.map(() => 'more'));
  return found.at(-1) ?? '';
}

describe('a batch', () => {
  it.each([true, false])('consists of different masked messages, whose echoes are known (binary: %s)', (isBinary) => {
    const batch = echoBatch({ bytes: 200, depth: 4, isBinary });
    const events = new FrameReceiver().feed(batch.sent);
    const payloads = events.map((event) => {
      expect(event).toMatchObject({ type: 'message', isBinary });
      return event.type === 'message' ? Buffer.from(event.data) : Buffer.alloc(0);
    });
    expect(new Set(payloads.map(String)).size).toBe(4);
    expect(Buffer.concat(payloads.map((payload) => frame(isBinary ? 'binary' : 'text', payload)))).toEqual(
      batch.echoed,
    );
    expect([batch.frameBytes, batch.headBytes]).toEqual([204, 4]);
  });
});

describe('reading echoes', () => {
  const batch = echoBatch(SMALL);
  const withPings = Buffer.concat([PING, batch.echoed.subarray(0, 11), PING, batch.echoed.subarray(11)]);
  const changed = (at: number): Buffer => {
    const bytes = Buffer.from(batch.echoed);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };

  it('right ones are right however they are cut, with Pings between them', () => {
    for (const at of cuts(withPings)) expect(said(echoReader(batch, 1), withPings, at)).toBe('done');
  });

  it('batches follow each other', () => {
    const reader = echoReader(batch, 1);
    for (let turn = 0; turn < 3; turn++) expect(reader.feed(batch.echoed)).toBe('done');
  });

  it('any byte of a checked batch may be the wrong one', () => {
    for (let at = 0; at < batch.echoed.length; at++) expect(echoReader(batch, 1).feed(changed(at))).toBe('wrong');
  });

  it('later on headers are compared, and payloads are not', () => {
    for (let at = 0; at < batch.echoed.length; at++) {
      const reader = echoReader(batch, 1);
      reader.feed(batch.echoed);
      expect(reader.feed(changed(at))).toBe(at % batch.frameBytes < batch.headBytes ? 'wrong' : 'done');
    }
  });

  it('a message too many is wrong', () => {
    expect(echoReader(batch, 1).feed(Buffer.concat([batch.echoed, batch.echoed.subarray(0, 1)]))).toBe('wrong');
  });
});

describe('the answer to the handshake', () => {
  it('is right however it is cut', () => {
    const bytes = Buffer.from(ACCEPTED);
    for (const at of cuts(bytes)) expect(said(handshakeReader(), bytes, at)).toBe('done');
  });

  it.each([
    ['another status', ACCEPTED.replace('101', '400')],
    ['another key', ACCEPTED.replace('Accept: ', 'Accept: a')],
    ['bytes behind it', `${ACCEPTED}x`],
    ['no end', 'x'.repeat(20_000)],
  ])('is wrong with %s', (_what, text) => {
    expect(handshakeReader().feed(Buffer.from(text))).toBe('wrong');
  });
});

const native = ((await built('native-echo.js')) as typeof Native).nativeEcho();
const { ownEcho } = (await built('own.js')) as typeof Own;
const hasNative = typeof native !== 'string' || missing(native);

describe.each([
  ['in JavaScript', ownEcho, true],
  ['in C', native as EchoTool, hasNative],
])('the load generator %s', (_name, tool, isThere) => {
  const batch = echoBatch(SMALL);

  /** Load on a server that opens WebSockets and answers each batch with `echo`. */
  async function loaded(echo: (socket: Socket) => void) {
    const server = createServer((socket) => {
      let waiting = -HANDSHAKE.length;
      socket.on('error', () => socket.destroy());
      socket.on('data', (piece) => {
        const before = waiting;
        waiting += piece.length;
        if (before < 0 && waiting >= 0) socket.write(ACCEPTED);
        for (; waiting >= batch.sent.length; waiting -= batch.sent.length) echo(socket);
      });
    });
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    try {
      const { port } = server.address() as AddressInfo;
      return await tool.drive({ ...SMALL, port, connections: 3, timeMs: 1000 }, batch);
    } finally {
      server.close();
    }
  }

  it.skipIf(!isThere)('counts echoes and its own CPU time, and passes over Pings', async () => {
    const result = await loaded((socket) => {
      socket.write(PING);
      socket.write(batch.echoed.subarray(0, 7));
      socket.write(batch.echoed.subarray(7));
    });
    expect(result.errors).toBe(0);
    expect(result.answers).toBeGreaterThan(0);
    expect(result.answers % SMALL.depth).toBe(0);
    expect(result.seconds).toBeGreaterThan(0);
    expect(result.medianMicros).toBeGreaterThan(0);
    expect(result.cpuMicros).toBeGreaterThan(0);
  });

  it.skipIf(!isThere)('ends connections on which an echo is wrong, and counts them', async () => {
    const wrong = Buffer.from(batch.echoed);
    wrong[5] = (wrong[5] ?? 0) ^ 1;
    expect(await loaded((socket) => socket.write(wrong))).toMatchObject({ errors: 3, answers: 0 });
  });
});
