/**
 * Lets asynchronous context (AsyncLocalStorage) follow a task, where the host has such a thing, without importing it.
 * AsyncResource was chosen by measurement: making one costs 25–80 ns on Node 20, 24 and 26, with or without a store
 * in use, while `AsyncLocalStorage.snapshot()` costs 1–15 µs and calling through it five times as much.
 */

/** The context in which a task was made. */
export interface Scope {
  runInAsyncScope(call: () => unknown): unknown;
}

type ScopeClass = new (name: string) => Scope;

interface HostGlobals {
  readonly process?: { getBuiltinModule?(name: string): { readonly AsyncResource?: ScopeClass } | undefined };
}

/** How contexts are captured on a host with these globals; where there is no such thing, `null` stands for each. */
export function scopeCapture(globals: HostGlobals): () => Scope | null {
  const AsyncResource = globals.process?.getBuiltinModule?.('node:async_hooks')?.AsyncResource;
  return AsyncResource === undefined ? () => null : () => new AsyncResource('httpuv-later');
}

/** Captures the context of this moment. */
export const captureScope: () => Scope | null = scopeCapture(globalThis as HostGlobals);

/**
 * The context in which this module was loaded. Every pass runs in it, so that a task without a context of its own
 * never sees that of whoever happened to start the pass or to wake the queue.
 */
export const rootScope: Scope | null = captureScope();
