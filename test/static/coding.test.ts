/** Which coding a client takes: a model of RFC 9110 section 12.5.3 that knows the field as pairs, against the reader of text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { negotiated } from '../../src/static/coding.ts';

const OURS = ['zstd', 'br', 'gzip'] as const;

interface Item {
  readonly name: string;
  /** In thousandths; absent: none is written. */
  readonly q?: number | undefined;
}

const weight = (item: Item): number => item.q ?? 1000;
/** The last one counts when a name stands twice. */
const named = (items: readonly Item[], name: string): Item | undefined => items.findLast((item) => item.name === name);

/** Straight from the RFC: a name's own weight, else that of the star, else none. */
function model(items: readonly Item[]): { codings: string[]; refusesPlain: boolean } {
  const star = named(items, '*');
  const of = (name: string): number => {
    const item = named(items, name) ?? star;
    return item === undefined ? 0 : weight(item);
  };
  const identity = named(items, 'identity');
  const least = identity === undefined ? 1 : Math.max(1, weight(identity));
  const codings: string[] = [];
  for (let q = 1000; q >= least; q--) for (const name of OURS) if (of(name) === q) codings.push(name);
  return { codings, refusesPlain: (identity ?? star) !== undefined && of('identity') === 0 };
}

const item: fc.Arbitrary<Item> = fc.record({
  name: fc.constantFrom('gzip', 'br', 'zstd', 'identity', '*', 'deflate', 'xgzipx'),
  q: fc.option(fc.oneof(fc.constantFrom(0, 500, 1000), fc.integer({ min: 0, max: 1000 })), { nil: undefined }),
});
const blank = fc.constantFrom('', ' ', '\t', '  ');

/** One way to write an item. */
const written = ({ name, q }: Item): fc.Arbitrary<string> =>
  fc.tuple(blank, blank, blank, blank, fc.boolean(), fc.boolean()).map(([a, b, c, d, upper, short]) => {
    const digits = (((q ?? 0) % 1000) / 1000).toFixed(3).slice(1);
    const fraction = short ? digits.replace(/\.?0+$/, '') : digits;
    const text = q === undefined ? name : `${name}${b};${c}q=${q === 1000 ? 1 : 0}${fraction}`;
    return `${a}${upper ? text.toUpperCase() : text}${d}`;
  });
const field = fc.array(item, { maxLength: 8 }).chain((items) =>
  fc.tuple(
    fc.constant(items),
    fc.tuple(...items.map(written)).map((texts) => texts.join(',')),
  ),
);

describe('Accept-Encoding', () => {
  it('means what the model says', () => {
    fc.assert(
      fc.property(field, ([items, text]) => {
        expect(negotiated(text, OURS)).toEqual(model(items));
      }),
      { numRuns: 2_000 },
    );
  });

  it('may be anything', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const { codings } = negotiated(text, OURS);
        expect(new Set(codings).size).toBe(codings.length);
        for (const coding of codings) expect(OURS).toContain(coding);
      }),
    );
  });

  it.each<[string, string[], boolean]>([
    ['', [], false],
    ['gzip, deflate, br, zstd', ['zstd', 'br', 'gzip'], false],
    ['gzip;q=1.0, br;q=0.9, *;q=0', ['gzip', 'br'], true],
    ['x-gzip', ['gzip'], false],
    ['gzip;q=0', [], false],
    ['*', ['zstd', 'br', 'gzip'], false],
    ['*;q=0', [], true],
    ['identity', [], false],
    ['identity;q=0.5, gzip;q=0.4', [], false],
    ['identity;q=0, gzip', ['gzip'], true],
    ['identity, *;q=0', [], false],
    ['gzip;q=1.5', [], false],
    ['gzip;q=0.1234', [], false],
    ['gzip;level=9;q=0.1', ['gzip'], false],
  ])('"%s" is %j', (text, codings, refusesPlain) => {
    expect(negotiated(text, OURS)).toEqual({ codings, refusesPlain });
  });

  it('is not read when it is longer than any client needs', () => {
    expect(negotiated(`gzip${' '.repeat(1020)}`, OURS).codings).toEqual(['gzip']);
    expect(negotiated(`gzip${' '.repeat(1021)}`, OURS).codings).toEqual([]);
  });
});
