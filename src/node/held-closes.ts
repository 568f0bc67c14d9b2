/**
 * Closes of peers whose messages the app has not heard yet. Ours waits for the app, because what that says of a message goes
 * before it; it does not wait where there is nothing to be heard, or the app would hold up who leaves while it computes.
 */
import type { IoSocket } from './io-socket.ts';

const NONE: readonly IoSocket[] = [];

export class HeldCloses {
  /** Messages of all WebSockets that were told, and that the app has heard (both wrap at 2^32). */
  #told = 0;
  #heard = 0;
  readonly #held = new Set<IoSocket>();

  /** A message of this one is told. */
  tell(socket: IoSocket): void {
    this.#told = (this.#told + 1) | 0;
    socket.lastTold = this.#told;
  }

  /** Whether the app has heard all that this one said. If not, it is given back by {@link heard} when it has. */
  isHeard(socket: IoSocket): boolean {
    const isHeard = ((socket.lastTold - this.#heard) | 0) <= 0;
    if (!isHeard) this.#held.add(socket);
    return isHeard;
  }

  /** The app has heard so many. Returns those that waited for it. */
  heard(messages: number): readonly IoSocket[] {
    const before = this.#heard;
    this.#heard = messages | 0;
    if (this.#heard === before || this.#held.size === 0) return NONE;
    return [...this.#held].filter((socket) => this.isHeard(socket) && this.#held.delete(socket));
  }

  /** It waits no longer. */
  forget(socket: IoSocket): void {
    this.#held.delete(socket);
  }
}
