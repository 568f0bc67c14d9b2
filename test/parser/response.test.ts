/** Responses: what they tell, and where their bodies end, which depends on the request they answer. */
import { describe, expect, it } from 'vitest';
import { HttpParser, type HttpParserOptions } from '../../src/parser/index.ts';
import { bytesOf, splits, type Told, tell } from './tell.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Own: y\r\n\r\n';
const NONE = 'HTTP/1.1 204 No Content\r\n\r\n';

/** What parsing these chunks says, as answers to these methods. */
function answers(
  chunks: readonly Uint8Array[],
  asked: readonly string[] = [],
  options: HttpParserOptions = {},
): Told[] {
  const parser = new HttpParser({ kind: 'response', ...options });
  for (const method of asked) parser.expect(method);
  const told: Told[] = [];
  for (const chunk of chunks) {
    if (tell(parser.feed(chunk), told).some((event) => event['type'] === 'error' || event['type'] === 'upgrade'))
      return told;
  }
  return tell(parser.finish(), told);
}

const types = (told: readonly Told[]) =>
  told.map((event) => event['status'] ?? event['text'] ?? event['type']).join(' ');

describe('a response', () => {
  it('tells status, reason, version and fields, early and late', () => {
    for (const eager of [false, true]) {
      const parser = new HttpParser({ kind: 'response', eager });
      const event = parser.feed(
        bytesOf('HTTP/1.0 404 Not \xe5 Found\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\n'),
      )[0];
      if (event?.type !== 'response') throw new Error('no response');
      const response = event;
      expect(response).toMatchObject({ status: 404, reason: 'Not \xe5 Found', httpVersion: '1.0', keepAlive: false });
      expect(response.untilClose).toBe(true);
      new HttpParser({ kind: 'response' }).feed(bytesOf(OK));
      expect(response.values('set-cookie')).toEqual(['a=1', 'b=2']);
      expect({ ...response.headers }).toEqual({ 'set-cookie': 'a=1, b=2' });
    }
  });

  it.each([
    ['by length', `${OK}hi${NONE}`, [], '200 hi end 204 end'],
    ['to HEAD, without a body', `${OK}${OK}hi`, ['HEAD', 'GET'], '200 end 200 hi end'],
    ['to several methods in turn', `${OK}hi${OK}${OK}hi`, ['GET', 'HEAD'], '200 hi end 200 end 200 hi end'],
    [
      'after interim ones',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\n\r\n${OK}${NONE}`,
      ['HEAD'],
      '100 end 103 end 200 end 204 end',
    ],
    [
      'in chunks with trailers',
      'HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nA: b\r\n\r\n',
      [],
      '200 hi trailers end',
    ],
    ['until the end', 'HTTP/1.1 200 OK\r\n\r\nall the rest', [], '200 all the rest end'],
    ['304 with a length', `HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n${NONE}`, [], '304 end 204 end'],
    ['refused to CONNECT', `${OK.replace('200', '403')}hi`, ['CONNECT'], '403 hi end'],
    ['to CONNECT, behind which is no HTTP', `${OK}\x16\x03`, ['CONNECT'], '200 end upgrade'],
    [
      'switching protocols',
      'HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n\x81',
      ['GET'],
      '101 end upgrade',
    ],
    ['malformed', 'HTTP/1.1 20 OK\r\n\r\n', [], 'error'],
    ['cut short', `${OK}h`, [], '200 h error'],
  ])('%s is told alike at every cut', (_name, text, asked, expected) => {
    const whole = answers([bytesOf(text)], asked);
    expect(types(whole)).toBe(expected);
    for (const eager of [false, true]) {
      for (const chunks of splits(bytesOf(text))) expect(answers(chunks, asked, { eager })).toEqual(whole);
    }
  });

  it('with a body until the end passes long chunks by', () => {
    const parser = new HttpParser({ kind: 'response' });
    parser.feed(bytesOf('HTTP/1.1 200 OK\r\n\r\n'));
    const chunk = new Uint8Array(200_000);
    for (let turn = 0; turn < 3; turn++) {
      const events = parser.feed(chunk);
      expect(events.map((event) => event.type)).toEqual(['body']);
      expect(events[0]?.type === 'body' && events[0].bytes.length).toBe(200_000);
    }
    expect(tell(parser.finish())).toEqual([{ type: 'end' }]);
  });

  it.each([20, 20_000])(
    'with a body until the end has no more than %i bytes, when that is the limit',
    (maxBodyBytes) => {
      const head = bytesOf('HTTP/1.1 200 OK\r\n\r\n');
      const body = new Uint8Array(maxBodyBytes + 1);
      const atLimit = new HttpParser({ kind: 'response', maxBodyBytes });
      const told = tell([...atLimit.feed(head), ...atLimit.feed(body.subarray(1)), ...atLimit.finish()]);
      expect(told.map(({ type }) => type)).toEqual(['response', 'body', 'end']);
      for (const size of [1, 7, maxBodyBytes, maxBodyBytes + 1]) {
        const parser = new HttpParser({ kind: 'response', maxBodyBytes, offsets: true });
        const events = [...parser.feed(head)];
        for (let at = 0; at < body.length; at += size) events.push(...parser.feed(body.subarray(at, at + size)));
        const last = events.pop();
        expect(last).toMatchObject({ type: 'error', offset: head.length + maxBodyBytes, error: { answer: 413 } });
        expect(last?.type === 'error' && [last.error.code, last.error.offset]).toEqual([
          'HV_BODY_TOO_LARGE',
          head.length + maxBodyBytes,
        ]);
        const bytes = events.reduce((sum, event) => sum + (event.type === 'body' ? event.bytes.length : 0), 0);
        expect(bytes).toBe(maxBodyBytes);
      }
    },
  );

  it('is read after the end of the connection as before it', () => {
    const parser = new HttpParser({ kind: 'response' });
    const [event] = parser.feed(bytesOf('HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\nbody'));
    if (event?.type !== 'response') throw new Error('no response');
    expect(parser.finish().map((last) => last.type)).toEqual(['end']);
    expect({ ...event.headers }).toEqual({ a: 'b', c: 'd' });
  });

  it('is expected only by a parser of responses, and not any more after reset', () => {
    expect(() => new HttpParser().expect('HEAD')).toThrow(expect.objectContaining({ code: 'HV_NOT_RESPONSES' }));
    const parser = new HttpParser({ kind: 'response' });
    parser.expect('HEAD');
    parser.reset();
    expect(types(tell(parser.feed(bytesOf(`${OK}hi`))))).toBe('200 hi end');
  });
});
