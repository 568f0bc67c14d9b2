/** Body framing over a real socket, RFC 9112 sections 6 and 7: one answer each, whole, byte by byte, pipelined. */
import { expect, it } from 'vitest';
import { latin1, Wire } from '../../helpers/wire.ts';
import { describeRows, expectRow, type Row } from '../../helpers/wire-rows.ts';

function post(fields: string, body = '', version = '1.1'): string {
  return `POST /a HTTP/${version}\r\nHost: x\r\n${fields}\r\n\r\n${body}`;
}

function chunked(body: string): string {
  return post('Transfer-Encoding: chunked', body);
}

function refused(status: number, inputs: Readonly<Record<string, string>>): Row[] {
  return Object.entries(inputs).map(([name, bytes]) => ({ name, bytes, refused: status }));
}

const END = '0\r\n\r\n';

const CODINGS: readonly Row[] = [
  ...refused(400, {
    'Content-Length, then chunked': post('Content-Length: 5\r\nTransfer-Encoding: chunked', END),
    'chunked, then Content-Length': post('Transfer-Encoding: chunked\r\nContent-Length: 5', END),
    'both, in another case': post('TRANSFER-ENCODING: CHUNKED\r\ncontent-length: 0', END),
    'Content-Length and an unknown coding': post('Content-Length: 1\r\nTransfer-Encoding: xchunked', 'a'),
    'Content-Length and an empty Transfer-Encoding': post('Content-Length: 1\r\nTransfer-Encoding:', 'a'),
    'an empty Transfer-Encoding': post('Transfer-Encoding:', END),
    identity: post('Transfer-Encoding: identity', END),
    'gzip alone': post('Transfer-Encoding: gzip', END),
    xchunked: post('Transfer-Encoding: xchunked', END),
    'a coding nobody knows': post('Transfer-Encoding: foo', END),
    'chunked before identity': post('Transfer-Encoding: chunked, identity', END),
    'chunked before gzip': post('Transfer-Encoding: chunked, gzip', END),
    'chunked, then identity on a line of its own': post(
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
      END,
    ),
    'a comma before chunked': post('Transfer-Encoding: ,chunked', END),
    'chunked quoted': post('Transfer-Encoding: "chunked"', END),
    'chunked behind a VT': post('Transfer-Encoding: \vchunked', END),
    'chunked before a VT': post('Transfer-Encoding: chunked\v', END),
    'chunked behind a no-break space': post('Transfer-Encoding: \xa0chunked', END),
    'chunked before a DEL': post('Transfer-Encoding: chunked\x7f', END),
    'chunked before 0xFF': post('Transfer-Encoding: chunked\xff', END),
    'chunked with a NUL': post('Transfer-Encoding: chun\0ked', END),
    'chunked with a space inside': post('Transfer-Encoding: chun ked', END),
    'chunked twice on one line': post('Transfer-Encoding: chunked, chunked', END),
    'chunked twice on two lines': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', END),
    'chunked in HTTP/1.0': post('Transfer-Encoding: chunked', END, '1.0'),
  }),
  ...refused(501, {
    'gzip before chunked': post('Transfer-Encoding: gzip, chunked', END),
    'gzip before chunked, on two lines': post('Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked', END),
    'a coding nobody knows before chunked': post('Transfer-Encoding: foo, chunked', END),
  }),
  { name: 'chunked', bytes: chunked(`3\r\nabc\r\n${END}`), sees: [{ method: 'POST', body: 'abc' }] },
  {
    name: 'Chunked in another case',
    bytes: post('tRANSFER-eNCODING: cHUNKED', END),
    sees: [{ body: '', method: 'POST' }],
  },
];

