/**
 * Answers that come later without a microtask: a thenable whose callbacks are tasks of a loop, so that they also run
 * while the thread is inside `runNow` or a blocking service loop, where promises stand still.
 *
 * Rules, otherwise those of promises: `then` and `resolve` never call a callback themselves; each is a task without
 * delay on the deferred's loop, in the order of the `then` calls, in the asynchronous context of its `then`. Resolving
 * with a thenable follows it, by calling its `then` at once. Only the first `resolve` or `reject` counts.
 */
import { callerError } from '../errors.ts';
import { captureScope, type Scope } from './context.ts';
import { alive, type Core, globalCore } from './loop.ts';
import { postTask } from './run.ts';

/** What {@link deferred} gives away to be waited for. Works with `then`, with `await`, and as an app's answer. */
export interface Thenable<T> extends PromiseLike<T> {
  /** Calls back, as a task, once there is a value or a reason; returns a thenable of what the callback returns. */
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onReason?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Thenable<A | B>;
}

/** A thenable with the two ways to settle it. */
export interface Deferred<T> {
  /** What to wait for. */
  readonly thenable: Thenable<T>;
  /** Settles with a value, or as another thenable does. */
  readonly resolve: (value: T | PromiseLike<T>) => void;
  /** Settles with a reason. */
  readonly reject: (reason: unknown) => void;
}

type Outcome<T> = { readonly value: T } | { readonly reason: unknown };

interface Reaction<T> {
  readonly react: (outcome: Outcome<T>) => void;
  readonly scope: Scope | null;
}

/** The only implementation of {@link Thenable}. */
export class LaterThenable<T> implements Thenable<T> {
  readonly #core: Core;
  #reactions: Reaction<T>[] = [];
  #outcome: Outcome<T> | null = null;
  #isWatched = false;
  /** Set by the first resolve or reject, which may be long before there is an outcome. */
  #isPromised = false;

  constructor(core: Core) {
    this.#core = core;
  }

  // biome-ignore lint/suspicious/noThenProperty: being a thenable is what this class is for.
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onReason?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Thenable<A | B> {
    alive(this.#core);
    const next = new LaterThenable<A | B>(this.#core);
    const react = (outcome: Outcome<T>): void => {
      try {
        if ('value' in outcome) {
          // Without a callback the value passes through, and then A is T.
          next.resolve(typeof onValue === 'function' ? onValue(outcome.value) : (outcome.value as unknown as A));
        } else if (typeof onReason === 'function') next.resolve(onReason(outcome.reason));
        else next.reject(outcome.reason);
      } catch (error) {
        next.reject(error);
      }
    };
    this.#isWatched = true;
    const reaction = { react, scope: captureScope() };
    if (this.#outcome === null) this.#reactions.push(reaction);
    else this.#post(reaction, this.#outcome);
    return next;
  }

  resolve(value: T | PromiseLike<T>): void {
    if (this.#isPromised) return;
    this.#isPromised = true;
    this.#follow(value);
  }

  reject(reason: unknown): void {
    if (this.#isPromised) return;
    this.#isPromised = true;
    this.#settle({ reason });
  }

  #follow(value: T | PromiseLike<T>): void {
    let isDecided = false;
    const once = (act: () => void): void => {
      if (isDecided) return;
      isDecided = true;
      act();
    };
    try {
      if (value === this) throw callerError('HV_BAD_OPTION', 'a deferred cannot be resolved with its own thenable');
      const then = thenOf(value);
      if (then === null) this.#settle({ value: value as T });
      else
        then.call(
          value,
          (inner) => once(() => this.#follow(inner)),
          (reason) => once(() => this.#settle({ reason })),
        );
    } catch (reason) {
      once(() => this.#settle({ reason }));
    }
  }

  #settle(outcome: Outcome<T>): void {
    this.#outcome = outcome;
    const reactions = this.#reactions;
    this.#reactions = [];
    for (const reaction of reactions) this.#post(reaction, outcome);
    if ('reason' in outcome && !this.#isWatched) this.#reportUnlessWatched(outcome.reason);
  }

  /** The callbacks of a destroyed loop are discarded, as its tasks are. */
  #post(reaction: Reaction<T>, outcome: Outcome<T>): void {
    if (!this.#core.isDestroyed) postTask(this.#core, () => reaction.react(outcome), reaction.scope);
  }

  /** A reason that nobody asks for until its turn in the queue is thrown there, like that of any other task. */
  #reportUnlessWatched(reason: unknown): void {
    const report = (): void => {
      if (!this.#isWatched) throw reason;
    };
    postTask(this.#core.isDestroyed ? globalCore : this.#core, report, null);
  }
}

type Then<T> = (this: unknown, onValue: (value: T) => void, onReason: (reason: unknown) => void) => unknown;

function thenOf<T>(value: T | PromiseLike<T>): Then<T> | null {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return null;
  const then: unknown = (value as { then?: unknown }).then;
  return typeof then === 'function' ? (then as Then<T>) : null;
}
