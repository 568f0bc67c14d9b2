/**
 * Memory for long messages on their way to the other thread: what travels through the ring is copied once more. The I/O
 * thread has the kernel read messages to clients where they lie, and joins there what comes in several reads. One thread
 * takes a slot, and the other one gives it back, or the same one when nothing comes of the message. Nobody waits for one:
 * without a free slot a message goes through the ring.
 *
 * Invariant: only one thread makes a slot taken, and only when it is free; whoever holds it makes it free, as the last
 * thing that he does with it. So no two hold the same one.
 */

/** Slots by size, the smallest first, and how many there are of each. Memory that was never written costs nothing. */
const KINDS = [
  { bytes: 16_384, count: 64 },
  { bytes: 65_536, count: 32 },
  { bytes: 262_144, count: 8 },
  { bytes: 1_048_576, count: 4 },
] as const;
/** What is said with a message of a round size finds room, too. */
const EXTRA_BYTES = 1024;
/** Shorter messages are not worth a slot. */
const LEAST_BYTES = 8192;

const PAGE_BYTES = 4096;
/**
 * Where in its pages a message begins, with room for a header in front. Some processors copy up to 17 times as slowly when the
 * target lies 1 to 47 bytes further on in its page than the source in its own (measured): what the I/O thread reads lies at
 * 2048 and a frame's header, and the kernel begins mostly with a page. The engine's memory begins 16 bytes into a page.
 */
const OFFSET_BYTES = { in: 64, out: 2048 } as const;

const FREE = 0;
const TAKEN = 1;

/** Bytes that all of them need: the states of all lie in the first page. */
export const SLOTS_BYTES: number = KINDS.reduce(
  (sum, { bytes, count }) => sum + count * (bytes + PAGE_BYTES),
  PAGE_BYTES,
);

/** One slot, as either thread sees it. */
export interface Slot {
  readonly number: number;
  /** The memory of all, and where the message begins in it: at a multiple of 8, with room for a header in front. */
  readonly bytes: Buffer;
  readonly at: number;
  /** Bytes of the longest message that fits. */
  readonly room: number;
  /** Makes it free. It is not looked at any more. */
  readonly giveBack: () => void;
}

/** The slots of a link, as either thread sees them. */
export class Slots {
  readonly #states: Int32Array;
  readonly #slots: readonly Slot[];

  /**
   * @param memory {@link SLOTS_BYTES}, zeros at first.
   * @param direction Of the messages: in to the app, or out to clients.
   */
  constructor(memory: SharedArrayBuffer, direction: 'in' | 'out') {
    const bytes = Buffer.from(memory);
    const states = new Int32Array(memory, 0, PAGE_BYTES / Int32Array.BYTES_PER_ELEMENT);
    const slots: Slot[] = [];
    let at = PAGE_BYTES + OFFSET_BYTES[direction];
    for (const kind of KINDS) {
      for (let i = 0; i < kind.count; i++, at += kind.bytes + PAGE_BYTES) {
        const number = slots.length;
        const giveBack = (): void => void Atomics.store(states, number, FREE);
        slots.push({ number, bytes, at, room: kind.bytes + EXTRA_BYTES, giveBack });
      }
    }
    this.#states = states;
    this.#slots = slots;
  }

  /** Takes a slot for a message of so many bytes; null when there is none, or the message is not worth it. */
  take(size: number): Slot | null {
    if (size < LEAST_BYTES) return null;
    for (const slot of this.#slots) {
      if (slot.room < size || Atomics.load(this.#states, slot.number) !== FREE) continue;
      Atomics.store(this.#states, slot.number, TAKEN);
      return slot;
    }
    return null;
  }

  /** The slot of this number. */
  of(number: number): Slot {
    return this.#slots[number] as Slot; // Whoever names one has taken it.
  }

  /** How many are taken. */
  get taken(): number {
    return this.#states.reduce((sum, state) => sum + state, 0);
  }
}
