/** Errors, upgrades, the end of the connection, options: what a parser does besides parsing. */
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { HttpMachine, HttpParser, type HttpParserOptions, HttpuvError } from '../../src/parser/index.ts';
import { SharedMachine } from '../../src/parser/shared-machine.ts';
import { instantiateHttpuv } from '../../src/wasm/httpuv.ts';
import { bytesOf, tell, textOf } from './tell.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const WEBSOCKET = 'GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
const caller = (code: string) => expect.objectContaining({ code, fault: 'local' });

describe('after an error', () => {
  it('the same event answers every further feed, and finish', () => {
    const parser = new HttpParser();
    const events = parser.feed(bytesOf(`${GET}BAD\x01 / HTTP/1.1\r\n`));
    expect(events.map((event) => event.type)).toEqual(['request', 'end', 'error']);
    const failure = events[2];
    if (failure?.type !== 'error') throw new Error('no error');
    expect(failure.error).toBeInstanceOf(HttpuvError);
    expect(failure.error).toMatchObject({ code: 'HV_BAD_METHOD', fault: 'remote', answer: 400, offset: 3 });
    expect(parser.feed(bytesOf(GET))).toEqual([failure]);
    expect(parser.finish()).toEqual([failure]);
    expect(parser.feed(bytesOf(GET))).toEqual([failure]);
  });

  it('another parser works, and so does this one after reset', () => {
    const parser = new HttpParser();
    parser.feed(bytesOf('\x01'));
    expect(new HttpParser().feed(bytesOf(GET))).toHaveLength(2);
    parser.reset();
    expect(parser.feed(bytesOf(GET))).toHaveLength(2);
    expect(parser.finish()).toEqual([]);
  });

  it('of the machine itself, only that message is lost', () => {
    const wasm = instantiateHttpuv();
    let feeds = 0;
    const failing = () => ({
      ...wasm,
      hv_feed: (start: number, end: number) => {
        if (++feeds === 2) throw new WebAssembly.RuntimeError('unreachable');
        return wasm.hv_feed(start, end);
      },
    });
    const shared = new SharedMachine(new HttpMachine('request', failing));
    const other = new HttpParser({}, shared);
    other.feed(bytesOf('GET /other HT'));
    const parser = new HttpParser({}, shared);
    expect(tell(parser.feed(bytesOf(GET)))).toMatchObject([
      { type: 'error', code: 'HV_TRAP', fault: 'local', answer: 500 },
    ]);
    expect(tell(parser.feed(bytesOf(GET)))).toMatchObject([{ code: 'HV_TRAP' }]);
    expect(tell(other.feed(bytesOf('TP/1.1\r\nHost: o\r\n\r\n')))).toMatchObject([{ url: '/other' }, { type: 'end' }]);
    parser.reset();
    expect(parser.feed(bytesOf(GET))).toHaveLength(2);
  });

  it('that is no wasm trap, the program hears of it', () => {
    const shared = new SharedMachine(new HttpMachine());
    shared.machine.feedLone = () => {
      throw new TypeError('a defect');
    };
    expect(() => new HttpParser({}, shared).feed(bytesOf(GET))).toThrow(TypeError);
  });
});

