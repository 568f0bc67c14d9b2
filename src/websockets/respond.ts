/** Answers HTTP requests (R: `http_response`). */
import { WebsocketsError } from './errors.ts';
import { PageSocket } from './page-socket.ts';
import { bytesOf } from './payload.ts';
import type { Data, HttpSocket, ResponseInit } from './types.ts';

const NAME = /^[A-Za-z0-9-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Fields that are this module's to send. */
const OURS: ReadonlySet<string> = new Set([
  'date',
  'content-type',
  'content-length',
  'connection',
  'transfer-encoding',
]);

/** What servers of this module call themselves. */
const SERVER = 'httpuv-wasm';

/**
 * Answers a request and ends its connection.
 *
 * @param socket What the page function was given.
 * @param init Status (default 200), content type (default `text/html; charset=UTF-8`), content and further fields; or these four
 *   as arguments, as in R.
 * @returns `true`, so that a page function can return it.
 * @throws WebsocketsError `ERR_INVALID_HEADER` for a field that may not be sent, and then nothing is; `ERR_CLOSED` when the request
 *   has an answer. RangeError for a status that is none.
 * @example
 * const page: WebPage = (socket) => http_response(socket, { content: '<h1>Hello</h1>' });
 * @see R: `websockets::http_response`
 */
export function httpResponse(socket: HttpSocket, init?: ResponseInit): Promise<true>;
export function httpResponse(
  socket: HttpSocket,
  status: number,
  contentType?: string,
  content?: Data,
  headers?: Readonly<Record<string, string>>,
): Promise<true>;
export async function httpResponse(
  socket: HttpSocket,
  first: ResponseInit | number = {},
  contentType?: string,
  content?: Data,
  headers?: Readonly<Record<string, string>>,
): Promise<true> {
  if (!(socket instanceof PageSocket))
    throw new TypeError('httpResponse(socket): socket is what a page function is given');
  const init: ResponseInit =
    typeof first === 'number'
      ? { status: first, contentType: contentType ?? TYPE, content: content ?? '', headers: headers ?? {} }
      : first;
  const { status = 200 } = init;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError(`a status is a whole number from 200 to 599, not ${String(status)}`);
  }
  const given = Object.entries(init.headers ?? {});
  for (const [name, value] of given) {
    if (!NAME.test(name) || OURS.has(name.toLowerCase()))
      throw badHeader(`the field ${JSON.stringify(name)} may not be set`);
    if (typeof value !== 'string' || !VALUE.test(value)) throw badHeader(`the value of ${name} may not be sent`);
  }
  const type = init.contentType ?? TYPE;
  if (typeof type !== 'string' || !VALUE.test(type)) throw badHeader('the content type may not be sent');
  const hasServer = given.some(([name]) => name.toLowerCase() === 'server');
  const fields: [string, string][] = [
    ...(hasServer ? [] : [SERVER_FIELD]),
    ['Content-Type', type],
    ...given,
    CLOSE_FIELD,
  ];
  const body = typeof init.content === 'string' ? init.content : bytesOf(init.content ?? '');
  socket.respond({ status, headers: fields, body: status === 204 || status === 304 ? null : body });
  return true;
}

const TYPE = 'text/html; charset=UTF-8';
const SERVER_FIELD: [string, string] = ['Server', SERVER];
const CLOSE_FIELD: [string, string] = ['Connection', 'close'];

function badHeader(sentence: string): WebsocketsError {
  return new WebsocketsError('ERR_INVALID_HEADER', sentence);
}
