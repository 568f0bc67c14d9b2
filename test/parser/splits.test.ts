/** The same events whatever the chunks: whole, byte by byte, and cut at every single place. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HttpEvent, HttpParser } from '../../src/parser/index.ts';
import { bytesOf, splits, tell, tellChunks } from './tell.ts';

const MESSAGES: readonly (readonly [name: string, text: string])[] = [
  ['the smallest request', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['known and unknown names', 'GET /a?b=c HTTP/1.1\r\nHost: a:80\r\nX-Mine:  v \r\naccept: */*\r\n\r\n'],
  [
    'repeated names',
    'GET / HTTP/1.1\r\nHost: a\r\nAccept: x\r\nCookie: a=1\r\nACCEPT: y\r\ncookie: b=2\r\nX: 1\r\nx: 2\r\n\r\n',
  ],
  ['a body by length', 'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world'],
  [
    'a body in chunks with extensions and trailers',
    'POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x="y"\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\nx-sum: 2\r\nDate: now\r\n\r\n',
  ],
  [
    'pipelined requests',
    'GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nxyGET /3 HTTP/1.0\r\n\r\n',
  ],
  ['empty lines before a request', '\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n'],
  [
    'names of Object.prototype',
    'GET / HTTP/1.1\r\nHost: a\r\n__proto__: p\r\nconstructor: c\r\ntoString: t\r\nhasOwnProperty: h\r\n\r\n',
  ],
  ['bytes above 0x7f', 'GET / HTTP/1.1\r\nHost: a\r\nX: \x80\x9f\xe5\xff\r\nReferer: \x85\r\n\r\n'],
  ['an unknown method', 'BREW /pot HTTP/1.1\r\nHost: a\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n'],
  ['an error in the request line', 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['an error behind a good request', 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHo st: a\r\n\r\n'],
  ['an error in a chunk', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n'],
  ['an end within the head', 'GET / HTTP/1.1\r\nHost: a\r\nX: y'],
  ['an end within the body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc'],
];

describe('cutting the input', () => {
  for (const eager of [false, true]) {
    it.each(MESSAGES)(`changes nothing about %s${eager ? ', read eagerly' : ''}`, (_name, text) => {
      const bytes = bytesOf(text);
      const whole = tellChunks([bytes], { eager });
      expect(whole.length).toBeGreaterThan(0);
      for (const chunks of splits(bytes)) expect(tellChunks(chunks, { eager })).toEqual(whole);
    });
  }

  it('changes nothing when the heads are read only after everything was fed', () => {
    for (const [name, text] of MESSAGES) {
      const bytes = bytesOf(text);
      const whole = tellChunks([bytes]);
      for (const chunks of splits(bytes)) {
        const parser = new HttpParser();
        const events: HttpEvent[] = [];
        for (const chunk of chunks) if (events.at(-1)?.type !== 'error') events.push(...parser.feed(chunk));
        if (events.at(-1)?.type !== 'error') events.push(...parser.finish());
        new HttpParser().feed(bytesOf('GET /other HTTP/1.1\r\nHost: other\r\nOther: yes\r\n\r\n'));
        expect(tell(events), name).toEqual(whole);
      }
    }
  });

  it('changes nothing about 4 messages cut at random into many chunks', () => {
    const text = MESSAGES.slice(1, 5)
      .map(([, message]) => message)
      .join('');
    const bytes = bytesOf(text);
    const whole = tellChunks([bytes]);
    const cuts = fc.uniqueArray(fc.nat(bytes.length), { maxLength: 30 });
    const property = fc.property(cuts, fc.boolean(), (unsorted, eager) => {
      const at = [0, ...unsorted.toSorted((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, i) => bytes.slice(at[i], end));
      expect(tellChunks(chunks, { eager })).toEqual(whole);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe('parsers used alternately', () => {
  it('do not disturb each other, byte by byte', () => {
    const alone = MESSAGES.map(([, text]) => tellChunks([bytesOf(text)]));
    const parsers = MESSAGES.map(() => new HttpParser());
    const told = MESSAGES.map(() => [] as ReturnType<typeof tell>);
    const failed = (i: number) => told[i]?.at(-1)?.['type'] === 'error';
    for (let at = 0; at < 200; at++) {
      MESSAGES.forEach(([, text], i) => {
        if (at < text.length && !failed(i)) tell(parsers[i]?.feed(bytesOf(text.charAt(at))) ?? [], told[i]);
      });
    }
    parsers.forEach((parser, i) => {
      if (!failed(i)) tell(parser.finish(), told[i]);
    });
    expect(told).toEqual(alone);
  });

  it('may be fed while the events of another one are being handled', () => {
    const outer = new HttpParser();
    const seen: string[] = [];
    for (const event of outer.feed(
      bytesOf('GET /1 HTTP/1.1\r\nHost: outer\r\n\r\nGET /2 HTTP/1.1\r\nHost: outer2\r\nX: y\r\n\r\n'),
    )) {
      const inner = new HttpParser();
      for (const other of inner.feed(bytesOf('GET /i HTTP/1.1\r\nHost: inner\r\n\r\n'))) {
        if (other.type === 'request') seen.push(other.headers['host'] ?? '');
      }
      if (event.type === 'request') seen.push(event.url, event.headers['host'] ?? '');
    }
    expect(seen).toEqual(['inner', '/1', 'outer', 'inner', 'inner', '/2', 'outer2', 'inner']);
  });

  it('may be fed by the handler of their own events', () => {
    const parser = new HttpParser();
    const urls: string[] = [];
    const handle = (text: string, more: string[]) => {
      for (const event of parser.feed(bytesOf(text))) {
        if (event.type !== 'request') continue;
        const next = more.shift();
        if (next !== undefined) handle(next, more);
        urls.push(`${event.url} ${event.header('host')}`);
      }
    };
    handle('GET /1 HTTP/1.1\r\nHost: a\r\n\r\n', [
      'GET /2 HTTP/1.1\r\nHost: b\r\n\r\nGET /3 HTTP/1.1\r\nHo',
      'st: c\r\n\r\n',
    ]);
    expect(urls).toEqual(['/3 c', '/2 b', '/1 a']);
  });
});
