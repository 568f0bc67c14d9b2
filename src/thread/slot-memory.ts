/** Has long messages joined where the app's thread finds them: in slots, as long as there are some. */
import { type JoiningMemory, spareMemory } from '../websocket/spare.ts';
import type { Slot, Slots } from './slots.ts';

export class SlotMemory implements JoiningMemory {
  readonly #slots: Slots;
  /** Those that messages are being joined in, by where they begin. */
  readonly #joining = new Map<number, Slot>();

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  take(bytes: number): Uint8Array | undefined {
    const slot = this.#slots.take(bytes);
    if (slot === null) return spareMemory.take(bytes);
    this.#joining.set(slot.at, slot);
    return new Uint8Array(slot.bytes.buffer, slot.at, bytes);
  }

  give(bytes: Uint8Array): void {
    const slot = this.release(bytes);
    if (slot !== null) slot.giveBack();
    // Of a slot that was released before, nothing is ours.
    else if (bytes.buffer instanceof ArrayBuffer) spareMemory.give(bytes);
  }

  /** The slot in which a message was joined, which is the caller's from now on; null when it lies elsewhere. */
  release({ buffer, byteOffset }: Uint8Array): Slot | null {
    const slot = this.#joining.get(byteOffset);
    if (slot === undefined || slot.bytes.buffer !== buffer) return null;
    this.#joining.delete(byteOffset);
    return slot;
  }
}
