/**
 * A queue of records between two threads: one writes, one reads, neither ever waits. Bytes of a shared buffer are used
 * round and round; two counters tell how many have been written and read. Knows nothing of what records mean.
 *
 * A record is 16 bytes of head and its payload, contiguous and 8-aligned: `[length][connection][type][request]`, all u32
 * little-endian; length counts the head. A record that does not fit before the end of the buffer starts at its
 * beginning, and {@link SKIP} stands where it would have started.
 *
 * Invariants (test/thread/interleavings.test.ts):
 * 1. The writer stores the head counter after the records are complete, the reader loads it before it looks: no record is
 *    seen in part.
 * 2. The reader stores the tail counter after it has done with a record, the writer loads it before it writes there: no
 *    record is overwritten while it is read.
 * 3. Each record is read once, in the order of writing, also when reading it throws.
 * 4. A writer without room stores WANTS_ROOM and then looks for room again; a reader stores the tail and then takes
 *    WANTS_ROOM away. So either the writer sees the room or the reader sees that it must wake the writer.
 *    The reader may take the wish before it has made enough room, and the waking does nothing while the writer is awake.
 *    So a writer that wants room falls asleep only while its wish stands.
 */
import { RING } from './control.ts';

/** Bytes in front of every payload. */
export const RECORD_HEAD_BYTES = 16;
/** In place of a length: go on at the start of the buffer. */
const SKIP = 0xffffffff;

const align8 = (n: number): number => (n + 7) & ~7;

/** The shared memory of one ring, as both ends see it. */
abstract class RingEnd {
  readonly words: Uint32Array;
  readonly bytes: Buffer;
  protected readonly control: Int32Array;
  protected readonly at: number;
  protected readonly mask: number;
  protected readonly size: number;

  /**
   * @param control The control words of the link.
   * @param at Index of the first word of this ring in it.
   * @param memory A power of two of bytes.
   * @param words The same memory as words; given by tests that watch it.
   */
  constructor(control: Int32Array, at: number, memory: SharedArrayBuffer, words?: Uint32Array) {
    this.control = control;
    this.at = at;
    this.size = memory.byteLength;
    this.mask = this.size - 1;
    this.words = words ?? new Uint32Array(memory);
    this.bytes = Buffer.from(memory);
  }
}

/** The end that writes. */
export class RingWriter extends RingEnd {
  #head = 0;
  /** The tail as last seen: there may be more room by now, never less. */
  #tail = 0;
  #reserved = 0;

  /** Bytes of the largest payload that finds room in an empty ring wherever that stands: half of it, with its head. */
  get mostPayload(): number {
    return this.size / 2 - RECORD_HEAD_BYTES;
  }

