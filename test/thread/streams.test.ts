/** What is told of streams, through a ring: whatever one side says arrives at the other as it was said. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/answer-types.ts';
import type { StreamsToIo } from '../../src/node/link.ts';
import { CommandReader, CommandWriter } from '../../src/thread/commands.ts';
import { StreamCommandWriter } from '../../src/thread/stream-commands.ts';
import { bytesOf, carry, makePair, makeSlots, noSocketsToIo, noUploadsToIo, u32 } from './pair.ts';

/** One call, and its arguments. */
type Said = { [K in keyof StreamsToIo]: readonly [K, ...Parameters<StreamsToIo[K]>] }[keyof StreamsToIo];

const lines = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 300,
});
const said: fc.Arbitrary<Said> = fc.oneof(
  fc.tuple(fc.constant('piece' as const), u32, u32, fc.uint8Array({ minLength: 1, maxLength: 700 })),
  fc.tuple(fc.constant('end' as const), u32, u32, lines),
  fc.tuple(fc.constant('cut' as const), u32, u32, fc.boolean()),
  fc.tuple(fc.constant('hints' as const), u32, u32, lines),
);

const shown = ([name, ...args]: Said): unknown => [
  name,
  ...args.map((arg) => (arg instanceof Uint8Array ? Buffer.from(arg).toString('hex') : arg)),
];

function ends(ringBytes: number, batch: number) {
  const pair = makePair(ringBytes, batch);
  const got: Said[] = [];
  const answers: Answer['body'][] = [];
  let calls = 0;
  const reader = new CommandReader(
    pair.ring,
    {
      proceed() {},
      respond: (_connection, _request, { body }) => void answers.push(body as Answer['body']), // Nothing is long here.
      sockets: noSocketsToIo,
      uploads: noUploadsToIo,
      streams: {
        // It lies in the ring, and is overwritten later.
        piece: (connection, request, bytes) => void got.push(['piece', connection, request, Uint8Array.from(bytes)]),
        end: (...args) => void got.push(['end', ...args]),
        cut: (...args) => void got.push(['cut', ...args]),
        hints: (...args) => void got.push(['hints', ...args]),
      },
    },
    { sent() {}, enough() {} },
    makeSlots()[0],
    () => {},
  );
  const writer = new StreamCommandWriter(pair.out, () => calls++);
  const commands = new CommandWriter(pair.out);
  return { pair, reader, writer, commands, got, answers, calls: () => calls };
}

function say(writer: StreamsToIo, [name, ...args]: Said): void {
  (writer[name] as (...given: readonly unknown[]) => void)(...args); // Every name stands with its own arguments.
}

describe('streams', () => {
  test.each([
    [4096, 1],
    [4096, 8],
    [65_536, 3],
  ])('are told as they were said, through a ring of %i bytes, in batches of %i', (size, batch) => {
    fc.assert(
      fc.property(fc.array(fc.array(said, { maxLength: 12 }), { maxLength: 12 }), (turns) => {
        const { pair, reader, writer, got, calls } = ends(size, batch);
        for (const turn of turns) {
          for (const one of turn) say(writer, one);
          carry(pair, reader);
        }
        expect(got.map(shown)).toEqual(turns.flat().map(shown));
        expect(calls()).toBe(got.length);
      }),
      { numRuns: 120 },
    );
  });

  test.each([131_071, 131_072, 131_073, 1_000_000])('may give pieces of %i bytes, as parts in order', (size) => {
    const { pair, reader, writer, got } = ends(524_288, 1);
    const bytes = bytesOf(size, 5);
    writer.piece(1, 2, bytes);
    writer.piece(1, 3, Uint8Array.of(9));
    // They are copied at once.
    const before = Buffer.from(bytes);
    bytes.fill(0);
    writer.end(1, 2, 'A: é\r\n');
    carry(pair, reader);
    const parts = got.flatMap((one) => (one[0] === 'piece' && one[2] === 2 ? [one[3]] : []));
    expect(Buffer.concat(parts).equals(before)).toBe(true);
    expect(parts.every(({ length }) => length <= 131_072)).toBe(true);
    expect(got.slice(-2).map(shown)).toEqual([
      ['piece', 1, 3, '09'],
      ['end', 1, 2, 'A: é\r\n'],
    ]);
  });

  test('come behind the answer whose body they are', () => {
    const { pair, reader, writer, commands, got, answers } = ends(4096, 1);
    const answer = { status: 200, fields: '', ownDate: false, close: false, length: 7 };
    commands.respond(1, 2, { ...answer, body: { keepAliveMs: 15_000 } }, false);
    writer.piece(1, 2, Uint8Array.of(1));
    commands.respond(1, 3, { ...answer, body: null }, false);
    carry(pair, reader);
    expect(answers).toEqual([{ keepAliveMs: 15_000 }, null]);
    expect(got.length).toBe(1);
  });
});
