/** Rook's input over a body: positions, lines, release. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyInput, MemoryBody } from '../../src/app/body.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const input = (text: string): BodyInput => new BodyInput(new MemoryBody(bytes(text)));
const text = (view: Uint8Array): string => new TextDecoder().decode(view);

describe('a body input', () => {
  it('reads on from where it stopped', () => {
    const body = input('abcdef');
    expect(text(body.read(2))).toBe('ab');
    expect(text(body.read(0))).toBe('');
    expect(text(body.read())).toBe('cdef');
    expect(text(body.read())).toBe('');
    body.rewind();
    expect(text(body.read(100))).toBe('abcdef');
  });

  it('fills an array of the caller from where it stopped', () => {
    const body = input('abcde');
    const target = new Uint8Array(2);
    const seen: string[] = [];
    for (let count = body.readInto(target); count > 0; count = body.readInto(target)) {
      seen.push(text(target.subarray(0, count)));
    }
    expect(seen).toEqual(['ab', 'cd', 'e']);
    expect(() => body.readInto('ab' as never)).toThrow(TypeError);
  });

  it('reads lines with either end, and an unfinished last one', () => {
    const body = input('one\r\ntwo\n\nthree');
    expect(body.readLines(1)).toEqual(['one']);
    expect(body.readLines()).toEqual(['two', '', 'three']);
    expect(body.readLines()).toEqual([]);
  });

  it('has no line behind a final line end', () => {
    expect(input('one\n').readLines()).toEqual(['one']);
    expect(input('').readLines()).toEqual([]);
  });

  it('finds the ends of lines longer than what it reads at a time', () => {
    const long = 'x'.repeat(200_000);
    expect(input(`${long}\r\ny`).readLines()).toEqual([long, 'y']);
  });

  it('splits lines like a plain split does', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\r\n', '\r') }), (whole) => {
        const expected = whole.split('\n');
        if (expected.at(-1) === '') expected.pop();
        const last = expected.length - 1;
        const ends = whole.endsWith('\n');
        const lines = expected.map((line, i) => (i === last && !ends ? line : line.replace(/\r$/, '')));
        expect(input(whole).readLines()).toEqual(lines);
      }),
    );
  });

  it('gives the whole body without moving', () => {
    const body = input('abc');
    body.read(1);
    expect(text(body.whole())).toBe('abc');
    expect(text(body.read())).toBe('bc');
  });

  it('refuses to read after it was closed', () => {
    const body = input('abc');
    body.close();
    body.close();
    const gone = expect.objectContaining({ code: 'HV_BODY_GONE' });
    expect(() => body.read()).toThrow(gone);
    expect(() => body.readLines()).toThrow(gone);
    expect(() => body.rewind()).toThrow(gone);
  });

  it('wants numbers', () => {
    expect(() => input('a').read('1' as never)).toThrow(TypeError);
    expect(() => input('a').readLines(Number.NaN)).toThrow(TypeError);
  });
});
