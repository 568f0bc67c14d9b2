/** The URI codecs against the vectors of R's httpuv. */
import { describe, expect, it } from 'vitest';
import * as codecs from '../../src/codec/index.ts';

const UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()";
const RESERVED = ';,/?:@&=+$';

describe('the encoders', () => {
  it.each([
    ['abc å 中\r\n', 'abc%20%C3%A5%20%E4%B8%AD%0D%0A', 'abc%20%C3%A5%20%E4%B8%AD%0D%0A'],
    [',/?:@', ',/?:@', '%2C%2F%3F%3A%40'],
    ['a+b', 'a+b', 'a%2Bb'],
    ['%41', '%2541', '%2541'],
    ['😀', '%F0%9F%98%80', '%F0%9F%98%80'],
    ["~!*'()", "~!*'()", "~!*'()"],
    ['#[]', '%23%5B%5D', '%23%5B%5D'],
    ['\n', '%0A', '%0A'],
    ['', '', ''],
  ])('escape %j as R does', (text, whole, component) => {
    expect(codecs.encodeURI(text)).toBe(whole);
    expect(codecs.encodeURIComponent(text)).toBe(component);
  });

  it('leave just the unreserved characters, and encodeURI the ten reserved ones too', () => {
    for (let code = 1; code < 0x80; code++) {
      const one = String.fromCharCode(code);
      const written = `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
      expect(codecs.encodeURIComponent(one)).toBe(UNRESERVED.includes(one) ? one : written);
      expect(codecs.encodeURI(one)).toBe((UNRESERVED + RESERVED).includes(one) ? one : written);
    }
  });

  it('take a lone surrogate for U+FFFD, in short and in long texts', () => {
    expect(codecs.encodeURIComponent('a\ud800b')).toBe('a%EF%BF%BDb');
    expect(codecs.encodeURI(`${'x'.repeat(100)}\udc00`)).toBe(`${'x'.repeat(100)}%EF%BF%BD`);
  });
});

describe('the decoders', () => {
  it.each([
    ['%2F%3F%3a%40%26%3D%2B%24%2C%3B', '%2F%3F%3a%40%26%3D%2B%24%2C%3B', '/?:@&=+$,;'],
    ['%25%34%31', '%41', '%41'],
    ['%41%4', 'A%4', 'A%4'],
    ['%%41', '%%41', '%%41'],
    ['%23%5B%5D', '#[]', '#[]'],
    ['a+b', 'a+b', 'a+b'],
    ['%C3%A5%c3%a5', 'åå', 'åå'],
    ['%EF%BB%BFx', '\ufeffx', '\ufeffx'],
    ['%41\0'.slice(0, 3), 'A', 'A'],
    ['', '', ''],
  ])('resolve %j as R does', (text, whole, component) => {
    expect(codecs.decodeURI(text)).toBe(whole);
    expect(codecs.decodeURIComponent(text)).toBe(component);
  });

  it.each(['%', '%4', '%4G', 'abc%2', '%u4e2d', '1%', '%zz1', '%%', '%%%', 'å%å%å'])('leave %j alone', (text) => {
    expect(codecs.decodeURI(text)).toBe(text);
    expect(codecs.decodeURIComponent(text)).toBe(text);
  });

  it('take exactly the 22 hex digits for hex digits', () => {
    for (let code = 1; code < 0x100; code++) {
      const one = String.fromCharCode(code);
      const isHex = /[0-9a-fA-F]/.test(one);
      expect(codecs.decodeURIComponent(`%4${one}`), `second digit ${code}`).toBe(
        isHex ? String.fromCharCode(0x40 + Number.parseInt(one, 16)) : `%4${one}`,
      );
      if (!isHex) expect(codecs.decodeURIComponent(`%${one}1`), `first digit ${code}`).toBe(`%${one}1`);
    }
  });

  it('keep the escapes of just the ten reserved characters in decodeURI', () => {
    for (let code = 1; code < 0x80; code++) {
      const written = `%${code.toString(16).padStart(2, '0')}`;
      const one = String.fromCharCode(code);
      expect(codecs.decodeURI(written)).toBe(RESERVED.includes(one) ? written : one);
      expect(codecs.decodeURIComponent(written)).toBe(one);
    }
  });

  it('put U+FFFD where the bytes are not UTF-8', () => {
    expect(codecs.decodeURIComponent('%ff%fe')).toBe('\ufffd\ufffd');
    expect(codecs.decodeURIComponent('a%C3b%41')).toBe('a\ufffdbA');
    expect(codecs.decodeURI('\ud800')).toBe('\ufffd');
    expect(codecs.decodeURI('\ud800%41')).toBe('\ufffdA');
  });

  it.each(['%00', 'a%00b', '%41%00', '\0', 'a\0%41', '%0\0', '%\0', '%4\0x', '%zz%00'])('refuse a NUL: %j', (text) => {
    expect(() => codecs.decodeURI(text)).toThrow(expect.objectContaining({ code: 'HV_NUL', fault: 'local' }));
    expect(() => codecs.decodeURIComponent(text)).toThrow(expect.objectContaining({ code: 'HV_NUL' }));
  });
});

describe('the strict decoders', () => {
  it.each(['%', '%4', '%4G', 'a%2', '%u4e2d', '%%41', '%%23', '%2%23', '%ff', '%C3b', '%ED%A0%80', '%C0%AF'])(
    'refuse %j',
    (text) => {
      for (const decode of [codecs.decodeURI, codecs.decodeURIComponent]) {
        expect(() => decode(text, { strict: true })).toThrow(expect.objectContaining({ code: 'HV_BAD_ESCAPE' }));
      }
    },
  );

  it('name the escape and its place', () => {
    expect(() => codecs.decodeURI('abc%41%4Gz', { strict: true })).toThrow(/"%4G" at character 6/);
    expect(() => codecs.decodeURI('%ff', { strict: true })).toThrow(/UTF-8/);
  });

  it('give what the lenient ones give for well-formed text', () => {
    for (const text of ['%23%5B%5D', '%2F%3F%3a', '%25%34%31', '%2523', 'å%C3%A5', '', 'plain']) {
      expect(codecs.decodeURI(text, { strict: true })).toBe(codecs.decodeURI(text));
      expect(codecs.decodeURIComponent(text, { strict: true })).toBe(codecs.decodeURIComponent(text));
      expect(codecs.decodeURI(text, { strict: false })).toBe(codecs.decodeURI(text));
    }
  });

  it('refuse a NUL as the lenient ones do', () => {
    expect(() => codecs.decodeURI('%00', { strict: true })).toThrow(expect.objectContaining({ code: 'HV_NUL' }));
  });
});

describe('what the URI codecs accept', () => {
  it('is an array too, which gives an array', () => {
    expect(codecs.encodeURI(['a b', 'å'])).toEqual(['a%20b', '%C3%A5']);
    expect(codecs.encodeURIComponent(['/', ''])).toEqual(['%2F', '']);
    expect(codecs.decodeURI(['%20', '%2f'])).toEqual([' ', '%2f']);
    expect(codecs.decodeURIComponent(['%20', '%2f'])).toEqual([' ', '/']);
  });

  it('is an empty array too, which gives an empty one', () => {
    for (const codec of [codecs.encodeURI, codecs.encodeURIComponent, codecs.decodeURI, codecs.decodeURIComponent])
      expect(codec([])).toEqual([]);
  });

  it('is nothing else', () => {
    for (const codec of [codecs.encodeURI, codecs.encodeURIComponent, codecs.decodeURI, codecs.decodeURIComponent]) {
      for (const wrong of [null, undefined, 1, {}, [1], ['a', null], [['a']]]) {
        // The declared type forbids these; a JavaScript caller is not stopped by it.
        const call = () => codec(wrong as unknown as string);
        expect(call).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION', fault: 'local' }));
      }
    }
    expect(() => codecs.encodeURI(['a', undefined] as unknown as string[])).toThrow(/element 1 is undefined/);
    const hole: string[] = [];
    hole[1] = 'b';
    expect(() => codecs.encodeURI(hole)).toThrow(/element 0/);
  });

  it.each([[{ strcit: true }], [{ strict: 1 }], [null], ['strict']])('are no options such as %j', (options) => {
    const call = () => codecs.decodeURI('a', options as unknown as { strict: boolean });
    expect(call).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
  });
});
