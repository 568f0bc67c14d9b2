/** The request object: Rook's names and the typed view, over records as the parser writes them. */
import { describe, expect, it } from 'vitest';
import { MemoryBody } from '../../src/app/body.ts';
import { RequestHead } from '../../src/app/head.ts';
import { HttpRequest } from '../../src/app/request.ts';
import type { RequestOwner } from '../../src/app/request-owner.ts';
import { HttpMachine } from '../../src/parser/machine.ts';
import { VERSION } from '../../src/version.ts';

const LIMITS = {
  maxHeadBytes: 262_144,
  maxFields: 1_000,
  maxBodyBytes: Number.POSITIVE_INFINITY,
  maxChunkExtensionBytes: 16_384,
};
const addresses = { remoteAddress: '192.0.2.1', remotePort: 4711, localAddress: '192.0.2.2', localPort: 80 };

const refuse = (): never => {
  throw new Error('nobody asked for it');
};
const owner: RequestOwner = {
  context: { scheme: 'http', trust: null, errors: { cat: () => {}, flush: () => {} } },
  hint: () => true,
  bodyMode: 'buffer',
  isPassed: true,
  upload: refuse,
  endUpload: refuse,
  readForm: refuse,
};

/** A request from its head as latin1 text. */
function requestOf(head: string): HttpRequest {
  const machine = new HttpMachine();
  machine.begin(null, LIMITS, 0);
  const bytes = Buffer.from(head, 'latin1');
  machine.bytes.set(bytes, machine.region);
  machine.feed(0, bytes.length);
  const words = machine.words.subarray(machine.recordsAt, machine.recordsEnd);
  const records = Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString('utf16le');
  return new HttpRequest(new RequestHead(records, head, 0), addresses, owner);
}

const plain = requestOf(
  'POST /a%20b?x=1&y=%C3%A9 HTTP/1.1\r\nHost: example.org\r\nX-Foo: Bar \r\nx-foo: Two\r\nCookie: a=1\r\ncookie: b=2\r\n' +
    'Empty:\r\nEmpty: e\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nProxy: p\r\nX_Under: u\r\nX-Under: d\r\n\r\n',
);

describe('the typed view', () => {
  it('has the request line', () => {
    expect([plain.method, plain.url, plain.path, plain.httpVersion]).toEqual([
      'POST',
      '/a%20b?x=1&y=%C3%A9',
      '/a%20b',
      '1.1',
    ]);
    expect([plain.query.get('x'), plain.query.get('y')]).toEqual(['1', 'é']);
    expect(requestOf('BREW /p HTTP/1.0\r\n\r\n')).toMatchObject({ method: 'BREW', url: '/p', httpVersion: '1.0' });
  });

  it('joins repeated fields, and leaves their order and case in rawHeaders', () => {
    expect(plain.headers['x-foo']).toBe('Bar, Two');
    expect(plain.headers['cookie']).toBe('a=1; b=2');
    expect(plain.headers['empty']).toBe('e');
    expect(plain.rawHeaders.slice(0, 6)).toEqual(['Host', 'example.org', 'X-Foo', 'Bar', 'x-foo', 'Two']);
    expect(plain.headers).toBe(plain.headers);
  });

  it('has names like __proto__ as ordinary fields, and inherits none', () => {
    const odd = requestOf('GET / HTTP/1.1\r\nHost: h\r\n__proto__: p\r\nconstructor: c\r\ntoString: t\r\n\r\n');
    expect(Object.entries(odd.headers)).toEqual([
      ['host', 'h'],
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['tostring', 't'],
    ]);
    expect(plain.headers['constructor']).toBeUndefined();
    expect('toString' in plain.headers).toBe(false);
  });

  it('takes an absolute target apart', () => {
    const absolute = requestOf('GET http://user.example:81/a?b=c HTTP/1.1\r\nHost: other\r\n\r\n');
    expect([absolute.url, absolute.path, absolute.QUERY_STRING]).toEqual([
      'http://user.example:81/a?b=c',
      '/a',
      '?b=c',
    ]);
    expect([absolute.headers['host'], absolute.HTTP_HOST]).toEqual(['user.example:81', 'user.example:81']);
    expect(requestOf('GET http://h HTTP/1.1\r\nHost: h\r\n\r\n').path).toBe('/');
    expect(requestOf('GET http://h?q HTTP/1.1\r\nHost: h\r\n\r\n')).toMatchObject({ path: '/', QUERY_STRING: '?q' });
    expect(requestOf('OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n').path).toBe('*');
  });

  it('keeps bytes beyond ASCII as they came', () => {
    expect(requestOf('GET / HTTP/1.1\r\nHost: h\r\nX: \x80\xff\r\n\r\n').headers['x']).toBe('\x80\xff');
  });
});

