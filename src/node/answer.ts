/**
 * Writes response heads: status line, Date, the app's fields, then what only the connection knows. Order and reasons
 * are R's where a program could depend on them (spec-httpuv: 3.1, 3.3), the rest IANA's. Pure text, no sockets.
 */
import type { WholeAnswer } from '../answer-types.ts';

/** Reason phrases by status. */
const REASONS: Readonly<Record<number, string>> = {
  100: 'Continue',
  101: 'Switching Protocols',
  102: 'Processing',
  103: 'Early Hints',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  203: 'Non-Authoritative Information',
  204: 'No Content',
  205: 'Reset Content',
  206: 'Partial Content',
  207: 'Multi-Status',
  208: 'Already Reported',
  226: 'IM Used',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  305: 'Use Proxy',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Requested Range Not Satisfiable',
  417: 'Expectation Failed',
  418: "I'm a teapot",
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  423: 'Locked',
  424: 'Failed Dependency',
  425: 'Too Early',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
  506: 'Variant Also Negotiates',
  507: 'Insufficient Storage',
  508: 'Loop Detected',
  510: 'Not Extended',
  511: 'Network Authentication Required',
};

/** Has no body, and as the only one of these says so by its length (RFC 9112 section 6.3). */
export const RESET_CONTENT = 205;

/** The reason phrase of a status; empty for a status without a registered one (RFC 9112 section 4 allows that). */
export function reasonOf(status: number): string {
  return REASONS[status] ?? '';
}

/** Says whether a response with this status never has a body (RFC 9110 sections 6.4.1 and 15.3.6). */
export function isBodiless(status: number): boolean {
  return status < 200 || status === 204 || status === RESET_CONTENT || status === 304;
}

/** The second for which the text was made: from this time (ms) on, up to a second later. */
let dateFrom = Number.POSITIVE_INFINITY;
let dateText = '';

/** Looks at the clock: heads made from now on carry the time of this moment (IMF-fixdate, RFC 9110 section 5.6.7). */
export function refreshDate(now: number = Date.now()): void {
  if (now >= dateFrom && now < dateFrom + 1000) return;
  dateFrom = now - (now % 1000);
  dateText = new Date(dateFrom).toUTCString();
}

/** In place of a length: the body comes in chunks (RFC 9112 section 7.1). */
export const CHUNKED = -2;

/** How a response head ends its connection or keeps it. */
export type Persistence =
  | ''
  | 'Connection: close\r\n'
  | 'Connection: keep-alive\r\n'
  | 'Connection: close, upgrade\r\n';

/** The start of the last head, as one flat string: most answers of an app differ only in what comes behind it. */
let lastStart = '';
let lastStatus = 0;
let lastFields = '';
let lastOwnDate = false;
let lastPersistence: Persistence = '';
let lastDate = '';
/** The last head whole, for the length that it announces. */
let lastLength = 0;
let lastHead = '';

/**
 * A response head with its empty line, with the Date of the last {@link refreshDate}.
 * @param fields The app's field lines, each ended by CRLF.
 * @param ownDate The fields hold a Date already.
 * @param length Content-Length to announce; −1 announces none, {@link CHUNKED} a body in chunks.
 */
export function responseHead(
  status: number,
  fields: string,
  ownDate: boolean,
  persistence: Persistence,
  length: number,
): string {
  const isLike =
    status === lastStatus &&
    fields === lastFields &&
    persistence === lastPersistence &&
    ownDate === lastOwnDate &&
    dateText === lastDate;
  if (!isLike) {
    const date = ownDate ? '' : `Date: ${dateText}\r\n`;
    lastStart = flat(`HTTP/1.1 ${status} ${reasonOf(status)}\r\n${date}${fields}${persistence}`);
    lastStatus = status;
    lastFields = fields;
    lastPersistence = persistence;
    lastOwnDate = ownDate;
    lastDate = dateText;
  }
  if (!isLike || length !== lastLength) {
    const framing =
      length >= 0 ? `Content-Length: ${length}\r\n` : length === CHUNKED ? 'Transfer-Encoding: chunked\r\n' : '';
    lastHead = flat(`${lastStart}${framing}\r\n`);
    lastLength = length;
  }
  return lastHead;
}

/** The same text. Looking at a character makes the engine join the parts that a string was put together from. */
function flat(text: string): string {
  text.charCodeAt(0);
  return text;
}

/** The interim answer to `Expect: 100-continue`, with a Date as R sends it. */
export function continueHead(): string {
  return `HTTP/1.1 100 Continue\r\nDate: ${dateText}\r\n\r\n`;
}

/** An interim answer with fields of the one to come (RFC 8297). @param fields Lines, each ended by CRLF. */
export function hintsHead(fields: string): string {
  return `HTTP/1.1 103 Early Hints\r\n${fields}\r\n`;
}

/** The head that ends HTTP on a connection, with a Date as R sends it. @param fields Lines, each ended by CRLF. */
export function switchingHead(fields: string): string {
  return `HTTP/1.1 101 Switching Protocols\r\nDate: ${dateText}\r\n${fields}\r\n`;
}

/** Fields that the RFCs ask for beside a status (RFC 9110 sections 15.5.6 and 15.6.4). */
const REFUSAL_EXTRA: Readonly<Record<number, string>> = {
  405: 'Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n',
  503: 'Retry-After: 1\r\n',
};

const localAnswers = new Map<number, WholeAnswer>();

/** The answer that the library gives by itself. */
export function localAnswer(status: number): WholeAnswer {
  let answer = localAnswers.get(status);
  if (answer === undefined) {
    answer = {
      status,
      fields: `${REFUSAL_EXTRA[status] ?? ''}Content-Type: text/plain; charset=UTF-8\r\n`,
      ownDate: false,
      close: false,
      length: -1,
      asIs: true,
      body: `${status} ${reasonOf(status)}\n`,
    };
    localAnswers.set(status, answer);
  }
  return answer;
}
