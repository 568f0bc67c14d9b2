/** The public types of this module (R: `websockets`). No behaviour lives here. */
import type { EventEmitter } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { ServerOptions as HostOptions } from '../types.ts';
import type { WebsocketsError } from './errors.ts';

/** A value now, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>;
/** What can be sent: text as UTF-8, or bytes. */
export type Data = string | ArrayBuffer | ArrayBufferView;

/** How a connection ended. Code 1005: the Close frame had none; 1006: the connection ended without one. */
export interface Disconnect {
  /** 1000 to 4999. */
  readonly code: number;
  /** What the side that closed said beside it; often empty. */
  readonly reason: string;
  /** Close frames went both ways. */
  readonly wasClean: boolean;
  /** Why this side has failed the connection. */
  readonly error?: WebsocketsError;
}

/** What the frames of a message said (R: `HEADER`). */
export interface FrameHeader {
  /** Fragments are joined. */
  readonly fin: true;
  /** Reserved bits, which no agreed extension leaves set. */
  readonly rsv1: boolean;
  readonly rsv2: boolean;
  readonly rsv3: boolean;
  /** Of the first fragment: 1 is text, 2 binary. */
  readonly opcode: 1 | 2;
}

/** The head of a request (R: `header`, and `WS$wsinfo`). Fields of the peer stand in `headers` alone. */
export interface RequestHeader {
  /** R: `TYPE`. */
  readonly method: string;
  /** Path and query, still encoded (R: `RESOURCE`). */
  readonly resource: string;
  /** `HTTP/1.1` (R: `PROT`). */
  readonly httpVersion: string;
  /** The first line (R: `GET`). */
  readonly requestLine: string;
  /** By lower-case name; repeated fields joined. */
  readonly headers: ReadonlyMap<string, string>;
  /** All of the head as it was received. */
  readonly raw: Uint8Array;
}

/** One HTTP request waiting for its answer (R: the number `socket`). Give it to `httpResponse`, or write the answer yourself. */
export interface HttpSocket {
  /** Unique in the process. */
  readonly id: number;
  /** IP address of the client. */
  readonly remoteAddress: string | undefined;
  /** An answer was begun. */
  readonly responded: boolean;
  /**
   * The request's body, its transfer coding removed.
   * @param limit Bytes that it may have; default any.
   * @throws WebsocketsError `ERR_BODY` when it has more, or when it is gone because the answer was given.
   */
  body(limit?: number): Promise<Uint8Array>;
  /** Sends bytes as they are, status line included. Resolves when they have left. @throws WebsocketsError `ERR_CLOSED`. */
  write(chunk: Data): Promise<void>;
  /** Ends the connection behind what was written. */
  end(): Promise<void>;
}

/** A message, as iteration yields it. */
export interface Message {
  /** Its bytes; of a text its UTF-8. */
  readonly data: Uint8Array;
  /** It was sent as binary, not as text. */
  readonly isBinary: boolean;
  /** The bytes as UTF-8. */
  text(): string;
  /** What its frames said (R: `HEADER`). */
  readonly header: FrameHeader | null;
}

/** What a connection emits. */
export interface ClientEvents {
  /** One complete message. */
  message: [data: Uint8Array, isBinary: boolean, header: FrameHeader | null];
  /** The peer has sent a Ping, which is answered. */
  ping: [data: Uint8Array];
  /** The peer has answered a Ping. */
  pong: [data: Uint8Array];
  /** The connection is closed: the last event. */
  close: [why: Disconnect];
  /** Never emitted: errors are the server's, and what a peer does is none. */
  error: [Error];
}

