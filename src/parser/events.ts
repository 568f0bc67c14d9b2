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
}

/** The fields behind the last chunk; comes before the end, and only when there are any. */
export interface TrailersEvent {
  readonly type: 'trailers';
  /** As {@link HttpRequest.headers}. Never merge them into the headers unseen: a peer could set any field that way. */
  readonly headers: HttpHeaders;
  /** As {@link HttpRequest.rawHeaders}. */
  readonly rawHeaders: readonly string[];
}

/** The message is complete. */
export interface EndEvent {
  readonly type: 'end';
}

/** The peer broke the rules, or ended within a message. Nothing more can be read from this connection. */
export interface ParseErrorEvent {
  readonly type: 'error';
  /** With code, sentence, status to answer, and offset from the start of the message. */
  readonly error: HttpuvError;
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
  | UpgradeEvent;
