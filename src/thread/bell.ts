/**
 * How one thread wakes another that waits for records. Each thread has one word with the way it waits.
 *
 * Invariants, each held by the exhaustive test of every interleaving (test/thread/interleavings.test.ts):
 * 1. A sleeper first writes how it waits, then looks for work again, and only then waits. A producer first publishes
 *    its records, then looks at the word. So either the sleeper sees the records or the producer sees the sleeper:
 *    no wake-up is lost.
 * 2. Only who changes the word from `ASLEEP` to `AWAKE` posts a message, and only who changes it from `BLOCKED` to
 *    `AWAKE` notifies. So there is at most one message on its way for each time that a thread fell asleep.
 * 3. A thread that is `AWAKE` looks for work before it waits again, so nobody has to wake it. Work is everything that
 *    somebody could wake it for: records to read, room for records that wait to be written, messages.
 */

/** It is running, or a message is on its way to it. */
export const AWAKE = 0;
/** It waits in its event loop: only a message wakes it. */
export const ASLEEP = 1;
/** It waits in `Atomics.wait` on this word. */
export const BLOCKED = 2;

/** Wakes the thread whose word this is, if it waits. `ping` posts a message to it. */
export function wake(words: Int32Array, at: number, ping: () => void): void {
  for (;;) {
    const state = Atomics.load(words, at);
    if (state === AWAKE) return;
    // Somebody else may wake it at the same moment, or it may go from one way of waiting to the other.
    if (Atomics.compareExchange(words, at, state, AWAKE) !== state) continue;
    if (state === ASLEEP) ping();
    else Atomics.notify(words, at);
    return;
  }
}

/** Says that this thread is running: what is sent from now on need not be announced. */
export function awaken(words: Int32Array, at: number): void {
  Atomics.store(words, at, AWAKE);
}

/**
 * Says that this thread returns to its event loop and waits for a message.
 * @returns False when there is work and nobody will announce it: this thread is awake and has to look itself.
 */
export function fallAsleep(words: Int32Array, at: number, hasWork: () => boolean): boolean {
  Atomics.store(words, at, ASLEEP);
  return !hasWork() || Atomics.compareExchange(words, at, ASLEEP, AWAKE) !== ASLEEP;
}

/** Blocks this thread until it is woken, for at most `ms` milliseconds; not at all when there is work. */
export function block(words: Int32Array, at: number, ms: number, hasWork: () => boolean): void {
  Atomics.store(words, at, BLOCKED);
  if (!hasWork()) Atomics.wait(words, at, BLOCKED, ms);
  Atomics.store(words, at, AWAKE);
}