describe("Rook's names", () => {
  it('say what R says', () => {
    expect(plain).toMatchObject({
      REQUEST_METHOD: 'POST',
      SCRIPT_NAME: '',
      PATH_INFO: '/a%20b',
      QUERY_STRING: '?x=1&y=%C3%A9',
      SERVER_NAME: '192.0.2.2',
      SERVER_PORT: '80',
      REMOTE_ADDR: '192.0.2.1',
      REMOTE_PORT: '4711',
      CONTENT_TYPE: 'text/plain',
      CONTENT_LENGTH: '0',
      'rook.version': '1.1-0',
      'rook.url_scheme': 'http',
      'httpuv.version': VERSION,
    });
    expect(requestOf('GET /? HTTP/1.1\r\nHost: h\r\n\r\n').QUERY_STRING).toBe('?');
    expect(requestOf('GET / HTTP/1.1\r\nHost: h\r\n\r\n')).toMatchObject({ QUERY_STRING: '', CONTENT_TYPE: undefined });
  });

  it('give fields as HTTP_ names, but none that could be mistaken for another', () => {
    expect([plain.HTTP_HOST, plain.HTTP_X_FOO, plain.HTTP_CONTENT_TYPE]).toEqual([
      'example.org',
      'Bar, Two',
      'text/plain',
    ]);
    expect(plain.HTTP_X_UNDER).toBe('d');
    expect([plain.HTTP_PROXY, plain.HTTP_NONE]).toEqual([undefined, undefined]);
    expect(plain.HEADERS['x_under']).toBe('u');
  });

  it('are made when they are read, and so are not listed', () => {
    expect('HTTP_HOST' in plain).toBe(false);
    expect(Object.keys(plain).filter((name) => name.startsWith('HTTP_'))).toEqual([]);
    expect(Object.keys(plain.headers)).toContain('host');
  });

  it('list HEADERS in alphabetical order', () => {
    expect(Object.keys(plain.HEADERS)).toEqual([...Object.keys(plain.headers)].sort());
  });
});

describe('the request object', () => {
  it('carries what the app stores on it', () => {
    const request = requestOf('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    const open = request as unknown as Record<string, unknown>;
    open['user'] = 'ada';
    request.locals['n'] = 1;
    expect([open['user'], request.locals['n'], String(request)]).toEqual(['ada', 1, '[object Object]']);
  });

  it('has an empty body until one has arrived, then the whole of it', () => {
    const request = requestOf('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect([request.body.length, request['rook.input'].read().length]).toEqual([0, 0]);
    request.setBody(new MemoryBody(new TextEncoder().encode('{"a":"é"}')));
    expect(request.text()).toBe('{"a":"é"}');
    expect(request.json()).toEqual({ a: 'é' });
    expect(request['rook.input'].readLines()).toEqual(['{"a":"é"}']);
    expect(request.body).toBe(request.body);
  });

  it('releases the body when the response is handed over', () => {
    const request = requestOf('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    let closed = 0;
    request.setBody({ size: 3, read: () => new Uint8Array(3), readInto: () => 0, close: () => closed++ });
    expect(request.body).not.toBe(request.body);
    request.closeBody();
    request.closeBody();
    expect(closed).toBe(1);
    expect(() => request.body).toThrow(expect.objectContaining({ code: 'HV_BODY_GONE' }));
  });

  it('aborts its signal when the client goes, whether it was asked for before or after', () => {
    for (const early of [true, false]) {
      const request = requestOf('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
      const before = early ? request.signal : null;
      request.abort();
      expect(request.signal.aborted).toBe(true);
      expect(request.signal.reason).toMatchObject({ code: 'HV_CLIENT_GONE' });
      if (before !== null) expect(before).toBe(request.signal);
    }
  });
});
