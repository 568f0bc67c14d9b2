/** Request lines over a real socket, RFC 9112 section 3: each input has one answer, whole, byte by byte, pipelined. */
import { describeRows, type Row } from '../../helpers/wire-rows.ts';

/** A request with this first line and nothing wrong behind it. */
function line(first: string): string {
  return `${first}\r\nHost: x\r\n\r\n`;
}

function refused(status: number, inputs: Readonly<Record<string, string>>): Row[] {
  return Object.entries(inputs).map(([name, first]) => ({ name, bytes: line(first), refused: status }));
}

const BEFORE: readonly Row[] = [
  { name: 'one empty line before', bytes: `\r\n${line('GET /a HTTP/1.1')}`, sees: [{ path: '/a' }] },
  { name: 'two empty lines before', bytes: `\r\n\r\n${line('GET /a HTTP/1.1')}`, sees: [{ path: '/a' }] },
  { name: 'a hundred empty lines before', bytes: `${'\r\n'.repeat(100)}${line('GET /a HTTP/1.1')}`, refused: 400 },
  { name: 'an empty line of LF alone', bytes: `\n${line('GET / HTTP/1.1')}`, refused: 400 },
  { name: 'an empty line of CR alone', bytes: `\r${line('GET / HTTP/1.1')}`, refused: 400 },
  ...refused(400, {
    'a space before the method': ' GET / HTTP/1.1',
    'a TAB before the method': '\tGET / HTTP/1.1',
    'a VT before the method': '\vGET / HTTP/1.1',
    'a NUL before the method': '\0GET / HTTP/1.1',
    'a control byte before the method': '\x01GET / HTTP/1.1',
    'a DEL before the method': '\x7fGET / HTTP/1.1',
    'a byte-order mark before the method': '\xef\xbb\xbfGET / HTTP/1.1',
  }),
];

const METHODS: readonly Row[] = [
  ...refused(400, {
    'a colon in the method': 'GE:T / HTTP/1.1',
    'a NUL in the method': 'GE\0T / HTTP/1.1',
    'a space in the method': 'GE T / HTTP/1.1',
    'other delimiters in the method': 'G=":<> / HTTP/1.1',
    'a byte from 0x80 in the method': 'G\xc9T / HTTP/1.1',
    'no method': '/ HTTP/1.1',
    'no method, but its space': ' / HTTP/1.1',
    'a TLS handshake': '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
  }),
  ...['BREW', 'get', 'Get', "X!#$%&'*+-.^_`|~9", 'GETT', 'PATCHES', 'G'].map((method) => ({
    name: `the well-formed method ${method} is handed on`,
    bytes: line(`${method} /a HTTP/1.1`),
    sees: [{ method, path: '/a' }],
  })),
  { name: 'CONNECT', bytes: line('CONNECT x:80 HTTP/1.1'), refused: 405 },
  ...refused(400, {
    'CONNECT with a path': 'CONNECT /a HTTP/1.1',
    'CONNECT without a port': 'CONNECT x HTTP/1.1',
  }),
];

const VERSIONS: readonly Row[] = [
  ...refused(400, {
    'a TAB behind the method': 'GET\t/ HTTP/1.1',
    'a TAB before the version': 'GET /\tHTTP/1.1',
    'two spaces behind the method': 'GET  / HTTP/1.1',
    'two spaces before the version': 'GET /  HTTP/1.1',
    'a space behind the version': 'GET / HTTP/1.1 ',
    'a TAB behind the version': 'GET / HTTP/1.1\t',
    'no version': 'GET /',
    'no version, but its space': 'GET / ',
    'two digits behind the point': 'GET / HTTP/1.10',
    'two digits before the point': 'GET / HTTP/11.1',
    'no digit behind the point': 'GET / HTTP/1.',
    'no point': 'GET / HTTP/1',
    'no digit before the point': 'GET / HTTP/.1',
    'a lower-case name': 'GET / http/1.1',
    'a mixed-case name': 'GET / Http/1.1',
    'a space in the version': 'GET / HTTP /1.1',
    'a letter behind the version': 'GET / HTTP/1.1x',
    'letters for digits': 'GET / HTTP/a.b',
    'another protocol': 'GET / RTSP/1.0',
    'HTTP/0.9': 'GET / HTTP/0.9',
    'a comma for the point': 'GET / HTTP/1,1',
  }),
  ...refused(505, {
    'HTTP/2.0': 'GET / HTTP/2.0',
    'HTTP/3.0': 'GET / HTTP/3.0',
    'HTTP/9.9': 'GET / HTTP/9.9',
  }),
  { name: 'the preface of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', refused: 505 },
  { name: 'HTTP/1.2 is read as 1.1', bytes: line('GET /a HTTP/1.2'), sees: [{ path: '/a' }] },
  { name: 'HTTP/1.0', bytes: line('GET /a HTTP/1.0'), sees: [{ path: '/a', version: '1.0' }], closes: true },
];

