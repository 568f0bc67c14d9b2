/**
 * The public types of the server: what an app is, what it may answer, what may be set. No behaviour lives here, so
 * every room may import it.
 */

import type { BodyMode, FormLimits, RookErrors, RookInput } from './body-types.ts';
import type { AppWebSocket, PerMessageDeflate } from './socket-types.ts';
import type { AccessEntry, StaticPath, StaticPathInit } from './static-types.ts';
import type { PeerCertificate, TlsOptions } from './tls-types.ts';

/** A level of {@link Logger}, from silent to talkative. */
export type LogLevel = 'OFF' | 'ERROR' | 'WARN' | 'INFO' | 'DEBUG';

/** Receives one log entry: its level, a sentence, and facts a program can read. */
export type Logger = (
  level: Exclude<LogLevel, 'OFF'>,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** A value that a header field may have; a list sends the field once for each item. */
export type HeaderValue = string | number | boolean | readonly (string | number | boolean)[];

/** Header fields of a response: an object, or name and value pairs (which keep order and may repeat a name). */
export type ResponseHeaders = Readonly<Record<string, HeaderValue>> | Iterable<readonly [string, HeaderValue]>;

/** A file as a response body. Its size when it is opened is what is announced. */
export interface FileBody {
  /** Path of a regular file. */
  readonly file: string;
  /** The file is removed as soon as it is open, even if sending it fails later. Default false. */
  readonly owned?: boolean;
}

/** What a stream may give: text (sent as UTF-8), or bytes, which are not to be changed before the next is asked for. */
export type BodyChunk = string | ArrayBufferLike | ArrayBufferView;

/**
 * A body that is made while it is sent: a web or Node stream, anything that can be iterated, or the body of an
 * `eventStream`. It is asked for more only as fast as the client takes it, and told when the client goes (`cancel`,
 * `destroy`, `return`). A sync iterable, such as a generator, also goes on inside `serviceSync`.
 */
export type StreamBody = ReadableStream | AsyncIterable<BodyChunk> | Iterable<BodyChunk> | Blob | EventBody;

/** The body of an `eventStream`. It can be sent once. */
export interface EventBody {
  /** After so many milliseconds without an event the server sends an empty comment. */
  readonly keepAliveMs: number;
}

/** A response body: text (sent as UTF-8), bytes, a file, a stream, or nothing. Views and buffers are sent as they are. */
export type ResponseBody = string | ArrayBuffer | ArrayBufferView | FileBody | StreamBody | null;

/**
 * What `call` and `onHeaders` answer.
 * @see R: the list of `status`, `headers` and `body`
 */
export interface AppResponse {
  /** HTTP status, a whole number from 200 to 599. */
  readonly status: number;
  /** Header fields, sent in the given order with the given spelling. Default: none. */
  readonly headers?: ResponseHeaders | null;
  /** The body; absent or null is none. */
  readonly body?: ResponseBody;
  /**
   * Fields behind the body, or a function that gives them when it has ended. They are sent in chunks alone, to HTTP/1.1:
   * a body with trailers has no Content-Length. Fields about framing, routing or authentication are an error.
   */
  readonly trailers?: ResponseHeaders | (() => ResponseHeaders | null | undefined) | null;
  /**
   * `false`: it is sent as it is. Default `true`: it is compressed as the server's option `compress` says, unless it has
   * Content-Encoding, Content-Range, a digest, or `Cache-Control: no-transform`.
   */
  readonly compress?: boolean;
}

/** A value now, a promise of it, or a thenable from `deferred()` that needs no microtask. */
export type Awaitable<T> = T | PromiseLike<T>;

/**
 * One request as the app sees it: R's environment and a typed view of the same facts. Properties are made when
 * they are first read. `onHeaders` and `call` get the same object, so what one stores on it the other finds.
 */
export interface AppRequest {
  /** Request method, as received. */
  readonly method: string;
  /** Request target, as received. */
  readonly url: string;
  /** Target before the `?`, still percent-encoded; of an absolute-form target its path. */
  readonly path: string;
  /** Query parameters. */
  readonly query: URLSearchParams;
  /** Fields by lower-case name; repeated ones joined with `, ` (`cookie` with `; `). No prototype. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names and values in turn, in original order and case. */
  readonly rawHeaders: readonly string[];
  /** `1.1` or `1.0`. */
  readonly httpVersion: '1.0' | '1.1';
  /**
   * Address of the peer; empty for a pipe server. With `trustProxy`: of the client that the proxies name, or the name that
   * they give in its place (`unknown`, `_hidden`).
   */
  readonly remoteAddress: string;
  /** Port of the peer; 0 for a pipe server, and of a client whose port no proxy tells. */
  readonly remotePort: number;
  /** How the client speaks: `https` over TLS, or, with `trustProxy`, when the proxies say so. */
  readonly scheme: 'http' | 'https';
  /** Host and, when it was given, port that the client has asked for: the field Host, or what trusted proxies say of it. */
  readonly host: string;
  /** The certificate that the client has shown; null without one, and when none was asked for (`tls.requestCert`). */
  readonly peerCertificate: PeerCertificate | null;
  /** Whether an authority of `tls.ca` vouches for that certificate, and it is valid now. */
  readonly authorized: boolean;
  /**
   * Aborts when the client has gone before it was answered, or before a streamed body has ended. A client that has only ended its sending (FIN) still waits
   * for the answer, as far as anybody can tell; a reset, or an answer that cannot be written, shows that it has gone.
   */
  readonly signal: AbortSignal;
  /** The whole request body; empty in `onHeaders`. A large one is read from its temporary file at each access. */
  readonly body: Uint8Array;
  /** The whole body as UTF-8 text. */
  text(): string;
  /** The whole body parsed as JSON. Throws SyntaxError when it is none. */
  json(): unknown;
  /**
   * How the body is read: `buffer`, whole and before `call` runs; `stream`, by {@link stream} while it arrives. The option of the
   * server decides, and `onHeaders` may set another one for a request that it lets pass.
   * @throws HttpuvError `HV_BAD_OPTION` when it is set behind `onHeaders`, or to something else.
   */
  bodyMode: BodyMode;
  /**
   * The body as a stream of bytes, the same one at each call. With `bodyMode: 'stream'` it arrives as fast as it is read: at most
   * 262,144 bytes and one read of the socket wait for the reader, less when all of them together have more than 32 MiB. A client
   * that waits for `100 Continue` gets it with the first read. It fails with `HV_CLIENT_GONE`, `HV_BODY_TIMEOUT`, the code of what
   * the client did wrong, or `HV_BODY_GONE` when the answer was handed over; what is unread then is thrown away, or the connection
   * ends. It needs the event loop: inside `serviceSync` nothing of it can be awaited.
   * @throws HttpuvError `HV_BODY_NOT_READ` in `onHeaders`.
   */
  stream(): ReadableStream<Uint8Array>;
  /**
   * The body as a form, `multipart/form-data` or `application/x-www-form-urlencoded`; read once, also with `bodyMode: 'stream'`.
   * Files are ordinary `File`s while all of them together have `spoolBytes` at most. Larger ones lie in a temporary file that
   * is gone with the answer: read them by their own methods before (a `Blob` made of one is empty).
   *
   * @throws HttpuvError (as a rejection) `HV_NOT_A_FORM`, `HV_BAD_FORM`, `HV_FORM_TOO_LARGE`, and those of {@link stream}. An app
   *   that does not catch the first three answers 415, 400, and 413 or 503.
   */
  formData(limits?: FormLimits): Promise<FormData>;
  /** A place for the app's own values. */
  readonly locals: Record<string, unknown>;
  /**
   * Sends `103 Early Hints` (RFC 8297) now, or when the answers before it are sent: fields that the answer will have, such
   * as `Link`, so that the client can load what it needs while the answer is made.
   *
   * @returns Whether it is sent: not to HTTP/1.0, not behind the answer, not to a client that has gone.
   * @throws HttpuvError `HV_BAD_RESPONSE` for fields that may not be sent.
   */
  earlyHints(headers: ResponseHeaders): boolean;

  readonly REQUEST_METHOD: string;
  readonly SCRIPT_NAME: '';
  /** As {@link path}. */
  readonly PATH_INFO: string;
  /** From the first `?` on, with it; empty when there is none. */
  readonly QUERY_STRING: string;
  /** Local address of the connection; empty for a pipe server. */
  readonly SERVER_NAME: string;
  /** Local port of the connection as text; `0` for a pipe server. */
  readonly SERVER_PORT: string;
  /** As {@link remoteAddress}. */
  readonly REMOTE_ADDR: string;
  readonly REMOTE_PORT: string;
  /** As {@link headers}, names in alphabetical order. */
  readonly HEADERS: Readonly<Record<string, string>>;
  readonly CONTENT_TYPE: string | undefined;
  readonly CONTENT_LENGTH: string | undefined;
  /** A field by its upper-case name with `_` for `-`; fields with `_` in their name and `Proxy` are left out. */
  readonly [name: `HTTP_${string}`]: string | undefined;
  readonly 'rook.input': RookInput;
  readonly 'rook.errors': RookErrors;
  readonly 'rook.version': '1.1-0';
  /** As {@link scheme}. */
  readonly 'rook.url_scheme': 'http' | 'https';
  readonly 'httpuv.version': string;
}

/** Answers a request. */
export type CallFunction = (req: AppRequest) => Awaitable<AppResponse>;

/** What a server runs. Members are looked up at each use; whether there is an `onHeaders` and an `onWSOpen` is decided
 * at the start. */
export interface App {
  /** Answers a request whose body has arrived. Without it every request gets 404. */
  call?: CallFunction;
  /**
   * Runs when the head has arrived, before any of the body is read. Returning nothing goes on; a response is the
   * whole answer, and `call` does not run.
   */
  onHeaders?: (req: AppRequest) => Awaitable<AppResponse | null | undefined | void>;
  /**
   * Runs when a WebSocket was opened: add handlers here. Without it, requests for WebSockets are like any other. What it
   * throws closes with 1011.
   */
  onWSOpen?: (ws: AppWebSocket) => Awaitable<void>;
  /**
   * Chooses a subprotocol, after `onHeaders` and before `onWSOpen`.
   * @param offered Those that the client offers, its favourite first. It may be empty.
   * @returns One of them, or false. Without this function none is chosen.
   */
  handleProtocols?: (offered: ReadonlySet<string>, req: AppRequest) => string | false;
  /**
   * Folders and files that are served without this app, by path in URLs. Read when the server starts; its methods change
   * them later.
   */
  staticPaths?: Readonly<Record<string, string | StaticPath>> | null;
  /** Options that these paths inherit. */
  staticPathOptions?: StaticPathInit | null;
  /** Runs once, after the server has been stopped; `stop()` waits for what it returns. */
  onStop?: () => Awaitable<void>;
}

/** From when on answers are compressed. */
export interface Compress {
  /** Bodies with fewer bytes are sent as they are. Default 1,024. */
  readonly thresholdBytes?: number;
}

/** Options of a server. Limits take 0 or Infinity for "no limit". Unknown names are an error. */
export interface ServerOptions {
  /**
   * Where sockets and parsing live. `thread` (the default): on an I/O thread of their own, so that they go on while the
   * app computes. `inline`: on the thread that started the server, which is quicker for few connections and a light app.
   */
  readonly io?: 'inline' | 'thread';
  /** Sockets read straight into the parser's memory, where the runtime allows it. Default true. */
  readonly fastRead?: boolean;
  /** Stops the server when it aborts, without a time of grace; before it listens, starting fails with its reason. */
  readonly signal?: AbortSignal;
  /** Bytes of request line and fields, and of trailers; at most 262,144. Default 81,920. Over it: 414 or 431. */
  readonly maxHeadBytes?: number;
  /** Header lines. Default 1,000. Over it: 431. */
  readonly maxFields?: number;
  /** Bytes of a request body. Default 134,217,728. Over it: 413 before any of it is read. */
  readonly maxBodyBytes?: number;
  /** Bytes of chunk extensions in a message. Default 16,384. Over it, or over 4,096 in one chunk line: 400. */
  readonly maxChunkExtensionBytes?: number;
  /**
   * How request bodies are read. `buffer` (the default): whole, before `call` runs. `stream`: `call` runs when the head has come,
   * and reads the body by `req.stream()` while it arrives; `req.body`, `req.text()`, `req.json()` and `rook.input` throw
   * `HV_BODY_IS_STREAM`.
   */
  readonly bodyMode?: BodyMode;
  /** Bytes of a body kept in memory; what is longer goes to an unlinked temporary file. Default 1,048,576. */
  readonly spoolBytes?: number;
  /** Bytes of temporary files, all bodies of the process together. Default 4 GiB. Over it: 503. */
  readonly maxSpoolBytes?: number;
  /** From connect or first byte to the end of the head. Default 30,000. Then: 408, or a close if no byte came. */
  readonly headTimeoutMs?: number;
  /** From the first byte to the end of the body. Default 300,000. Then: 408. */
  readonly requestTimeoutMs?: number;
  /** Idle time between requests. Default 65,000. Then: close. */
  readonly keepAliveTimeoutMs?: number;
  /** Time in which the client takes nothing of an answer. Default 60,000. Then: close. */
  readonly writeTimeoutMs?: number;
  /** Requests of one connection read ahead of their answers. Default 16. Then reading stops. */
  readonly maxPipelined?: number;
  /** Requests waiting for the app. Default 10,000. Then: 503 with Retry-After. */
  readonly maxQueuedRequests?: number;
  /** Open connections. Default Infinity. Further ones are closed at once. */
  readonly maxConnections?: number;
  /** Payload bytes of one WebSocket message, compressed ones before and after inflating. Default 16,777,216. Over it: 1009. */
  readonly maxMessageBytes?: number;
  /** Frames of one WebSocket message. Default 131,072. Over it: 1008. */
  readonly maxFragments?: number;
  /** Time between two Pings that the server sends to a WebSocket client. Default 20,000. */
  readonly pingIntervalMs?: number;
  /** Pings in a row behind which nothing at all has come. Default 3. Then: 1006. */
  readonly maxMissedPongs?: number;
  /**
   * Time for the other side of the closing handshake. Default 5,000. Then the connection is cut. A client's Close waits as long for
   * the app's answers to the messages before it, while the app computes.
   */
  readonly closeTimeoutMs?: number;
  /** Unsent bytes of a WebSocket from which on `onDrain` is called when all are sent. Default 1,048,576. */
  readonly highWaterBytes?: number;
  /**
   * Unsent bytes of a WebSocket, when more than one message waits. Default 16,777,216. Over it: 1008, and `send` gives −1. An
   * event stream is cut.
   */
  readonly maxBufferedBytes?: number;
  /**
   * Compresses WebSocket messages for clients that offer it (permessage-deflate, RFC 7692). `true`: those of 1,024 bytes and
   * more, with windows of 32 KiB that outlast messages. Default false: it costs some 300 KB a connection.
   */
  readonly perMessageDeflate?: boolean | PerMessageDeflate;
  /**
   * Compresses answers of the app for clients that take it (zstd, where Node has it, brotli or gzip): those of 1,024 bytes
   * and more whose `Content-Type` gains by it. Default true. An object says from how many bytes on.
   */
  readonly compress?: boolean | Compress;
  /** Speaks TLS: https, and wss for WebSockets. Default: none. See {@link TlsOptions}. */
  readonly tls?: TlsOptions;
  /** Origins of pages that may open WebSockets, such as `https://example.org`. Default: any. Others: 403. */
  readonly allowedOrigins?: readonly string[];
  /** Host names (without port) that requests may name. Default: any. Others: 421. */
  readonly allowedHosts?: readonly string[];
  /**
   * Proxies that are believed who has asked them: their number, or their addresses, as a list or a text with commas, of
   * addresses, ranges (`10.0.0.0/8`) and the names `loopback`, `linklocal`, `uniquelocal`. Default false: nobody is. Fields
   * that contradict each other, or cannot be read: 400.
   */
  readonly trustProxy?: false | number | string | readonly string[];
  /** Sends the message of an error thrown by the app to the client, as R does. Default false. */
  readonly exposeErrors?: boolean;
  /** Receives log entries. Default: lines on standard error, from level ERROR up. */
  readonly logger?: Logger;
  /**
   * Hears of every request and its answer, of the app's and of those that are answered without it, and of those that were
   * not answered, on the app's thread. While it falls behind for long, requests wait. Default: none.
   */
  readonly onAccess?: (entry: AccessEntry) => void;
  /** R's argument: accepted, without effect. */
  readonly quiet?: boolean;
  /** R's argument of `runServer`: accepted, without effect. */
  readonly interruptIntervalMs?: number | null;
}
