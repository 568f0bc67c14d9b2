/** Rings of many sizes against a plain list, on one thread: order, whole records, room, and counters that wrap. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeAppWords, makeShared } from '../../src/thread/control.ts';
import { RECORD_HEAD_BYTES, RingReader, RingWriter, type TakeRecord } from '../../src/thread/ring.ts';

const CONTROL_AT = 64;

function makeRing(bytes: number): { writer: RingWriter; reader: RingReader } {
  const { control, events } = makeShared(makeAppWords(), bytes, 64);
  return {
    writer: new RingWriter(control, CONTROL_AT, events),
    reader: new RingReader(control, CONTROL_AT, events),
  };
}

interface Sent {
  readonly payload: Uint8Array;
  readonly connection: number;
  readonly type: number;
  readonly request: number;
}

function put(writer: RingWriter, { payload, connection, type, request }: Sent): boolean {
  const at = writer.reserve(payload.length);
  if (at < 0) return false;
  writer.bytes.set(payload, at + RECORD_HEAD_BYTES);
  writer.commit(at, payload.length, connection, type, request);
  return true;
}

function taker(reader: RingReader, into: Sent[]): TakeRecord {
  return (type, connection, request, at, length) =>
    into.push({ payload: Uint8Array.from(reader.bytes.subarray(at, at + length)), connection, type, request });
}

/** Moves both counters on by `bytes`, in records whose payload nobody looks at. */
function advance(writer: RingWriter, reader: RingReader, bytes: number, size: number): void {
  let left = bytes;
  while (left > 0) {
    // Halves of the ring keep it aligned; what is left is one smaller record or none.
    const step = Math.min(left, size / 2);
    const at = writer.reserve(step - RECORD_HEAD_BYTES);
    expect(at).toBeGreaterThanOrEqual(0);
    writer.commit(at, step - RECORD_HEAD_BYTES, 0, 0, 0);
    writer.publish();
    reader.drain(() => {});
    left -= step;
  }
}

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const sent = (most: number): fc.Arbitrary<Sent> =>
  fc.record({ payload: fc.uint8Array({ maxLength: most }), connection: u32, type: u32, request: u32 });

type Step = { readonly do: 'put'; readonly what: Sent } | { readonly do: 'publish' | 'drain' };

const steps = (size: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: sent(size / 2 - RECORD_HEAD_BYTES).map((what): Step => ({ do: 'put', what })) },
      { weight: 3, arbitrary: fc.constant<Step>({ do: 'publish' }) },
      { weight: 2, arbitrary: fc.constant<Step>({ do: 'drain' }) },
    ),
    { maxLength: 120 },
  );

/** Runs steps on a ring and on lists. */
function runSteps(writer: RingWriter, reader: RingReader, todo: readonly Step[]): void {
  let hidden: Sent[] = [];
  let shown: Sent[] = [];
  for (const step of todo) {
    if (step.do === 'put') {
      const isEmpty = hidden.length === 0 && shown.length === 0;
      const fits = put(writer, step.what);
      // What is at most half of the ring always fits when there is nothing else.
      if (isEmpty) expect(fits).toBe(true);
      if (fits) hidden.push(step.what);
    } else if (step.do === 'publish') {
      writer.publish();
      shown.push(...hidden);
      hidden = [];
    } else {
      expect(reader.isEmpty).toBe(shown.length === 0);
      const got: Sent[] = [];
      expect(reader.drain(taker(reader, got))).toBe(shown.length > 0);
      expect(got).toEqual(shown);
      shown = [];
    }
  }
}