const passedOn = (target: string): Row => ({
  name: `the escape ${target} is passed on raw`,
  bytes: line(`GET ${target} HTTP/1.1`),
  sees: [{ url: target, path: target.split('?')[0] ?? '' }],
});

const TARGETS: readonly Row[] = [
  ...refused(400, {
    'no target': 'GET HTTP/1.1',
    'a target without slash': 'GET a HTTP/1.1',
    'a target of a query alone': 'GET ?a=1 HTTP/1.1',
    'a scheme without slashes': 'GET http: HTTP/1.1',
    'a scheme without authority': 'GET http:///x HTTP/1.1',
    'GET *': 'GET * HTTP/1.1',
    'OPTIONS *x': 'OPTIONS *x HTTP/1.1',
    'a space in the target': 'GET /a b HTTP/1.1',
    'a NUL in the target': 'GET /a\0b HTTP/1.1',
    'a control byte in the target': 'GET /a\x01b HTTP/1.1',
    'a TAB in the target': 'GET /a\tb HTTP/1.1',
    'a DEL in the target': 'GET /a\x7fb HTTP/1.1',
    'a fragment': 'GET /a#b HTTP/1.1',
    'a fragment behind a query': 'GET /a?b#c HTTP/1.1',
    'a byte from 0x80 in the path': 'GET /\xc3\xa4 HTTP/1.1',
    'a byte from 0x80 in the query': 'GET /?\xff HTTP/1.1',
    'a fragment in an absolute target': 'GET http://x/a#b HTTP/1.1',
    'a space in an absolute target': 'GET http://x /a HTTP/1.1',
  }),
  { name: 'OPTIONS *', bytes: line('OPTIONS * HTTP/1.1'), sees: [{ method: 'OPTIONS', path: '*', url: '*' }] },
  ...['/%zz', '/%', '/%4', '/a%00b', '/%c0%ae', '/?%zz=%', '/%u002e', '/%%32%65', '/%2e%2e/'].map(passedOn),
  {
    name: 'an absolute target: its authority wins over Host',
    bytes: line('GET http://other:81/a?b HTTP/1.1'),
    sees: [{ url: 'http://other:81/a?b', path: '/a', query: '?b', headers: { host: 'other:81' } }],
  },
  {
    name: 'an absolute target without a path',
    bytes: line('GET http://x HTTP/1.1'),
    sees: [{ path: '/', query: '' }],
  },
  {
    name: 'an absolute target with a query alone',
    bytes: line('GET http://x?a HTTP/1.1'),
    sees: [{ path: '/', query: '?a' }],
  },
];

const LINE_ENDS: readonly Row[] = [
  { name: 'a line ended by LF alone', bytes: 'GET / HTTP/1.1\nHost: x\r\n\r\n', refused: 400 },
  { name: 'a line ended by CR alone', bytes: 'GET / HTTP/1.1\rHost: x\r\n\r\n', refused: 400 },
  { name: 'all lines ended by LF alone', bytes: 'GET / HTTP/1.1\nHost: x\n\n', refused: 400 },
  ...refused(400, {
    'an LF in the method': 'G\nET / HTTP/1.1',
    'a CR in the method': 'G\rET / HTTP/1.1',
    'an LF in the target': 'GET /a\nb HTTP/1.1',
    'a CR in the target': 'GET /a\rb HTTP/1.1',
    'an LF in the version': 'GET / HT\nTP/1.1',
    'two CR at the end': 'GET / HTTP/1.1\r',
  }),
];

describeRows({
  'before the request line': BEFORE,
  'the method': METHODS,
  'separators and version': VERSIONS,
  'the target': TARGETS,
  'the line end': LINE_ENDS,
});
