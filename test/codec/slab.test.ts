/** Memory cut from larger pieces: nobody's bytes are anybody else's, and little keeps little. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { copyOf, takeBytes } from '../../src/codec/slab.ts';

const lengths = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.constantFrom(63, 64, 65, 4095, 4096, 8191, 16_383, 16_384, 16_385, 65_536),
  fc.integer({ min: 0, max: 70_000 }),
);

it('gives each as many bytes as were asked for, and none of them twice', () => {
  fc.assert(
    fc.property(fc.array(lengths, { maxLength: 60 }), (asked) => {
      const taken = asked.map((length, i) => takeBytes(length).fill(i));
      expect(taken.map(({ length }) => length)).toEqual(asked);
      expect(taken.every((bytes, i) => bytes.every((byte) => byte === i))).toBe(true);
      expect(taken.every((bytes) => bytes.constructor === Uint8Array)).toBe(true);
    }),
  );
});

it.each([65, 4_095, 4_096, 10_000, 16_384, 16_385, 1_000_000])('of %i bytes keeps no more than is said', (length) => {
  for (let i = 0; i < 100; i++) {
    expect(takeBytes(length).buffer.byteLength).toBeLessThanOrEqual(length < 4_096 ? 8_192 : 16 * length);
  }
});

it('copies', () => {
  const bytes = Uint8Array.from({ length: 5_000 }, (_, i) => i);
  const copy = copyOf(bytes.subarray(7));
  bytes.fill(0);
  expect(copy).toEqual(Uint8Array.from({ length: 4_993 }, (_, i) => i + 7));
});

it.each([65, 5_000])(
  'of %i bytes cannot be transferred away from others, and goes on when they are taken apart',
  (length) => {
    const first = takeBytes(length).fill(1);
    const second = takeBytes(length).fill(2);
    try {
      structuredClone(first, { transfer: [first.buffer] });
    } catch (error) {
      expect((error as Error).name).toBe('DataCloneError');
    }
    expect(first.every((byte) => byte === 1)).toBe(true);
    expect([second.length, second.every((byte) => byte === 2)]).toEqual([length, true]);
    try {
      (first.buffer as { transfer?(length: number): unknown }).transfer?.(0);
    } catch (error) {
      // Newer engines refuse this, too.
      expect(error).toBeInstanceOf(TypeError);
    }
    expect(takeBytes(length).fill(3)).toHaveLength(length);
  },
);

it('of more bytes, and of few, are transferred as any others', () => {
  for (const length of [64, 16_385]) {
    const bytes = takeBytes(length);
    expect(structuredClone(bytes, { transfer: [bytes.buffer] })).toHaveLength(length);
  }
});
