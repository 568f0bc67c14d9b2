/**
 * Request bodies that the app reads while they arrive, of the connection host: reads them as fast as the app asks for
 * them, and decides what becomes of what nobody wants. It knows nothing of streams.
 */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import { copyInto } from '../codec/bytes.ts';
import { type Connection, type Exchange, HOLD_DECISION, HOLD_UPLOAD } from './connection.ts';
import { advance, askForBody } from './deliver.ts';
import type { Host } from './host.ts';
import type { UploadsToIo } from './link.ts';

/** So much of a body that nobody reads is thrown away, so that its connection can go on; Go's server does the same. */
const MOST_DISCARDED_BYTES = 262_144;
/** Shorter parts of one read are told together: a chunk may have a single byte. */
const SHORT_BYTES = 4_096;
const JOINED_BYTES = 65_536;

/** One body. */
export class Upload {
  /** Bytes that the app has asked for and not got. A read may bring more: then it is negative, until the app wants more. */
  credit = 0;
  /** Nobody reads it any more; what comes within the credit is thrown away. */
  isLeft = false;
}

export class UploadHost implements UploadsToIo {
  readonly #host: Host;
  /** Short parts of the body that is being read, and whose they are. */
  #joined: Buffer | null = null;
  #joinedBytes = 0;
  #connection = 0;
  #request = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  want(connectionId: number, request: number, bytes: number): void {
    const host = this.#host;
    const connection = host.connections[connectionId];
    const exchange = connection?.current ?? null;
    if (connection === undefined || exchange === null || exchange.id !== request) return;
    exchange.upload ??= new Upload();
    const { upload } = exchange;
    if (upload.isLeft) return;
    upload.credit += bytes;
    askForBody(host, connection, exchange);
    if (upload.credit > 0) host.release(connection, HOLD_UPLOAD);
  }

  /** More of a body has been read. */
  take(connection: Connection, exchange: Exchange, upload: Upload, bytes: Uint8Array): void {
    upload.credit -= bytes.length;
    if (upload.isLeft) {
      if (upload.credit < 0) this.#abandon(connection, exchange);
      return;
    }
    if (bytes.length < SHORT_BYTES) this.#join(connection.id, exchange.id, bytes);
    else {
      this.settle();
      this.#host.app.uploads.piece(connection.id, exchange.id, bytes);
    }
    if (upload.credit <= 0) this.#host.hold(connection, HOLD_UPLOAD);
    if (!this.#host.app.hasRoom()) this.#host.waitForRoom(connection);
  }

  /** Tells what was joined. */
  settle(): void {
    const bytes = this.#joinedBytes;
    if (bytes === 0 || this.#joined === null) return;
    this.#joinedBytes = 0;
    this.#host.app.uploads.piece(this.#connection, this.#request, this.#joined.subarray(0, bytes));
  }

  /** All of a body has been read. */
  end(connection: Connection, exchange: Exchange): void {
    this.settle();
    if (exchange.upload?.isLeft === false) this.#host.app.uploads.end(connection.id, exchange.id);
    this.#host.release(connection, HOLD_UPLOAD);
  }

  /** The rest of a body will not be read, however it is kept. @param why See `UploadsToApp`. */
  forget(connection: Connection, exchange: Exchange, why: number): void {
    const { spool, upload } = exchange;
    spool?.discard();
    if (upload === null || upload.isLeft) return;
    upload.isLeft = true;
    this.settle();
    this.#host.app.uploads.failed(connection.id, exchange.id, why);
  }

  /**
   * The answer is there, and nobody reads what is left of the body: a little of it is thrown away, else the connection ends
   * with the answer (RFC 9112 section 9.3). A client that waits for `100 Continue` may send it or not, so nobody could tell what
   * comes next.
   */
  leave(connection: Connection, exchange: Exchange): void {
    const left = connection.parked?.bodyLeft ?? 0;
    if (exchange.continues !== 'never' || left > MOST_DISCARDED_BYTES) {
      this.#abandon(connection, exchange);
      return;
    }
    exchange.upload ??= new Upload();
    exchange.upload.isLeft = true;
    exchange.upload.credit = MOST_DISCARDED_BYTES;
    this.#host.release(connection, HOLD_DECISION);
    this.#host.release(connection, HOLD_UPLOAD);
  }

  /** Nothing more is read from the connection, which ends with this answer. */
  #abandon(connection: Connection, exchange: Exchange): void {
    connection.leaveUnread(exchange);
    advance(this.#host, connection);
    this.#host.release(connection, HOLD_DECISION);
    this.#host.release(connection, HOLD_UPLOAD);
  }

  #join(connection: number, request: number, bytes: Uint8Array): void {
    const isOther = connection !== this.#connection || request !== this.#request;
    if (isOther || this.#joinedBytes + bytes.length > JOINED_BYTES) this.settle();
    this.#joined ??= Buffer.allocUnsafeSlow(JOINED_BYTES);
    this.#connection = connection;
    this.#request = request;
    copyInto(this.#joined, this.#joinedBytes, bytes);
    this.#joinedBytes += bytes.length;
  }
}