  /** Bytes that are free for sure. */
  get free(): number {
    return this.size - ((this.#head - this.#tail) >>> 0);
  }

  /** Bytes that are free now. */
  refresh(): number {
    this.#tail = Atomics.load(this.control, this.at + RING.TAIL) >>> 0;
    return this.free;
  }

  /**
   * Finds room for a payload of so many bytes.
   * @returns Byte offset of the record in the ring, or −1 when there is no room. Nothing is visible before {@link commit}.
   */
  reserve(payload: number): number {
    const at = this.#head & this.mask;
    const total = this.#bytesFor(payload);
    if (this.free < total && this.refresh() < total) return -1;
    this.#reserved = total;
    if (total <= this.size - at) return at;
    this.words[at >>> 2] = SKIP;
    return 0;
  }

  /** Bytes that a record takes, with those before the end of the buffer when it has to start at its beginning. */
  #bytesFor(payload: number): number {
    const need = align8(RECORD_HEAD_BYTES + payload);
    const toEnd = this.size - (this.#head & this.mask);
    return toEnd < need ? toEnd + need : need;
  }

  /** Completes the record that was reserved at `at`; {@link publish} shows it to the reader. */
  commit(at: number, payload: number, connection: number, type: number, request: number): void {
    const word = at >>> 2;
    this.words[word] = RECORD_HEAD_BYTES + payload;
    this.words[word + 1] = connection;
    this.words[word + 2] = type;
    this.words[word + 3] = request;
    this.#head = (this.#head + this.#reserved) >>> 0;
  }

  /** Shows the reader all complete records. */
  publish(): void {
    Atomics.store(this.control, this.at + RING.HEAD, this.#head | 0);
  }

  /** Asks the reader to wake this side once it has read something. */
  askForRoom(): void {
    Atomics.store(this.control, this.at + RING.WANTS_ROOM, 1);
  }

  /** Whether the reader has still to take the wish, and will wake this side then. */
  get isAsking(): boolean {
    return Atomics.load(this.control, this.at + RING.WANTS_ROOM) === 1;
  }
}

/** Takes one record: `at` is the byte offset of its payload in the ring, `length` that of the payload. */
export type TakeRecord = (type: number, connection: number, request: number, at: number, length: number) => void;

/** The end that reads. */
export class RingReader extends RingEnd {
  /** Counts looks at how far the writer is: what it writes over is seen by a later look than what was there. */
  turn = 0;
  /** Byte offset behind the last record that can be read without going back to the start of the buffer. */
  end = 0;
  #tail = 0;

  /** Whether there is nothing to read now. */
  get isEmpty(): boolean {
    return Atomics.load(this.control, this.at + RING.HEAD) >>> 0 === this.#tail;
  }

  /**
   * Gives every record to `take`, also those that are written meanwhile. What `take` needs of a record it must copy.
   * @returns Whether there was any. What `take` throws comes out, with that record counted as read.
   */
  drain(take: TakeRecord): boolean {
    const { control, words, mask, size } = this;
    const publishEvery = size >>> 2;
    let head = Atomics.load(control, this.at + RING.HEAD) >>> 0;
    if (head === this.#tail) return false;
    let published = this.#tail;
    this.#see(head);
    try {
      while (head !== this.#tail) {
        const at = this.#tail & mask;
        const word = at >>> 2;
        const length = words[word] as number; // Positions are inside the memory.
        if (length === SKIP) {
          this.#tail = (this.#tail + size - at) >>> 0;
          this.#see(head);
          continue;
        }
        const connection = words[word + 1] as number;
        const type = words[word + 2] as number;
        const request = words[word + 3] as number;
        try {
          take(type, connection, request, at + RECORD_HEAD_BYTES, length - RECORD_HEAD_BYTES);
        } finally {
          this.#tail = (this.#tail + align8(length)) >>> 0;
        }
        if ((this.#tail - published) >>> 0 >= publishEvery) {
          Atomics.store(control, this.at + RING.TAIL, this.#tail | 0);
          published = this.#tail;
        }
        if (head !== this.#tail) continue;
        head = Atomics.load(control, this.at + RING.HEAD) >>> 0;
        this.#see(head);
      }
    } finally {
      Atomics.store(control, this.at + RING.TAIL, this.#tail | 0);
    }
    return true;
  }

  /** Looks at records up to `head`. */
  #see(head: number): void {
    const at = this.#tail & this.mask;
    this.turn++;
    this.end = Math.min(this.size, at + ((head - this.#tail) >>> 0));
  }

  /** As {@link drain}, and calls `onRoom` when the writer waits for room: there is some now, so it has to be woken. */
  serve(take: TakeRecord, onRoom: () => void): boolean {
    let wasAny = true;
    try {
      wasAny = this.drain(take);
    } finally {
      // Also when reading has thrown: there is room, and nobody may read again before there is more.
      if (wasAny && this.takeRoomWish()) onRoom();
    }
    return wasAny;
  }

  /** Whether the writer has asked to be woken; asking is over with that. */
  takeRoomWish(): boolean {
    return Atomics.exchange(this.control, this.at + RING.WANTS_ROOM, 0) === 1;
  }
}
