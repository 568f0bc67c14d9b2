/** Messages from a grammar of HTTP/1.x in which most parts are right and some are nearly so, for fuzzing parsers. */
import fc from 'fast-check';

/** Mostly one of the first, and once in a while one of the second. */
function mostly(right: readonly string[], wrong: readonly string[], share = 40): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: share, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
  );
}

const join = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(''));
const many = (part: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> =>
  fc.array(part, { maxLength }).map((texts) => texts.join(''));
const anyCase = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(text, fc.nat(3)).map(([word, how]) => [word, word.toUpperCase(), word.toLowerCase(), word][how] ?? word);
const latin1 = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString('latin1'));

const crlf = mostly(['\r\n'], ['\n', '\r', '\r\r\n', ' \r\n', '\r\n ', ''], 100);
const blanks = mostly(['', ' '], ['\t', '  ', ' \t ', '\v', '\xa0'], 10);
const blankRun = mostly([''], [' ', '\t', '  \t'], 8);
const version = mostly(
  ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0'],
  ['HTTP/1.2', 'HTTP/2.0', 'HTTP/0.9', 'http/1.1', 'HTTP/1', 'HTTP/11', 'HTTP/1.10', 'HTTP/2.x', 'XTTP/1.1', ''],
  60,
);

const host = fc.oneof(
  mostly(
    ['a', 'example.org', 'a.b:80', '127.0.0.1', '[::1]', '[1:2::3.4.5.6]:8', '', '%41', "!$&'()*+,;="],
    [
      'a b',
      'u@a',
      'a:b',
      '[::1',
      '[1:2:3]',
      '[::1::]',
      '[1:2:3:4:5:6:7:8:9]',
      '[::1.2.3.256]',
      '%4',
      ':80',
      'a/b',
      'a#',
    ],
  ),
  // Address literals of every kind of mistake.
  many(fc.constantFrom(':', '::', '1', 'ffff', '12345', '0', '1.2.3.4', '.', '255', '01', 'g'), 12).map(
    (text) => `[${text}]`,
  ),
);

const origin = mostly(['/', '/a/b?c=d', '/%zz', "/!$&'()*+,;=:@"], ['', '#', '/a#b', 'a', '*', '/\xe9', '/a b', '/\t']);
const absolute = join(
  mostly(['http://', 'https://', 'x+y-z.1://'], ['http:/', '1http://', 'http//', '://']),
  host,
  mostly(['', '/', '?q', '/a'], ['#', 'x']),
);
const target = fc.oneof(
  { weight: 12, arbitrary: origin },
  { weight: 3, arbitrary: absolute },
  { weight: 1, arbitrary: host },
);

const methodAndTarget = fc.oneof(
  {
    weight: 6,
    arbitrary: join(
      mostly(
        ['GET', 'POST', 'HEAD', 'OPTIONS', 'UNSUBSCRIBE', 'M-SEARCH', 'FOO', 'get'],
        ['', 'G T', 'G@T', '\x7f', 'G\t', 'CONNECT'],
      ),
      mostly([' '], ['', '  ', '\t'], 100),
      target,
    ),
  },
  { weight: 1, arbitrary: fc.constant('OPTIONS *') },
  { weight: 1, arbitrary: host.map((authority) => `CONNECT ${authority}`) },
);
const requestLine = join(methodAndTarget, mostly([' '], ['', '  ', '\t'], 100), version, crlf);

const statusLine = join(
  version,
  mostly([' '], ['', '  ', '\t'], 100),
  mostly(['200', '404', '100', '101', '204', '304', '500', '999'], ['099', '20', '2000', '2x0', '']),
  mostly([' '], ['', '\t'], 100),
  mostly(['OK', '', 'Not\tFound', 'Caf\xe9'], ['O\x01K', '\x7f']),
  crlf,
);

