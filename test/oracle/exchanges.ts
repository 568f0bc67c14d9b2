/**
 * The exchanges that both servers are asked: what is sent, and where the answers differ both answers and the
 * name of the difference in src/server/differences.md. Tables only. `<D>` stands for any date, line ends are CRLF.
 */

export interface Exchange {
  readonly name: string;
  /** Sent piece by piece; a further piece goes out when `between` has been received. */
  readonly send: readonly string[];
  /** Awaited after each piece but the last (default: nothing). */
  readonly between?: string;
  readonly methods?: readonly string[];
  /** The server closes by itself behind the answer, so nothing more is asked on that connection. */
  readonly closes?: true;
  /** Ours runs with `exposeErrors: true`, which is R's behaviour. */
  readonly exposeErrors?: true;
  /** Present where the two differ. */
  readonly differs?: {
    readonly id: string;
    readonly theirs: Outcome;
    readonly ours: Outcome;
  };
}

/** All that the server sends; `hangs`: sends this and then neither closes nor answers. */
export interface Outcome {
  readonly text: string;
  readonly after: 'open' | 'closed' | 'hangs';
}

const X = ' HTTP/1.1\r\nHost: x\r\n';
const EMPTY = '\r\n';

export function get(target: string, fields = ''): string {
  return `GET ${target}${X}${fields}${EMPTY}`;
}

