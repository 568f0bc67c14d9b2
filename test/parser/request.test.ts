/** What a request tells about its head, early and late. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { HttpParser, type HttpParserOptions, type HttpRequest } from '../../src/parser/index.ts';
import { bytesOf } from './tell.ts';

function requestOf(
  text: string | Uint8Array,
  options: HttpParserOptions = {},
  parser = new HttpParser(options),
): HttpRequest {
  const event = parser.feed(typeof text === 'string' ? bytesOf(text) : text)[0];
  if (event?.type !== 'request') throw new Error(`no request but ${event?.type}`);
  return event;
}

const OTHER = bytesOf('POST /other HTTP/1.1\r\nHost: other\r\nAccept: o\r\nX-Other: o\r\nContent-Length: 3\r\n\r\nabc');
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n';

describe('a request', () => {
  it('tells start line, length and what the connection will do', () => {
    const request = requestOf(
      'POST /a/b?c=d HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000000\r\nExpect: 100-continue\r\n\r\n',
      {
        maxBodyBytes: 0,
      },
    );
    expect(request).toMatchObject({
      method: 'POST',
      url: '/a/b?c=d',
      httpVersion: '1.1',
      keepAlive: true,
      chunked: false,
      upgrade: false,
      expectContinue: true,
      contentLength: 5_000_000_000,
    });
    expect(requestOf('GET / HTTP/1.0\r\n\r\n')).toMatchObject({
      httpVersion: '1.0',
      keepAlive: false,
      expectContinue: false,
      contentLength: undefined,
    });
    expect(requestOf(`${GET}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`)).toMatchObject({
      chunked: true,
      keepAlive: false,
    });
    expect(requestOf(`${GET}Upgrade: h2c\r\nConnection: upgrade\r\n\r\n`).upgrade).toBe(true);
    expect(requestOf('GET / HTTP/1.7\r\nHost: a\r\n\r\n').httpVersion).toBe('1.7');
  });

  it.each(['*', '/', '/x'])('tells the target %s', (target) => {
    expect(requestOf(`OPTIONS ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).url).toBe(target);
  });

  it('tells a method it does not know as it came', () => {
    expect(requestOf('Get-It /p HTTP/1.1\r\nHost: a\r\n\r\n').method).toBe('Get-It');
    const long = 'M'.repeat(255);
    expect(requestOf(`${long} /p HTTP/1.1\r\nHost: a\r\n\r\n`).method).toBe(long);
  });

  it('gives a headers object that inherits nothing', () => {
    const { headers } = requestOf(`${GET}constructor: c\r\n__proto__: p\r\n__PROTO__: q\r\nvalueOf: v\r\n\r\n`);
    expect(Object.keys(headers)).toEqual(['host', 'constructor', '__proto__', 'valueof']);
    expect(Object.entries(headers)).toContainEqual(['__proto__', 'p, q']);
    expect(headers['constructor']).toBe('c');
    for (const { headers: plain } of [requestOf(`${GET}\r\n`), requestOf(`${GET}Foo: x\r\n\r\n`)]) {
      for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
        expect(plain[name]).toBeUndefined();
      const prototype = Object.getPrototypeOf(plain);
      expect(Object.getPrototypeOf(prototype)).toBeNull();
      expect(Reflect.ownKeys(prototype)).toEqual([]);
      expect(Object.isFrozen(prototype)).toBe(true);
    }
  });

  it('is written to logs as it came, and nothing of the memory that it was read in', () => {
    const [event] = new HttpParser().feed(bytesOf('GET /a HTTP/1.1\r\nHost: b\r\n\r\n'));
    new HttpParser().feed(bytesOf('GET /secret HTTP/1.1\r\nHost: c\r\n\r\n'));
    const told = { type: 'request', method: 'GET', url: '/a', httpVersion: '1.1', rawHeaders: ['Host', 'b'] };
    expect(JSON.parse(JSON.stringify(event))).toEqual(told);
    expect(inspect(event)).toBe(inspect(told));
    const [answer] = new HttpParser({ kind: 'response' }).feed(bytesOf('HTTP/1.0 404 No\r\nA: b\r\n\r\n'));
    expect(JSON.stringify(answer)).toBe(
      '{"type":"response","status":404,"reason":"No","httpVersion":"1.0","rawHeaders":["A","b"]}',
    );
    const chunk = bytesOf('GET /a HTTP/1.1\r\nHost: b\r\n\r\n');
    const [lost] = new HttpParser().feed(chunk);
    new HttpParser().feed(bytesOf('GET / HTTP/1.1\r\nHost: c\r\n\r\n'));
    chunk.fill(0);
    expect(inspect(lost)).toContain('HV_CHUNK_OVERWRITTEN');
  });

  it('joins repeated fields with a comma, cookies with a semicolon, and keeps each by itself in rawHeaders and values', () => {
    const text = `${GET}Accept: a\r\ncookie: x=1\r\nSET-Cookie: s=1; Path=/\r\nACCEPT:\r\nCookie: y=2\r\nset-cookie: t=2\r\nX: 1\r\n\r\n`;
    const request = requestOf(text);
    expect(request.values('set-cookie')).toEqual(['s=1; Path=/', 't=2']);
    expect({ ...request.headers }).toEqual({
      host: 'a',
      accept: 'a, ',
      cookie: 'x=1; y=2',
      'set-cookie': 's=1; Path=/, t=2',
      x: '1',
    });
    expect(request.rawHeaders.join('|')).toBe(
      'Host|a|Accept|a|cookie|x=1|SET-Cookie|s=1; Path=/|ACCEPT||Cookie|y=2|set-cookie|t=2|X|1',
    );
    expect(request.values('Accept')).toEqual(['a', '']);
    expect(request.values('absent')).toEqual([]);
  });

  it('gives one field by any case of its name, before and after the headers object was made', () => {
    for (const extra of ['', 'X-Own: own\r\nAccept: second\r\n']) {
      const request = requestOf(`${GET}Accept: */*\r\nUser-Agent: \r\n${extra}\r\n`);
      for (let turn = 0; turn < 2; turn++) {
        expect(request.header('referer')).toBeUndefined();
        expect(request.header('HOST')).toBe('a');
        expect(request.header('accept')).toBe(extra === '' ? '*/*' : '*/*, second');
        expect(request.header('User-Agent')).toBe('');
        expect(request.header('x-own')).toBe(extra === '' ? undefined : 'own');
        expect(request.header('constructor')).toBeUndefined();
        expect(request.headers['host']).toBe('a');
      }
      expect(request.headers).toBe(request.headers);
    }
  });

  it('decodes bytes from 0x80 up as the characters with their numbers', () => {
    const high = Array.from({ length: 128 }, (_, i) => String.fromCharCode(0x80 + i)).join('');
    for (const eager of [false, true]) {
      const request = requestOf(`${GET}Referer: ${high}\r\nX-Own: ${high}\r\n\r\n`, { eager });
      expect(request.header('referer')).toBe(high);
      expect(request.headers['x-own']).toBe(high);
    }
  });

  it('carries values of 80,000 bytes', () => {
    const value = 'v'.repeat(80_000);
    for (const chunkBytes of [100_000, 70_000, 4096]) {
      const parser = new HttpParser();
      const bytes = bytesOf(`${GET}Cookie: ${value}\r\nX-Own: y\r\n\r\n`);
      const events = [];
      for (let at = 0; at < bytes.length; at += chunkBytes)
        events.push(...parser.feed(bytes.slice(at, at + chunkBytes)));
      expect(events.map((event) => event.type)).toEqual(['request', 'end']);
      const [first] = events;
      if (first?.type !== 'request') throw new Error('no request');
      requestOf(OTHER);
      expect(first.header('cookie')).toBe(value);
      expect(first.headers['x-own']).toBe('y');
    }
  });

  it('reads a head at the hard maximum again after later feeds', () => {
    const fields = Array.from({ length: 8000 }, (_, i) => `x-${i}: ${'y'.repeat(20)}\r\n`).join('');
    const text = `${GET}${fields}\r\n`;
    expect(text.length).toBeGreaterThan(3 * 65_536);
    const limits = { maxHeadBytes: 0, maxFields: 0 };
    const early = requestOf(text, limits).rawHeaders;
    const late = requestOf(text, limits);
    requestOf(OTHER);
    expect(late.rawHeaders).toEqual(early);
    expect(early).toHaveLength(16_002);
    expect(late.headers['x-7999']).toBe('y'.repeat(20));
  });
});

describe('a request read late', () => {
  const TEXT = `${GET}Accept: text/html\r\nX-Own: 1\r\nx-own: 2\r\nCookie: a=b\r\n\r\n`;
  const reads: readonly (readonly [string, (request: HttpRequest) => unknown])[] = [
    ['headers', (request) => ({ ...request.headers })],
    ['rawHeaders', (request) => request.rawHeaders],
    ['one known field', (request) => request.header('accept')],
    ['one unknown field', (request) => request.header('X-OWN')],
    ['all values', (request) => request.values('x-own')],
    [
      'everything twice',
      (request) => [request.rawHeaders, { ...request.headers }, request.rawHeaders, request.header('host')],
    ],
  ];

  it.each(reads)('gives the same %s as one read at once', (_name, read) => {
    const early = read(requestOf(TEXT));
    const late = requestOf(TEXT);
    requestOf(OTHER);
    expect(read(late)).toEqual(early);
    requestOf(OTHER);
    expect(read(late)).toEqual(early);
  });

  it('gives its length even when the chunk has been fed again meanwhile, and says so when it was overwritten', () => {
    for (const eager of [false, true]) {
      const chunk = bytesOf('PUT / HTTP/1.7\r\nHost: a\r\nContent-Length: 6000000000\r\n\r\n');
      const late = requestOf(chunk, { eager, maxBodyBytes: 0 });
      requestOf(OTHER);
      expect([late.contentLength, late.httpVersion, late.method]).toEqual([6_000_000_000, '1.7', 'PUT']);
      requestOf(OTHER);
      chunk.fill(0);
      if (eager) expect(late.contentLength).toBe(6_000_000_000);
      else expect(() => late.contentLength).toThrow(expect.objectContaining({ code: 'HV_CHUNK_OVERWRITTEN' }));
      expect([late.httpVersion, late.method]).toEqual(['1.7', 'PUT']);
    }
  });

  it.each(reads)('gives the same %s when its head came in two chunks', (_name, read) => {
    const early = read(requestOf(TEXT));
    const bytes = bytesOf(TEXT);
    const parser = new HttpParser();
    expect(parser.feed(bytes.subarray(0, 30))).toEqual([]);
    const second = bytes.slice(30);
    const late = requestOf(second, {}, parser);
    requestOf(OTHER);
    // The parser has its own copy of such a head, so the chunk may be overwritten.
    second.fill(0);
    expect(read(late)).toEqual(early);
  });

  it('does not mix up several requests of one chunk', () => {
    const parser = new HttpParser();
    const texts = Array.from(
      { length: 50 },
      (_, i) => `GET /${i} HTTP/1.1\r\nHost: h${i}\r\nX-Own-${i}: v${i}\r\n\r\n`,
    );
    const requests = parser.feed(bytesOf(texts.join(''))).flatMap((event) => (event.type === 'request' ? [event] : []));
    requestOf(OTHER);
    for (const i of [3, 49, 0, 25, 3]) {
      expect(requests[i]?.url).toBe(`/${i}`);
      expect(requests[i]?.header('host')).toBe(`h${i}`);
      expect({ ...requests[i]?.headers }).toEqual({ host: `h${i}`, [`x-own-${i}`]: `v${i}` });
    }
  });

  it('says so when its chunk was overwritten', () => {
    for (const fill of [0, 0x41, 0x0d]) {
      const chunk = bytesOf(TEXT);
      const late = requestOf(chunk);
      chunk.fill(fill);
      requestOf(OTHER);
      expect(() => late.headers).toThrow(expect.objectContaining({ code: 'HV_CHUNK_OVERWRITTEN', fault: 'local' }));
      expect(late.url).toBe('/');
    }
    const chunk = bytesOf(TEXT);
    const late = requestOf(chunk);
    chunk.set(bytesOf('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    requestOf(OTHER);
    expect(() => late.rawHeaders).toThrow(expect.objectContaining({ code: 'HV_CHUNK_OVERWRITTEN' }));
  });

  it('needs no chunk any more once a field list was made, or when the parser is eager', () => {
    const chunk = bytesOf(TEXT);
    const read = requestOf(chunk);
    const raw = read.rawHeaders;
    const eagerChunk = bytesOf(TEXT);
    const eager = requestOf(eagerChunk, { eager: true });
    chunk.fill(0);
    eagerChunk.fill(0);
    requestOf(OTHER);
    for (const request of [read, eager]) {
      expect(request.headers['x-own']).toBe('1, 2');
      expect(request.rawHeaders).toEqual(raw);
      expect(request.header('accept')).toBe('text/html');
    }
  });
});
