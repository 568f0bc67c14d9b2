/** Bytes of a user as an input: what they mean is what most parsers find, and nobody is believed twice. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareParsers } from '../../src/bench/compare-parsers.ts';
import type { ParserContender } from '../../src/bench/contender.ts';
import { loadHttpParserJs } from '../../src/bench/contenders/http-parser-js.ts';
import { loadJsScanner } from '../../src/bench/contenders/js-scanner.ts';
import { loadNodeParser } from '../../src/bench/contenders/node-parser.ts';
import { loadOwnParser } from '../../src/bench/contenders/own-parser.ts';
import { nodeHost } from '../../src/bench/node-host.ts';
import { parserBench } from '../../src/bench/parser-bench.ts';
import { userInput } from '../../src/bench/user-input.ts';

const contenders = (await Promise.all([loadNodeParser, loadHttpParserJs, loadOwnParser].map((load) => load()))).flat();
const able = contenders.filter((one): one is ParserContender => 'open' in one);
const bytes = (text: string) => new TextEncoder().encode(text);

describe('--input', () => {
  it('requests of a file mean what the parsers find, repeated fields too', () => {
    const text =
      'GET /a HTTP/1.1\r\nHost: b\r\nX-A: 1\r\nx-a: 2\r\n\r\nPOST /c HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\nhi';
    const input = userInput('mine.http', bytes(text), contenders);
    expect(input).toMatchObject({ name: 'mine.http', kind: 'request', title: '94 bytes of your own: 2 requests' });
    expect(input.forms[0]?.messages).toMatchObject([
      { method: 'GET', target: '/a', fields: ['host', 'b', 'x-a', '1', 'x-a', '2'], bodyBytes: 0 },
      { method: 'POST', target: '/c', bodyBytes: 2 },
    ]);
  });

  it('responses are known by how they begin', () => {
    const text = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n';
    const input = userInput('answer', bytes(text), contenders);
    expect(input).toMatchObject({ kind: 'response', title: '45 bytes of your own: 1 response' });
    expect(input.forms[0]?.messages).toMatchObject([{ status: 404, reason: 'Not Found' }]);
  });

  it.each([
    ['nothing', '', /--input: it is empty/],
    ['no HTTP', 'hello\r\n\r\n', /no contender can read it as whole requests in a row: node-flat: .*httpuv-lazy: /],
    ['half a request', 'GET / HTTP/1.1\r\nHost: a\r\n', /node-flat: no whole message/],
    ['one and a half', 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT', /no contender can read it/],
  ])('%s is refused with what the parsers say', (_what, text, sentence) => {
    expect(() => userInput('it', bytes(text), contenders)).toThrow(sentence);
  });

  it('who says something else than most is wrong, and a parser with many faces has one voice', async () => {
    const text = bytes('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const liar = (name: string): ParserContender => ({
      ...{ name, title: '', parser: 'liar' },
      open: () => ({
        messages: 0,
        repeat: () => {},
        look: () => [{ method: 'HEAD', target: '/', fields: [], bodyBytes: 0, bodySum: 0 }],
      }),
    });
    const all = [...['a', 'b', 'c', 'd', 'e', 'f'].map(liar), ...able];
    const input = userInput('it', text, all);
    expect(input.forms[0]?.messages).toMatchObject([{ method: 'GET', fields: ['host', 'a'] }]);
    const report = await compareParsers({
      ...{ contenders: all, inputs: [input], filter: ['a', 'node-flat'], reference: 'node-flat', host: nodeHost() },
      lengths: { rounds: 1, timeMs: 1, warmUpCalls: 10 },
    });
    const wrong = report.sections[0]?.rows.filter(({ status }) => status === 'wrong');
    expect(wrong).toMatchObject([{ contender: 'a', reason: 'message 0: method is "HEAD" instead of "GET"' }]);
  });

  it('the file is what is compared on, and the only thing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'httpuv-input-'));
    const file = join(folder, 'mine.http');
    writeFileSync(file, 'GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n'.repeat(2000));
    const report = await parserBench({
      ...{ rounds: 1, timeMs: 1, warmUpCalls: 4, filter: [], inputFiles: [file] },
      contenders: [loadNodeParser, loadOwnParser],
    });
    rmSync(folder, { recursive: true });
    expect(report.sections.map(({ name, title }) => [name, title])).toEqual([
      ['mine.http', '106,000 bytes of your own: 2,000 requests'],
    ]);
    // Those that give an object have joined the cookies.
    expect(report.sections[0]?.rows.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'timed'));
  });

  it('a parser that checks nothing does not outvote those that refuse', async () => {
    const all = [...contenders, ...(await loadJsScanner())];
    expect(() => userInput('it', bytes('garbage\r\n\r\n'), all)).toThrow(
      /most contenders cannot read it .*node-flat: /,
    );
  });

  it('our own parser decides a draw', () => {
    const text = bytes('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const other: ParserContender = {
      ...{ name: 'other', title: '' },
      open: () => ({
        messages: 0,
        repeat: () => {},
        look: () => [{ method: 'HEAD', target: '/', fields: [], bodyBytes: 0, bodySum: 0 }],
      }),
    };
    const ours = able.filter(({ name }) => name.startsWith('httpuv'));
    for (const all of [
      [other, ...ours],
      [...ours, other],
    ]) {
      expect(userInput('it', text, all).forms[0]?.messages).toMatchObject([{ method: 'GET' }]);
    }
  });
});
