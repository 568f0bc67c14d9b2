/** Memory of long messages that is used again: of the right size, never twice at a time, and not too much of it. */
import { describe, expect, it } from 'vitest';
import { frame, randomKeys } from '../../src/websocket/frames.ts';
import { WebSocketSession } from '../../src/websocket/session.ts';
import { spareMemory } from '../../src/websocket/spare.ts';

const MIB = 1_048_576;

function drain(): void {
  for (const size of [65_536, 100_000, 190_000, 300_000, 550_000, MIB, 2 * MIB, 4 * MIB]) {
    while (spareMemory.take(size) !== undefined);
  }
}

describe('spare memory', () => {
  it('is given to whoever needs about as much, once', () => {
    drain();
    const memory = new Uint8Array(MIB);
    spareMemory.give(memory.subarray(0, 10));
    expect([spareMemory.take(MIB + 1), spareMemory.take(MIB / 2)]).toEqual([undefined, undefined]);
    expect(spareMemory.take(MIB / 2 + 1)?.buffer).toBe(memory.buffer);
    expect(spareMemory.take(MIB)).toBe(undefined);
  });

  it('is four mebibytes at most, the newest, and nothing small', () => {
    drain();
    const given = Array.from({ length: 6 }, () => new Uint8Array(MIB));
    for (const memory of given) spareMemory.give(memory);
    spareMemory.give(new Uint8Array(65_535));
    spareMemory.give(new Uint8Array(4 * MIB + 1));
    const taken = Array.from({ length: 5 }, () => spareMemory.take(MIB)?.buffer);
    expect(taken).toEqual([...given.slice(2).map(({ buffer }) => buffer), undefined]);
    expect(spareMemory.take(65_535)).toBe(undefined);
  });
});

describe('messages that come in pieces', () => {
  it('may be given away by whoever is lent them, and the next ones come', () => {
    const sizes: number[] = [];
    const session = new WebSocketSession({
      lends: true,
      onMessage: (data) => {
        const { buffer, length } = data as Uint8Array<ArrayBuffer>;
        sizes.push(length);
        structuredClone(buffer, { transfer: [buffer] });
      },
    });
    for (const size of [100_000, 200_000, 300_000]) {
      const bytes = frame('binary', new Uint8Array(size), randomKeys());
      session.feed(bytes.slice(0, 50_000));
      session.feed(bytes.slice(50_000));
    }
    expect(sizes).toEqual([100_000, 200_000, 300_000]);
  });

  it('are told to the end of a feed in which their connection is said to be gone', () => {
    const heard: unknown[] = [];
    const session = new WebSocketSession({
      onMessage: (data) => {
        heard.push(data);
        session.gone();
      },
    });
    session.feed(Buffer.concat(['one', 'two'].map((text) => frame('text', text, randomKeys()))));
    session.gone();
    session.feed(frame('text', 'three', randomKeys()));
    expect(heard).toEqual(['one', 'two']);
  });

  const keys = randomKeys();
  const message = (number: number): Uint8Array =>
    Uint8Array.from({ length: 400_000 - number }, (_, at) => (at * 7 + number) & 0xff);

  /** Two sessions are fed in turn, so that both have a message begun; gives what each has heard, by `keep`. */
  function heard<T>(lends: boolean, keep: (bytes: Uint8Array, isLent: boolean) => T): T[] {
    const all: T[] = [];
    const sessions = [0, 1].map(
      () =>
        new WebSocketSession({
          lends,
          onMessage: (data, _, __, isLent) => void all.push(keep(data as Uint8Array, isLent)),
        }),
    );
    for (let number = 0; number < 8; number++) {
      const bytes = frame('binary', message(number), keys);
      for (let from = 0; from < bytes.length; from += 100_000) {
        for (const session of sessions) session.feed(bytes.slice(from, from + 100_000));
      }
    }
    return all;
  }
  const expected = Array.from({ length: 16 }, (_, i) => Buffer.from(message(i >> 1)).toString('latin1'));

  it('are whole where they are lent, and their memory is used again', () => {
    drain();
    const buffers = new Set<ArrayBufferLike>();
    const words = heard(true, (bytes, isLent) => {
      expect(isLent).toBe(true);
      buffers.add(bytes.buffer);
      return Buffer.from(bytes).toString('latin1');
    });
    expect(words).toEqual(expected);
    expect(buffers.size).toBeLessThan(4);
  });

  it('are their receiver’s own where they are not', () => {
    const kept = heard(false, (bytes, isLent) => {
      expect(isLent).toBe(false);
      return bytes;
    });
    expect(kept.map((bytes) => Buffer.from(bytes).toString('latin1'))).toEqual(expected);
    expect(new Set(kept.map(({ buffer }) => buffer)).size).toBe(16);
  });
});
