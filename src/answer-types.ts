/** Answers inside of the package: checked, and ready but for what only the I/O side knows. Types only, for every room. */

/**
 * A file that the I/O side opens and sends.
 * @internal
 */
export interface FileAnswer {
  readonly path: string;
  readonly owned: boolean;
}

/**
 * A body that the I/O side sends in pieces, as they come.
 * @internal
 */
export interface PieceSource {
  /** Bytes of all pieces together; Infinity while that is not known. */
  readonly size: number;
  /**
   * The next bytes, which the source does not use any more. `null`: none yet, and {@link onPiece} tells of the next one.
   * `'broken'`: fewer come than were announced. `'cut'`: no more come, and whoever has to know knows.
   *
   * @param isBehind The peer has not always taken everything at once.
   */
  next(isBehind: boolean): Uint8Array | null | 'broken' | 'cut';
  /** Takes the memory of a piece back that has left; without this it is freed. */
  reuse?(piece: Uint8Array): void;
  /** So many bytes more have left, or never will. */
  sent(bytes: number): void;
  /** What the head announces in place of the size: no length (−1), or chunks, in which the pieces are then framed (−2). */
  readonly announced?: number;
  /** Bytes of the body so far without their framing; absent: there is none. */
  readonly payload?: number;
  /** Field lines behind the body, each ended by CRLF, once all of it was given. */
  readonly trailers?: string;
  /** It has failed before any of it was asked for. */
  readonly isCut?: boolean;
  /** Nobody takes the rest of it once the peer has sent FIN. */
  readonly endsWithPeer?: boolean;
  /** Set by whoever was given `null`. */
  onPiece?: (() => void) | null;
  /** Nothing more is wanted, or all was sent. */
  close(): void;
}

/**
 * A body that follows in pieces. Its size is the `length` of the answer, −1 when it is not known.
 * @internal
 */
export interface StreamAnswer {
  /** It is an event stream, in which a comment is sent when nothing else was for so long; 0: it is none. */
  readonly keepAliveMs: number;
}

/**
 * An answer of the app, checked and ready but for what only the I/O side knows.
 * @internal
 */
export interface Answer {
  readonly status: number;
  /** Field lines of the app, each ended by CRLF: without Content-Length, Connection and Transfer-Encoding. */
  readonly fields: string;
  /** The fields hold a Date of the app's own. */
  readonly ownDate: boolean;
  /** The app asked for `Connection: close`. */
  readonly close: boolean;
  /** Content-Length given by the app, −1 when it gave none. For bodies that are sent it equals their length. */
  readonly length: number;
  readonly body: string | Uint8Array | FileAnswer | StreamAnswer | null;
  /** The body is text, and its characters are ASCII: as many bytes as characters. Absent: not known. */
  readonly isAscii?: boolean;
  /** It is not compressed: the app wants that, or it is none of the app's. */
  readonly asIs?: boolean;
  /** The answer to a HEAD, without the body that GET would get; `length` is that of the body, −1 when it is not known. */
  readonly isLeftOut?: boolean;
}

/**
 * An answer whose body is no stream.
 * @internal
 */
export interface WholeAnswer extends Omit<Answer, 'body'> {
  readonly body: Exclude<Answer['body'], StreamAnswer>;
}

/**
 * An answer on the I/O side, where its body may still be on its way.
 * @internal
 */
export interface IoAnswer extends Omit<Answer, 'body'> {
  readonly body: WholeAnswer['body'] | PieceSource;
}

/**
 * An answer as it comes to the I/O side.
 * @internal
 */
export interface GivenAnswer extends Omit<Answer, 'body'> {
  readonly body: Answer['body'] | PieceSource;
}
