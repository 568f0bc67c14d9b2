/**
 * What the task queue asks of its host: the time, a call from the event loop soon or after a while, and a way to block
 * the thread. Each can be replaced, for tests and for an I/O thread. It knows nothing of tasks.
 */
import { callerError, type HttpuvError } from '../errors.ts';

/** Clock and event loop. */
export interface Host {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Calls `wake` from the event loop, as soon as other events have had their turn. Cannot be taken back. */
  soon(wake: () => void): void;
  /** Calls `wake` from the event loop after about `ms` milliseconds; returns what {@link stop} takes. */
  after(ms: number, wake: () => void): unknown;
  /** Takes back a call asked for by {@link after}. */
  stop(timer: unknown): void;
}

/**
 * How the thread blocks inside {@link runNow}, and how what other threads sent meanwhile becomes tasks.
 * Whoever supplies it also owns the way by which other threads end the wait.
 */
export interface Waiter {
  /**
   * Blocks for at most `ms` milliseconds (Infinity is allowed) or until another thread has sent something. May return
   * early, and must return at once when something was sent since the last {@link drain}.
   */
  wait(ms: number): void;
  /** Turns what other threads sent into tasks. It only adds tasks: it never calls code of the app, nor runs a loop. */
  drain(): void;
  /** The last run or wait on the stack is over: from now on what other threads send has to be announced. */
  rest?(): void;
}

interface EventLoopGlobals {
  setImmediate?(call: () => void): unknown;
  readonly MessageChannel?: typeof MessageChannel;
  setTimeout(call: () => void, ms: number): unknown;
}

/** The quickest way to be called by the event loop among those a host has. */
export function soonOn(globals: EventLoopGlobals): Host['soon'] {
  if (typeof globals.setImmediate === 'function') return (wake) => void globals.setImmediate?.(wake);
  const { MessageChannel } = globals;
  if (typeof MessageChannel !== 'function') return (wake) => void globals.setTimeout(wake, 0);
  const waiting: (() => void)[] = [];
  // Made at first use, because on some hosts an open port keeps the program running.
  let channel: MessageChannel | null = null;
  return (wake) => {
    if (channel === null) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => waiting.shift()?.();
    }
    waiting.push(wake);
    channel.port2.postMessage(null);
  };
}

/** Longest delay that timers take; a longer one is waited for in steps. */
const LONGEST_TIMER_MS = 0x7fffffff;

const realHost: Host = {
  now: () => performance.now(),
  soon: soonOn(globalThis as EventLoopGlobals),
  after: (ms, wake) => setTimeout(wake, Math.min(Math.ceil(ms), LONGEST_TIMER_MS)),
  stop: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

/** The host in use. */
export let host: Host = realHost;

/** Replaces the host; `null` brings the real one back. Do it only while no task is waiting. */
export function setHost(replacement: Host | null): void {
  host = replacement ?? realHost;
}

/** Sleeps through `Atomics.wait`; nobody can wake it, since nobody else sees its word. */
export class Sleeper implements Waiter {
  #word: Int32Array | null = null;

  wait(ms: number): void {
    if (ms === Number.POSITIVE_INFINITY) {
      throw cannotWait('this would wait for ever: no task is coming due and no other thread can add one');
    }
    try {
      this.#word ??= new Int32Array(new SharedArrayBuffer(4));
      Atomics.wait(this.#word, 0, 0, ms);
    } catch {
      throw cannotWait('this thread may not be blocked here (no SharedArrayBuffer, or a page’s main thread)');
    }
  }

  drain(): void {}
}

function cannotWait(reason: string): HttpuvError {
  return callerError(
    'HV_CANNOT_WAIT',
    `runNow cannot wait: ${reason}. Pass the timeout 0 to run what is due, or let the event loop run the tasks.`,
  );
}

const sleeper = new Sleeper();

/** The way of waiting in use. */
export let waiter: Waiter = sleeper;

/** Replaces the way of waiting; `null` brings back plain sleeping. */
export function setWaiter(replacement: Waiter | null): void {
  waiter = replacement ?? sleeper;
}
