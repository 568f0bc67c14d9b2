/**
 * The writing end of a ring as its thread uses it: a record always finds a place. What the ring has no room for waits
 * here, in order, until the reader has made room; the writer never does.
 */
import { copyInto, freeNow } from '../codec/bytes.ts';
import { RECORD_HEAD_BYTES, type RingWriter } from './ring.ts';

/** Long bodies travel in records of this many bytes. */
const PIECE_BYTES = 131_072;
/**
 * Bytes that a sleeping reader is better woken for at once: what it does with them takes longer than waking it. Under echoes of 4 to
 * 16 KiB that is worth 15 to 25 % more messages, because both threads work at the same time.
 */
const MUCH_BYTES = 32_768;

/** A record that waits: its memory holds a place for the head, so that payloads lie as in the ring. */
interface Waiting {
  readonly type: number;
  readonly connection: number;
  readonly request: number;
  readonly bytes: Buffer;
}

/** What is left of a long body. */
interface WaitingBody {
  readonly type: number;
  readonly connection: number;
  readonly request: number;
  body: Uint8Array;
  at: number;
  isOurs: boolean;
}

/** Sends by itself what can wait longest. */
export interface Filler {
  /** Whether there is something to send. */
  readonly hasMore: boolean;
  /** Makes records while there is room, and asks for some when there is none. */
  fill(): void;
}

export class Outbox {
  /** Where the payload of the record that was begun last goes: views of the ring, or of memory of its own. */
  words: Uint32Array;
  bytes: Buffer;
  /** Byte offset of that payload. */
  at = 0;
  readonly #ring: RingWriter;
  readonly #batch: number;
  #overflow: (Waiting | WaitingBody)[] = [];
  /** Puts more when nothing else waits. */
  #filler: Filler | null = null;
  #payload = 0;
  #inRing = true;
  /** Whether something was published since {@link publish} told so. */
  #hasNews = false;
  /** Records that the reader cannot see yet. */
  #unpublished = 0;
  /** Bytes since {@link publish}, those in slots too. */
  #newBytes = 0;

  /** @param batch A reader that is awake sees records after so many at the latest; 1 shows each at once. */
  constructor(ring: RingWriter, batch: number) {
    this.#ring = ring;
    this.#batch = batch;
    this.words = ring.words;
    this.bytes = ring.bytes;
  }

  /** Gives this side something that sends as long as there is room. */
  setFiller(filler: Filler): void {
    this.#filler = filler;
  }

  /** Whether something waits for room. */
  get isFull(): boolean {
    return this.#overflow.length > 0 || this.#filler?.hasMore === true;
  }

  /** Whether so much was written since {@link publish} that the reader had better begin with it. */
  get isMuch(): boolean {
    return this.#newBytes >= MUCH_BYTES;
  }

  /** Counts bytes that lie elsewhere. */
  weigh(bytes: number): void {
    this.#newBytes += bytes;
  }

  /** Whether a record of so many bytes finds room now. If not, the reader has been asked for some. */
  hasPlace(payload: number): boolean {
    return this.#overflow.length === 0 && this.#reserveOrAsk(payload) >= 0;
  }

