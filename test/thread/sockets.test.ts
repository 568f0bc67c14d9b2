/** WebSockets through a ring: whatever one side says of them arrives at the other as it was said. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LentFrame } from '../../src/node/link.ts';
import { COMMAND_RING_BYTES, EVENT_RING_BYTES } from '../../src/thread/control.ts';
import { bytesOf, carry, makePair, moveOn, u32 } from './pair.ts';
import {
  type AppCalls,
  type Command,
  call,
  commandEnds,
  eventEnds,
  type IoCalls,
  type News,
  payloadOf,
  told,
  toldToIo,
} from './socket-ends.ts';

/** Halves of pairs, as a careless cut of a string leaves them. */
const halves = fc.string({ unit: fc.constantFrom('a', 'é', '\ud83d', '\ude00', '😀'), maxLength: 60 });
const text = fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: 'grapheme', maxLength: 100 }));
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .record({ size: fc.integer({ min: 65_000, max: 200_000 }), seed: fc.nat(255) })
    .map(({ size, seed }) => bytesOf(size, seed)),
);
const longText = fc.record({
  text: fc.constantFrom('a', 'é', '漢😀'),
  times: fc.integer({ min: 20_000, max: 90_000 }),
});
const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(text, halves) },
  longText.map(({ text: one, times }) => one.repeat(times)),
);
const flag = fc.boolean();

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(fc.constant('accept' as const), u32, u32, text),
  fc.tuple(fc.constant('send' as const), u32, u32, anyText, fc.constant(false)),
  fc.tuple(fc.constant('send' as const), u32, u32, bytes, flag),
  fc.tuple(fc.constant('notify' as const), u32, u32),
  fc.tuple(fc.constant('ping' as const), u32, u32, fc.uint8Array({ maxLength: 125 })),
  fc.tuple(fc.constant('close' as const), u32, u32, fc.integer({ min: 1000, max: 4999 }), text),
  fc.tuple(fc.constant('fail' as const), u32, u32),
  fc.tuple(fc.constant('take' as const), u32, u32),
  fc.tuple(fc.constant('cut' as const), u32, u32),
  fc.tuple(fc.constant('broadcast' as const), fc.array(u32, { minLength: 2, maxLength: 9000 }), bytes, flag),
  fc.tuple(fc.constant('hold' as const), u32, u32, flag),
);

/** News as the I/O side tells them: texts as their bytes. */
const news: fc.Arbitrary<{ readonly said: News; readonly heard: News }> = fc.oneof(
  fc.tuple(u32, u32, anyText, flag).map(([connection, request, message, isLent]) => {
    const utf8 = Buffer.from(message);
    const isAscii = utf8.length === message.length;
    return {
      said: ['message', connection, request, utf8, false, isAscii, isLent] as const,
      heard: ['message', connection, request, utf8.toString(), false, isAscii, false] as const,
    };
  }),
  fc
    .oneof(
      fc.tuple(fc.constant('message' as const), u32, u32, bytes, fc.constant(true), fc.constant(false), flag),
      fc.tuple(fc.constant('closed' as const), u32, u32, fc.integer({ min: 1000, max: 4999 }), text, flag),
      fc.tuple(fc.constant('drained' as const), u32, u32),
      fc.tuple(fc.constant('pinged' as const), u32, u32, fc.uint8Array({ maxLength: 125 }), flag),
    )
    .map((said) => ({
      said,
      heard: said[0] === 'message' ? ([...said.slice(0, -1), false] as unknown as News) : said,
    })),
);

/** A piece of a long message has to fit wherever the ring stands, so none is smaller. */
const ROOMS = [
  [524_288, 1],
  [524_288, 8],
  [1_048_576, 3],
] as const;

