/** Dates, tags, ranges and codings as clients send them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptedCodings, wantsHtml } from '../../src/static/coding.ts';
import { type Conditions, judgeConditions, mayBePart } from '../../src/static/conditions.ts';
import { parseDate } from '../../src/static/date.ts';
import { parseRange } from '../../src/static/range.ts';

const NOW = Date.UTC(2026, 10, 22);
const asked = (some: Partial<Conditions>): Conditions => ({
  ifMatch: '',
  ifNoneMatch: '',
  ifModifiedSince: '',
  ifUnmodifiedSince: '',
  ifRange: '',
  ...some,
});
const dateOf = (seconds: number): string => new Date(seconds * 1000).toUTCString();

describe('a date', () => {
  it('of each form is the same second', () => {
    for (const text of [
      'Sun, 06 Nov 1994 08:49:37 GMT',
      'Sunday, 06-Nov-94 08:49:37 GMT',
      'Sun Nov  6 08:49:37 1994',
    ]) {
      expect(parseDate(text, NOW), text).toBe(784_111_777);
    }
  });
  it('is read as it is written', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (at) => parseDate(dateOf(at), NOW) === at));
  });
  it.each([
    '12:100:00',
    '',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT x',
    '1994-11-06T08:49:37Z',
  ])('is not %j', (text) => expect(parseDate(text, NOW)).toBeNull());
  it('with two digits of the year lies at most fifty years ahead', () => {
    expect(parseDate('Sunday, 06-Nov-77 08:49:37 GMT', NOW)).toBe(Date.UTC(1977, 10, 6, 8, 49, 37) / 1000);
    expect(parseDate('Sunday, 06-Nov-76 08:49:37 GMT', NOW)).toBe(Date.UTC(2076, 10, 6, 8, 49, 37) / 1000);
  });
});

describe('conditions', () => {
  const is = { etag: '"a"', modified: 1000 };
  const weak = { etag: 'W/"a"', modified: 1000 };
  it.each([
    [{}, 200],
    [{ ifNoneMatch: '"a"' }, 304],
    [{ ifNoneMatch: 'W/"a"' }, 304],
    [{ ifNoneMatch: '"b", "a"' }, 304],
    [{ ifNoneMatch: '*' }, 304],
    [{ ifNoneMatch: '"b"' }, 200],
    [{ ifNoneMatch: 'a' }, 200],
    [{ ifNoneMatch: '"b"', ifModifiedSince: dateOf(2000) }, 200],
    [{ ifModifiedSince: dateOf(1000) }, 304],
    [{ ifModifiedSince: dateOf(1001) }, 304],
    [{ ifModifiedSince: dateOf(999) }, 200],
    [{ ifModifiedSince: '12:100:00' }, 200],
    [{ ifMatch: '"a"' }, 200],
    [{ ifMatch: 'W/"a"' }, 412],
    [{ ifMatch: '"b"' }, 412],
    [{ ifMatch: '*' }, 200],
    [{ ifUnmodifiedSince: dateOf(1000) }, 200],
    [{ ifUnmodifiedSince: dateOf(999) }, 412],
    [{ ifUnmodifiedSince: 'never' }, 200],
    [{ ifMatch: '"a"', ifUnmodifiedSince: dateOf(1) }, 200],
    [{ ifMatch: '"a"', ifNoneMatch: '"a"' }, 304],
  ])('%j are answered %i', (some, status) => expect(judgeConditions(asked(some), is, NOW)).toBe(status));

  it('compare a weak tag weakly for 304, and never for what needs the same bytes', () => {
    expect(judgeConditions(asked({ ifNoneMatch: '"a"' }), weak, NOW)).toBe(304);
    expect(judgeConditions(asked({ ifMatch: 'W/"a"' }), weak, NOW)).toBe(412);
    expect(mayBePart('W/"a"', weak, NOW)).toBe(false);
  });

  it.each([
    ['', true],
    ['"a"', true],
    ['"b"', false],
    ['W/"a"', false],
    [dateOf(1000), true],
    [dateOf(1001), false],
    [dateOf(999), false],
    ['nonsense', false],
  ])('If-Range %j lets a part be sent: %s', (field, may) => expect(mayBePart(field, is, NOW)).toBe(may));
});

describe('a range', () => {
  it.each([
    ['bytes=0-0', 10, { start: 0, length: 1 }],
    ['bytes=2-', 10, { start: 2, length: 8 }],
    ['bytes=2-99', 10, { start: 2, length: 8 }],
    ['bytes=-3', 10, { start: 7, length: 3 }],
    ['bytes=-99', 10, { start: 0, length: 10 }],
    ['BYTES=1-1', 10, { start: 1, length: 1 }],
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=-0', 10, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=-1', 0, 'unsatisfiable'],
    ['bytes=99999999999999999999-', 10, 'unsatisfiable'],
    ['bytes=0-99999999999999999999', 10, { start: 0, length: 10 }],
    ['bytes=-99999999999999999999', 10, { start: 0, length: 10 }],
    ['bytes=99999999999999999999-99999999999999999998', 10, null],
    ['bytes=5-4', 10, null],
    ['bytes=0-1,3-4', 10, null],
    ['bytes=', 10, null],
    ['bytes=-', 10, null],
    ['bytes=a-b', 10, null],
    ['bytes=1.5-2', 10, null],
    ['items=0-1', 10, null],
    ['bytes 0-1', 10, null],
  ])('%s of %i bytes is %j', (field, size, range) => expect(parseRange(field, size)).toEqual(range));

  it('lies inside of the file, whatever is asked', () => {
    const number = fc.oneof(fc.nat(30), fc.bigInt({ min: 0n, max: 2n ** 80n })).map(String);
    const half = fc.oneof(fc.constant(''), number);
    fc.assert(
      fc.property(half, half, fc.nat(25), (first, last, size) => {
        const range = parseRange(`bytes=${first}-${last}`, size);
        if (range === null || range === 'unsatisfiable') return;
        const bytes = Array.from({ length: size }, (_, i) => i);
        const wanted =
          first === '' ? bytes.slice(-Number(last)) : bytes.slice(Number(first), last === '' ? size : Number(last) + 1);
        expect(range.length).toBeGreaterThan(0);
        expect(bytes.slice(range.start, range.start + range.length)).toEqual(wanted);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('Accept-Encoding', () => {
  it.each([
    ['', []],
    ['gzip, deflate, br', ['br', 'gzip']],
    ['gzip', ['gzip']],
    ['GZIP', ['gzip']],
    ['x-gzip', ['gzip']],
    ['xgzipx', []],
    ['*', ['br', 'gzip']],
    ['gzip;q=0', []],
    ['gzip;q=0, *', ['br']],
    ['gzip; q=1.0, br;q=0.5', ['gzip', 'br']],
    ['gzip;q=0.5, identity', []],
    ['identity;q=0.5, gzip', ['gzip']],
    ['identity;q=1, *;q=0', []],
    ['gzip;q=9', []],
    ['deflate', []],
  ])('%j takes %j', (field, codings) => expect(acceptedCodings(field)).toEqual(codings));
});

describe('Accept', () => {
  it.each(['text/html', 'text/html,application/xml;q=0.9,*/*;q=0.8', 'image/png, Text/HTML;q=0.1'])(
    '%s takes pages',
    (field) => expect(wantsHtml(field)).toBe(true),
  );
  it.each(['', '*/*', 'text/*', 'text/html;q=0', 'text/html-x', 'application/json'])('%s does not', (field) =>
    expect(wantsHtml(field)).toBe(false),
  );
});