const LENGTHS: readonly Row[] = [
  ...[
    '+5',
    '-1',
    '0x5',
    '5.0',
    '5e1',
    '1_0',
    '5 5',
    '5x',
    '',
    '\v5',
    '5\v',
    '5;',
    '\xb2',
    '5, 5',
    '5, 6',
    ',5',
    '"5"',
  ].map((length) => ({
    name: `Content-Length: ${JSON.stringify(length)}`,
    bytes: post(`Content-Length: ${length}`, 'hello'),
    refused: 400,
  })),
  ...refused(400, {
    'two differing lengths': post('Content-Length: 5\r\nContent-Length: 6', 'hello'),
    'two equal lengths': post('Content-Length: 5\r\nContent-Length: 5', 'hello'),
    'a length of 2^53': post('Content-Length: 9007199254740992', 'hello'),
    'a length of 2^63': post('Content-Length: 9223372036854775808', 'hello'),
    'a length of 2^64+5': post('Content-Length: 18446744073709551621', 'hello'),
    'a length of 2^64': post('Content-Length: 18446744073709551616', 'hello'),
    'a length of 400 digits': post(`Content-Length: ${'9'.repeat(400)}`, 'hello'),
  }),
  ...refused(413, {
    'a length over the limit': post('Content-Length: 134217729', 'hello'),
    'a length of 2^31+5': post('Content-Length: 2147483653', 'hello'),
    'a length of 2^53-1': post('Content-Length: 9007199254740991', 'hello'),
    'a length of 2^32+5': post('Content-Length: 4294967301', 'hello'),
    'a length over the limit with an expectation': post('Expect: 100-continue\r\nContent-Length: 134217729', 'hello'),
  }),
  {
    name: 'a length with zeros before',
    bytes: post('Content-Length: 0005', 'hello'),
    sees: [{ method: 'POST', body: 'hello' }],
  },
  { name: 'a length of 0', bytes: post('Content-Length: 0'), sees: [{ method: 'POST', body: '' }] },
  ...['GET', 'HEAD', 'DELETE', 'OPTIONS'].map((method) => ({
    name: `${method} with a body`,
    bytes: `${method} /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /`,
    sees: [{ method, body: 'GET /' }],
  })),
  { name: 'GET with a chunked body', bytes: chunked(`1\r\na\r\n${END}`).replace('POST', 'GET'), sees: [{ body: 'a' }] },
];

const SIZES: readonly Row[] = [
  ...['', '0x5', '+5', '-5', '0_5', ' 5', '\t5', '5 x', '5 ', '5\t', 'g', '5\0', '5\v', '00000000000000005', '5,5'].map(
    (size) => ({
      name: `the chunk size ${JSON.stringify(size)}`,
      bytes: chunked(`${size}\r\nhello\r\n${END}`),
      refused: 400,
    }),
  ),
  ...refused(413, {
    'a chunk of 2^31+5': chunked(`80000005\r\nhello\r\n${END}`),
    'a chunk of 2^32+5': chunked(`100000005\r\nhello\r\n${END}`),
    'a chunk of 2^53-1': chunked(`1fffffffffffff\r\nhello\r\n${END}`),
    'a chunk over the body limit': chunked(`8000001\r\nhello\r\n${END}`),
  }),
  ...refused(400, {
    'a chunk of 2^53': chunked(`20000000000000\r\nhello\r\n${END}`),
    'chunks that together pass 2^64': chunked(`1\r\na\r\nffffffffffffffff\r\nhello\r\n${END}`),
    'a chunk of 2^64-1': chunked(`ffffffffffffffff\r\nhello\r\n${END}`),
    'a chunk line ended by LF alone': chunked(`5\nhello\r\n${END}`),
    'a chunk line ended by CR and another byte': chunked(`5\rXhello\r\n${END}`),
    'chunk data behind which LF alone stands': chunked(`5\r\nhello\n${END}`),
    'chunk data behind which two other bytes stand': chunked(`5\r\nhelloXX${END}`),
    'chunk data behind which CR and another byte stand': chunked(`5\r\nhello\rX${END}`),
    'chunk data longer than its size': chunked(`4\r\nhello\r\n${END}`),
    'a last chunk ended by LF alone': chunked('0\n\r\n'),
    'a body ended by LF alone': chunked('0\r\n\n'),
    'a last chunk followed by other bytes': chunked('0\r\nXX\r\n\r\n'),
    'a last chunk followed by CR and another byte': chunked('0\r\n\rX'),
  }),
  {
    name: 'sizes in both cases',
    bytes: chunked(`A\r\n0123456789\r\nb\r\n0123456789a\r\n${END}`),
    sees: [{ method: 'POST', body: '01234567890123456789a' }],
  },
  {
    name: 'zeros before a size',
    bytes: chunked(`0000000000000005\r\nhello\r\n00\r\n\r\n`),
    sees: [{ method: 'POST', body: 'hello' }],
  },
];

