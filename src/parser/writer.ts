/**
 * Messages to be sent, sans-I/O: as strict as the parser is with those that come. A call that throws has changed nothing, so
 * what was sent before stays whole.
 */
import { isBytes, joined } from '../codec/bytes.ts';
import { callerError } from '../errors.ts';
import { isTrailer } from './trailer-names.ts';
import {
  badMessage,
  type FieldsToWrite,
  type Framing,
  fieldLines,
  flatOf,
  latin1Bytes,
  type RequestToWrite,
  type ResponseToWrite,
  requestHead,
  responseHead,
} from './written-head.ts';

const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array(0);
const NOTHING: readonly Uint8Array[] = [];
const CRLF = Uint8Array.of(13, 10);
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Writes the messages of one connection, one after the other: a head, its body in any pieces, its end.
 *
 * @example
 * ```ts
 * const writer = new HttpWriter();
 * const bytes = [
 *   writer.response({ status: 200, headers: { 'Transfer-Encoding': 'chunked' } }),
 *   ...writer.body('hello'),
 *   writer.end({ 'X-Sum': '5' }),
 * ];
 * ```
 */
export class HttpWriter {
  /** `null` between two messages. */
  private current: Framing | null = null;
  private left: number = 0;
  private mayGoOn: boolean = true;

  /** How the end of the current body is found; `none` between two messages. */
  get framing(): Framing {
    return this.current ?? 'none';
  }

  /**
   * Whether another message may follow. When it may not, end the connection behind the current one, unless its framing is
   * `raw`: then it is not HTTP any more.
   */
  get keepAlive(): boolean {
    return this.mayGoOn;
  }

  /**
   * The head of a request. Without `Content-Length` or `Transfer-Encoding: chunked` it has no body.
   * @throws HttpuvError `HV_BAD_MESSAGE` when the parser would refuse it; `HV_WRITER_STATE` before the last message's end.
   */
  request(request: RequestToWrite): Uint8Array {
    this.mustBeBetween();
    const { bytes, framing, length, keepAlive } = requestHead(request);
    return this.begin(bytes, framing, length, keepAlive);
  }

  /**
   * The head of a response. Behind an interim one (1xx) the next head answers the same request. Without `Content-Length` or
   * `Transfer-Encoding: chunked` a body lasts until the connection ends.
   *
   * @param asked The method of the request that it answers: an answer to HEAD has no body. Default `'GET'`.
   * @throws HttpuvError as {@link request}.
   */
  response(response: ResponseToWrite, asked: string = 'GET'): Uint8Array {
    this.mustBeBetween();
    const { bytes, framing, length, keepAlive } = responseHead(response, asked);
    return this.begin(bytes, framing, length, keepAlive);
  }

  /**
   * The next piece of the body, as pieces to be written in order; `data` itself is one of them, not a copy. Text is UTF-8.
   * @throws HttpuvError `HV_BAD_MESSAGE` when the message has no body, or a shorter one; `HV_WRITER_STATE` without a head.
   */
  body(data: Uint8Array | string): readonly Uint8Array[] {
    const framing = this.mustHaveHead('body');
    const bytes = typeof data === 'string' ? encoder.encode(data) : data;
    if (!isBytes(bytes)) throw callerError('HV_BAD_OPTION', 'body takes a Uint8Array or a string');
    if (bytes.length === 0) return NOTHING; // An empty chunk would be the last one.
    if (framing === 'none') throw badMessage('it has no body');
    if (framing === 'length') {
      if (bytes.length > this.left)
        throw badMessage(`its body has ${bytes.length - this.left} bytes more than its Content-Length`);
      this.left -= bytes.length;
    }
    if (framing !== 'chunked') return [bytes];
    return [latin1Bytes(`${bytes.length.toString(16)}\r\n`), bytes, CRLF];
  }

