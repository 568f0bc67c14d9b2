/** The errors of this module. Match on `code`; the sentence may improve between versions. */

/** What went wrong. */
export type ErrorCode =
  | 'ERR_BIND'
  | 'ERR_CONNECT'
  | 'ERR_TIMEOUT'
  | 'ERR_HANDSHAKE'
  | 'ERR_PROTOCOL'
  | 'ERR_TOO_BIG'
  | 'ERR_INVALID_UTF8'
  | 'ERR_INVALID_HEADER'
  | 'ERR_BODY'
  | 'ERR_CLOSED';

/** An error of this module. */
export class WebsocketsError extends Error {
  readonly code: ErrorCode;
  /** With `ERR_HANDSHAKE`: the status of the server's answer, when there was one, and its fields by lower-case name. */
  declare readonly status?: number;
  declare readonly headers?: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    more: { cause?: unknown; status?: number; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'WebsocketsError';
    this.code = code;
    if (more.status !== undefined) this.status = more.status;
    if (more.headers !== undefined) this.headers = more.headers;
  }
}

/** Which error a close code stands for when this side has closed with it. */
const BY_CLOSE_CODE: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  1002: ['ERR_PROTOCOL', 'the peer broke the rules of the protocol'],
  1007: ['ERR_INVALID_UTF8', 'the peer sent a text that is not UTF-8'],
  1008: ['ERR_TOO_BIG', 'too much is unsent, or a message has too many fragments'],
  1009: ['ERR_TOO_BIG', 'the peer sent a message that is longer than maxMessageBytes'],
};

/** The error behind a connection that this side has failed; undefined when there is none. */
export function failureOf(code: number, reason: string, wasClean: boolean): WebsocketsError | undefined {
  const known = wasClean ? undefined : BY_CLOSE_CODE[code];
  return known === undefined ? undefined : new WebsocketsError(known[0], reason === '' ? known[1] : reason);
}
