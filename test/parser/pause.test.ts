/** Pause and resume, and where things stand: at every cut. */
import { describe, expect, it } from 'vitest';
import { type HttpEvent, HttpParser, type HttpParserOptions } from '../../src/parser/index.ts';
import { bytesOf, splits, tell, textOf } from './tell.ts';

const POST = 'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED = 'POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-T: t\r\n\r\n';
const GET = 'GET /g HTTP/1.1\r\nHost: a\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Feeds all chunks, resuming whenever the parser stops. */
function resumed(parser: HttpParser, chunks: readonly Uint8Array[]): HttpEvent[] {
  const events: HttpEvent[] = [];
  for (const chunk of chunks) {
    for (let rest: Uint8Array | null = chunk; rest !== null; ) {
      const fed: readonly HttpEvent[] = parser.feed(rest);
      events.push(...fed);
      const last = fed.at(-1);
      rest = last?.type === 'pause' ? last.rest : null;
      if (rest !== null) parser.resume();
      if (rest?.length === 0) rest = null;
    }
  }
  return [...events, ...parser.finish()];
}

const types = (events: readonly HttpEvent[]) => tell(events).map(({ type }) => type);

describe('a parser that pauses', () => {
  it.each<[HttpParserOptions, string, string]>([
    [{ pauseAt: ['body'] }, POST + GET + CHUNKED, 'request pause body end request end request pause body trailers end'],
    [{ pauseAt: ['message'] }, POST + GET + GET, 'request body end pause request end pause request end pause'],
    [{ pauseAt: ['message', 'body'] }, POST + GET, 'request pause body end pause request end pause'],
    [{ kind: 'response', pauseAt: ['body'] }, OK + OK, 'response pause body end response pause body end'],
    [{ kind: 'response', pauseAt: ['message'] }, OK + OK, 'response body end pause response body end pause'],
    [{ kind: 'response', pauseAt: ['body'] }, 'HTTP/1.1 200 OK\r\n\r\nall', 'response pause body end'],
    [{ pauseAt: [] }, POST + GET, 'request body end request end'],
  ])('with %j stops there, wherever the input is cut', (options, text, expected) => {
    for (const chunks of splits(bytesOf(text))) {
      expect(types(resumed(new HttpParser(options), chunks)).join(' ')).toBe(expected);
    }
  });

  it('hands back what it did not read, and what is fed meanwhile', () => {
    const parser = new HttpParser({ pauseAt: ['body'] });
    const chunk = bytesOf(POST);
    const last = parser.feed(chunk).at(-1);
    if (last?.type !== 'pause') throw new Error('no pause');
    expect(textOf(last.rest)).toBe('hello');
    expect(last.rest.buffer).toBe(chunk.buffer);
    const more = bytesOf('more');
    expect(parser.feed(more)).toEqual([{ type: 'pause', rest: more }]);
    parser.resume();
    expect(types(parser.feed(last.rest))).toEqual(['body', 'end']);
  });

  it('can be told to between two feeds, in the middle of anything', () => {
    const parser = new HttpParser();
    parser.pause();
    expect(types(parser.feed(bytesOf(GET)))).toEqual(['pause']);
    parser.resume();
    expect(types(parser.feed(bytesOf(`${GET}POST /p HT`)))).toEqual(['request', 'end']);
    parser.pause();
    parser.pause();
    expect(types(parser.feed(bytesOf('TP')))).toEqual(['pause']);
    parser.resume();
    expect(() => parser.resume()).toThrow(expect.objectContaining({ code: 'HV_NOT_UPGRADED' }));
    expect(types(parser.feed(bytesOf(POST.slice(10))))).toEqual(['request', 'body', 'end']);
    parser.pause();
    expect(parser.finish()).toEqual([]);
    parser.reset();
    expect(types(parser.feed(bytesOf(GET)))).toEqual(['request', 'end']);
  });

  it('that is paused within a message has not come to its end', () => {
    const parser = new HttpParser({ pauseAt: ['body'] });
    parser.feed(bytesOf(POST));
    expect(tell(parser.finish())).toMatchObject([{ code: 'HV_INCOMPLETE' }]);
  });

  it('leaves the machine to others meanwhile', () => {
    const parser = new HttpParser({ pauseAt: ['body'] });
    parser.feed(bytesOf(POST.slice(0, -5)));
    expect(new HttpParser().feed(bytesOf(GET))).toHaveLength(2);
    parser.resume();
    expect(types(parser.feed(bytesOf(`hello${GET}`)))).toEqual(['body', 'end', 'request', 'end']);
  });

  it.each([{ pauseAt: 'body' }, { pauseAt: ['head'] }, { pauseAt: [1] }, { offsets: 1 }])(
    'is not made with %j',
    (options) => {
      // The declared type forbids these; a JavaScript caller is not stopped by it.
      expect(() => new HttpParser(options as unknown as HttpParserOptions)).toThrow(
        expect.objectContaining({ code: 'HV_BAD_OPTION' }),
      );
    },
  );
});

