/**
 * Request bodies that the app reads while they arrive, as records: pieces and their end on their way to the app's thread, wishes
 * for more on their way back. Of each direction one end is written here as calls, the other reads into the same calls.
 */
import type { UploadsToApp, UploadsToIo } from '../node/link.ts';
import type { Outbox } from './outbox.ts';
import type { RingReader } from './ring.ts';

/** Types of records; others are those of heads, WebSockets and streams. */
const UPLOAD = { PIECE: 80, END: 81, FAILED: 82, WANT: 83 } as const;

/** What the I/O thread tells. */
export class UploadEventWriter implements UploadsToApp {
  readonly #out: Outbox;
  readonly #onNews: () => void;

  /** @param onNews Called when there may be something to announce at the end of this turn. */
  constructor(out: Outbox, onNews: () => void) {
    this.#out = out;
    this.#onNews = onNews;
  }

  piece(connection: number, request: number, bytes: Uint8Array): void {
    this.#out.putPieces(UPLOAD.PIECE, connection, request, bytes);
    this.#onNews();
  }

  end(connection: number, request: number): void {
    this.#out.begin(0);
    this.#out.end(UPLOAD.END, connection, request);
    this.#onNews();
  }

  /** `[why]` */
  failed(connection: number, request: number, why: number): void {
    sayNumber(this.#out, UPLOAD.FAILED, connection, request, why);
    this.#onNews();
  }
}

/** What the app's thread hears. */
export class UploadEventReader {
  readonly #ring: RingReader;
  readonly #app: UploadsToApp;

  constructor(ring: RingReader, app: UploadsToApp) {
    this.#ring = ring;
    this.#app = app;
  }

  /** Tells the app side one record. @returns Whether it is one of these. */
  read(type: number, connection: number, request: number, at: number, length: number): boolean {
    if (type === UPLOAD.PIECE) this.#app.piece(connection, request, this.#ring.bytes.subarray(at, at + length));
    else if (type === UPLOAD.END) this.#app.end(connection, request);
    else if (type === UPLOAD.FAILED) this.#app.failed(connection, request, numberAt(this.#ring, at));
    else return false;
    return true;
  }
}

/** What the app's thread says. */
export class UploadCommandWriter implements UploadsToIo {
  readonly #out: Outbox;
  readonly #onSaid: () => void;

  /** @param onSaid Called behind each command: it may have to leave at once. */
  constructor(out: Outbox, onSaid: () => void) {
    this.#out = out;
    this.#onSaid = onSaid;
  }

  /** `[bytes]` */
  want(connection: number, request: number, bytes: number): void {
    sayNumber(this.#out, UPLOAD.WANT, connection, request, bytes);
    this.#onSaid();
  }
}

/** What the I/O thread is told. */
export class UploadCommandReader {
  readonly #ring: RingReader;
  readonly #io: UploadsToIo;

  constructor(ring: RingReader, io: UploadsToIo) {
    this.#ring = ring;
    this.#io = io;
  }

  /** Obeys one record. @returns Whether it is one of these. */
  read(type: number, connection: number, request: number, at: number): boolean {
    if (type !== UPLOAD.WANT) return false;
    this.#io.want(connection, request, numberAt(this.#ring, at));
    return true;
  }
}

function sayNumber(out: Outbox, type: number, connection: number, request: number, value: number): void {
  out.begin(4);
  out.words[out.at >>> 2] = value;
  out.end(type, connection, request);
}

function numberAt({ words }: RingReader, at: number): number {
  return words[at >>> 2] as number; // The word of the record is inside the memory.
}
