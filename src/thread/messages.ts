/**
 * What the two threads of a link say beside records: rare things, as structured clones over one message port. A call has
 * a number, and its reply carries the same one.
 */
import type { IoServer } from '../node/link.ts';
import type { Bound, ListenTarget } from '../node/listener.ts';
import type { TlsSettings } from '../node/tls-settings.ts';
import type { StaticMount } from '../static/table.ts';
import type { LogLevel } from '../types.ts';
import type { Shared } from './control.ts';

/** What the I/O thread is started with. */
export interface ThreadData extends Shared {
  readonly port: import('node:worker_threads').MessagePort;
  readonly spoolAccount: BigInt64Array<SharedArrayBuffer>;
}

/** A server without what cannot be cloned: its logger stays on the app's thread. */
export type IoServerData = Omit<IoServer, 'log'>;

/** What may be asked of the I/O thread, with the type of the reply. */
export interface Calls {
  /** Listens; says where. */
  listen(server: IoServerData, target: ListenTarget, maxConnections: number): Bound;
  /** Gives the port back: no new connection from when the reply comes. `closed` follows when all are closed. */
  unbind(server: number): void;
  /** Ends the connections of a server, each after its running requests, which have so many milliseconds. */
  endConnections(server: number, graceMs: number): void;
  /** Gives a server other static paths, from the next request on. */
  setMounts(server: number, mounts: readonly StaticMount[]): void;
  /** Speaks TLS in another way with connections that begin to from now on. */
  setTls(server: number, settings: TlsSettings): void;
  /** Removes the socket file of a server that is gone. */
  removeStale(path: string): void;
  /** The first of these ports that can be bound now, and the last refusal when there is none. */
  freePort(host: string, ports: readonly number[]): { port: number | null; refusal: SentError | null };
}

export type CallName = keyof Calls;

/** From the app's thread. A bare 0 only wakes. */
export type ToThread = 0 | { readonly [N in CallName]: Call<N> }[CallName];

export interface Call<N extends CallName> {
  readonly id: number;
  readonly name: N;
  readonly args: Parameters<Calls[N]>;
}

/** From the I/O thread. A bare 0 only wakes. */
export type FromThread =
  | 0
  | { readonly kind: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: SentError }
  | { readonly kind: 'closed'; readonly server: number }
  | {
      readonly kind: 'log';
      readonly server: number;
      readonly level: Exclude<LogLevel, 'OFF'>;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'fatal'; readonly error: SentError };

/** An error with the facts that cloning drops. */
export interface SentError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly cause: SentError | null;
}

/** Causes behind causes that are sent. */
const MOST_CAUSES = 8;

/** Makes an error ready for sending. */
export function sendable(error: unknown, causes: number = MOST_CAUSES): SentError {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined, facts: {}, cause: null };
  const facts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(error)) {
    if (typeof value === 'string' || typeof value === 'number') facts[name] = value;
  }
  const cause = error.cause === undefined || causes === 0 ? null : sendable(error.cause, causes - 1);
  return { message: error.message, stack: error.stack, facts, cause };
}

/** The error that was sent. */
export function received({ message, stack, facts, cause }: SentError): Error {
  const error = Object.assign(new Error(message), facts);
  if (cause !== null) error.cause = received(cause);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** Facts of a log entry without what cannot be cloned. */
export function sendableFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const sent: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    sent[name] = value instanceof Error ? sendable(value) : typeof value === 'object' ? String(value) : value;
  }
  return sent;
}

/** Facts of a log entry as they were. */
export function receivedFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'object' && value !== null ? received(value as SentError) : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}
