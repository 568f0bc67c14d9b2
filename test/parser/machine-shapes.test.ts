import { describe, expect, it } from 'vitest';
import { HttpMachine } from '../../src/parser/machine.ts';
import { FIELD_NAMES, FLAG, LIMIT } from '../../src/wasm/constants.gen.ts';

const LIMITS = { maxHeadBytes: 81_920, maxFields: 1000, maxChunkExtensionBytes: 16_384, maxBodyBytes: 1000 };

/** The shape word and the flag of a head with these names; HTTP/1.0, so that none is needed. */
function shape(
  machine: HttpMachine,
  names: readonly string[],
  step = Number.POSITIVE_INFINITY,
): { word: number; odd: boolean } {
  const text = `GET / HTTP/1.0\r\n${names.map((name) => `${name}: 1\r\n`).join('')}\r\n`;
  let parked = null;
  for (let from = 0; from < text.length; from += step) {
    machine.begin(parked, LIMITS, 0);
    const piece = text.slice(from, from + step);
    machine.bytes.set(new TextEncoder().encode(piece), machine.region);
    machine.feed(0, piece.length);
    parked = machine.park();
  }
  const { words, recordsAt } = machine;
  const flags = (words[recordsAt] ?? 0) >>> 16;
  return { word: words[recordsAt + 9] ?? 0, odd: (flags & FLAG.REPEATED_OR_UNKNOWN) !== 0 };
}

const KNOWN = FIELD_NAMES.slice(7);

describe('the shape of a head', () => {
  it('is a number for the sequence of its names, fresh once', () => {
    const machine = new HttpMachine();
    const first = shape(machine, ['Accept', 'Cookie']);
    expect(first).toEqual({ word: LIMIT.SHAPE_FRESH, odd: false });
    expect(shape(machine, ['ACCEPT', 'cookie']).word).toBe(0);
    expect(shape(machine, ['Cookie', 'Accept']).word).toBe(1 | LIMIT.SHAPE_FRESH);
    expect(shape(machine, ['Accept']).word).toBe(2 | LIMIT.SHAPE_FRESH);
    expect(shape(machine, ['Accept', 'Cookie']).word).toBe(0);
  });

  it('does not depend on how the head was cut', () => {
    const machine = new HttpMachine();
    for (const length of [1, 7, 8, 9, 16, 17, LIMIT.SHAPE_FIELDS - 1, LIMIT.SHAPE_FIELDS]) {
      const names = KNOWN.slice(0, length);
      const { word } = shape(machine, names);
      expect(word & LIMIT.SHAPE_FRESH).toBe(LIMIT.SHAPE_FRESH);
      for (const step of [1, 2, 3, 5, 31, 64, 100]) expect(shape(machine, names, step).word).toBe(word & 0x7fff);
    }
  });

  it('does not exist with an unknown or repeated name, without fields, or with too many', () => {
    const machine = new HttpMachine();
    const none = { word: LIMIT.NO_SHAPE, odd: true };
    expect(shape(machine, ['Accept', 'X-Unknown'])).toEqual(none);
    expect(shape(machine, ['Accept', 'Cookie', 'accept'])).toEqual(none);
    expect(shape(machine, [])).toEqual({ word: LIMIT.NO_SHAPE, odd: false });
    expect(shape(machine, KNOWN.slice(0, LIMIT.SHAPE_FIELDS + 1))).toEqual({ word: LIMIT.NO_SHAPE, odd: false });
    expect(shape(machine, [...KNOWN.slice(0, 60), 'Accept'])).toEqual(none);
  });

  it('is given to a bounded number of sequences, and those stay valid', () => {
    const machine = new HttpMachine();
    const given = new Set<number>();
    for (const a of KNOWN.slice(0, 60)) {
      for (const b of KNOWN.slice(60)) {
        const { word } = shape(machine, [a, b]);
        if (word !== LIMIT.NO_SHAPE) given.add(word & 0x7fff);
      }
    }
    expect(given.size).toBe(LIMIT.SHAPES);
    expect(shape(machine, [KNOWN[0] ?? '', KNOWN[60] ?? '']).word).toBe(0);
  });
});
