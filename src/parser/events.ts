/** What comes out of the parser. Types only. */
import type { HttpuvError } from '../errors.ts';
import type { HttpHeaders } from './headers.ts';
import type { HttpRequest } from './request.ts';
import type { HttpResponse } from './response.ts';

/** Bytes of the body, transfer coding removed. */
export interface BodyEvent {
  readonly type: 'body';
  /** A plain view of the fed chunk's buffer, not a copy. */
  readonly bytes: Uint8Array;
  /** Of the first of them; see {@link HttpParserOptions.offsets}. */
  readonly offset?: number;
}

/** The fields behind the last chunk; comes before the end, and only when there are any. */
export interface TrailersEvent {
  readonly type: 'trailers';
  /** As {@link HttpRequest.headers}. Never merge them into the headers unseen: a peer could set any field that way. */
  readonly headers: HttpHeaders;
  /** As {@link HttpRequest.rawHeaders}. */
  readonly rawHeaders: readonly string[];
  /** Of the first field; see {@link HttpParserOptions.offsets}. */
  readonly offset?: number;
}

/** The message is complete. */
export interface EndEvent {
  readonly type: 'end';
  /** Of the byte behind the message; see {@link HttpParserOptions.offsets}. */
  readonly offset?: number;
}

/** The peer broke the rules, or ended within a message. Nothing more can be read from this connection. */
export interface ParseErrorEvent {
  readonly type: 'error';
  /** With code, sentence, status to answer, and offset from the start of the message. */
  readonly error: HttpuvError;
  /** Of the byte where it was noticed; see {@link HttpParserOptions.offsets}. */
  readonly offset?: number;
}

/**
 * Right behind a request with `Upgrade: websocket` or `CONNECT`, or a response that ends HTTP: what follows is not HTTP
 * unless the request is answered as an ordinary one, see {@link HttpParser.resume}.
 */
export interface UpgradeEvent {
  readonly type: 'upgrade';
  /** What was fed behind the head: a view of the fed chunk, possibly empty. */
  readonly rest: Uint8Array;
}

/** The parser has stopped, see {@link HttpParserOptions.pauseAt}, or was stopped. Feed `rest` behind {@link HttpParser.resume}. */
export interface PauseEvent {
  readonly type: 'pause';
  /** What was not read yet: a view of the fed chunk, possibly empty. */
  readonly rest: Uint8Array;
}

/**
 * One event; `type` tells which. A head that is complete is an event itself. That of an interim response (1xx) is a message
 * of its own, with its own end.
 */
export type HttpEvent =
  | HttpRequest
  | HttpResponse
  | BodyEvent
  | TrailersEvent
  | EndEvent
  | ParseErrorEvent
  | UpgradeEvent
  | PauseEvent;