  /**
   * The end of the message: what is to be written behind its body.
   *
   * @param trailers Fields behind a chunked body.
   * @throws HttpuvError `HV_BAD_MESSAGE` when the body is shorter than announced, or a field may not be a trailer;
   *   `HV_WRITER_STATE` without a head.
   */
  end(trailers: FieldsToWrite = []): Uint8Array {
    const framing = this.mustHaveHead('end');
    const flat = flatOf(trailers);
    if (flat.length > 0 && framing !== 'chunked') throw badMessage('only a chunked body has trailers');
    if (this.left > 0) throw badMessage(`its body has ${this.left} bytes less than its Content-Length`);
    flat.forEach((part, i) => {
      if (i % 2 === 1 ? !VALUE.test(part) : !TOKEN.test(part) || !isTrailer(part))
        throw badMessage(`${JSON.stringify(part)} may not stand in trailers`);
    });
    this.current = null;
    return framing === 'chunked' ? latin1Bytes(`0\r\n${fieldLines(flat)}\r\n`) : NO_BYTES;
  }

  private begin(bytes: Uint8Array, framing: Framing, length: number, keepAlive: boolean): Uint8Array {
    this.current = framing;
    this.left = length;
    this.mayGoOn = keepAlive && framing !== 'close' && framing !== 'raw';
    return bytes;
  }

  private mustBeBetween(): void {
    if (this.current !== null) throw callerError('HV_WRITER_STATE', 'the last message has not ended: call end first');
    if (!this.mayGoOn) throw callerError('HV_WRITER_STATE', 'no message may follow on this connection');
  }

  private mustHaveHead(name: string): Framing {
    if (this.current === null) throw callerError('HV_WRITER_STATE', `${name} is for use behind a head`);
    return this.current;
  }
}

/** A body that is there as a whole. */
export interface WholeBody {
  /** Text is sent as UTF-8. Default: none. */
  readonly body?: Uint8Array | string | null;
  /** Fields behind the body, which is then sent in chunks. */
  readonly trailers?: FieldsToWrite;
}

/** The bytes of one whole request. Its framing field is added, when it has a body. @throws HttpuvError `HV_BAD_MESSAGE`. */
export function writeRequest(request: RequestToWrite & WholeBody): Uint8Array {
  const writer = new HttpWriter();
  const body = bytesOf(request);
  const headers = flatOf(request.headers ?? []);
  const framing = body === null && request.trailers === undefined ? [] : framingFields(headers, request, body);
  return whole(writer, writer.request({ ...request, headers: [...headers, ...framing] }), body, request);
}

/**
 * The bytes of one whole response. Its framing field is added, when it may have a body.
 * @param asked The method of the request that it answers; a body is then left out for HEAD, its length is told.
 * @throws HttpuvError `HV_BAD_MESSAGE`.
 */
export function writeResponse(response: ResponseToWrite & WholeBody, asked: string = 'GET'): Uint8Array {
  const writer = new HttpWriter();
  const { status } = response;
  const isBodiless = status < 200 || status === 204 || status === 304 || (asked === 'CONNECT' && status < 300);
  const body = bytesOf(response);
  const headers = flatOf(response.headers ?? []);
  const framing = isBodiless ? [] : framingFields(headers, response, body);
  const head = writer.response({ ...response, headers: [...headers, ...framing] }, asked);
  return asked === 'HEAD' ? head : whole(writer, head, body, response);
}

function bytesOf({ body }: WholeBody): Uint8Array | null {
  return typeof body === 'string' ? encoder.encode(body) : (body ?? null);
}

/** The field that frames this body, unless one of `headers` does. */
function framingFields(headers: readonly string[], { trailers }: WholeBody, body: Uint8Array | null): string[] {
  if (headers.some((name, i) => i % 2 === 0 && /^(?:content-length|transfer-encoding)$/i.test(name))) return [];
  return trailers === undefined ? ['Content-Length', String(body?.length ?? 0)] : ['Transfer-Encoding', 'chunked'];
}

function whole(writer: HttpWriter, head: Uint8Array, body: Uint8Array | null, { trailers }: WholeBody): Uint8Array {
  return joined([head, ...(body === null ? [] : writer.body(body)), writer.end(trailers)]);
}
