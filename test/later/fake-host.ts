/** A clock and an event loop that stand still until told, and a wait that only moves the clock. */
import { afterEach, beforeEach } from 'vitest';
import type { Host, Waiter } from '../../src/later/host.ts';
import { globalLoop, listQueue, loopEmpty, runNow } from '../../src/later/index.ts';
import { setHost, setWaiter } from '../../src/later/internal.ts';

interface Timer {
  readonly due: number;
  readonly wake: () => void;
}

export class FakeHost implements Host, Waiter {
  timeMs = 1_000_000;
  /** How long each wait was asked to be. */
  readonly waits: number[] = [];
  /** What other threads sent; each is called by drain. */
  readonly sent: (() => void)[] = [];
  /** Called by each wait, as another thread would act meanwhile; may return how long the wait really took. */
  onWait: ((ms: number) => number | undefined) | null = null;
  #soon: (() => void)[] = [];
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.timeMs;
  }

  soon(wake: () => void): void {
    this.#soon.push(wake);
  }

  after(ms: number, wake: () => void): Timer {
    const timer = { due: this.timeMs + ms, wake };
    this.#timers.add(timer);
    return timer;
  }

  stop(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  wait(ms: number): void {
    this.waits.push(ms);
    if (this.waits.length > 1000) throw new Error('waits without end');
    const took = this.onWait?.(ms) ?? ms;
    if (took === Number.POSITIVE_INFINITY) throw new Error('would wait for ever');
    this.timeMs += took;
  }

  drain(): void {
    for (const add of this.sent.splice(0)) add();
  }

  /** How many calls the event loop was asked for: soon, and by timer. */
  get asked(): { soon: number; timers: number } {
    return { soon: this.#soon.length, timers: this.#timers.size };
  }

  /** One turn of the event loop: timers that are due, then what was to come soon. Returns whether there was anything. */
  turn(): boolean {
    const calls: (() => void)[] = [];
    for (const timer of this.#timers) {
      if (timer.due > this.timeMs) continue;
      this.#timers.delete(timer);
      calls.push(timer.wake);
    }
    calls.push(...this.#soon.splice(0));
    for (const call of calls) call();
    return calls.length > 0;
  }

  /** Lets time pass and the event loop turn until it has nothing to do. */
  pass(ms: number): void {
    this.timeMs += ms;
    while (this.turn());
  }
}

/** Gives every test of a file its own host, and an empty global loop before and after. */
export function useFakeHost(): { readonly host: FakeHost } {
  const holder = { host: new FakeHost() };
  beforeEach(() => {
    holder.host = new FakeHost();
    setHost(holder.host);
    setWaiter(holder.host);
  });
  afterEach(() => {
    const loop = globalLoop();
    while (!loopEmpty(loop)) {
      holder.host.timeMs += 1e12;
      if (!runNow(0, true, loop)) break;
    }
    const left = listQueue(loop).length;
    setHost(null);
    setWaiter(null);
    if (left > 0) throw new Error(`the test left ${left} tasks that never come due`);
  });
  return holder;
}
