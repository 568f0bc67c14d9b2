/** Clients that do not read, and apps that are slow: what waits is visible, bounded, and in order. */
import { describe, expect, it } from 'vitest';
import type { AppWebSocket } from '../../../src/index.ts';
import { eventually } from '../../helpers/eventually.ts';
import { talk } from '../../helpers/talk.ts';
import { caughtUp, turn } from '../../helpers/wire.ts';
import { BINARY, FIN, frame, textFrame, WsClient } from '../../helpers/ws-client.ts';

const PIECE = 65_536;
const MIB = 1_048_576;
/** Linux keeps up to 4 MiB for the sender and 6 MiB for the receiver of a connection. */
const MORE_THAN_KERNELS_HOLD = 16 * MIB;
/** Bytes of the head of a frame with so long a payload. */
const HEAD = 10;

/** Sends messages until so many bytes wait; returns how many messages there were. */
async function fill(ws: AppWebSocket | undefined, bytes: number): Promise<number> {
  if (ws === undefined) throw new Error('nothing is open');
  let sent = 0;
  while (ws.bufferedAmount < bytes) {
    for (let i = 0; i < 4; i++) {
      expect(ws.send(Buffer.alloc(PIECE, sent))).toBe(PIECE);
      sent++;
    }
    await turn();
  }
  return sent;
}

describe('a client that does not read', () => {
  it('is seen in bufferedAmount; when it reads again, onDrain tells once', async () => {
    let drains = 0;
    const on = await talk(
      {
        onWSOpen: (ws) => {
          ws.onDrain(() => {
            drains++;
          });
        },
      },
      { highWaterBytes: MIB, maxBufferedBytes: 0 },
    );
    using client = await WsClient.open(on.port);
    client.wire.socket.pause();
    const [ws] = on.opened;
    const sent = await fill(ws, MORE_THAN_KERNELS_HOLD);
    // The kernels may have taken the first megabytes faster than this thread gave them.
    await caughtUp(on.port);
    const before = drains;
    expect(ws?.bufferedAmount).toBeGreaterThan(MIB);
    client.wire.socket.resume();
    await eventually(() => drains).toBe(before + 1);
    expect(ws?.bufferedAmount).toBe(0);
    // The 101 came before.
    const whole = sent * (HEAD + PIECE);
    await client.wire.until(() => client.wire.socket.bytesRead > whole, 'all frames');
    await client.take(sent);
    expect(client.frames.map(({ payload }) => [payload.length, payload[0], payload.at(-1)])).toEqual(
      Array.from({ length: sent }, (_, i) => [PIECE, i & 255, i & 255]),
    );
    // Below the mark nothing is told.
    ws?.send('x');
    await client.take(sent + 1);
    expect([drains, ws?.bufferedAmount]).toEqual([before + 1, 0]);
  });

  it('is closed with 1008 over maxBufferedBytes, and send gives -1', async () => {
    const on = await talk({}, { highWaterBytes: 65_536, maxBufferedBytes: 2 * MIB });
    using client = await WsClient.open(on.port);
    using beside = await WsClient.open(on.port);
    client.wire.socket.pause();
    const [ws] = on.opened;
    let sent = 0;
    for (; ws?.send(Buffer.alloc(PIECE, sent)) === PIECE; sent++) if (sent % 4 === 3) await turn();
    expect(sent * PIECE).toBeGreaterThanOrEqual(2 * MIB);
    expect([ws?.readyState, ws?.send('x'), ws?.ping()]).toEqual([2, -1, false]);
    await eventually(() => on.closes).toEqual(['1008 dirty']);
    expect([ws?.readyState, ws?.bufferedAmount]).toEqual([3, 0]);
    await beside.send(textFrame('hi'));
    expect(await beside.take(1)).toEqual(['text hi']);
    client.wire.socket.resume();
    await client.wire.until(() => client.ended !== 'open', 'end');
    const frames = client.frames;
    // What was written before is not taken back.
    expect(frames.map(({ payload }) => payload.length).slice(0, -1)).toEqual(Array(sent).fill(PIECE));
    expect(client.shown.at(-1)).toBe('close 1008');
  });

  it('may have one message, however long', async () => {
    const on = await talk({}, { maxBufferedBytes: 100_000 });
    using client = await WsClient.open(on.port);
    client.wire.socket.pause();
    const [ws] = on.opened;
    expect(ws?.send(Buffer.alloc(8 * MIB))).toBe(8 * MIB);
    expect(ws?.bufferedAmount).toBeGreaterThan(0);
    expect(ws?.send('x')).toBe(-1);
    client.wire.socket.resume();
    await client.wire.until(() => client.ended !== 'open', 'end');
    expect(client.frames.map(({ payload }) => payload.length)).toEqual([8 * MIB, 2]);
  });

  it('and says it has gone leaves nothing behind', async () => {
    const on = await talk({}, { maxBufferedBytes: 0 });
    using client = await WsClient.open(on.port);
    client.wire.socket.pause();
    const [ws] = on.opened;
    await fill(ws, 2 * MIB);
    client.wire.socket.resetAndDestroy();
    await eventually(() => on.closes).toEqual(['1006 dirty']);
    expect(ws?.bufferedAmount).toBe(0);
    // The next one on the same connection number begins at nothing.
    using next = await WsClient.open(on.port);
    expect(on.opened[1]?.bufferedAmount).toBe(0);
    on.opened[1]?.send('x');
    expect(await next.take(1)).toEqual(['text x']);
    await eventually(() => on.opened[1]?.bufferedAmount).toBe(0);
  });
});

describe('an app that is slow', () => {
  it('hears everything in order, and the client is not read meanwhile', async () => {
    const got: number[] = [];
    const on = await talk({}, {}, false);
    using client = await WsClient.open(on.port);
    on.opened[0]?.onMessage((_, message) => void got.push((message as Uint8Array)[0] ?? -1));
    const count = 200;
    for (let i = 0; i < count; i++) client.wire.socket.write(frame(FIN | BINARY, Buffer.alloc(262_144, i)));
    // While this thread does not return to its event loop nothing is heard.
    const until = performance.now() + 300;
    while (performance.now() < until);
    expect(got).toEqual([]);
    await eventually(() => got.length).toBe(count);
    expect(got).toEqual(Array.from({ length: count }, (_, i) => i));
  });
});