describe('a ring', () => {
  test.each([64, 128, 256, 1024, 4096])('of %i bytes gives back what was put into it, in order', (size) => {
    fc.assert(
      fc.property(steps(size), (todo) => {
        const { writer, reader } = makeRing(size);
        runSteps(writer, reader, todo);
      }),
      { numRuns: 150 },
    );
  });

  test('goes on where its counters wrap', () => {
    const size = 1_048_576;
    const { writer, reader } = makeRing(size);
    // Not a whole number of rings, so that records lie across the end while the counters wrap.
    const first = 2 ** 32 - 3 * size - 8 * 5;
    advance(writer, reader, first, size);
    for (let i = 0; i < 6_000; i++) {
      const payload = Buffer.alloc((i * 37) % 3000, `${i} `);
      expect(put(writer, { payload, connection: i, type: i + 1, request: i + 2 })).toBe(true);
      writer.publish();
      const got: Sent[] = [];
      reader.drain(taker(reader, got));
      expect(got.length).toBe(1);
      expect(got[0]).toMatchObject({ connection: i, type: i + 1, request: i + 2 });
      expect(payload.compare(got[0]?.payload as Uint8Array)).toBe(0);
    }
    expect(writer.refresh()).toBe(size);
  });

  test.each([64, 128])('of %i bytes gets full, empty and wraps at every position', (size) => {
    for (let payload = 0; payload <= size / 2 - RECORD_HEAD_BYTES; payload++) {
      const { writer, reader } = makeRing(size);
      let written = 0;
      let read = 0;
      const write = (length: number): boolean => {
        const fits = put(writer, {
          payload: new Uint8Array(length).fill(written),
          connection: written,
          type: 1,
          request: length,
        });
        if (fits) written++;
        return fits;
      };
      for (let round = 0; round < size / 8; round++) {
        while (write(payload));
        writer.publish();
        reader.drain((_, connection, request, at, length) => {
          expect([connection, length]).toEqual([read, request]);
          expect(reader.bytes.subarray(at, at + length).every((byte) => byte === (read & 0xff))).toBe(true);
          read++;
        });
        expect(read).toBe(written);
        // The next round begins at another place.
        expect(write(round % 2 === 0 ? 0 : 8)).toBe(true);
      }
    }
  });

  test('uses its last bytes when a record fits exactly', () => {
    const { writer, reader } = makeRing(64);
    const one = { payload: new Uint8Array(16).fill(1), connection: 1, type: 2, request: 3 };
    const got: Sent[] = [];
    // 32 + 32: the second ends at the end, and nothing is skipped.
    expect([put(writer, one), put(writer, one), put(writer, one)]).toEqual([true, true, false]);
    writer.publish();
    reader.drain(taker(reader, got));
    expect(got).toEqual([one, one]);
    // 16 + 32, and 16 are left: an empty record fits there, any other starts at the beginning.
    const empty = { ...one, payload: new Uint8Array(0) };
    expect([put(writer, empty), put(writer, one), put(writer, empty), put(writer, empty)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    writer.publish();
    reader.drain(taker(reader, got));
    expect(got.slice(2)).toEqual([empty, one, empty]);
  });

  test('never has room for a record of more than half of it where that does not fit before the end', () => {
    const { writer, reader } = makeRing(128);
    put(writer, { payload: new Uint8Array(40), connection: 0, type: 0, request: 0 });
    writer.publish();
    reader.drain(() => {});
    expect(writer.refresh()).toBe(128);
    // It stands at 56, and 72 bytes are left before the end.
    expect(writer.mostPayload).toBe(48);
    expect(writer.reserve(60)).toBe(-1);
    expect(writer.reserve(48)).toBe(56);
  });

  test('counts a record as read when reading it throws, and only that one', () => {
    const { writer, reader } = makeRing(128);
    for (const number of [1, 2, 3])
      put(writer, { payload: new Uint8Array(8), connection: number, type: 0, request: 0 });
    writer.publish();
    const got: number[] = [];
    const take: TakeRecord = (_, connection) => {
      got.push(connection);
      if (connection === 2) throw new Error('reading failed');
    };
    expect(() => reader.drain(take)).toThrow('reading failed');
    expect(writer.refresh()).toBe(128 - 24);
    expect(reader.drain(take)).toBe(true);
    expect(got).toEqual([1, 2, 3]);
    expect(writer.refresh()).toBe(128);
    expect(reader.drain(take)).toBe(false);
  });

  test('gives records that are written while it is drained, and room in between', () => {
    const { writer, reader } = makeRing(64);
    let written = 0;
    const write = (): void => {
      while (put(writer, { payload: new Uint8Array(0), connection: written, type: 0, request: 0 })) written++;
      writer.publish();
    };
    write();
    let read = 0;
    reader.drain((_, connection) => {
      expect(connection).toBe(read++);
      if (read < 1_000) write();
    });
    expect(read).toBe(written);
    expect(read).toBeGreaterThan(1_000);
  });

  test('keeps the wish for room until the reader takes it', () => {
    const { writer, reader } = makeRing(64);
    expect(writer.isAsking).toBe(false);
    writer.askForRoom();
    writer.askForRoom();
    expect(writer.isAsking).toBe(true);
    expect([reader.takeRoomWish(), reader.takeRoomWish(), writer.isAsking]).toEqual([true, false, false]);
  });
});