const length = mostly(
  ['0', '5', '3', '007', '12'],
  ['', '+5', '-1', '5 5', '5, 5', '0x5', '9007199254740991', '9007199254740992', '18446744073709551621', '4294967301'],
);
const coding = mostly(
  ['chunked'],
  [
    'gzip',
    'chunked;q=1',
    'gzip;q="a\\"b"',
    'gzip ; a = b',
    'identity',
    '',
    '"chunked"',
    'xchunked',
    'gzip;',
    'a;b="c',
    '\v',
  ],
  6,
);
const listed = (word: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(
      fc.tuple(blanks, word, blanks).map((parts) => parts.join('')),
      { maxLength: 3 },
    )
    .map((words) => words.join(','));

const field = (name: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  join(anyCase(name), mostly([':'], [' :', '', '::', '\t:'], 60), blanks, value, blankRun, crlf);

const otherName = mostly(
  [
    'Accept',
    'User-Agent',
    'Cookie',
    'X-Own',
    'If-None-Match',
    'Sec-WebSocket-Key',
    'Access-Control-Allow-Credentials',
    'TE',
    '__proto__',
    '~|`',
  ],
  ['', 'a b', 'a\0', '\xe9', 'a(b)', '[', ' a', '\r', 'Host '],
  20,
);
const otherValue = fc.oneof(
  {
    weight: 6,
    arbitrary: mostly(
      ['', 'a', '*/*', 'a\tb', 'caf\xe9', 'a'.repeat(70), ' a '],
      ['\0', '\x01', '\x7f', 'a\rb', 'a\nb'],
      12,
    ),
  },
  { weight: 1, arbitrary: latin1(40) },
);

const fieldLine = fc.oneof(
  { weight: 2, arbitrary: field(fc.constant('Host'), host) },
  { weight: 2, arbitrary: field(fc.constant('Content-Length'), length) },
  { weight: 3, arbitrary: field(fc.constant('Transfer-Encoding'), fc.oneof(coding, listed(coding))) },
  {
    weight: 1,
    arbitrary: field(
      fc.constant('Connection'),
      listed(anyCase(fc.constantFrom('close', 'keep-alive', 'upgrade', 'x', ''))),
    ),
  },
  {
    weight: 1,
    arbitrary: field(fc.constant('Upgrade'), listed(anyCase(fc.constantFrom('websocket', 'h2c', 'websocket/13', '')))),
  },
  {
    weight: 1,
    arbitrary: field(fc.constant('Expect'), listed(fc.constantFrom('100-continue', '100-Continue', 'x', ''))),
  },
  { weight: 5, arbitrary: field(otherName, otherValue) },
);

const extension = join(
  blanks,
  fc.constant(';'),
  blanks,
  mostly(['a', 'name'], ['', '"', 'a b'], 12),
  fc.oneof(
    fc.constant(''),
    join(
      blanks,
      fc.constant('='),
      blanks,
      mostly(['b', '"c"', '"a\\"b"', '"\t\xe9"', '""'], ['', '"', '"a\\', '"\0"', '"\\\x01"', '=', '"a"b'], 12),
    ),
  ),
);
const chunk = join(
  mostly(
    ['5', '3', 'a', '0A', '00', '1'],
    ['', 'g', '+5', '0x5', ' 5', 'ffffffffffffffff', '20000000000000', '00000000000000005', '-1'],
    20,
  ),
  mostly([''], [' ', '\t ', ' ;', ';'], 20),
  fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: many(extension, 2) }),
  crlf,
  mostly(['hello', 'abc', '0123456789', '0123456789', '', 'x'], ['\r\n', '0\r\n\r\n'], 20),
  crlf,
);
const chunks = join(
  many(chunk, 3),
  mostly(['0\r\n', '000\r\n'], ['0', '0\n', '0;\r\n', '0 \r\n'], 15),
  many(field(otherName, otherValue), 2),
  crlf,
);
/** Framing fields and the body that they announce. */
const framed = fc.oneof(
  fc.constant('\r\n'),
  fc.constantFrom('', 'a', 'hello').map((text) => `Content-Length: ${text.length}\r\n\r\n${text}`),
  join(fc.constant('Transfer-Encoding: chunked\r\n\r\n'), chunks),
  // Chunks whose sizes are right, so that a parser gets to the trailers.
  join(fc.constant('transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1;a=b\r\nx\r\n0\r\n'), many(fieldLine, 3), crlf),
);
/** Fields of all kinds and a body of any kind, which need not go together. */
const loose = join(many(fieldLine, 5), crlf, fc.oneof(fc.constantFrom('', '', 'hello'), chunks));

const message = (line: fc.Arbitrary<string>, usual: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  join(
    mostly([''], ['\r\n', '\r\n\r\n', '\n', '\r', '\r\n'.repeat(5)], 20),
    line,
    usual,
    fc.oneof(
      { weight: 3, arbitrary: join(many(field(otherName, otherValue), 3), framed) },
      { weight: 1, arbitrary: loose },
    ),
  );

/** Up to three messages one behind the other. */
export const requests: fc.Arbitrary<Uint8Array> = bytes(
  many(message(requestLine, mostly(['Host: a\r\n'], ['', 'Host: [\r\n'])), 3),
);
export const responses: fc.Arbitrary<Uint8Array> = bytes(many(message(statusLine, fc.constant('')), 3));

function bytes(text: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  return text.map((letters) => new Uint8Array(Buffer.from(letters, 'latin1')));
}
