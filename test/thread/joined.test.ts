/** Messages that come in several reads: joined in slots, told as they were sent, and nothing is held for what never ends. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SlotMemory } from '../../src/thread/slot-memory.ts';
import { SLOTS_BYTES, Slots } from '../../src/thread/slots.ts';
import { frame, randomKeys } from '../../src/websocket/frames.ts';
import { WebSocketSession } from '../../src/websocket/session.ts';
import { SessionSettings } from '../../src/websocket/session-settings.ts';
import { bytesOf, carry, makePair } from './pair.ts';
import { eventEnds, type News } from './socket-ends.ts';

const MIB = 1_048_576;
const MOST_BYTES = 2_000_000;
const keys = randomKeys();

interface Rig {
  readonly sessions: readonly WebSocketSession[];
  readonly got: readonly News[];
  readonly slots: Slots;
  carry(): void;
}

/** Connections of the I/O thread, whose messages the app's thread hears. */
function rig(count: number): Rig {
  const pair = makePair(524_288);
  const { writer, reader, got, slots } = eventEnds(pair);
  const options = { textAsBytes: true, lends: true, holdsClose: true, maxMessageBytes: MOST_BYTES };
  const settings = new SessionSettings(options, undefined, writer.memory);
  const sessions = Array.from(
    { length: count },
    (_, connection) =>
      new WebSocketSession(settings, undefined, {
        onMessage: (data, isBinary, isAscii, isLent) => writer.message(connection, 1, data, isBinary, isAscii, isLent),
      }),
  );
  return { sessions, got, slots, carry: () => carry(pair, reader) };
}

const BINARY = 2;
const FINAL = 0x80;

/** One fragment of a message. */
function fragment(payload: Uint8Array, isFirst: boolean, isLast: boolean): Uint8Array {
  const bytes = frame('binary', payload, keys);
  bytes[0] = (isFirst ? BINARY : 0) | (isLast ? FINAL : 0);
  return bytes;
}

/** A message as its client sends it, in so many fragments. */
function sent(payload: Uint8Array, fragments: number): Uint8Array {
  const size = Math.ceil(payload.length / fragments);
  const parts = Array.from({ length: fragments }, (_, i) =>
    fragment(payload.subarray(i * size, (i + 1) * size), i === 0, i === fragments - 1),
  );
  return Buffer.concat(parts);
}

/** What has been heard on each connection. */
function heard(got: readonly News[], count: number): string[][] {
  const all: string[][] = Array.from({ length: count }, () => []);
  for (const one of got)
    if (one[0] === 'message') all[one[1]]?.push(Buffer.from(one[3] as Uint8Array).toString('latin1'));
  return all;
}

const message = fc.record({
  size: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 40_000 }) },
    fc.integer({ min: 0, max: 400_000 }),
    fc.integer({ min: MIB - 2, max: MIB + 1030 }),
    fc.integer({ min: MIB, max: MOST_BYTES }),
  ),
  seed: fc.nat(255),
  fragments: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 5 })),
});

describe('messages that come in several reads', () => {
  test('are what was sent, whoever is lost in the middle, and all slots are given back', () => {
    let mostTaken = 0;
    fc.assert(
      fc.property(
        fc.array(fc.array(message, { maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 262_144 })),
        fc.array(fc.nat(30), { maxLength: 3 }),
        (clients, reads, losses) => {
          const { sessions, got, slots, carry: bring } = rig(clients.length);
          const inputs = clients.map((messages) =>
            Buffer.concat(messages.map(({ size, seed, fragments }) => sent(bytesOf(size, seed), fragments))),
          );
          const at = inputs.map(() => 0);
          const isLost = inputs.map(() => false);
          for (let turn = 0; inputs.some((input, i) => !isLost[i] && (at[i] as number) < input.length); turn++) {
            sessions.forEach((session, i) => {
              if (isLost[i]) return;
              if (losses[i] === turn) {
                isLost[i] = true;
                session.finish();
                session.gone();
                return;
              }
              const from = at[i] as number;
              const { value: length } = reads.next();
              session.feed(new Uint8Array((inputs[i] as Buffer).subarray(from, from + (length as number))));
              at[i] = from + (length as number);
            });
            mostTaken = Math.max(mostTaken, slots.taken);
            bring();
          }
          expect(slots.taken).toBe(0);
          heard(got, clients.length).forEach((texts, i) => {
            const all = (clients[i] ?? []).map(({ size, seed }) => Buffer.from(bytesOf(size, seed)).toString('latin1'));
            const expected = isLost[i] ? all.slice(0, texts.length) : all;
            expect(texts.length).toBe(expected.length);
            for (const [k, text] of texts.entries()) expect(text === expected[k]).toBe(true);
          });
        },
      ),
      { numRuns: 40 },
    );
    expect(mostTaken).toBeGreaterThan(2);
  });

  test('do not keep slots when they break the rules, are too long, or come behind our Close', () => {
    const { sessions, got, slots, carry: bring } = rig(3);
    const [bad, long, closed] = sessions as [WebSocketSession, WebSocketSession, WebSocketSession];
    const begun = frame('binary', bytesOf(100_000, 1), keys).subarray(0, 60_000);
    const open = fragment(bytesOf(600_000, 2), true, false);
    bad.feed(open.slice());
    long.feed(open.slice(0, 300_000));
    closed.feed(begun.slice());
    expect(slots.taken).toBeGreaterThan(0);
    bad.feed(frame('text', 'a new message inside one', keys));
    long.feed(open.slice(300_000));
    long.feed(fragment(new Uint8Array(MOST_BYTES - 599_999), false, true));
    closed.close(1000);
    closed.feed(frame('binary', bytesOf(100_000, 1), keys).slice(60_000));
    bring();
    expect(sessions.map(({ state }) => state)).toEqual(['failed', 'failed', 'closing']);
    expect([got, slots.taken]).toEqual([[], 0]);
  });

  test('keep their slots when a message of others lies at the same place of other memory', () => {
    const memory = new SharedArrayBuffer(SLOTS_BYTES);
    const joining = new SlotMemory(new Slots(memory, 'in'));
    const bytes = joining.take(100_000) as Uint8Array;
    const elsewhere = new Uint8Array(new ArrayBuffer(bytes.byteOffset + 10), bytes.byteOffset);
    expect(joining.release(elsewhere)).toBe(null);
    joining.give(elsewhere);
    expect(joining.release(bytes)?.bytes.buffer).toBe(memory);
    // It is somebody else's now.
    joining.give(bytes);
    expect(new Slots(memory, 'in').taken).toBe(1);
  });

  test('are joined elsewhere when there is no slot, and none is taken twice', () => {
    const { sessions, got, slots, carry: bring } = rig(12);
    const bytes = sessions.map((_, i) => frame('binary', bytesOf(MIB, i), keys));
    for (const from of [0, 400_000, 800_000]) {
      sessions.forEach((session, i) => void session.feed((bytes[i] as Uint8Array).slice(from, from + 400_000)));
      if (from < 800_000) expect(slots.taken).toBe(4);
    }
    bring();
    const texts = heard(got, 12);
    sessions.forEach((_, i) => {
      expect(texts[i]?.length).toBe(1);
      expect(texts[i]?.[0] === Buffer.from(bytesOf(MIB, i)).toString('latin1')).toBe(true);
    });
    expect(slots.taken).toBe(0);
  });
});
