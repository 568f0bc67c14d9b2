/** What the fields of an answer say of its compression, and what they become. */
import { describe, expect, it } from 'vitest';
import { CodedFieldsCache, codedFields } from '../../src/node/coded-fields.ts';

const HTML = 'Content-Type: text/html; charset=utf-8\r\n';

describe('fields', () => {
  it.each([
    ['Content-Encoding: br\r\n'],
    ['content-encoding: identity\r\n'],
    ['Content-Range: bytes 0-1/2\r\n'],
    ['Cache-Control: no-transform\r\n'],
    ['Cache-Control: max-age=5,No-Transform\r\n'],
    ['Repr-Digest: sha-256=:AA==:\r\n'],
    ['Content-Digest: sha-256=:AA==:\r\n'],
    ['Digest: sha-256=AA==\r\n'],
    ['Content-MD5: AA==\r\n'],
  ])('%j forbids it, and nothing is changed', (line) => {
    const fields = `${HTML}ETag: "a"\r\n${line}`;
    expect(codedFields(fields)).toEqual({
      isAllowed: false,
      isWorth: false,
      isUntyped: false,
      plain: fields,
      coded: fields,
    });
  });

  it.each([
    ['text/html', true],
    ['Application/JSON;charset=utf-8', true],
    ['image/svg+xml', true],
    ['application/wasm', true],
    ['image/png', false],
    ['application/zip', false],
    ['video/mp4', false],
    ['application/octet-stream', false],
    ['', false],
  ])('the type %s is worth it: %j', (type, isWorth) => {
    const fields = type === '' ? 'X-A: text/html\r\n' : `Content-Type: ${type}\r\n`;
    expect(codedFields(fields)).toMatchObject({ isAllowed: true, isWorth });
  });

  it('of events forbid it', () => {
    expect(codedFields('Content-Type: text/event-stream; charset=utf-8\r\n').isAllowed).toBe(false);
  });

  it('that only look like those that forbid it do not', () => {
    for (const line of ['Cache-Control: no-transformation\r\n', 'X-Cache-Control: no-transform\r\n'])
      expect(codedFields(`${HTML}${line}`).isWorth).toBe(true);
  });

  it.each([
    ['', 'Vary: Accept-Encoding\r\n'],
    ['Vary: Origin\r\n', 'Vary: Origin, Accept-Encoding\r\n'],
    ['VARY: Origin\r\nvary: Cookie\r\n', 'VARY: Origin\r\nvary: Cookie, Accept-Encoding\r\n'],
    ['Vary: Cookie, accept-encoding\r\n', 'Vary: Cookie, accept-encoding\r\n'],
    ['Vary: *\r\n', 'Vary: *\r\n'],
    ['Vary: \r\n', 'Vary: \r\nVary: Accept-Encoding\r\n'],
    ['Vary: X-Accept-Encoding\r\n', 'Vary: X-Accept-Encoding, Accept-Encoding\r\n'],
  ])('with %j have %j', (before, after) => {
    expect(codedFields(HTML + before).plain).toBe(HTML + after);
    expect(codedFields(HTML + before).coded).toBe(HTML + after);
  });

  it.each([
    ['ETag: "a"\r\n', 'ETag: W/"a"\r\n'],
    ['etag:"a"\r\n', 'etag:W/"a"\r\n'],
    ['ETag: W/"a"\r\n', 'ETag: W/"a"\r\n'],
    ['X-ETag: "a"\r\n', 'X-ETag: "a"\r\n'],
  ])('with %j have %j when they are those of a coding', (before, after) => {
    const fields = codedFields(`${HTML}${before}Vary: *\r\n`);
    expect([fields.plain, fields.coded]).toEqual([`${HTML}${before}Vary: *\r\n`, `${HTML}${after}Vary: *\r\n`]);
  });

  it('are kept apart from others that came before', () => {
    const cache = new CodedFieldsCache();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 100; i++) {
        const fields = `${HTML}X-N: ${i}\r\n`;
        expect(cache.of(fields)).toEqual(codedFields(fields));
      }
      expect(cache.of(`${HTML}X-Long: ${'x'.repeat(5_000)}\r\n`).plain).toContain('Vary');
    }
  });
});