describe('a parser of responses', () => {
  it('may be told what was asked when the answer has begun', () => {
    for (let cut = 0; cut < OK.length - 4; cut++) {
      const parser = new HttpParser({ kind: 'response' });
      parser.feed(bytesOf(OK.slice(0, cut)));
      parser.expect('HEAD');
      expect(types(parser.feed(bytesOf(OK.slice(cut, -2)))).join(' ')).toBe('response end');
    }
  });
});

describe('offsets', () => {
  const places = (events: readonly HttpEvent[]) =>
    events.map((event) => [event.type, 'offset' in event ? event.offset : undefined] as const);

  it('count from the first byte of the connection, however it is cut', () => {
    const text = `\r\n${GET}${POST}${CHUNKED}`;
    const at = (needle: string): number => text.indexOf(needle);
    const starts = [
      ['request', at('GET /g')],
      ['end', at('POST /p')],
      ['request', at('POST /p')],
      ['body', at('hello')],
      ['end', at('POST /c')],
      ['request', at('POST /c')],
      ['body', at('hi\r\n')],
      ['trailers', at('X-T')],
      ['end', text.length],
    ];
    for (const chunks of splits(bytesOf(text))) {
      const told = places(resumed(new HttpParser({ offsets: true, pauseAt: ['body', 'message'] }), chunks));
      // A body that was cut is told in pieces; the first one counts.
      const merged = told.filter(([type], i) => type !== 'pause' && !(type === 'body' && told[i - 1]?.[0] === 'body'));
      expect(merged).toEqual(starts);
    }
    expect(places(resumed(new HttpParser(), [bytesOf(text)])).every(([, offset]) => offset === undefined)).toBe(true);
  });

  it.each([
    ['in a name', `${GET}GET / HTTP/1.1\r\nHo st: a\r\n\r\n`, GET.length + 18],
    ['behind empty lines', `${GET}\r\n\r\nGE(T`, GET.length + 6],
    ['that are noticed late', `${GET}GET / HTTP/1.1\r\nHost: a, b\r\n\r\n`, GET.length + 24],
    ['in a chunk', CHUNKED.replace('2\r\n', 'x\r\n'), CHUNKED.indexOf('2\r\n')],
    ['of the end', POST.slice(0, -1), POST.length - 1],
  ])('of errors %s do too', (_, text, offset) => {
    for (const chunks of splits(bytesOf(text))) {
      const parser = new HttpParser({ offsets: true });
      const events: HttpEvent[] = [];
      for (const chunk of chunks) if (events.at(-1)?.type !== 'error') events.push(...parser.feed(chunk));
      if (events.at(-1)?.type !== 'error') events.push(...parser.finish());
      expect(places(events).at(-1)).toEqual(['error', offset]);
    }
  });

  it('of fields count from the first byte of their head', () => {
    const text = 'GET / HTTP/1.1\r\nHost:  a \r\nX-Own: y\r\n\r\n';
    const [head] = new HttpParser().feed(bytesOf(text));
    if (head?.type !== 'request') throw new Error('no request');
    expect(head.headBytes).toBe(text.length);
    for (const { name, value, nameOffset, valueOffset } of head.fields()) {
      expect(text.slice(nameOffset, nameOffset + name.length)).toBe(name);
      expect(text.slice(valueOffset, valueOffset + value.length)).toBe(value);
    }
    expect(head.fields().map(({ name, value }) => [name, value])).toEqual([
      ['Host', 'a'],
      ['X-Own', 'y'],
    ]);
  });
});
