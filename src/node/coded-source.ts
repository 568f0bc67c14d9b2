/**
 * A body that is compressed while it is sent: takes pieces of another source, as fast as the client takes what becomes of
 * them, has zlib's threads compress one at a time, and frames the result in chunks. It knows no sockets.
 */
import type { PieceSource } from '../answer-types.ts';
import { freeNow } from '../codec/bytes.ts';
import { CHUNKED } from './answer.ts';
import { chunkOf } from './stream-source.ts';
import type { Turns } from './turns.ts';
import type { Deflater } from './zlib-codings.ts';

/** What a body is compressed with. */
export interface Compressing {
  /** Makes the compressor, when the first piece is there. */
  open(): Deflater;
  /** How it is told to give out what it has. */
  readonly flush: number;
  readonly turns: Turns;
  /** Called once, when the compressor is not needed any more. */
  freed(): void;
}

export class CodedSource implements PieceSource {
  readonly announced: number = CHUNKED;
  onPiece: (() => void) | null = null;
  readonly #inner: PieceSource;
  readonly #how: Compressing;
  #deflater: Deflater | null = null;
  /** The piece that the compressor has. */
  #piece: Uint8Array | null = null;
  /** What waits for zlib, or is done by it; one thing at a time. */
  #act: (() => void) | null = null;
  #isRunning = false;
  /** Somebody waits for a chunk. */
  #isAsked = false;
  /** The compressor may hold back some of what it was given. */
  #holdsBack = false;
  #chunks: Uint8Array[] = [];
  #taken = 0;
  #framed = 0;
  #payload = 0;
  #state: 'open' | 'ended' | 'broken' | 'cut' | 'closed' = 'open';
  #isFreed = false;

  constructor(inner: PieceSource, how: Compressing) {
    this.#inner = inner;
    this.#how = how;
    inner.onPiece = () => {
      if (this.#isAsked) this.#pull();
    };
  }

  get size(): number {
    return this.#state === 'ended' ? this.#framed : Number.POSITIVE_INFINITY;
  }

  /** Compressed bytes so far. */
  get payload(): number {
    return this.#payload;
  }

  /** It has failed before any of it was asked for. */
  get isCut(): boolean {
    return this.#inner.isCut === true;
  }

  next(): Uint8Array | null | 'broken' | 'cut' {
    const chunk = this.#chunks.shift();
    // The next is made while this one is sent.
    if (this.#chunks.length === 0) this.#pull();
    if (chunk !== undefined) return chunk;
    this.#isAsked = true;
    return this.#state === 'broken' || this.#state === 'cut' ? this.#state : null;
  }

  /** What it was made of was taken before. */
  sent(): void {}

  close(): void {
    if (this.#state !== 'ended') this.#state = 'closed';
    this.#inner.onPiece = null;
    this.#chunks = [];
    // Its memory may still be looked at by zlib, so it is left to the collector.
    if (this.#piece !== null) this.#inner.sent(this.#piece.length);
    this.#piece = null;
    this.#free();
    this.#inner.close();
  }

  /** Takes a piece, if there is nothing else to do. */
  #pull(): void {
    if (this.#state !== 'open' || this.#act !== null) return;
    if (this.#taken >= this.#inner.size) {
      this.#plan(() => this.#end());
      return;
    }
    // Not the largest ones, which keep a thread for long.
    const piece = this.#inner.next(true);
    if (piece instanceof Uint8Array) {
      this.#taken += piece.length;
      this.#piece = piece;
      this.#plan(() => this.#write(piece));
    } else if (this.#holdsBack) {
      // What has come so far is to reach the client, whatever comes then.
      this.#plan(() => this.#flush());
    } else if (piece !== null) {
      this.#state = piece;
      this.#free();
      this.#tell();
    }
  }

  #plan(act: () => void): void {
    this.#act = () => {
      this.#isRunning = true;
      act();
    };
    this.#how.turns.enter(this.#act);
  }

  #write(piece: Uint8Array): void {
    this.#holdsBack = true;
    this.#open().write(piece, () => {
      if (this.#piece === null) return;
      this.#piece = null;
      if (this.#inner.reuse === undefined) freeNow(piece);
      else this.#inner.reuse(piece);
      // Whoever gives pieces may give the next one now.
      this.#inner.sent(piece.length);
      this.#done();
    });
  }

  #flush(): void {
    this.#holdsBack = false;
    this.#open().flush(this.#how.flush, () => this.#done());
  }

  #end(): void {
    this.#open().end();
  }

  #ended(): void {
    if (this.#state !== 'open') return;
    const trailers = this.#inner.trailers ?? '';
    this.#put(Buffer.from(`0\r\n${trailers}\r\n`, 'latin1'));
    this.#state = 'ended';
    this.#free();
    this.#tell();
  }

  #done(): void {
    this.#leave();
    if (this.#state !== 'open') return;
    if (this.#chunks.length === 0) this.#pull();
  }

  #open(): Deflater {
    if (this.#deflater !== null) return this.#deflater;
    const deflater = this.#how.open();
    this.#deflater = deflater;
    deflater.on('data', (bytes: Uint8Array) => {
      if (this.#state !== 'open') return;
      this.#payload += bytes.length;
      this.#put(chunkOf(bytes));
      this.#tell();
    });
    deflater.on('end', () => this.#ended());
    deflater.on('error', () => {
      if (this.#state !== 'open') return;
      this.#state = 'broken';
      this.#free();
      this.#tell();
    });
    return deflater;
  }

  #put(chunk: Uint8Array): void {
    this.#framed += chunk.length;
    this.#chunks.push(chunk);
  }

  #tell(): void {
    if (!this.#isAsked) return;
    this.#isAsked = false;
    this.onPiece?.();
  }

  /** Gives the turn back. */
  #leave(): void {
    if (this.#act === null) return;
    if (this.#isRunning) this.#how.turns.leave();
    else this.#how.turns.withdraw(this.#act);
    this.#act = null;
    this.#isRunning = false;
  }

  #free(): void {
    this.#leave();
    this.#deflater?.destroy();
    this.#deflater = null;
    if (this.#isFreed) return;
    this.#isFreed = true;
    this.#how.freed();
  }
}
