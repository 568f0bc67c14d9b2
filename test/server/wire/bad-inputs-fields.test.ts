/** Header fields over a real socket, RFC 9110 section 5: each input has one answer, whole, byte by byte, pipelined. */
import { expect, it } from 'vitest';
import { describeRows, expectRow, type Row } from '../../helpers/wire-rows.ts';

/** A request with these lines behind its Host; each brings its own line end. */
function request(lines: string): string {
  return `GET /a HTTP/1.1\r\nHost: x\r\n${lines}\r\n`;
}

function refused(inputs: Readonly<Record<string, string>>): Row[] {
  return Object.entries(inputs).map(([name, lines]) => ({ name, bytes: request(lines), refused: 400 }));
}

const NAMES: readonly Row[] = [
  ...refused({
    'a space before the colon': 'X-A : b\r\n',
    'a TAB before the colon': 'X-A\t: b\r\n',
    'a space before the colon of Content-Length': 'Content-Length : 0\r\n',
    'a space before the colon of Transfer-Encoding': 'Transfer-Encoding : chunked\r\n',
    'no colon': 'X-A\r\n',
    'an empty name': ': b\r\n',
    'a space in the name': 'X A: b\r\n',
    'a bracket in the name': 'X[A]: b\r\n',
    'a byte from 0x80 in the name': 'X-\xc4: b\r\n',
    'a byte 0xFF in the name': '\xffX: b\r\n',
    'a NUL in the name': 'X\0A: b\r\n',
    'a control byte in the name': 'X\x01A: b\r\n',
    'a DEL in the name': 'X\x7fA: b\r\n',
    'a slash in the name': 'X/A: b\r\n',
    'a CR in the name': 'Content\rLength: 5\r\n',
    'an LF in the name': 'X\nA: b\r\n',
  }),
  { name: 'white space before the first field', bytes: 'GET / HTTP/1.1\r\n Host: x\r\n\r\n', refused: 400 },
  { name: 'a TAB before the first field', bytes: 'GET / HTTP/1.1\r\n\tHost: x\r\n\r\n', refused: 400 },
  { name: 'white space alone behind the request line', bytes: 'GET / HTTP/1.1\r\n \r\nHost: x\r\n\r\n', refused: 400 },
  {
    name: 'every token character in a name',
    bytes: request("!#$%&'*+-.^_`|~09azAZ: v\r\n"),
    sees: [{ headers: { host: 'x', "!#$%&'*+-.^_`|~09azaz": 'v' } }],
  },
];

const VALUES: readonly Row[] = [
  ...refused({
    'a continuation line': 'X-A: a\r\n b\r\n',
    'a continuation line with a TAB': 'X-A: a\r\n\tb\r\n',
    'a continuation line of white space alone': 'X-A: a\r\n \r\n',
    'a NUL in a value': 'X-A: a\0b\r\n',
    'a bare CR in a value': 'X-A: a\rb\r\n',
    'a bare LF in a value': 'X-A: a\nX-B: b\r\n',
    'a control byte in a value': 'X-A: a\x01b\r\n',
    'an escape byte in a value': 'X-A: \x1b[31m\r\n',
    'a DEL in a value': 'X-A: a\x7fb\r\n',
    'a VT in a value': 'X-A: a\vb\r\n',
    'a line ended by LF alone': 'X-A: a\n',
    'a line ended by CR alone': 'X-A: a\rX-B: b\r\n',
    'a line ended by CR CR LF': 'X-A: a\r\r\n',
    'a section ended by LF alone': 'X-A: a\r\n\n',
    'a section ended by CR and another byte': 'X-A: a\r\n\rx\r\n',
    'a section ended by CR CR LF': '\r\r\n',
  }),
  { name: 'a section ended by CR and a field', bytes: 'GET / HTTP/1.1\r\nHost: x\r\n\rX: y\r\n\r\n', refused: 400 },
  {
    name: 'bytes from 0x80 in a value are kept',
    bytes: request('X-A: \x80\xff\xe9\r\n'),
    sees: [{ headers: { host: 'x', 'x-a': '\x80\xff\xe9' } }],
  },
  {
    name: 'blanks around a value are dropped, those inside kept',
    bytes: request('X-A: \t a \t b \t\r\nX-B:\r\nX-C:   \r\nX-D:d\r\n'),
    sees: [{ headers: { host: 'x', 'x-a': 'a \t b', 'x-b': '', 'x-c': '', 'x-d': 'd' } }],
  },
];

