/** Large messages to many clients, some of which read late, or never: everybody gets his own, whole and in order. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AppWebSocket } from '../../../src/index.ts';
import { eventually } from '../../helpers/eventually.ts';
import { talk } from '../../helpers/talk.ts';
import { turn } from '../../helpers/wire.ts';
import { WsClient } from '../../helpers/ws-client.ts';

/** Sizes at which a message travels another way, or a header is another one. */
const SIZES = [
  8_191, 8_192, 16_384, 17_409, 65_535, 65_536, 66_560, 70_000, 262_144, 300_000, 1_048_576, 1_060_000, 100,
];

/** The message of this number to this client: bytes, or a text, of ASCII or not. */
function message(client: number, number: number): Buffer | string {
  const size = SIZES[number % SIZES.length] ?? 0;
  const mark = `${client}/${number} `;
  if (number % 3 === 0) return mark + 'a'.repeat(size - mark.length);
  if (number % 3 === 1) return mark + 'é'.repeat((size - mark.length) >> 1);
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (client * 31 + number * 7 + i + (i >> 8)) & 255;
  return bytes;
}

const sum = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** Sends them, and changes the bytes of each behind it. */
function send(ws: AppWebSocket | undefined, client: number, from: number, to: number): void {
  for (let number = from; number < to; number++) {
    const data = message(client, number);
    expect(ws?.send(data)).toBe(Buffer.byteLength(data));
    if (typeof data !== 'string') data.fill(0xee);
  }
}

function expected(client: number, count: number): string[] {
  return Array.from({ length: count }, (_, number) => sum(message(client, number)));
}

const got = (client: WsClient): string[] => client.frames.map(({ payload }) => sum(payload));

describe('large messages', () => {
  it('reach readers and late readers whole and in order, also when others never read', async () => {
    const COUNT = 39;
    const on = await talk({}, { maxBufferedBytes: 0 }, false);
    const clients: WsClient[] = [];
    for (let i = 0; i < 6; i++) clients.push(await WsClient.open(on.port));
    try {
      const late = clients.slice(2);
      for (const { wire } of late) wire.socket.pause();
      for (let number = 0; number < COUNT; number += 3) {
        for (const client of clients.keys()) send(on.opened[client], client, number, number + 3);
        await turn();
      }
      // Two that never read go, and what was on its way to them goes with them.
      for (const { wire } of clients.slice(4)) wire.socket.resetAndDestroy();
      await eventually(() => on.closes.length).toBe(2);
      for (const { wire } of late.slice(0, 2)) wire.socket.resume();
      for (const [client, one] of clients.slice(0, 4).entries()) {
        await one.take(COUNT);
        expect(got(one)).toEqual(expected(client, COUNT));
      }
      // Memory that the others had is used again for these.
      for (const client of [0, 1, 2, 3]) send(on.opened[client], client, COUNT, 2 * COUNT);
      for (const [client, one] of clients.slice(0, 4).entries()) {
        await one.take(2 * COUNT);
        expect(got(one)).toEqual(expected(client, 2 * COUNT));
        await eventually(() => on.opened[client]?.bufferedAmount).toBe(0);
      }
    } finally {
      for (const client of clients) client[Symbol.dispose]();
    }
  });
});
