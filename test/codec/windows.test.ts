/** Inputs longer than the wasm window, and every length around its edges: pieces must not show. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Portable } from '../../src/codec/base64.ts';
import * as codecs from '../../src/codec/index.ts';
import { sha1Portable } from '../../src/codec/sha1.ts';
import { encodeByHost, encodePortable } from '../../src/codec/uri.ts';
import { codec } from '../../src/wasm/codec.ts';

const WINDOW = codec().windowBytes;
const wellFormed = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((text) => !text.includes('\0'));

/** R's decoder, written for reading: the definition the wasm one is held against. */
function decodeByDefinition(text: string, keepReserved: boolean): string {
  const bytes = Buffer.from(text, 'utf8');
  const out: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const three = bytes.toString('latin1', at, at + 3);
    if (!three.startsWith('%') || three.length < 3) {
      out.push(bytes[at++] ?? 0);
      continue;
    }
    const value = /^%[0-9a-f]{2}$/i.test(three) ? Number.parseInt(three.slice(1), 16) : -1;
    const isKept = value < 0 || (keepReserved && value < 0x80 && ';,/?:@&=+$'.includes(String.fromCharCode(value)));
    out.push(...(isKept ? bytes.subarray(at, at + 3) : [value]));
    at += 3;
  }
  return Buffer.from(out).toString('utf8');
}

describe('URI texts', () => {
  it('decode to themselves after encoding', () => {
    fc.assert(fc.property(wellFormed, (text) => codecs.decodeURIComponent(codecs.encodeURIComponent(text)) === text));
    fc.assert(fc.property(wellFormed, (text) => codecs.decodeURIComponent(encodePortable(text, false)) === text));
  });

  it('encode alike in wasm and in the host', () => {
    const any = fc.string({ unit: 'binary', maxLength: 300 });
    const withSurrogates = fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 100 })
      .map((codes) => String.fromCharCode(...codes));
    const property = fc.property(fc.oneof(any, withSurrogates), fc.boolean(), (text, keep) => {
      expect(encodePortable(text, keep)).toBe(encodeByHost(text, keep));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('decode as the definition says, whatever the escapes', () => {
    const letters = fc.constantFrom(
      '%',
      '%',
      '%',
      '2',
      'F',
      'f',
      '4',
      '1',
      'g',
      'c3',
      'a5',
      'å',
      '中',
      '/',
      '%2F',
      '%ff',
    );
    const texts = fc.array(letters, { maxLength: 60 }).map((parts) => parts.join(''));
    const property = fc.property(texts, fc.boolean(), (text, keep) => {
      expect(keep ? codecs.decodeURI(text) : codecs.decodeURIComponent(text)).toBe(decodeByDefinition(text, keep));
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('encode and decode at every place of the window edge', () => {
    for (let short = 0; short < 40; short++) {
      const text = `${'x'.repeat(WINDOW - short)}😀中å /%41${'y'.repeat(20)}`;
      const escaped = encodePortable(text, false);
      expect(escaped).toBe(encodeByHost(text, false));
      expect(codecs.decodeURIComponent(escaped)).toBe(text);
      const malformed = `${'%41'.repeat(10)}${'x'.repeat(WINDOW - short)}%%41%4G%C3%A5%ff%u4e2d${'é'.repeat(9)}%E4%B8%AD%`;
      expect(codecs.decodeURIComponent(malformed)).toBe(decodeByDefinition(malformed, false));
    }
  });

  it('are found to hold a NUL in a later piece, and the codec goes on afterwards', () => {
    const text = `%41${'å'.repeat(WINDOW)}%00`;
    expect(() => codecs.decodeURIComponent(text)).toThrow(expect.objectContaining({ code: 'HV_NUL' }));
    expect(codecs.decodeURIComponent('%41%C3%A5')).toBe('Aå');
  });

  it('of several windows come back whole', () => {
    const text = 'a b/c&d=e é中😀 '.repeat(20_000);
    expect(codecs.decodeURIComponent(codecs.encodeURIComponent(text))).toBe(text);
  });
});

describe('bytes', () => {
  const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 167 + (i >> 8)) & 0xff);
  const lengths = [
    ...Array(140).keys(),
    511,
    512,
    513,
    1000,
    30_719,
    30_720,
    30_721,
    32_767,
    32_768,
    32_769,
    65_600,
    200_000,
  ];

  it('give the same base64 in wasm and in the host at every length', () => {
    for (const length of lengths) {
      const expected = Buffer.from(bytes(length)).toString('base64');
      expect(base64Portable(bytes(length)), `${length} bytes`).toBe(expected);
      expect(codecs.rawToBase64(bytes(length)), `${length} bytes`).toBe(expected);
    }
  });

  it('give the same base64 whatever they are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        (any) => base64Portable(any) === Buffer.from(any).toString('base64'),
      ),
    );
  });

  it('give the same digest in wasm and in the host at every length', () => {
    for (const length of lengths) {
      const expected = createHash('sha1').update(bytes(length)).digest('hex');
      expect(Buffer.from(sha1Portable(bytes(length))).toString('hex'), `${length} bytes`).toBe(expected);
      expect(Buffer.from(codecs.sha1(bytes(length))).toString('hex'), `${length} bytes`).toBe(expected);
    }
  });
});
