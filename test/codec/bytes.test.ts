/** SHA-1 and base64 against published vectors, and what they take for bytes; one byte a character text. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rawToBase64, sha1 } from '../../src/codec/index.ts';
import { sha1Portable } from '../../src/codec/sha1.ts';
import { latin1, latin1Portable } from '../../src/codec/text.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const ascii = (text: string) => new TextEncoder().encode(text);

describe('rawToBase64', () => {
  it.each([
    ['', ''],
    ['01', 'AQ=='],
    ['0102', 'AQI='],
    ['010203', 'AQID'],
    ['fffefd', '//79'],
    ['4e418d0e777bcf5e8b2b9fe14766c3ab345b5c', 'TkGNDnd7z16LK5/hR2bDqzRbXA=='],
  ])('of %s is %j', (bytes, text) => {
    expect(rawToBase64(Buffer.from(bytes, 'hex'))).toBe(text);
  });

  it('of 1000 bytes is one line of 1336 characters', () => {
    expect(rawToBase64(new Uint8Array(1000))).toMatch(/^[A-Za-z0-9+/=]{1336}$/);
  });
});

describe('sha1', () => {
  // RFC 3174 section 7.3, FIPS 180-1 appendices A to C, and RFC 6455 section 1.3.
  it.each([
    ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '84983e441c3bd26ebaae4aa1f95129e5e54670f1'],
    ['a', '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'],
    [
      '0123456701234567012345670123456701234567012345670123456701234567'.repeat(10),
      'dea356a2cddd90c7a7ecedc5ebb563934f460452',
    ],
    ['dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11', 'b37a4f2cc0624f1690f64606cf385945b2bec4ea'],
  ])('of %j is %s', (text, digest) => {
    expect(hex(sha1(ascii(text)))).toBe(digest);
    expect(hex(sha1Portable(ascii(text)))).toBe(digest);
  });

  it('of a million times "a" is the one of FIPS 180-1', () => {
    const million = new Uint8Array(1_000_000).fill(0x61);
    expect(hex(sha1Portable(million))).toBe('34aa973cd4c4daa4f61eeb2bdbad27316534016f');
    expect(hex(sha1(million))).toBe('34aa973cd4c4daa4f61eeb2bdbad27316534016f');
  });

  it('is a plain array of its own, untouched by the next call', () => {
    const first = sha1(ascii('abc'));
    sha1(ascii('abd'));
    expect(first.constructor).toBe(Uint8Array);
    expect(hex(first)).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
    expect(sha1(new Uint8Array(1000)).constructor).toBe(Uint8Array);
  });
});

describe('bytes', () => {
  it('may be any buffer or view, of which only the viewed part counts', () => {
    const buffer = Uint8Array.of(9, 9, 1, 2, 9, 9).buffer;
    expect(rawToBase64(new Uint8Array(buffer, 2, 2))).toBe('AQI=');
    expect(rawToBase64(new DataView(buffer, 2, 2))).toBe('AQI=');
    expect(rawToBase64(new Uint16Array(buffer, 2, 1))).toBe('AQI=');
    expect(rawToBase64(Uint8Array.of(1, 2).buffer)).toBe('AQI=');
    const shared = new SharedArrayBuffer(600);
    new Uint8Array(shared).set([1, 2]);
    expect(rawToBase64(shared)).toBe(rawToBase64(new Uint8Array(new Uint8Array(shared))));
    expect(hex(sha1(shared))).toBe(hex(sha1Portable(new Uint8Array(shared))));
    expect(hex(sha1(new DataView(Uint8Array.of(0x61, 0x62, 0x63).buffer)))).toBe(
      'a9993e364706816aba3e25717850c26c9cd0d89d',
    );
  });

  it.each([['abc'], [null], [undefined], [65], [[1, 2]], [{}]])('are not %j', (wrong) => {
    // The declared type forbids these; a JavaScript caller is not stopped by it.
    const bytes = wrong as unknown as Uint8Array;
    expect(() => rawToBase64(bytes)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION', fault: 'local' }));
    expect(() => sha1(bytes)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION', fault: 'local' }));
  });
});

describe('latin1', () => {
  const all = Uint8Array.from({ length: 20_000 }, (_, i) => i & 0xff);

  it.each([
    ['of the host', latin1],
    ['of ours', latin1Portable],
  ])('%s gives each byte the character with its number', (_name, decode) => {
    const text = decode(all, 3, all.length - 5);
    expect(text.length).toBe(all.length - 8);
    for (let i = 0; i < text.length; i++)
      if (text.charCodeAt(i) !== ((i + 3) & 0xff)) throw new Error(`character ${i}`);
    expect(decode(all, 7, 7)).toBe('');
  });
});

describe('the codec room', () => {
  const here = new URL('../../src/codec/', import.meta.url);

  it('imports nothing of Node, so that it runs everywhere', () => {
    const files = readdirSync(here).filter((name) => name.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(4);
    for (const name of files) expect(readFileSync(new URL(name, here), 'utf8'), name).not.toMatch(/from '(?!\.\.?\/)/);
  });

  it('has a wasm module without imports, of fixed memory', () => {
    const wasm = readFileSync(new URL('../wasm/codec.wasm', here));
    expect(WebAssembly.Module.imports(new WebAssembly.Module(wasm))).toEqual([]);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), {});
    expect(() => (exports['memory'] as WebAssembly.Memory).grow(1)).toThrow(RangeError);
  });
});