  /** Whether at least so many bytes are free, and nothing waits. If not, the reader has been asked for room. */
  hasRoom(bytes: number): boolean {
    if (this.#overflow.length > 0) return false;
    if (this.#ring.free >= bytes || this.#ring.refresh() >= bytes) return true;
    this.#ring.askForRoom();
    return this.#ring.refresh() >= bytes;
  }

  /** As {@link hasRoom}, of half of the ring. */
  get isHalfFree(): boolean {
    return this.hasRoom(this.#ring.mostPayload);
  }

  /**
   * Begins a record: its payload is to be written at {@link at} of {@link bytes} (or {@link words}). It has at most
   * {@link RingWriter.mostPayload} bytes: whoever makes records limits what goes into them.
   */
  begin(payload: number): void {
    this.#payload = payload;
    const at = this.#overflow.length > 0 ? -1 : this.#ring.reserve(payload);
    this.#inRing = at >= 0;
    if (at >= 0) {
      this.words = this.#ring.words;
      this.bytes = this.#ring.bytes;
      this.at = at + RECORD_HEAD_BYTES;
      return;
    }
    if (payload > this.#ring.mostPayload) {
      throw new RangeError(
        `a record of ${payload} bytes may wait for room for ever: ${this.#ring.mostPayload} are the most`,
      );
    }
    const memory = new ArrayBuffer((RECORD_HEAD_BYTES + payload + 7) & ~7);
    this.words = new Uint32Array(memory);
    this.bytes = Buffer.from(memory);
    this.at = RECORD_HEAD_BYTES;
  }

  /** Ends the record. */
  end(type: number, connection: number, request: number): void {
    this.#newBytes += this.#payload;
    if (this.#inRing) {
      this.#ring.commit(this.at - RECORD_HEAD_BYTES, this.#payload, connection, type, request);
      if (++this.#unpublished >= this.#batch) this.#show();
    } else {
      const bytes = this.bytes.subarray(this.at, this.at + this.#payload);
      this.#overflow.push({ type, connection, request, bytes });
    }
  }

  /** Writes bytes as records of one type. They are copied. */
  putPieces(type: number, connection: number, request: number, bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      const to = Math.min(bytes.length, from + PIECE_BYTES);
      this.begin(to - from);
      copyInto(this.bytes, this.at, bytes, from, to);
      this.end(type, connection, request);
    }
  }

  /**
   * Sends bytes as records of one type, with nothing between them.
   * @param isOurs Nobody else has them: their memory is given back when they are sent. Of others' bytes what has to wait is copied: they may be changed or given away.
   */
  putBody(type: number, connection: number, request: number, body: Uint8Array, from: number, isOurs: boolean): void {
    const waiting: WaitingBody = { type, connection, request, body, at: from, isOurs };
    this.#overflow.push(waiting);
    this.pump();
    if (isOurs || this.#overflow.at(-1) !== waiting) return;
    // Not `slice`, which of a Buffer gives a view.
    waiting.body = new Uint8Array(body.subarray(waiting.at));
    waiting.at = 0;
    waiting.isOurs = true;
  }

  /**
   * Whether something waits for room, and the reader will not wake this side for it: it never was asked to, or it has
   * taken the wish while this side was awake.
   */
  get hasWork(): boolean {
    return this.isFull && !this.#ring.isAsking;
  }

  /** Moves what waits into the ring, as far as there is room; asks for more where there is none. */
  pump(): void {
    while (this.#overflow.length > 0) {
      const first = this.#overflow[0] as Waiting | WaitingBody;
      const isBody = 'body' in first;
      const payload = isBody ? Math.min(PIECE_BYTES, first.body.length - first.at) : first.bytes.length;
      const at = this.#reserveOrAsk(payload);
      if (at < 0) return;
      if (isBody) copyInto(this.#ring.bytes, at + RECORD_HEAD_BYTES, first.body, first.at, first.at + payload);
      else copyInto(this.#ring.bytes, at + RECORD_HEAD_BYTES, first.bytes);
      this.#ring.commit(at, payload, first.connection, first.type, first.request);
      this.#show();
      if (isBody) {
        first.at += payload;
        if (first.at < first.body.length) continue;
        if (first.isOurs) freeNow(first.body);
      } else freeNow(new Uint8Array(first.bytes.buffer));
      this.#overflow.shift();
    }
    if (this.#filler?.hasMore) this.#filler.fill();
  }

  /** Shows the reader everything. @returns Whether there is something for which it has to be woken, if it sleeps. */
  publish(): boolean {
    this.pump();
    if (this.#unpublished > 0) this.#show();
    const news = this.#hasNews;
    this.#hasNews = false;
    this.#newBytes = 0;
    return news;
  }

  #show(): void {
    this.#unpublished = 0;
    this.#hasNews = true;
    this.#ring.publish();
  }

  #reserveOrAsk(payload: number): number {
    const at = this.#ring.reserve(payload);
    if (at >= 0) return at;
    this.#ring.askForRoom();
    return this.#ring.reserve(payload);
  }
}