/** A plain-text answer as both servers write it. */
export function text(status: string, body: string, extra = ''): string {
  return `HTTP/1.1 ${status}\r\nDate: <D>\r\nContent-Type: text/plain\r\n${extra}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** An answer of our server itself. */
export function own(status: string, close = true): string {
  return `HTTP/1.1 ${status}\r\nDate: <D>\r\nContent-Type: text/plain; charset=UTF-8\r\n${close ? 'Connection: close\r\n' : ''}Content-Length: ${status.length + 1}\r\n\r\n${status}\n`;
}

const HELLO = text('200 OK', 'hello');
const HELLO_CLOSE = text('200 OK', 'hello', 'Connection: close\r\n');
const SILENCE: Outcome = { text: '', after: 'closed' };
const open = (answer: string): Outcome => ({ text: answer, after: 'open' });
const closed = (answer: string): Outcome => ({ text: answer, after: 'closed' });
const refused = (status: string): Outcome => closed(own(status));
const bare = (status: string, fields: string, body = ''): string =>
  `HTTP/1.1 ${status}\r\nDate: <D>\r\n${fields}\r\n${body}`;

/** What R drops without a word and ours refuses with 400. */
function silent(id: string, rows: Readonly<Record<string, string>>, status = '400 Bad Request'): Exchange[] {
  return Object.entries(rows).map(([name, bytes]) => ({
    name,
    send: [bytes],
    closes: true,
    differs: { id, theirs: SILENCE, ours: refused(status) },
  }));
}

const METHODS = (
  'DELETE GET POST PUT OPTIONS TRACE COPY LOCK MKCOL MOVE PROPFIND PROPPATCH SEARCH UNLOCK BIND REBIND UNBIND ' +
  'ACL REPORT MKACTIVITY CHECKOUT MERGE M-SEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE PATCH PURGE MKCALENDAR LINK UNLINK'
).split(' ');

const STATUSES = [
  200, 201, 202, 203, 206, 300, 301, 302, 303, 305, 307, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411,
  412, 413, 414, 415, 417, 500, 501, 502, 503, 504, 505,
];

/** Requests that both read alike. */
const REQUESTS: readonly Exchange[] = [
  { name: 'the plain hello of section 11', send: [get('/')] },
  ...METHODS.map((method) => ({ name: `method ${method}`, send: [`${method} /env${X}${EMPTY}`] })),
  { name: 'OPTIONS *', send: [`OPTIONS *${X}${EMPTY}`] },
  { name: 'a query', send: [get('/env?a=1&b=%20')] },
  { name: 'a bare question mark', send: [get('/env?')] },
  { name: 'two question marks', send: [get('/env?a?b')] },
  { name: 'escapes in the path stay', send: [get('/%65nv')] },
  { name: 'fields and their Rook names', send: [get('/env', 'X-One: 1\r\nAccept: text/*;q=0.5\r\nZ-last: z\r\n')] },
  { name: 'a field with an empty value', send: [get('/env', 'X-Empty:\r\n')] },
  { name: 'bytes from 0x80 in a value', send: [get('/env', 'X-Byte: f\xfc\r\n')] },
  { name: 'a body with Content-Length', send: [`POST /env${X}Content-Type: a/b\r\nContent-Length: 5\r\n\r\nhello`] },
  { name: 'a body on GET', send: [`GET /env${X}Content-Length: 3\r\n\r\nabc`] },
  { name: 'Content-Length: 0', send: [`POST /env${X}Content-Length: 0\r\n\r\n`] },
  { name: 'reading the input in parts and lines', send: [`POST /input${X}Content-Length: 11\r\n\r\nab\ncdef\r\ngh`] },
  {
    name: 'a chunked body with an extension and trailers',
    send: [`POST /env${X}Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n`],
  },
  { name: 'CHUNKED in capitals', send: [`POST /env${X}Transfer-Encoding: CHUNKED\r\n\r\n1\r\na\r\n0\r\n\r\n`] },
  { name: 'a field value in two pieces', send: ['GET /env HTTP/1.1\r\nHost: x\r\nX-A: on', 'e\r\n\r\n'] },
  { name: 'a field name in two pieces', send: ['GET /env HTTP/1.1\r\nHost: x\r\nX-Lo', 'ng: 1\r\n\r\n'] },
  { name: 'a blank line before the request', send: [`\r\n${get('/')}`] },
  { name: 'a field of 79,000 bytes', send: [get('/', `X-Long: ${'v'.repeat(79_000)}\r\n`)] },
  { name: 'HTTP/1.0', send: ['GET / HTTP/1.0\r\n\r\n'], closes: true },
  { name: 'HTTP/1.2', send: ['GET / HTTP/1.2\r\nHost: x\r\n\r\n'] },
  { name: 'Connection: close', send: [get('/', 'Connection: close\r\n')], closes: true },
  { name: 'Connection: keep-alive', send: [get('/', 'Connection: keep-alive\r\n')] },
  {
    name: 'Expect: 100-continue',
    send: [`POST /env${X}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`, 'ab'],
    between: 'HTTP/1.1 100 Continue',
  },
];

/** Answers that both write alike. */
const ANSWERS: readonly Exchange[] = [
  ...STATUSES.map((status) => ({ name: `the reason of ${status}`, send: [get(`/status/${status}`)] })),
  ...['/utf8', '/raw', '/empty', '/empty-raw', '/no-headers', '/null-headers', '/empty-headers', '/headers'].map(
    (route) => ({ name: `the answer of ${route}`, send: [get(route)] }),
  ),
  ...['/own-length', '/file', '/body-204', '/promise', '/nothing-here'].map((route) => ({
    name: `the answer of ${route}`,
    send: [get(route)],
  })),
  { name: 'call throws', send: [get('/throw')], exposeErrors: true },
  { name: 'call gives a promise that fails', send: [get('/reject')], exposeErrors: true },
  { name: 'onHeaders throws', send: [get('/early-throw')], exposeErrors: true },
  { name: 'onHeaders answers, no body', send: [get('/early')] },
  {
    name: 'onHeaders answers, body announced',
    send: [`POST /early${X}Content-Length: 5\r\n\r\n`],
    closes: true,
  },
];

const PIPELINED = get('/') + get('/utf8');
const rook = (path: string, query: string, http: string, headers: string): string =>
  text(
    '200 OK',
    `REQUEST_METHOD=GET\nSCRIPT_NAME=\nPATH_INFO=${path}\nQUERY_STRING=${query}\nSERVER_NAME=127.0.0.1\n` +
      `REMOTE_ADDR=127.0.0.1\nrook.version=1.1-0\nrook.url_scheme=http\n${http}${headers}set in onHeaders=yes\nbody=\n`,
  );

/** Requests that ours reads otherwise. */
const OTHER_REQUESTS: readonly Exchange[] = [
  ...silent('refusals', {
    'a TAB as separator': 'GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n',
    'a space before the colon': get('/', 'X-A : b\r\n'),
    'a NUL in a value': get('/', 'X-A: b\0c\r\n'),
    'a byte from 0x80 in the target': get('/f\xfc'),
    'a target without a slash': get('x'),
    'two Content-Lengths': `POST /${X}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`,
    'Content-Length and chunked': `POST /${X}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'Content-Length: +5': `POST /${X}Content-Length: +5\r\n\r\nabcde`,
    'a bad chunk size': `POST /${X}Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n`,
  }),
  ...silent(
    'refusals',
    { 'a head over the limit': get('/', `X-A: ${'v'.repeat(82_000)}\r\n`) },
    '431 Request Header Fields Too Large',
  ),
  {
    name: 'CONNECT',
    send: ['CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n'],
    closes: true,
    differs: {
      id: 'connect',
      theirs: SILENCE,
      ours: closed(
        own('405 Method Not Allowed').replace(
          'Content-Type',
          'Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\nContent-Type',
        ),
      ),
    },
  },
  {
    name: 'an unknown method',
    send: [`BREW /${X}${EMPTY}`],
    closes: true,
    differs: { id: 'any-method', theirs: SILENCE, ours: open(HELLO) },
  },
  {
    name: 'Upgrade: h2c',
    send: [get('/', 'Connection: Upgrade\r\nUpgrade: h2c\r\n')],
    closes: true,
    differs: { id: 'upgrade', theirs: SILENCE, ours: open(HELLO) },
  },
  {
    name: 'two requests in one packet',
    send: [PIPELINED],
    differs: { id: 'pipelining', theirs: closed(''), ours: open(HELLO + text('200 OK', 'f\u00fc \u20ac')) },
  },
  ...[
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['two Hosts', get('/', 'Host: y\r\n')],
  ].map(
    ([name = '', bytes = '']): Exchange => ({
      name,
      send: [bytes],
      differs: { id: 'host', theirs: open(HELLO), ours: refused('400 Bad Request') },
    }),
  ),
  {
    name: 'an absolute target',
    send: [get('http://x/env?a')],
    differs: {
      id: 'absolute-target',
      theirs: open(text('404 Not Found', '404 Not Found\n')),
      ours: open(rook('/env', '?a', 'HTTP_HOST=x\n', 'HEADERS host=x\n')),
    },
  },
  {
    name: 'a fragment',
    send: [get('/env?a#f')],
    differs: {
      id: 'fragment',
      theirs: open(rook('/env', '?a#f', 'HTTP_HOST=x\n', 'HEADERS host=x\n')),
      ours: refused('400 Bad Request'),
    },
  },
  {
    name: 'Content-Length: 5 5 before one byte',
    send: [`POST /${X}Content-Length: 0 1\r\n\r\na`],
    differs: { id: 'framing', theirs: open(HELLO), ours: refused('400 Bad Request') },
  },
  {
    name: 'an unknown transfer coding with a length',
    send: [`POST /${X}Transfer-Encoding: xchunked\r\nContent-Length: 1\r\n\r\na`],
    differs: { id: 'framing', theirs: open(HELLO), ours: refused('400 Bad Request') },
  },
  {
    name: 'chunked in HTTP/1.0',
    send: ['POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    closes: true,
    differs: { id: 'framing', theirs: closed(HELLO_CLOSE), ours: refused('400 Bad Request') },
  },
  ...[
    ['line ends without CR', 'GET / HTTP/1.1\nHost: x\n\n', 'lines'],
    ['a folded line', get('/', 'X-A: a\r\n  b\r\n'), 'lines'],
    ['several spaces behind the method', 'GET   / HTTP/1.1\r\nHost: x\r\n\r\n', 'lines'],
    ['an empty Content-Length', get('/', 'Content-Length:\r\n'), 'framing'],
  ].map(
    ([name = '', bytes = '', id = '']): Exchange => ({
      name,
      send: [bytes],
      differs: { id, theirs: open(HELLO), ours: refused('400 Bad Request') },
    }),
  ),
  {
    name: 'no version',
    send: ['GET /\r\n\r\n'],
    closes: true,
    differs: { id: 'version', theirs: closed(HELLO_CLOSE), ours: refused('400 Bad Request') },
  },
  {
    name: 'HTTP/9.9',
    send: ['GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    differs: { id: 'version', theirs: open(HELLO), ours: refused('505 HTTP Version Not Supported') },
  },
  {
    name: 'repeated fields',
    send: [get('/env', 'X-A: b\r\nx-a: c\r\n')],
    differs: {
      id: 'joined',
      theirs: open(rook('/env', '', 'HTTP_HOST=x\nHTTP_X_A=b,c\n', 'HEADERS host=x\nHEADERS x-a=b,c\n')),
      ours: open(rook('/env', '', 'HTTP_HOST=x\nHTTP_X_A=b, c\n', 'HEADERS host=x\nHEADERS x-a=b, c\n')),
    },
  },
  {
    name: 'two Cookie fields',
    send: [get('/env', 'Cookie: a=1\r\nCookie: b=2\r\n')],
    differs: {
      id: 'cookies',
      theirs: open(rook('/env', '', 'HTTP_COOKIE=a=1,b=2\nHTTP_HOST=x\n', 'HEADERS cookie=a=1,b=2\nHEADERS host=x\n')),
      ours: open(rook('/env', '', 'HTTP_COOKIE=a=1; b=2\nHTTP_HOST=x\n', 'HEADERS cookie=a=1; b=2\nHEADERS host=x\n')),
    },
  },
  {
    name: 'blanks behind a value',
    send: [get('/env', 'X-A: b \r\n')],
    differs: {
      id: 'blanks',
      theirs: open(rook('/env', '', 'HTTP_HOST=x\nHTTP_X_A=b \n', 'HEADERS host=x\nHEADERS x-a=b \n')),
      ours: open(rook('/env', '', 'HTTP_HOST=x\nHTTP_X_A=b\n', 'HEADERS host=x\nHEADERS x-a=b\n')),
    },
  },
  {
    name: 'a field name with an underscore, and Proxy',
    send: [get('/env', 'X_A: u\r\nProxy: p\r\n')],
    differs: {
      id: 'http-names',
      theirs: open(
        rook('/env', '', 'HTTP_HOST=x\nHTTP_PROXY=p\nHTTP_X_A=u\n', 'HEADERS host=x\nHEADERS proxy=p\nHEADERS x_a=u\n'),
      ),
      ours: open(rook('/env', '', 'HTTP_HOST=x\n', 'HEADERS host=x\nHEADERS proxy=p\nHEADERS x_a=u\n')),
    },
  },
  {
    name: '1,001 fields',
    send: [get('/', 'a:\r\n'.repeat(1000))],
    differs: { id: 'fields', theirs: open(HELLO), ours: refused('431 Request Header Fields Too Large') },
  },
  {
    name: 'HTTP/1.0 with keep-alive',
    send: ['GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'],
    differs: {
      id: 'keep-alive-1.0',
      theirs: open(HELLO),
      ours: open(text('200 OK', 'hello', 'Connection: keep-alive\r\n')),
    },
  },
  {
    name: 'another expectation',
    send: [get('/', 'Expect: the-best\r\n')],
    differs: { id: 'expect', theirs: open(HELLO), ours: refused('417 Expectation Failed') },
  },
  {
    name: 'an expectation in HTTP/1.0',
    send: ['POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n', 'a'],
    closes: true,
    differs: {
      id: 'expect',
      theirs: closed(`HTTP/1.1 100 Continue\r\nDate: <D>\r\n\r\n${HELLO_CLOSE}`),
      ours: closed(HELLO_CLOSE),
    },
  },
];

/** Answers that ours writes otherwise. */
const OTHER_ANSWERS: readonly Exchange[] = [
  {
    name: 'onHeaders answers, Content-Length: 0',
    send: [get('/early', 'Content-Length: 0\r\n')],
    differs: {
      id: 'early-empty',
      theirs: closed(text('413 Request Entity Too Large', 'early response\n', 'Connection: close\r\n')),
      ours: open(text('413 Request Entity Too Large', 'early response\n')),
    },
  },
  {
    name: 'a line break in a field value',
    send: [get('/line-break')],
    differs: {
      id: 'field-bytes',
      theirs: open(bare('200 OK', 'X-A: b\r\nX-Injected: c\r\nContent-Length: 1\r\n', 'x')),
      ours: open(own('500 Internal Server Error', false)),
    },
  },
  {
    name: 'a body in a 204',
    send: [get('/body-in-204')],
    differs: {
      id: 'no-body',
      theirs: {
        text: bare('204 No Content', 'Content-Type: text/plain\r\nContent-Length: 8\r\n', 'not sent'),
        after: 'hangs',
      },
      ours: open(bare('204 No Content', 'Content-Type: text/plain\r\n')),
    },
  },
  {
    name: 'a body in a 205',
    send: [get('/status/205')],
    differs: {
      id: 'no-body',
      theirs: open(bare('205 Reset Content', 'Content-Type: text/plain\r\nContent-Length: 1\r\n', 'x')),
      ours: open(bare('205 Reset Content', 'Content-Type: text/plain\r\nContent-Length: 0\r\n')),
    },
  },
  {
    name: 'a 304 of the app',
    send: [get('/body-304')],
    differs: {
      id: 'compression',
      theirs: open(bare('304 Not Modified', 'ETag: "x"\r\n')),
      ours: open(bare('304 Not Modified', 'ETag: "x"\r\nVary: Accept-Encoding\r\n')),
    },
  },
  {
    name: 'HEAD',
    send: [`HEAD /${X}${EMPTY}`],
    methods: ['HEAD'],
    differs: {
      id: 'no-body',
      theirs: { text: HELLO, after: 'hangs' },
      ours: open(bare('200 OK', 'Content-Type: text/plain\r\nContent-Length: 5\r\n')),
    },
  },
  {
    name: 'a 200 without a body',
    send: [get('/null-body')],
    differs: {
      id: 'empty-200',
      theirs: { text: bare('200 OK', 'X-A: b\r\n'), after: 'hangs' },
      ours: open(bare('200 OK', 'X-A: b\r\nContent-Length: 0\r\n')),
    },
  },
  {
    name: 'call gives nothing',
    send: [get('/null')],
    differs: {
      id: 'no-answer',
      theirs: { text: '', after: 'hangs' },
      ours: open(own('500 Internal Server Error', false)),
    },
  },
  ...[
    ['call gives a text', '/text-result', 'ERROR: $ operator is invalid for atomic vectors'],
    ['an answer without status', '/no-status', 'An exception occurred.'],
    ['call throws, errors not exposed', '/throw', 'ERROR: boom'],
  ].map(
    ([name = '', route = '', words = '']): Exchange => ({
      name,
      send: [get(route)],
      differs: {
        id: 'error-text',
        theirs: open(text('500 Internal Server Error', words).replace('text/plain', 'text/plain; charset=UTF-8')),
        ours: open(own('500 Internal Server Error', false)),
      },
    }),
  ),
  {
    name: 'a file that is not there',
    send: [get('/missing-file')],
    differs: {
      id: 'own-answers',
      theirs: open(bare('500 Internal Server Error', 'Content-Length: 26\r\n', '500 Internal Server Error\n')),
      ours: open(own('500 Internal Server Error', false)),
    },
  },
  {
    name: 'Connection: close from the app',
    send: [get('/app-close')],
    differs: {
      id: 'app-close',
      theirs: open(bare('200 OK', 'Connection: close\r\nContent-Length: 1\r\n', 'x')),
      ours: closed(bare('200 OK', 'Connection: close\r\nContent-Length: 1\r\n', 'x')),
    },
  },
  ...[
    [308, 'Permanent Redirect'],
    [422, 'Unprocessable Content'],
    [429, 'Too Many Requests'],
  ].map(
    ([status, reason]): Exchange => ({
      name: `the reason of ${status}`,
      send: [get(`/status/${status}`)],
      differs: {
        id: 'status',
        theirs: open(text(`${status} Dunno`, 'x')),
        ours: open(text(`${status} ${reason}`, 'x')),
      },
    }),
  ),
  {
    name: 'the reason of 416',
    send: [get('/status/416')],
    differs: {
      id: 'status',
      theirs: open(text('416 Requested Range Not Satisifable', 'x')),
      ours: open(text('416 Requested Range Not Satisfiable', 'x')),
    },
  },
  {
    name: 'a status nobody knows',
    send: [get('/status/999')],
    differs: {
      id: 'status',
      theirs: open(text('999 Dunno', 'x')),
      ours: open(own('500 Internal Server Error', false)),
    },
  },
];

export const EXCHANGES: readonly Exchange[] = [...REQUESTS, ...ANSWERS, ...OTHER_REQUESTS, ...OTHER_ANSWERS];