describe('commands about WebSockets', () => {
  test.each(ROOMS)('arrive as they were said, through a ring of %i bytes, in batches of %i', (size, batch) => {
    fc.assert(
      fc.property(fc.array(fc.array(command, { maxLength: 10 }), { maxLength: 8 }), (turns) => {
        const pair = makePair(size, batch);
        const { writer, reader, got, said, slots } = commandEnds(pair);
        for (const turn of turns) {
          for (const one of turn) call<IoCalls>(writer, one);
          carry(pair, reader);
          expect(slots.taken).toBe(0);
        }
        expect(got.map(told)).toEqual(turns.flat().map(toldToIo));
        expect(said()).toBe(turns.flat().length);
      }),
      { numRuns: 60 },
    );
  });

  test('tell how much a connection has sent, without asking the other side', () => {
    const { writer, memory } = commandEnds(makePair(65_536));
    memory.sent[2] = 0xffff_ffff;
    expect([1, 2].map((connection) => writer.sentBytes(connection))).toEqual([0, 0xffff_ffff]);
  });

  test('long messages are what they were when they were sent, also when nobody gives their slots back', () => {
    const pair = makePair(524_288);
    const kept: LentFrame[] = [];
    const { writer, reader, got, slots } = commandEnds(pair, (message) => kept.push(message));
    const sizes = [...Array.from({ length: 200 }, (_, i) => 8_000 + 997 * i), 400_000, 1_000_000, 1_049_600];
    const texts = sizes.map((size, i) => (i % 3 === 0 ? 'é' : 'a').repeat(size / (i % 3 === 0 ? 2 : 1)));
    const expected: unknown[] = [];
    sizes.forEach((size, i) => {
      const message = bytesOf(size, i);
      writer.send(i, 2, message, true);
      expected.push(told(['send', i, 2, Buffer.from(message), true]));
      message.fill(0);
      writer.send(i, 3, texts[i] as string, false);
      expected.push(told(['send', i, 3, Buffer.from(texts[i] as string), false]));
      carry(pair, reader);
    });
    expect(got.map(told)).toEqual(expected);
    // Once there were no more slots, messages went through the ring. What lies in slots has not changed.
    expect(kept.length).toBeGreaterThan(50);
    expect(slots.taken).toBe(kept.length);
    for (const message of kept) {
      const read = payloadOf(message).toString('hex');
      expect(got.some((one) => one[0] === 'send' && (one[3] as Buffer).toString('hex') === read)).toBe(true);
      message.giveBack();
    }
    expect(slots.taken).toBe(0);
  });

  test('a longer message that waits for room is what it was when it was sent', () => {
    const pair = makePair(524_288);
    const { writer, reader, got } = commandEnds(pair);
    const message = bytesOf(1_900_000, 5);
    const before = Buffer.from(message);
    writer.send(1, 2, message, true);
    message.fill(0);
    carry(pair, reader);
    expect(got.map(told)).toEqual([told(['send', 1, 2, before, true])]);
  });
});

describe('news of WebSockets', () => {
  test.each(ROOMS)('arrive as they were told, through a ring of %i bytes, in batches of %i', (size, batch) => {
    fc.assert(
      fc.property(fc.array(fc.array(news, { maxLength: 10 }), { maxLength: 8 }), (turns) => {
        const pair = makePair(size, batch);
        const { writer, reader, got, slots, news: announced } = eventEnds(pair);
        for (const turn of turns) {
          for (const { said } of turn) call<AppCalls>(writer, said);
          carry(pair, reader);
          expect(slots.taken).toBe(0);
        }
        expect(got.map(told)).toEqual(turns.flat().map(({ heard }) => told(heard)));
        expect(announced()).toBe(turns.flat().length);
      }),
      { numRuns: 60 },
    );
  });

  test('bytes of a message are the reader’s own', () => {
    const pair = makePair(65_536);
    const { writer, reader, got } = eventEnds(pair);
    writer.message(1, 1, bytesOf(100, 1), true, false, false);
    carry(pair, reader);
    for (let i = 0; i < 2_000; i++) {
      writer.message(1, 1, bytesOf(100, i), true, false, false);
      carry(pair, reader);
    }
    expect(got[0]?.[3]).toEqual(bytesOf(100, 1));
  });
});

describe('messages', () => {
  const sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 131_073, 16_777_216];

  test.each(sizes)('of %i bytes fit wherever the ring stands, in both directions', (size) => {
    const message = bytesOf(size, 3);
    for (const ringBytes of [COMMAND_RING_BYTES, EVENT_RING_BYTES]) {
      for (const ahead of [0, 16, ringBytes - 64, ringBytes - 65_552]) {
        const down = makePair(ringBytes);
        const up = makePair(ringBytes);
        if (ahead > 0) for (const pair of [down, up]) moveOn(pair, ahead);
        const commands = commandEnds(down);
        const events = eventEnds(up);
        commands.writer.send(7, 8, message, true);
        commands.writer.fail(9, 10);
        events.writer.message(7, 8, new Uint8Array(message), true, false, false);
        events.writer.drained(9, 10);
        carry(down, commands.reader);
        carry(up, events.reader);
        expect(Buffer.compare(commands.got[0]?.[3] as Buffer, message)).toBe(0);
        expect(Buffer.compare(events.got[0]?.[3] as Buffer, message)).toBe(0);
        expect([commands.got[1], events.got[1]]).toEqual([
          ['fail', 9, 10],
          ['drained', 9, 10],
        ]);
      }
    }
  });
});
