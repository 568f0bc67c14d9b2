/** What is told of bodies that are read while they arrive, through a ring: it arrives as it was told. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UploadsToApp, UploadsToIo } from '../../src/node/link.ts';
import {
  UploadCommandReader,
  UploadCommandWriter,
  UploadEventReader,
  UploadEventWriter,
} from '../../src/thread/uploads.ts';
import { bytesOf, carry, makePair, type Pair, u32 } from './pair.ts';

type All = UploadsToApp & UploadsToIo;
/** One call, and its arguments. */
type Said = { [K in keyof All]: readonly [K, ...Parameters<All[K]>] }[keyof All];

const event: fc.Arbitrary<Said> = fc.oneof(
  fc.tuple(fc.constant('piece' as const), u32, u32, fc.uint8Array({ minLength: 1, maxLength: 700 })),
  fc.tuple(fc.constant('end' as const), u32, u32),
  fc.tuple(fc.constant('failed' as const), u32, u32, u32),
);
const command: fc.Arbitrary<Said> = fc.tuple(fc.constant('want' as const), u32, u32, u32);

const shown = ([name, ...args]: Said): unknown => [
  name,
  ...args.map((arg) => (arg instanceof Uint8Array ? Buffer.from(arg).toString('hex') : arg)),
];

/** Both ends of both directions; each record is known by one of them. */
function ends(pair: Pair, onNews: () => void) {
  const got: Said[] = [];
  const app: UploadsToApp = {
    // It lies in the ring, and is overwritten later.
    piece: (connection, request, bytes) => void got.push(['piece', connection, request, Uint8Array.from(bytes)]),
    end: (...args) => void got.push(['end', ...args]),
    failed: (...args) => void got.push(['failed', ...args]),
  };
  const events = new UploadEventReader(pair.ring, app);
  const commands = new UploadCommandReader(pair.ring, { want: (...args) => void got.push(['want', ...args]) });
  const reader = {
    get isEmpty() {
      return pair.ring.isEmpty;
    },
    drain: () =>
      pair.ring.drain((type, connection, request, at, length) => {
        const known = [
          events.read(type, connection, request, at, length),
          commands.read(type, connection, request, at),
        ];
        expect(known.filter((isKnown) => isKnown).length).toBe(1);
      }),
  };
  const told = new UploadEventWriter(pair.out, onNews);
  const asked = new UploadCommandWriter(pair.out, onNews);
  const say = ([name, ...args]: Said): void => {
    const writer = name === 'want' ? asked : told;
    (writer[name as never] as (...given: readonly unknown[]) => void).apply(writer, args); // Of each name its own arguments.
  };
  return { got, reader, say, told };
}

describe('uploads', () => {
  test.each([
    [4096, 1],
    [65_536, 3],
  ])('are told as they were said, through a ring of %i bytes, in batches of %i', (size, batch) => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.oneof(event, command), { maxLength: 12 }), { maxLength: 12 }), (turns) => {
        const pair = makePair(size, batch);
        let news = 0;
        const { got, reader, say } = ends(pair, () => news++);
        for (const turn of turns) {
          for (const one of turn) say(one);
          carry(pair, reader);
        }
        expect(got.map(shown)).toEqual(turns.flat().map(shown));
        expect(news).toBe(got.length);
      }),
      { numRuns: 60 },
    );
  });

  test.each([131_072, 131_073, 400_000])('may come in pieces of %i bytes, which are copied at once', (size) => {
    const pair = makePair(524_288);
    const { got, reader, told } = ends(pair, () => {});
    const bytes = bytesOf(size, 5);
    const before = Buffer.from(bytes);
    told.piece(1, 2, bytes);
    bytes.fill(0);
    told.end(1, 2);
    carry(pair, reader);
    const parts = got.flatMap((one) => (one[0] === 'piece' ? [one[3]] : []));
    expect(Buffer.concat(parts).equals(before)).toBe(true);
    expect(got.at(-1)).toEqual(['end', 1, 2]);
  });
});