/** One WebSocket, of a server or of a client (R: `WS`). */
export interface WsClient extends EventEmitter<ClientEvents>, AsyncIterable<Message> {
  /** Unique in the process, and never used again. */
  readonly id: number;
  /** R's name of {@link id}. */
  readonly socket: number;
  /** What it belongs to. */
  readonly server: WsServer | WsConnection;
  /** The request that opened it; null on the client's side (R: `WS$wsinfo`). */
  readonly info: RequestHeader | null;
  /** Version of the protocol. */
  readonly version: 8 | 13;
  /** The subprotocol that was agreed on; empty without. */
  readonly protocol: string;
  /** `'closing'` from the first word about its end on. */
  readonly readyState: 'connecting' | 'open' | 'closing' | 'closed';
  /** Bytes that were sent and have not left yet. */
  readonly bufferedAmount: number;
  /** For the program's own values. */
  data: unknown;
  /** Sends one message. Resolves when it was handed to the system. @throws WebsocketsError `ERR_CLOSED`. */
  send(data: Data, options?: { readonly binary?: boolean }): Promise<void>;
  /** Sends a Ping with at most 125 bytes. @throws WebsocketsError `ERR_CLOSED`. */
  ping(data?: Data): Promise<void>;
  /**
   * Begins the closing handshake. Resolves when the `closed` callback is through; called inside a callback of this connection,
   * when the connection is closed.
   * @throws RangeError for a code that may not be sent.
   */
  close(code?: number, reason?: string): Promise<Disconnect>;
  /** Cuts the connection: 1006. */
  terminate(): void;
}

/**
 * The callbacks of a server or client, by the names that `setCallback` takes. The next event of a connection waits for the promise
 * that one gives, unless that has begun to iterate over the connection.
 */
export interface Callbacks {
  /** A WebSocket is open. Its messages come later. */
  established: (ws: WsClient) => Awaitable<void>;
  /** One complete message, always as bytes. */
  receive: (data: Uint8Array, ws: WsClient, header: FrameHeader | null) => Awaitable<unknown>;
  /** Once for each WebSocket that was established, whoever closed it. */
  closed: (ws: WsClient, why: Disconnect) => Awaitable<void>;
  /** An HTTP request that asks for no WebSocket. */
  static: WebPage;
}

/**
 * Answers HTTP requests. `true` or nothing, with an answer given: done; nothing, without one: 404; `false`: the function keeps
 * the socket and answers later.
 */
export type WebPage = (socket: HttpSocket, header: RequestHeader) => Awaitable<boolean | void>;

/** What servers and clients emit. */
export interface ServerEvents {
  /** It listens; told right behind the promise of `createServer`. */
  listening: [];
  /** A WebSocket is open. */
  connection: [ws: WsClient, request: RequestHeader];
  /** One complete message of any connection. */
  message: [ws: WsClient, data: Uint8Array, isBinary: boolean];
  /** It is closed, with all its connections: the last event. */
  close: [];
  /** What a callback threw, where no `service` runs that rejects with it; or the I/O thread is lost. */
  error: [Error];
}

/** What iteration over a server or client yields. */
export type ServerEvent =
  | { readonly type: 'established'; readonly ws: WsClient }
  | { readonly type: 'receive'; readonly ws: WsClient; readonly message: Message }
  | { readonly type: 'closed'; readonly ws: WsClient; readonly why: Disconnect };

