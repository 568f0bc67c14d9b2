/**
 * The border between the I/O side and the app side: what each tells the other. On one thread each side calls the
 * other directly through these two interfaces; between threads the same calls become records in a ring. Nothing
 * here may be answered by a return value that needs the other side's thread.
 */

import type { Answer } from '../answer-types.ts';
import type { Trust } from '../parser/forwarded.ts';
import { Routes } from '../static/route.ts';
import { type StaticMount, StaticTable } from '../static/table.ts';
import type { AccessEntry } from '../static-types.ts';
import type { Logger } from '../types.ts';
import type { DeflateOptions } from '../websocket/deflate.ts';
import type { JoiningMemory } from '../websocket/spare.ts';
import { type Counters, waitingTasks } from './counters.ts';
import type { PeerIdentity } from './peer-identity.ts';
import type { SpooledBody } from './spool.ts';
import type { TextMemory } from './text-run.ts';
import type { TlsSettings } from './tls-settings.ts';
import type { TrustSettings } from './trust.ts';

/** Both ends of a connection. */
export interface Ends {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** Whom we talk to. Ends are read when the app asks: an address costs a system call. */
export interface Peer extends Ends {
  /** All of them at once, for whoever keeps them: the socket does not. */
  ends?(): Ends;
  /** Who the peer is, as far as its certificate says; absent or null without one. */
  readonly identity?: PeerIdentity | null;
  /** The other thread has been told these; set by the link between the two. */
  isTold?: boolean;
}

/** What follows a request head. */
export const NO_BODY = 0;
/** A body follows and is being read. */
export const BODY_FOLLOWS = 1;
/** A body follows and is not read before `proceed`, or before the app wants some of it. */
export const BODY_WAITS = 2;
/** A WebSocket is asked for, without a fault: nothing more is read before it is accepted or answered. */
export const UPGRADE = 3;
export type BodyState = typeof NO_BODY | typeof BODY_FOLLOWS | typeof BODY_WAITS | typeof UPGRADE;

/** Memory that holds heads of requests beside their records, for a while: the parser's, or that between two threads. */
export interface HeadMemory extends TextMemory {
  /** The same bytes, as words. */
  readonly words: Uint32Array;
}

/** What the I/O side tells. It never runs app code inside these calls: they only queue tasks. */
export interface ToApp {
  /**
   * A request head, at byte `headAt` of the memory; its records (parser/records.md) begin at word `recordAt`. Both are
   * overwritten after the call: the receiver takes what it needs.
   */
  request(
    server: number,
    connection: number,
    request: number,
    memory: HeadMemory,
    recordAt: number,
    headAt: number,
    peer: Peer,
    body: BodyState,
  ): void;
  /** The whole body has arrived; the receiver owns it now. */
  body(server: number, connection: number, request: number, body: SpooledBody): void;
  /** One request will not be completed, or nobody waits for its answer: the peer broke the rules in its body. */
  abort(connection: number, request: number): void;
  /** The connection is gone, and all its requests with it. */
  gone(connection: number): void;
  /** Whether one more request can be told. Without room the I/O side stops reading until the app side makes some. */
  hasRoom(): boolean;
  /** Requests were answered, by the app or without it. Told only of servers that want to know. */
  access(server: number, entries: readonly AccessEntry[]): void;
  readonly sockets: SocketsToApp;
  readonly streams: StreamsToApp;
  readonly connections: ConnectionsToApp;
  readonly uploads: UploadsToApp;
}

/** What the I/O side tells of connections, while the app side watches them. */
export interface ConnectionsToApp {
  opened(server: number, connection: number, peer: Peer): void;
  /** Of each that was told to be open. */
  closed(server: number, connection: number): void;
}

/** Why no more of a body comes: the client has gone, or was too slow. Other numbers are the parser's errors. */
export const BODY_GONE = 0;
export const BODY_LATE = 0x1_00;

/** What the I/O side tells of request bodies that the app reads while they arrive. */
export interface UploadsToApp {
  /** More of a body. The bytes are overwritten after the call. */
  piece(connection: number, request: number, bytes: Uint8Array): void;
  /** That was all of it. */
  end(connection: number, request: number): void;
  /** There will be no more, though it is not all. @param why {@link BODY_GONE}, {@link BODY_LATE}, or an error's number. */
  failed(connection: number, request: number, why: number): void;
}

/** What the I/O side tells of answers whose bodies are streams. */
export interface StreamsToApp {
  /** So many bytes more have left. */
  sent(connection: number, request: number, bytes: number): void;
  /** Nothing more is wanted although there was no `end`: the client has gone, or the body broke its word. */
  enough(connection: number, request: number): void;
}

/** Connections with numbers from here on carry no WebSockets: for the others there is a word that counts what they sent. */
export const MOST_SOCKETS = 262_144;

/** What the I/O side tells of WebSockets. Each is named by its connection and the request that opened it. */
export interface SocketsToApp {
  /** Messages are to be told as bytes, because that is how they travel; they may be lent, because they are copied. */
  readonly takesBytes: boolean;
  /** Where long messages are best joined, if that matters. */
  readonly memory?: JoiningMemory;
  /** A whole message. `isAscii` is about texts. `isLent`: the bytes are overwritten after the call. */
  message(
    connection: number,
    request: number,
    data: string | Uint8Array,
    isBinary: boolean,
    isAscii: boolean,
    isLent: boolean,
  ): void;
  /** The WebSocket is closed; nothing more is told of it. */
  closed(connection: number, request: number, code: number, reason: string, wasClean: boolean): void;
  /** Everything that was given has left; told when it was asked for. */
  drained(connection: number, request: number): void;
  /** A Ping or Pong has come; told of servers that want to know. */
  pinged(connection: number, request: number, data: Uint8Array, isPong: boolean): void;
  /** Whether half of the room is free, so that no WebSocket has to make way for the other connections. */
  hasPlenty(): boolean;
}

/** What the app side tells. */
export interface ToIo {
  /** `onHeaders` let the request pass: read its body. */
  proceed(connection: number, request: number): void;
  /**
   * Answers a request. `early`: instead of reading its body. Ignored when the connection is gone.
   * @throws HttpuvError `HV_TOO_MUCH_UNSENT` when too much waits for clients already.
   */
  respond(connection: number, request: number, answer: Answer, early: boolean): void;
  /** The app side has said what it has to say for now: write it out. */
  flush(): void;
  /** Takes in what the I/O side has told meanwhile, so that a task knows whether its client is still there. */
  poll(): void;
  readonly sockets: SocketsToIo;
  readonly streams: StreamsToIo;
  readonly uploads: UploadsToIo;
}

/** What the app side tells of request bodies that it reads while they arrive. */
export interface UploadsToIo {
  /** So many bytes more of a body are wanted. The first such wish says that it is read in this way. */
  want(connection: number, request: number, bytes: number): void;
}

/** What the app side tells of answers beside the answers. What is said of a request that is over is ignored. */
export interface StreamsToIo {
  /** More of a body that is a stream. The bytes are copied. */
  piece(connection: number, request: number, bytes: Uint8Array): void;
  /** That was all. @param trailers Field lines, each ended by CRLF. */
  end(connection: number, request: number, trailers: string): void;
  /** There is no more, though it is not all. `atOnce`: what waits is not sent any more. */
  cut(connection: number, request: number, atOnce: boolean): void;
  /** Fields of an interim 103 answer. */
  hints(connection: number, request: number, fields: string): void;
}

/** What the app side tells of WebSockets. What is said of one that is gone is ignored. */
export interface SocketsToIo {
  /** Opens it with one of the offered subprotocols, or none (empty). */
  accept(connection: number, request: number, protocol: string): void;
  /**
   * The app writes the answer of an ordinary request byte by byte, head and all: what it sends goes out as it is, and nothing
   * is read any more.
   */
  take(connection: number, request: number): void;
  /** Bytes of a text are UTF-8. Returns how many it has. */
  send(connection: number, request: number, data: string | Uint8Array, isBinary: boolean): number;
  /** Sends one message to many. `targets`: connection and request of each in turn. Text comes as UTF-8. */
  broadcast(targets: readonly number[], data: Uint8Array, isBinary: boolean): void;
  /** Tell `drained` when everything that was given has left. */
  notify(connection: number, request: number): void;
  ping(connection: number, request: number, data: Uint8Array): void;
  close(connection: number, request: number, code: number, reason: string): void;
  /** Too much waits to be sent: closes with 1008 without waiting for it. */
  fail(connection: number, request: number): void;
  /** Cuts the connection, without a word to the peer. */
  cut(connection: number, request: number): void;
  /** Stops reading from it, and goes on: the app has not yet seen enough of what came. */
  hold(connection: number, request: number, isHeld: boolean): void;
  /**
   * So many messages of all WebSockets the app has heard so far (wraps at 2^32); what it said meanwhile was said before. Peers
   * that have said good-bye get their answers before our Close, so that waits for this. False: it has to be told again later.
   */
  heard(messages: number): boolean;
  /** Payload bytes that have left on a connection so far (wraps at 2^32): exact once nothing is unsent, else a little less. */
  sentBytes(connection: number): number;
}

/** A message that is a frame already, uncompressed and unmasked, in memory that somebody wants back. */
export interface LentFrame {
  readonly frame: Uint8Array;
  /** The end of it. */
  readonly payload: Uint8Array;
  readonly isBinary: boolean;
  /** Called once neither is looked at any more. */
  readonly giveBack: () => void;
}

/** What is said of WebSockets on the I/O side's own thread. */
export interface FramesToIo extends SocketsToIo {
  /** As `send`. */
  sendFrame(connection: number, request: number, message: LentFrame): void;
}

/** permessage-deflate of a server. */
export interface SocketDeflate extends DeflateOptions {
  /** Messages with fewer bytes are sent as they are. */
  readonly thresholdBytes: number;
}

/** Compression of a server's answers. */
export interface AnswerCompression {
  /** Bodies with fewer bytes are sent as they are. */
  readonly thresholdBytes: number;
}

/** What the I/O side must know of a server. Limits that are off are Infinity. */
export interface IoServer {
  readonly id: number;
  /** The app wants to see heads before bodies are read. */
  readonly asksHeaders: boolean;
  /** The app reads bodies while they arrive, unless it says otherwise of one. */
  readonly streamsBodies: boolean;
  /** Sockets read straight into the parser's memory where that is possible. */
  readonly fastRead: boolean;
  readonly maxHeadBytes: number;
  readonly maxFields: number;
  readonly maxBodyBytes: number;
  readonly maxChunkExtensionBytes: number;
  readonly spoolBytes: number;
  readonly maxSpoolBytes: number;
  readonly headTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly maxPipelined: number;
  readonly maxQueuedRequests: number;
  /** Lower-case host names that requests may name; null is any. */
  readonly allowedHosts: ReadonlySet<string> | null;
  /** Whose word is taken for who has asked them; null: nobody's. And what decides that, made where it is needed. */
  readonly trustProxy: TrustSettings | null;
  trust: Trust | null;
  /** The app wants to hear of every answer. */
  readonly notesAccess: boolean;
  /** Static paths as the server starts with them, and what became of them; null: there are none. */
  readonly mounts: readonly StaticMount[];
  statics: Routes | null;
  /** The app opens WebSockets; else a request for one is like any other. */
  readonly opensSockets: boolean;
  /** The app hears of Pings and Pongs. */
  readonly tellsPings: boolean;
  /** Each connection ends with the answer to its first request. */
  readonly oneRequest: boolean;
  readonly maxMessageBytes: number;
  readonly maxFragments: number;
  readonly pingIntervalMs: number;
  readonly maxMissedPongs: number;
  readonly closeTimeoutMs: number;
  /** Origins of pages that may open WebSockets; null is any. */
  readonly allowedOrigins: readonly string[] | null;
  /** permessage-deflate as it is offered to clients; null: not at all. */
  readonly perMessageDeflate: SocketDeflate | null;
  /** Answers of the app are compressed for clients that take it; null: they are not. */
  readonly compress: AnswerCompression | null;
  /** How it begins to speak TLS; null: not at all. */
  readonly tls: TlsSettings | null;
  /** What this side counts, tasks of requests that it has made among it. */
  readonly counters: Counters;
  /**
   * Two words that only the app side writes: tasks that it has begun, or that there will not be (wraps); and what else it
   * wants to hear of, as bits of `WATCH_*`.
   */
  readonly taken: Int32Array;
  /** While it ends: told when none of its connections is left. */
  whenEmpty?: () => void;
  readonly log: Logger;
}

/** Every answer; connections that are opened, and that they are closed. */
export const WATCH_ANSWERS = 1;
export const WATCH_CONNECTIONS = 2;

/** Whether somebody wants to hear of the answers of a server now. */
export function wantsAnswers(server: IoServer): boolean {
  return server.notesAccess || ((server.taken[1] as number) & WATCH_ANSWERS) !== 0;
}

/** How many requests of a server wait to be taken up by the app. Between threads it is as old as the cache line. */
export function waitingRequests(server: IoServer): number {
  return waitingTasks(server.counters, server.taken);
}

/** Gives a server other static paths: the next request is answered by these. */
export function setMounts(server: IoServer, mounts: readonly StaticMount[]): void {
  server.statics = Routes.over(StaticTable.of(mounts), process.platform === 'win32');
}
