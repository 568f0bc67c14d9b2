/** The I/O thread's end of a long body: pieces as they came, until the client has taken them. */
import type { PieceSource } from '../answer-types.ts';

/** Who tells the app's thread about it. */
export interface BodyTeller {
  /** So many bytes of the body have left. */
  sent(connection: number, request: number, bytes: number): void;
  /** Nothing more of it is wanted. */
  enough(connection: number, request: number): void;
}

export class ArrivingBody implements PieceSource {
  readonly size: number;
  readonly #connection: number;
  readonly #request: number;
  readonly #teller: BodyTeller;
  /** Called once, when no further piece is taken. */
  readonly #onEnd: (request: number) => void;
  onPiece: (() => void) | null = null;
  #pieces: Uint8Array[] = [];
  #arrived = 0;
  #isClosed = false;

  constructor(size: number, connection: number, request: number, teller: BodyTeller, onEnd: (request: number) => void) {
    this.size = size;
    this.#connection = connection;
    this.#request = request;
    this.#teller = teller;
    this.#onEnd = onEnd;
  }

  /** Takes the next piece, of memory of its own. */
  arrive(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#arrived += piece.length;
    if (this.#arrived >= this.size) this.#onEnd(this.#request);
    this.onPiece?.();
  }

  next(): Uint8Array | null {
    return this.#pieces.shift() ?? null;
  }

  sent(bytes: number): void {
    if (!this.#isClosed) this.#teller.sent(this.#connection, this.#request, bytes);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#pieces = [];
    this.#onEnd(this.#request);
    this.#teller.enough(this.#connection, this.#request);
  }
}