const HOSTS: readonly Row[] = [
  { name: 'HTTP/1.1 without Host', bytes: 'GET / HTTP/1.1\r\nX-A: b\r\n\r\n', refused: 400 },
  { name: 'HTTP/1.1 without any field', bytes: 'GET / HTTP/1.1\r\n\r\n', refused: 400 },
  { name: 'an absolute target without Host', bytes: 'GET http://x/ HTTP/1.1\r\n\r\n', refused: 400 },
  { name: 'two Hosts', bytes: request('Host: y\r\n'), refused: 400 },
  { name: 'two equal Hosts', bytes: request('hOST: x\r\n'), refused: 400 },
  { name: 'two Hosts in HTTP/1.0', bytes: 'GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n', refused: 400 },
  ...[
    'a/b',
    'a b',
    'a, b',
    'u@a',
    'a:b',
    'a:80:80',
    'http://a',
    'a?b',
    'a#b',
    '[::1',
    '[::1]x',
    ':80',
    'a\\b',
    'a<b',
  ].map((host) => ({ name: `Host: ${host}`, bytes: `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`, refused: 400 })),
  ...['', 'x', 'x:80', 'example.com', '127.0.0.1:8080', '[::1]', '[::1]:80', 'a_b-c~d', 'x%41'].map((host) => ({
    name: `Host: "${host}" is fine`,
    bytes: `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    sees: [{ headers: { host } }],
  })),
  { name: 'HTTP/1.0 without Host', bytes: 'GET /a HTTP/1.0\r\n\r\n', sees: [{ path: '/a' }], closes: true },
];

const MEANINGS: readonly Row[] = [
  {
    name: 'repeated fields keep their order; Cookie is joined with a semicolon',
    bytes: request('A: 1\r\nCookie: c=1\r\na: 2\r\nCookie: d=2\r\nA: 3\r\n'),
    sees: [
      {
        headers: { host: 'x', a: '1, 2, 3', cookie: 'c=1; d=2' },
        rawHeaders: ['Host', 'x', 'A', '1', 'Cookie', 'c=1', 'a', '2', 'Cookie', 'd=2', 'A', '3'],
      },
    ],
  },
  {
    name: 'Content-Length and Content_Length stay apart',
    bytes: 'POST /a HTTP/1.1\r\nHost: x\r\nContent_Length: 9\r\nContent-Length: 2\r\n\r\nab',
    sees: [{ method: 'POST', body: 'ab', headers: { host: 'x', content_length: '9', 'content-length': '2' } }],
  },
  {
    name: 'Transfer_Encoding frames nothing',
    bytes: request('Transfer_Encoding: chunked\r\n'),
    sees: [{ body: '', headers: { host: 'x', transfer_encoding: 'chunked' } }],
  },
];

const running = describeRows({
  'the name': NAMES,
  'the value and the line end': VALUES,
  Host: HOSTS,
  'what fields mean': MEANINGS,
});

it('names of object members are ordinary fields', async () => {
  const on = running();
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
  const lines = names.map((name) => `${name}: v\r\n`).join('');
  await expectRow(on, { name: 'object members', bytes: request(lines), sees: [{ path: '/a' }] });
  const seen = on.seen[0];
  expect(seen?.rawHeaders).toEqual(['Host', 'x', ...names.flatMap((name) => [name, 'v'])]);
  expect(Object.entries(seen?.headers ?? {})).toEqual([
    ['host', 'x'],
    ...names.map((name) => [name.toLowerCase(), 'v']),
  ]);
});
