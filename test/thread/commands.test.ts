/** Commands through a ring: whatever the app says arrives as it was said. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer, GivenAnswer } from '../../src/answer-types.ts';
import { toAnswer } from '../../src/app/response.ts';
import { CommandReader, CommandWriter } from '../../src/thread/commands.ts';
import { COMMAND_RING_BYTES } from '../../src/thread/control.ts';
import {
  answer,
  bytesOf,
  carry,
  makePair,
  makeSlots,
  moveOn,
  noSocketsToIo,
  noStreamsToIo,
  noUploadsToIo,
  type Pair,
  sentBody,
  u32,
} from './pair.ts';

type Command =
  | { readonly kind: 'proceed'; readonly connection: number; readonly request: number }
  | {
      readonly kind: 'respond';
      readonly connection: number;
      readonly request: number;
      readonly answer: GivenAnswer;
      readonly early: boolean;
    };

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant('proceed' as const), connection: u32, request: u32 }),
  fc.record({ kind: fc.constant('respond' as const), connection: u32, request: u32, answer, early: fc.boolean() }),
);

/** A command in a form in which both sides can be compared. */
function told(one: Command): unknown {
  if (one.kind === 'proceed') return one;
  const { body, isAscii, asIs = false, isLeftOut = false, ...rest } = one.answer;
  if (isAscii === true) expect(/^[\x00-\x7f]*$/.test(body as string)).toBe(true);
  return { ...one, answer: { ...rest, asIs, isLeftOut, body: sentBody(body) } };
}

function ends(pair: Pair): { writer: CommandWriter; reader: CommandReader; got: Command[]; rooms: () => number } {
  const got: Command[] = [];
  let rooms = 0;
  const reader = new CommandReader(
    pair.ring,
    {
      proceed: (connection, request) => got.push({ kind: 'proceed', connection, request }),
      respond: (connection, request, given, early) =>
        got.push({ kind: 'respond', connection, request, answer: given, early }),
      sockets: noSocketsToIo,
      streams: noStreamsToIo,
      uploads: noUploadsToIo,
    },
    { sent() {}, enough() {} },
    makeSlots()[0],
    () => rooms++,
  );
  return { writer: new CommandWriter(pair.out), reader, got, rooms: () => rooms };
}

function say(writer: CommandWriter, one: Command): void {
  if (one.kind === 'proceed') writer.proceed(one.connection, one.request);
  else writer.respond(one.connection, one.request, one.answer as Answer, one.early); // What is said is complete.
}

const plain: Answer = { status: 200, fields: '', ownDate: false, close: false, length: -1, body: null };

describe('commands', () => {
  test.each([
    [16_384, 1],
    [16_384, 8],
    [65_536, 3],
  ])('arrive as they were said, through a ring of %i bytes, in batches of %i', (size, batch) => {
    fc.assert(
      fc.property(fc.array(fc.array(command, { maxLength: 12 }), { maxLength: 12 }), (turns) => {
        const pair = makePair(size, batch);
        const { writer, reader, got } = ends(pair);
        for (const turn of turns) {
          for (const one of turn) say(writer, one);
          carry(pair, reader);
        }
        expect(got.map(told)).toEqual(turns.flat().map(told));
      }),
      { numRuns: 120 },
    );
  });

  test.each([32_767, 32_768, 32_769, 65_535, 65_536, 65_537, 131_072, 131_073, 700_000])(
    'carry bodies of %i bytes, as text, as other text and as bytes',
    (size) => {
      const pair = makePair(524_288);
      const { writer, reader, got, rooms } = ends(pair);
      const bodies = ['x'.repeat(size), `${'x'.repeat(size - 2)}é`, bytesOf(size, 3)];
      const said = bodies.map((body, i): Command => {
        return {
          kind: 'respond',
          connection: i,
          request: i,
          answer: { ...plain, fields: 'A: é\r\n', body },
          early: i === 1,
        };
      });
      for (const one of said) say(writer, one);
      carry(pair, reader);
      expect(got.map(told)).toEqual(said.map(told));
      if (3 * size > 524_288) expect(rooms()).toBeGreaterThan(0);
    },
  );

  test('fields like those before do not travel, and are not mixed up', () => {
    const pair = makePair(4096);
    const { writer, reader, got } = ends(pair);
    const fields = ['A: 1\r\n', 'A: 1\r\n', '', '', 'A: 1\r\n', 'B: 2\r\n', 'B: 2\r\n'];
    const said = fields.map((text, i): Command => {
      return { kind: 'respond', connection: i, request: 0, answer: { ...plain, fields: text }, early: false };
    });
    for (const one of said) {
      say(writer, one);
      if (one.connection === 3) carry(pair, reader);
    }
    carry(pair, reader);
    expect(got.map(told)).toEqual(said.map(told));
  });

  test('the largest answers that an app may give fit wherever the ring stands', () => {
    const pair = makePair(COMMAND_RING_BYTES);
    const { writer, reader, got } = ends(pair);
    const mostFields = (body: unknown): Answer => {
      const value = 'v'.repeat(524_288 - 'a: \r\n'.length);
      return toAnswer({ status: 200, headers: [['a', value]], body }, false);
    };
    const said: Command[] = [];
    // Each place where such a record begins is a further one, and most of them are just too near to the end.
    for (let i = 0; i < 12; i++) {
      const body = [new Uint8Array(65_536), { file: `/${'漢'.repeat(32_767)}` }, 'é'.repeat(32_768)][i % 3];
      const one: Command = { kind: 'respond', connection: i, request: 0, answer: mostFields(body), early: false };
      said.push(one);
      say(writer, one);
      carry(pair, reader);
      moveOn(pair, 262_144 - 8 * i);
      // Otherwise the same fields would not travel.
      say(writer, { kind: 'respond', connection: 0, request: 1, answer: plain, early: false });
      carry(pair, reader);
    }
    expect(got.filter((one) => one.request === 0).map(told)).toEqual(said.map(told));
    expect(() => toAnswer({ status: 200, headers: [['a', 'v'.repeat(524_288)]] }, false)).toThrow('header fields');
    expect(() => toAnswer({ status: 200, body: { file: 'p'.repeat(32_769) } }, false)).toThrow('which no path has');
  });

  test('what throws while it is obeyed counts as done, and who waits for room is woken all the same', () => {
    const pair = makePair(64);
    let calls = 0;
    let rooms = 0;
    const reader = new CommandReader(
      pair.ring,
      {
        proceed() {
          if (++calls === 4) throw new Error('obeying failed');
        },
        respond() {},
        sockets: noSocketsToIo,
        streams: noStreamsToIo,
        uploads: noUploadsToIo,
      },
      { sent() {}, enough() {} },
      makeSlots()[0],
      () => rooms++,
    );
    const writer = new CommandWriter(pair.out);
    for (let i = 0; i < 5; i++) writer.proceed(i, 0);
    pair.out.publish();
    expect(pair.writer.isAsking).toBe(true);
    expect(() => reader.drain()).toThrow('obeying failed');
    expect([calls, rooms, pair.writer.isAsking, pair.out.hasWork]).toEqual([4, 1, false, true]);
    carry(pair, reader);
    expect([calls, pair.out.isFull]).toEqual([5, false]);
  });

  test('a record that there is not is refused', () => {
    const pair = makePair(64);
    const { reader } = ends(pair);
    pair.out.begin(0);
    pair.out.end(99, 0, 0);
    pair.out.publish();
    expect(() => reader.drain()).toThrow(RangeError);
  });
});
