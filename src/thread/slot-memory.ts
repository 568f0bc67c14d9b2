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
    if (bytes.buffer instanceof SharedArrayBuffer) this.release(bytes)?.giveBack();
    else spareMemory.give(bytes);
  }

  /** The slot in which a message was joined, which is the caller's from now on; null when it lies elsewhere. */
  release({ buffer, byteOffset }: Uint8Array): Slot | null {
    const slot = buffer instanceof SharedArrayBuffer ? this.#joining.get(byteOffset) : undefined;
    this.#joining.delete(byteOffset);
    return slot ?? null;
  }
}