const EXTENSIONS: readonly Row[] = [
  ...[';a', ';a=b', ';a="b c"', ';a="b;\\"c"', ';a=b;c=d', ';a=""'].map((extension) => ({
    name: `the extension ${extension}`,
    bytes: chunked(`5${extension}\r\nhello\r\n0${extension}\r\n\r\n`),
    sees: [{ method: 'POST', body: 'hello' }],
  })),
  ...[
    ';a=b\rc',
    ';a=b\nc',
    ';a\n',
    ';a=b\0',
    ';a="b',
    ';a="b"c',
    ';a=b"',
    ';=b',
    ';a="\x01"',
    ';a\x7f',
    ';a="b\\\r"',
    ';;a',
    ';a=',
    ';a b',
  ].map((extension) => ({
    name: `the extension ${JSON.stringify(extension)}`,
    bytes: chunked(`5${extension}\r\nhello\r\n${END}`),
    refused: 400,
  })),
  {
    name: 'an extension that hides a chunk behind LF',
    bytes: chunked('2;\nxx\r\nhe\r\n0\r\n\r\n'),
    refused: 400,
  },
];

const trailers = (lines: string): string => chunked(`2\r\nab\r\n0\r\n${lines}\r\n`);

const TRAILERS: readonly Row[] = [
  { name: 'a trailer', bytes: trailers('X-T: v\r\n'), sees: [{ method: 'POST', body: 'ab' }] },
  ...refused(400, {
    'a trailer with a space before the colon': trailers('X-T : v\r\n'),
    'a trailer without a colon': trailers('X-T\r\n'),
    'a continued trailer': trailers('X-T: v\r\n w\r\n'),
    'white space before the first trailer': trailers(' X-T: v\r\n'),
    'a trailer ended by LF alone': trailers('X-T: v\n'),
    'a NUL in a trailer': trailers('X-T: \0\r\n'),
    'an empty trailer name': trailers(': v\r\n'),
    'a byte from 0x80 in a trailer name': trailers('\xc4: v\r\n'),
  }),
];

const running = describeRows({
  'Transfer-Encoding': CODINGS,
  'Content-Length': LENGTHS,
  chunks: SIZES,
  'chunk extensions': EXTENSIONS,
  trailers: TRAILERS,
});

it('trailers are never merged into the header fields', async () => {
  const on = running();
  const lines =
    'Host: y\r\nContent-Length: 9\r\nTransfer-Encoding: gzip\r\nAuthorization: a\r\nCookie: c\r\nX-T: v\r\n';
  await expectRow(on, { name: 'trailers', bytes: trailers(lines), sees: [{ method: 'POST', body: 'ab' }] });
  expect(on.seen[0]?.rawHeaders).toEqual(['Host', 'x', 'Transfer-Encoding', 'chunked']);
  expect({ ...on.seen[0]?.headers }).toEqual({ host: 'x', 'transfer-encoding': 'chunked' });
});

it('two thousand chunks of one byte are one body, also byte by byte', async () => {
  const on = running();
  const bytes = chunked(`${'1\r\na\r\n'.repeat(2000)}${END}`);
  await expectRow(on, { name: 'small chunks', bytes, sees: [{ method: 'POST', body: 'a'.repeat(2000) }] });
});

it('three hundred thousand chunks of one byte are one body', async () => {
  const on = running();
  on.seen.length = 0;
  const bytes = latin1(chunked(`${'1\r\na\r\n'.repeat(300_000)}${END}`));
  const wire = await Wire.open(on.port);
  await wire.send(bytes);
  expect((await wire.answers(1)).map(({ status }) => status)).toEqual([200]);
  wire.close();
  expect(on.seen[0]?.body.length).toBe(300_000);
});