describe('an upgrade', () => {
  it('is told behind its request, with the bytes that follow', () => {
    for (const head of [WEBSOCKET, 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n']) {
      const parser = new HttpParser();
      const chunk = bytesOf(`${head}\x81\x00rest`);
      const events = parser.feed(chunk);
      const last = events.at(-1);
      expect(events.map((event) => event.type)).toEqual(['request', 'end', 'upgrade']);
      if (last?.type !== 'upgrade') throw new Error('no upgrade');
      expect(textOf(last.rest)).toBe('\x81\x00rest');
      expect(last.rest.buffer).toBe(chunk.buffer);
      const more = bytesOf('more');
      expect(parser.feed(more)).toEqual([{ type: 'upgrade', rest: more }]);
      expect(parser.finish()).toEqual([]);
    }
  });

  it('is told byte by byte too', () => {
    const parser = new HttpParser();
    const told = Array.from(WEBSOCKET, (letter) => parser.feed(bytesOf(letter))).flat();
    expect(told.map((event) => event.type)).toEqual(['request', 'end', 'upgrade']);
    expect(told[0]?.type === 'request' && told[0].upgrade).toBe(true);
  });

  it('that is refused goes on as HTTP, with its body if it has one', () => {
    const parser = new HttpParser();
    const last = parser.feed(bytesOf(`${WEBSOCKET}${GET}`)).at(-1);
    parser.resume();
    expect(parser.feed(last?.type === 'upgrade' ? last.rest : bytesOf(''))).toHaveLength(2);
    const withBody = new HttpParser();
    const head = WEBSOCKET.replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\n');
    const events = withBody.feed(bytesOf(`${head}abc`));
    expect(events.map((event) => event.type)).toEqual(['request', 'upgrade']);
    withBody.resume();
    expect(tell(withBody.feed(bytesOf(`abc${GET}`)))).toMatchObject([
      { type: 'body', text: 'abc' },
      { type: 'end' },
      { type: 'request' },
      { type: 'end' },
    ]);
  });

  it('cannot be refused where there is none', () => {
    expect(() => new HttpParser().resume()).toThrow(caller('HV_NOT_UPGRADED'));
  });
});

describe('the end of the connection', () => {
  it('is fine between messages, and an error within one', () => {
    expect(new HttpParser().finish()).toEqual([]);
    const parser = new HttpParser();
    parser.feed(bytesOf(`${GET}POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab`));
    expect(tell(parser.finish())).toMatchObject([
      { type: 'error', code: 'HV_INCOMPLETE', fault: 'remote', answer: 400 },
    ]);
    expect(tell(parser.finish())).toMatchObject([{ code: 'HV_INCOMPLETE' }]);
  });

  it('comes once: feeding on is a mistake of the caller until reset', () => {
    const parser = new HttpParser();
    parser.finish();
    expect(parser.finish()).toEqual([]);
    expect(() => parser.feed(bytesOf(GET))).toThrow(caller('HV_FINISHED'));
    parser.reset();
    expect(parser.feed(bytesOf(GET))).toHaveLength(2);
  });

  it('is forgotten by reset, and so is half a message', () => {
    const parser = new HttpParser();
    parser.feed(bytesOf('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na'));
    parser.reset();
    expect(parser.feed(bytesOf(GET))).toHaveLength(2);
    expect(parser.feed(bytesOf(''))).toEqual([]);
  });
});

describe('the limits', () => {
  const head = (bytes: number) => {
    const start = 'GET / HTTP/1.1\r\nHost: a\r\nX: ';
    return `${start}${'y'.repeat(bytes - start.length - 4)}\r\n\r\n`;
  };

  it.each([
    ['maxHeadBytes', head(100), head(101), { maxHeadBytes: 100 }, 'HV_HEAD_TOO_LARGE'],
    ['maxHeadBytes by default', head(81_920), head(81_921), {}, 'HV_HEAD_TOO_LARGE'],
    [
      'maxHeadBytes switched off',
      head(262_144),
      head(262_145),
      { maxHeadBytes: Number.POSITIVE_INFINITY },
      'HV_HEAD_TOO_LARGE',
    ],
    [
      'maxFields',
      GET.replace('\r\n\r\n', '\r\nA: b\r\n\r\n'),
      GET.replace('\r\n\r\n', '\r\nA: b\r\nA: b\r\n\r\n'),
      { maxFields: 2 },
      'HV_TOO_MANY_FIELDS',
    ],
  ])('%s lets pass what is just within and refuses what is just beyond', (_name, within, beyond, options, code) => {
    expect(new HttpParser(options).feed(bytesOf(within))).toHaveLength(2);
    expect(tell(new HttpParser(options).feed(bytesOf(beyond)))).toMatchObject([{ type: 'error', code, answer: 431 }]);
  });

  it('of one parser do not reach another', () => {
    const small = new HttpParser({ maxHeadBytes: 30 });
    const large = new HttpParser();
    for (let turn = 0; turn < 3; turn++) {
      expect(large.feed(bytesOf(head(2000)))).toHaveLength(2);
      expect(small.feed(bytesOf(GET))).toHaveLength(2);
    }
    expect(tell(small.feed(bytesOf(head(40))))).toMatchObject([{ type: 'error' }]);
  });
});

describe('a mistake in the call', () => {
  it.each([
    [{ eagre: true }, /"eagre"; did you mean eager\?$/],
    [{ maxHeaderBytes: 1 }, /did you mean maxHeadBytes\?$/],
    [{ maxBodySize: 1 }, /did you mean maxBodyBytes\?$/],
    [{ eager: 1 }, /eager is true or false/],
    [{ kind: 'answer' }, /kind is 'request' or 'response'/],
    [{ maxHeadBytes: 262_145 }, /maxHeadBytes.*262144.*262145/],
    [{ maxFields: -1 }, /maxFields/],
    [{ maxFields: 1.5 }, /maxFields/],
    [{ maxBodyBytes: Number.NaN }, /maxBodyBytes/],
    [{ maxChunkExtensionBytes: '5' }, /maxChunkExtensionBytes/],
    [null, /an object/],
    ['eager', /an object/],
  ])('such as the options %j is refused with words that help', (options, words) => {
    // The declared type forbids these; a JavaScript caller is not stopped by it.
    const call = () => new HttpParser(options as unknown as HttpParserOptions);
    expect(call).toThrow(caller('HV_BAD_OPTION'));
    expect(call).toThrow(words);
  });

  it('such as a machine of the other kind is refused', () => {
    const bad = expect.objectContaining({ code: 'HV_BAD_OPTION' });
    const requests = new SharedMachine(new HttpMachine('request'));
    expect(() => new HttpParser({ kind: 'response' }, requests)).toThrow(bad);
    expect(() => new HttpMachine('responses' as 'response')).toThrow(bad);
    expect(new HttpParser({}, requests).feed(bytesOf('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))).toHaveLength(2);
  });

  it('such as feeding an array of other numbers is refused, the bytes of another realm are not', () => {
    const parser = new HttpParser();
    const feed = (code: string) => parser.feed(runInNewContext(code, { text: GET }) as Uint8Array);
    const [request] = feed('Uint8Array.from(text, (letter) => letter.charCodeAt(0))');
    expect(request?.type === 'request' && request.headers['host']).toBe('a');
    for (const other of ['new Int8Array(1)', 'new Uint16Array(1)', 'new DataView(new ArrayBuffer(1))'])
      expect(() => feed(other)).toThrow(caller('HV_BAD_OPTION'));
  });

  it('such as feeding no bytes is refused, and changes nothing', () => {
    const parser = new HttpParser({ eager: undefined } as unknown as HttpParserOptions);
    for (const wrong of ['GET', null, new ArrayBuffer(3), [71]]) {
      expect(() => parser.feed(wrong as unknown as Uint8Array)).toThrow(caller('HV_BAD_OPTION'));
    }
    expect(parser.feed(bytesOf(GET))).toHaveLength(2);
  });
});
