/** Messages to be sent: what the parser would not take, or would take for something else, does not leave. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FieldsToWrite,
  HttpParser,
  HttpWriter,
  type ResponseToWrite,
  writeRequest,
  writeResponse,
} from '../../src/parser/index.ts';
import { bytesOf, tell, textOf } from './tell.ts';

const HOST = { Host: 'a' };
const refused = expect.objectContaining({ code: 'HV_BAD_MESSAGE', fault: 'local' });
const misplaced = expect.objectContaining({ code: 'HV_WRITER_STATE', fault: 'local' });
const textOfAll = (pieces: readonly Uint8Array[]): string => pieces.map(textOf).join('');

/** What a parser says of bytes that answer such a request. */
function answered(bytes: Uint8Array, asked = 'GET'): ReturnType<typeof tell> {
  const parser = new HttpParser({ kind: 'response' });
  parser.expect(asked);
  return tell([...parser.feed(bytes), ...parser.finish()]);
}

describe('a writer', () => {
  it('writes what it is given, in its order and case', () => {
    const writer = new HttpWriter();
    const headers = ['Host', 'a', 'x-ONE', '1', 'Cookie', 'c=\xe9', 'X-one', ''];
    expect(textOf(writer.request({ method: 'BREW', target: '/a?b', headers }))).toBe(
      'BREW /a?b HTTP/1.1\r\nHost: a\r\nx-ONE: 1\r\nCookie: c=\xe9\r\nX-one: \r\n\r\n',
    );
    expect(textOf(writer.end())).toBe('');
    const pairs = [['Host', 'a'], ...Array.from({ length: 3 }, () => ['Accept', 'b'])] as [string, string][];
    expect(textOf(writer.request({ method: 'OPTIONS', target: '*', headers: pairs }).subarray(0, 9))).toBe('OPTIONS *');
  });

  it('frames bodies by length, in chunks with trailers, until the end, and not at all', () => {
    const writer = new HttpWriter();
    const byLength = [
      writer.response({ status: 200, headers: { 'Content-Length': 5 } }),
      ...writer.body('hé'),
      ...writer.body('lo'),
    ];
    expect(writer.framing).toBe('length');
    expect(answered(bytesOf(textOfAll([...byLength, writer.end()])))).toMatchObject([
      { status: 200 },
      { text: 'h\xc3\xa9lo' },
      {},
    ]);

    const chunks = [writer.response({ status: 200, headers: { 'Transfer-Encoding': 'chunked' } })];
    for (const piece of ['he', '', 'x'.repeat(300)]) chunks.push(...writer.body(piece));
    chunks.push(writer.end({ 'X-Sum': ['1', '2'] }));
    expect(answered(bytesOf(textOfAll(chunks)))).toMatchObject([
      { status: 200 },
      { text: `he${'x'.repeat(300)}` },
      { type: 'trailers', rawHeaders: ['X-Sum', '1', 'X-Sum', '2'] },
      { type: 'end' },
    ]);

    writer.response({ status: 304, headers: { 'Content-Length': 9 } });
    expect(writer.framing).toBe('none');
    expect(() => writer.body('x')).toThrow(refused);
    writer.end();
    expect(writer.keepAlive).toBe(true);
    writer.response({ status: 200 });
    expect([writer.framing, writer.keepAlive]).toEqual(['close', false]);
    expect(textOfAll(writer.body('until the end'))).toBe('until the end');
    writer.end();
    expect(() => writer.response({ status: 200 })).toThrow(misplaced);
  });

  it('does not disturb parsers in the middle of a message, nor heads that are not read yet', () => {
    const text = 'POST /p HTTP/1.1\r\nHost: a\r\nX-Own: y\r\nContent-Length: 2\r\n\r\nok';
    for (let cut = 0; cut <= text.length; cut++) {
      const parser = new HttpParser();
      const events = [...parser.feed(bytesOf(text.slice(0, cut)))];
      const writer = new HttpWriter();
      writer.request({ method: 'PUT', target: '/w', headers: { ...HOST, 'Content-Length': 9 } });
      events.push(...parser.feed(bytesOf(text.slice(cut))));
      expect(() => writer.body('0123456789')).toThrow(refused);
      const [request, body] = tell(events);
      expect(request).toMatchObject({ url: '/p', rawHeaders: ['Host', 'a', 'X-Own', 'y', 'Content-Length', '2'] });
      expect(body).toMatchObject({ text: 'ok' });
    }
  });

  it('sends nothing behind a message that ends the connection', () => {
    const writer = new HttpWriter();
    writer.request({ method: 'GET', target: '/', headers: { ...HOST, Connection: 'close' } });
    writer.end();
    expect(writer.keepAlive).toBe(false);
    expect(() => writer.request({ method: 'GET', target: '/', headers: HOST })).toThrow(misplaced);
  });

  it('goes on behind interim answers, and not with HTTP behind those that end it', () => {
    const writer = new HttpWriter();
    writer.response({ status: 103, reason: 'Early Hints', headers: { Link: '</a>' } });
    writer.end();
    writer.response({ status: 101, headers: { Upgrade: 'websocket', Connection: 'upgrade' } });
    expect([writer.framing, writer.keepAlive]).toEqual(['raw', false]);
    expect(textOfAll(writer.body(Uint8Array.of(0x81)))).toBe('\x81');
    const tunnel = new HttpWriter();
    tunnel.response({ status: 200 }, 'CONNECT');
    expect(tunnel.framing).toBe('raw');
    const client = new HttpWriter();
    client.request({ method: 'GET', target: '/', headers: { ...HOST, Upgrade: 'websocket', Connection: 'upgrade' } });
    expect([client.framing, client.keepAlive]).toEqual(['none', true]);
    client.end();
    client.request({ method: 'CONNECT', target: 'a:1', headers: HOST });
    expect(client.framing).toBe('raw');
  });

  const BAD_FIELDS: readonly FieldsToWrite[] = [
    { 'X\r\nY': 'z' },
    { 'X: y\r\nZ': 'z' },
    { 'X:Y': 'z' },
    { 'X ': 'z' },
    { '': 'z' },
    { ' X': 'z' },
    { X: 'y\r\nZ: z' },
    { X: 'y\r\n z' },
    { X: 'y\nz' },
    { X: 'y\r' },
    { X: 'y\0' },
    { X: '\u{20ac}' },
    { X: 'y\r\n\r\nGET / HTTP/1.1\r\nHost: a' },
    { 'Content-Length': '1, 1' },
    { 'Content-Length': -1 },
    { 'Content-Length': 2 ** 53 },
    { 'Content-Length': 3, 'Transfer-Encoding': 'chunked' },
    { 'Transfer-Encoding': 'gzip, chunked' },
    { 'Transfer-Encoding': 'gzip' },
    ['X'],
    [['X', 1]] as unknown as FieldsToWrite, // As a JavaScript caller may write.
    'X: y' as unknown as FieldsToWrite,
    { X: null } as unknown as FieldsToWrite,
  ];

  it.each(BAD_FIELDS.map((fields) => [JSON.stringify(fields), fields] as const))(
    'refuses the fields %s',
    (_, fields) => {
      const writer = new HttpWriter();
      const asRequest = Array.isArray(fields) || typeof fields !== 'object' ? fields : { ...HOST, ...fields };
      expect(() => writer.request({ method: 'POST', target: '/', headers: asRequest })).toThrow(refused);
      expect(() => writer.response({ status: 200, headers: fields })).toThrow(refused);
      // Nothing has changed by that.
      expect(writer.response({ status: 204 }).length).toBeGreaterThan(0);
    },
  );

  it.each([
    ['GET', '/ HTTP/1.1\r\nHost: b\r\n\r\nGET /'],
    ['GET', '/ HTTP/1.1\r\nX:'],
    ['GET', '/a b'],
    ['GET', ''],
    ['GET', 'a'],
    ['GET', '/\xe4'],
    ['GET /a', '/b'],
    ['', '/'],
    ['\r\nGET', '/'],
    ['GET\r\n', '/'],
    ['CONNECT', '/'],
  ])('refuses the start line %j %j', (method, target) => {
    expect(() => new HttpWriter().request({ method, target, headers: HOST })).toThrow(refused);
  });

  it('takes fields from whatever gives them one by one, and none that are no pairs', () => {
    const wanted = 'HTTP/1.1 200 \r\nx-a: 1\r\nx-b: 2\r\n\r\n';
    const pairs: [string, string][] = [
      ['x-a', '1'],
      ['x-b', '2'],
    ];
    for (const headers of [new Headers(pairs), new Map(pairs), pairs.values()])
      expect(textOf(new HttpWriter().response({ status: 200, headers }))).toBe(wanted);
    const once = writeRequest({ method: 'PUT', target: '/', headers: new Map([['Host', 'a']]).entries(), body: 'hi' });
    expect(textOf(once)).toBe('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi');
    const odd = [['x-a', '1', 'x-b'], ['2']] as unknown as [string, string][];
    expect(() => new HttpWriter().response({ status: 200, headers: odd })).toThrow(refused);
  });

  it('looks once at each byte of a value, also of one with white space throughout', () => {
    // Looked at once from each blank, these would take minutes.
    const value = ` a${' \t'.repeat(120_000)}b `;
    const bytes = new HttpWriter().response({ status: 200, headers: { X: value } });
    expect(bytes.length).toBe(value.length + 22);
  });

  it('refuses versions that are not spoken', () => {
    for (const httpVersion of ['1.2', '2.0', '1.1\r\nX: y', ''] as unknown as '1.1'[]) {
      expect(() => new HttpWriter().request({ method: 'GET', target: '/', headers: HOST, httpVersion })).toThrow(
        refused,
      );
      expect(() => new HttpWriter().response({ status: 200, httpVersion })).toThrow(refused);
    }
  });

  it('refuses a request without Host, or with two', () => {
    expect(() => new HttpWriter().request({ method: 'GET', target: '/' })).toThrow('no Host field');
    expect(() => new HttpWriter().request({ method: 'GET', target: '/', headers: { Host: ['a', 'a'] } })).toThrow(
      refused,
    );
    expect(new HttpWriter().request({ method: 'GET', target: '/', httpVersion: '1.0' }).length).toBe(18);
  });

  it.each<[ResponseToWrite, string]>([
    [{ status: 99 }, 'GET'],
    [{ status: 1000 }, 'GET'],
    [{ status: 200.5 }, 'GET'],
    [{ status: Number.NaN }, 'GET'],
    [{ status: 200, reason: 'O\r\nK' }, 'GET'],
    [{ status: 200, reason: 'OK\r\nX: y' }, 'GET'],
    [{ status: 204, headers: { 'Content-Length': 0 } }, 'GET'],
    [{ status: 100, headers: { 'transfer-encoding': 'chunked' } }, 'GET'],
    [{ status: 200, headers: { 'Content-Length': 0 } }, 'CONNECT'],
    [{ status: 200, httpVersion: '1.0', headers: { 'Transfer-Encoding': 'chunked' } }, 'GET'],
  ])('refuses the response %j to %s', (response, asked) => {
    expect(() => new HttpWriter().response(response, asked)).toThrow(refused);
  });

  it('refuses bodies that are longer or shorter than announced, and trailers that may not be', () => {
    const writer = new HttpWriter();
    expect(() => writer.body('x')).toThrow(misplaced);
    expect(() => writer.end()).toThrow(misplaced);
    writer.response({ status: 200, headers: { 'Content-Length': 2 } });
    expect(() => writer.response({ status: 200 })).toThrow(misplaced);
    expect(() => writer.body('abc')).toThrow('1 bytes more');
    expect(() => writer.end()).toThrow('2 bytes less');
    expect(() => writer.body(5 as unknown as string)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
    writer.body('ab');
    expect(() => writer.end({ X: 'y' })).toThrow(refused);
    writer.end();
    writer.response({ status: 200, headers: { 'Transfer-Encoding': 'chunked' } });
    for (const trailers of [{ Host: 'a' }, { 'content-length': '1' }, { 'X Y': 'z' }, { X: 'y\r\nZ: z' }])
      expect(() => writer.end(trailers)).toThrow(refused);
    expect(textOf(writer.end({ X: 'y' }))).toBe('0\r\nX: y\r\n\r\n');
  });

  it('writes what the parser reads back, whatever it is given', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'B', '1', '-', ' ', '\t', ':', '\r', '\n', '\0', '\xff', '/', '"'),
      maxLength: 8,
    });
    const fields = fc.array(fc.tuple(text, text), { maxLength: 4 });
    let sent = 0;
    const property = fc.property(text, fields, (path, extra) => {
      let bytes: Uint8Array;
      const given = [['Host', 'a'], ...extra] as [string, string][];
      try {
        bytes = new HttpWriter().request({ method: 'GET', target: `/${path}`, headers: given });
      } catch (error) {
        expect(error).toEqual(refused);
        return;
      }
      sent++;
      const [request, ...more] = new HttpParser({ eager: true }).feed(bytes);
      if (request?.type !== 'request') throw new Error('no request');
      expect(more.map(({ type }) => type)).toEqual(['end']);
      const read = given.flatMap(([name, value]) => [name, value.replace(/^[ \t]+|[ \t]+$/g, '')]);
      expect([request.url, request.rawHeaders]).toEqual([`/${path}`, read]);
    });
    fc.assert(property, { numRuns: 2000 });
    expect(sent).toBeGreaterThan(20);
  });
});

describe('a message that is there as a whole', () => {
  it('gets the field that frames it', () => {
    expect(textOf(writeRequest({ method: 'GET', target: '/', headers: HOST }))).toBe(
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    );
    expect(textOf(writeRequest({ method: 'PUT', target: '/', headers: HOST, body: 'é' }))).toBe(
      'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n\xc3\xa9',
    );
    expect(textOf(writeResponse({ status: 200, reason: 'OK', body: 'hi', trailers: { X: 'y' } }))).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX: y\r\n\r\n',
    );
    expect(textOf(writeResponse({ status: 200, body: 'hi' }, 'HEAD'))).toBe(
      'HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n',
    );
    expect(textOf(writeResponse({ status: 404 }))).toBe('HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n');
    expect(textOf(writeResponse({ status: 204 }))).toBe('HTTP/1.1 204 \r\n\r\n');
    const own = { 'content-length': '2' };
    expect(textOf(writeResponse({ status: 200, headers: own, body: 'hi' }))).toBe(
      'HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nhi',
    );
    expect(() => writeResponse({ status: 200, headers: own, body: 'h' })).toThrow(refused);
    expect(() => writeResponse({ status: 204, body: 'h' })).toThrow(refused);
  });
});
