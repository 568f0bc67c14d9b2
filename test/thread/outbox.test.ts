/** What the ring has no room for waits, in order, unchanged, and within what a ring can ever hold. */
import { describe, expect, test } from 'vitest';
import { MessageWriter } from '../../src/thread/ring-messages.ts';
import { bytesOf, makePair, makeSlots, type Pair } from './pair.ts';

/** Reads everything, turn by turn, into one list of bytes. */
function readAll({ out, ring }: Pair): Buffer {
  const got: Buffer[] = [];
  do {
    out.publish();
    ring.drain((_type, _connection, _request, at, length) =>
      got.push(Buffer.from(ring.bytes.subarray(at, at + length))),
    );
  } while (out.isFull || !ring.isEmpty);
  return Buffer.concat(got);
}

describe('an outbox', () => {
  test.each([
    ['bytes', (size: number) => bytesOf(size, 1)],
    ['a Buffer', (size: number) => Buffer.from(bytesOf(size, 1))],
    ['a part of larger memory', (size: number) => new Uint8Array(bytesOf(size + 9, 1).buffer, 5, size)],
  ])('has its own copy of what waits of %s', (_, make) => {
    const pair = makePair(524_288);
    const body = make(1_000_000);
    const before = Buffer.from(body);
    pair.out.putBody(1, 2, 3, body, 0, false);
    expect(pair.out.isFull).toBe(true);
    body.fill(0);
    expect(readAll(pair).equals(before)).toBe(true);
  });

  test('looks at what is its own until it is gone', () => {
    const pair = makePair(524_288);
    const body = bytesOf(1_000_000, 1);
    pair.out.putBody(1, 2, 3, new Uint8Array(body), 100, true);
    expect(readAll(pair).equals(Buffer.from(body.subarray(100)))).toBe(true);
  });

  test('keeps the order of records that wait behind a body', () => {
    const pair = makePair(524_288);
    const body = bytesOf(700_000, 1);
    pair.out.putBody(1, 0, 0, new Uint8Array(body), 0, true);
    pair.out.begin(8);
    pair.out.bytes.set(bytesOf(8, 9), pair.out.at);
    pair.out.end(2, 0, 0);
    expect(readAll(pair).equals(Buffer.concat([body, bytesOf(8, 9)]))).toBe(true);
  });

  test('says when there is much to begin with, also when that lies in slots', () => {
    const { out } = makePair(524_288, 8);
    const messages = new MessageWriter(out, makeSlots()[0]);
    const told = (size: number): boolean => {
      messages.put(1, 2, 0, bytesOf(size, 1), false);
      return out.isMuch;
    };
    expect([told(16_384), told(16_000), told(1000)]).toEqual([false, false, true]);
    out.publish();
    expect([out.isMuch, told(1000), told(31_000)]).toEqual([false, false, false]);
    // In the ring there are heads, too.
    expect(told(750)).toBe(true);
    out.publish();
    expect(told(500_000)).toBe(true);
  });

  test('shows records in batches, and all of them at the end of a turn', () => {
    const { out, ring } = makePair(4096, 3);
    const seen: number[] = [];
    const tell = (number: number): void => {
      out.begin(0);
      out.end(1, number, 0);
    };
    const look = (): number[] => {
      ring.drain((_, connection) => seen.push(connection));
      return seen;
    };
    tell(1);
    tell(2);
    expect(look()).toEqual([]);
    tell(3);
    tell(4);
    expect(look()).toEqual([1, 2, 3]);
    expect([out.publish(), out.publish()]).toEqual([true, false]);
    expect(look()).toEqual([1, 2, 3, 4]);
  });

  test('refuses a record that might wait for ever instead of holding up all others', () => {
    const { out } = makePair(128);
    out.begin(40);
    out.end(1, 1, 1);
    expect(() => out.begin(49)).not.toThrow();
    out.end(1, 1, 1);
    expect(() => out.begin(49)).toThrow(RangeError);
    expect(() => out.begin(48)).not.toThrow();
  });
});
