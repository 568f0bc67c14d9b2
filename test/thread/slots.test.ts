/** Slots: nobody gets one that another has, and what is written into one stays what it is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Slot } from '../../src/thread/slots.ts';
import { makeSlots } from './pair.ts';

const MOST_BYTES = 1_048_576;
const size = fc.oneof(
  fc.integer({ min: 0, max: 9_000 }),
  fc.integer({ min: 8_192, max: 1_200_000 }),
  fc.constantFrom(
    8_191,
    8_192,
    16_384,
    17_408,
    17_409,
    65_536,
    262_144,
    MOST_BYTES,
    MOST_BYTES + 1024,
    MOST_BYTES + 1025,
  ),
);

/** What a message of this slot looks like; room for a header included. */
function fill({ bytes, at, number }: Slot, length: number): void {
  bytes.fill(number + 1, at - 14, at + length);
}

function isWhole({ bytes, at, number }: Slot, length: number): boolean {
  return bytes.subarray(at - 14, at + length).every((byte) => byte === number + 1);
}

describe('slots', () => {
  test('are for one message at a time, whoever gives them back', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(size, fc.boolean()), { maxLength: 150 }), (steps) => {
        const [ours, theirs] = makeSlots();
        const held = new Map<Slot, number>();
        for (const [length, gives] of steps) {
          const slot = ours.take(length);
          if (slot !== null) {
            expect(held.has(slot)).toBe(false);
            expect(slot.room).toBeGreaterThanOrEqual(length);
            expect(slot.at % 8).toBe(0);
            held.set(slot, length);
            fill(slot, length);
          }
          const oldest = [...held.keys()][0];
          if (gives && oldest !== undefined) {
            // The other thread knows it by its number.
            const seen = theirs.of(oldest.number);
            expect(isWhole(seen, held.get(oldest) ?? 0)).toBe(true);
            held.delete(oldest);
            seen.giveBack();
          }
          expect(theirs.taken).toBe(held.size);
        }
        for (const [slot, length] of held) expect(isWhole(theirs.of(slot.number), length)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('are not taken for short messages, nor for what has no room in any', () => {
    const [slots] = makeSlots();
    expect(slots.take(8_191)).toBeNull();
    expect(slots.take(MOST_BYTES + 1_025)).toBeNull();
    expect(slots.take(Number.POSITIVE_INFINITY)).toBeNull();
    expect(slots.taken).toBe(0);
  });

  test('come to an end, and go on when one is given back', () => {
    const [slots] = makeSlots();
    const large: Slot[] = [];
    for (let slot = slots.take(MOST_BYTES); slot !== null; slot = slots.take(MOST_BYTES)) large.push(slot);
    expect(large.length).toBeGreaterThan(0);
    // The smaller ones are still there.
    expect(slots.take(262_144)).not.toBeNull();
    large[1]?.giveBack();
    expect(slots.take(MOST_BYTES)).toBe(large[1]);
    expect(slots.take(MOST_BYTES)).toBeNull();
  });
});