/** Options of both sides. Limits take 0 or Infinity for "no limit". */
export interface Common {
  /** `'auto'`, the default: strings as text, bytes as binary. `true`: all as binary; `false`: all as text, which must be UTF-8. */
  readonly isBinary?: boolean | 'auto';
  /** Payload bytes of one message. Default 16,777,216; a longer one fails with 1009. R: `websockets_max_buffer_size`. */
  readonly maxMessageBytes?: number;
  /** Unsent bytes, when more than one message waits. Default 16,777,216; over it: 1008, and writes give −1. */
  readonly maxBufferedBytes?: number;
  /** Ms for the peer's part of the closing handshake. Default 5,000; then the connection is cut. */
  readonly closeTimeoutMs?: number;
  /** Closes when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * Options of `createServer`: those below, and the limits, time-outs and other options of `startServer`, under the same names, but
 * for `bodyMode`: the bodies of page requests are whole.
 */
export interface ServerOptions
  extends Common,
    Partial<Omit<Callbacks, 'static'>>,
    Omit<HostOptions, keyof Common | 'bodyMode' | 'quiet' | 'interruptIntervalMs'> {
  /** Default 7681; 0 lets the system choose. */
  readonly port?: number;
  /** Default `127.0.0.1`: this machine only. */
  readonly host?: string;
  /** Answers HTTP requests. Default: a page that tries the WebSocket; null: 426. */
  readonly webpage?: WebPage | null;
  /** `'auto'`, the default: callbacks run when something happens. `'manual'`: only inside `service`. */
  readonly dispatch?: 'auto' | 'manual';
  /** Chooses one of the offered subprotocols, or none. Default: the first. */
  readonly handleProtocols?: (offered: ReadonlySet<string>, request: RequestHeader) => string | false;
  /** Refuses handshakes: `false` with 403, a number from 300 to 599 with that status. Default: all may open. */
  readonly verifyRequest?: (request: RequestHeader) => Awaitable<boolean | number>;
}

/** A server, or a context that does not listen. */
export interface WsServer extends EventEmitter<ServerEvents>, AsyncIterable<ServerEvent>, AsyncDisposable {
  /** The bound port; 0 for a context that does not listen. */
  readonly port: number;
  /** The address or name that it was given; empty for a context that does not listen. */
  readonly host: string;
  /** False as soon as it is being closed. */
  readonly listening: boolean;
  /** The established connections, in the order in which they came. */
  readonly clients: ReadonlySet<WsClient>;
  /** The same, by `String(ws.id)` (R: `server$client_sockets`). */
  readonly client_sockets: ReadonlyMap<string, WsClient>;
  /** Null once it is closed (R: `server$server_socket`). */
  readonly server_socket: number | null;
  /** A WebSocket is open. Null: nothing is called. */
  established: Callbacks['established'] | null;
  /** One complete message. */
  receive: Callbacks['receive'] | null;
  /** A WebSocket that was established is closed. */
  closed: Callbacks['closed'] | null;
  /** Answers HTTP requests. Null: 426. */
  static: WebPage | null;
  /** Where it listens; null when it does not. */
  address(): AddressInfo | null;
  /** As `websocketBroadcast`. */
  broadcast(data: Data): ReadonlyMap<number, number>;
  /**
   * As `websocketClose`. Default code 1001. Waits for callbacks that run, `closeTimeoutMs` at most, and then as long for `closed`
   * callbacks, but not for one that calls this before its first `await`.
   */
  close(code?: number, reason?: string): Promise<void>;
  /** Lets it keep the process running, as it does from the start. */
  ref(): this;
  /** Lets the process end although it listens. */
  unref(): this;
}

/** Options of `websocket`. */
export interface ClientOptions extends Common {
  /** Goes before the port of the address. */
  readonly port?: number;
  /** Subprotocols to offer. Default: none. */
  readonly subprotocol?: string | readonly string[] | null;
  /** Default 13. */
  readonly version?: 8 | 13;
  /** Further fields of the request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the program says that it comes from; browsers name their page. Default: nothing. */
  readonly origin?: string;
  /** Ms from the call to the open WebSocket. Default 10,000. */
  readonly handshakeTimeoutMs?: number;
  /** With `wss:`: certificates and the like, as for `tls.connect`. */
  readonly tls?: ConnectionOptions;
}

/** A client's connection (R: what `websocket()` returns). */
export interface WsConnection extends EventEmitter<ServerEvents>, AsyncIterable<ServerEvent>, AsyncDisposable {
  /** Its connection. */
  readonly ws: WsClient;
  /** The same, until it is closed. */
  readonly clients: ReadonlySet<WsClient>;
  /** The same, by `String(ws.id)`. */
  readonly client_sockets: ReadonlyMap<string, WsClient>;
  /** Called on the first turn behind the promise of `websocket`. */
  established: Callbacks['established'] | null;
  /** One complete message. */
  receive: Callbacks['receive'] | null;
  /** It is closed. */
  closed: Callbacks['closed'] | null;
  /** As `ws.send`. */
  send(data: Data): Promise<void>;
  /** As `websocketClose`. Default code 1000. */
  close(code?: number, reason?: string): Promise<void>;
}

/** Whatever has callbacks and connections. */
export type Context = WsServer | WsConnection;

/** An answer of `httpResponse`. */
export interface ResponseInit {
  /** Default 200. */
  readonly status?: number;
  /** Default `text/html; charset=UTF-8`. */
  readonly contentType?: string;
  /** Default none. */
  readonly content?: Data;
  /** Further fields, in order. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Variables of a request: a property gives the first value of a name, iteration all pairs in order. Null: a name without `=`. */
export type Vars = Readonly<Record<string, string | null>> & Iterable<[string, string | null]>;
