/** The options of the parser: their defaults, and the check at the door. */
import { checkNames } from '../codec/option-names.ts';
import { callerError } from '../errors.ts';
import { LIMIT, PAUSE } from '../wasm/constants.gen.ts';
import { LENIENCY_NAMES, type Leniencies, leniencyFlags } from './leniency.ts';
import type { HttpLimits } from './machine.ts';

/** What a parser may be told. Each limit is a count; `0` or `Infinity` lifts it as far as the machine can count. */
export interface HttpParserOptions extends Partial<HttpLimits>, Leniencies {
  /** What the peer sends. Default `'request'`. */
  readonly kind?: 'request' | 'response';
  /** `true`: make the strings of every head at once, so that a fed chunk may be overwritten. Default `false`. */
  readonly eager?: boolean;
  /**
   * Where the parser stops until {@link HttpParser.resume}: `'body'` behind a head that has a body, `'message'` behind every
   * message. Default: nowhere.
   */
  readonly pauseAt?: readonly PausePoint[];
  /** `true`: events tell their `offset` from the first byte of the connection. Default `false`. */
  readonly offsets?: boolean;
}

/** Where a parser can be told to stop. */
export type PausePoint = 'body' | 'message';

const PAUSE_FLAGS: Readonly<Record<PausePoint, number>> = { body: PAUSE.BODY, message: PAUSE.MESSAGE };

/** Default limits, those of the server: R's for the head, and 128 MiB for a body. */
export const LIMITS: HttpLimits = Object.freeze({
  maxHeadBytes: 81_920,
  maxFields: 1000,
  maxChunkExtensionBytes: 16_384,
  maxBodyBytes: 134_217_728,
});

/** Hard maxima of the limits: what the memory map has room for, and what can be counted. */
const MOST: HttpLimits = {
  maxHeadBytes: LIMIT.MAX_HEAD_BYTES,
  maxFields: LIMIT.MAX_FIELDS,
  maxChunkExtensionBytes: Number.MAX_SAFE_INTEGER,
  maxBodyBytes: Number.MAX_SAFE_INTEGER,
};

const LIMIT_NAMES = Object.keys(LIMITS) as (keyof HttpLimits)[]; // Keys of an object literal of that type.
/** Names of all options. */
export const NAMES: readonly string[] = ['kind', 'eager', 'pauseAt', 'offsets', ...LIMIT_NAMES, ...LENIENCY_NAMES];

/** Options that may be used as they are. */
export interface CheckedOptions {
  readonly kind: 'request' | 'response';
  readonly eager: boolean;
  readonly limits: HttpLimits;
  readonly offsets: boolean;
  /** Where to stop: `PAUSE` flags. */
  readonly stops: number;
  /** What is forgiven: `ALLOW` flags. */
  readonly allows: number;
}

const DEFAULTS: CheckedOptions = Object.freeze({
  kind: 'request',
  eager: false,
  limits: LIMITS,
  offsets: false,
  stops: 0,
  allows: 0,
});

/** The options with defaults in place of what is absent. Throws `HV_BAD_OPTION` for anything unknown or out of range. */
export function checkOptions(options: HttpParserOptions): CheckedOptions {
  checkNames('HttpParser', options, NAMES);
  if (Object.keys(options).length === 0) return DEFAULTS;
  const { kind = 'request', eager = false, offsets = false, pauseAt = [] } = options;
  if (kind !== 'request' && kind !== 'response') throw bad("kind is 'request' or 'response'");
  const switches = { ...options, eager, offsets };
  for (const name of ['eager', 'offsets', ...LENIENCY_NAMES] as const) {
    const value: unknown = switches[name];
    if (value !== undefined && typeof value !== 'boolean') throw bad(`${name} is true or false`);
  }
  const points: unknown = pauseAt;
  if (!Array.isArray(points) || !points.every((point) => Object.hasOwn(PAUSE_FLAGS, point)))
    throw bad("pauseAt is a list of 'body' and 'message'");
  const stops = pauseAt.reduce((sum, point) => sum | PAUSE_FLAGS[point], 0);
  const same = { kind, eager, offsets, stops, allows: leniencyFlags(options) };
  const given = LIMIT_NAMES.filter((name) => options[name] !== undefined);
  // One object for all parsers with default limits: the machine is told limits only when they are others than before.
  if (given.length === 0) return { ...same, limits: LIMITS };
  const own = given.map((name) => [name, limit(name, options[name], MOST[name])]);
  return { ...same, limits: { ...LIMITS, ...Object.fromEntries(own) } };
}

function limit(name: string, value: unknown, most: number): number {
  if (value === 0 || value === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(value) && (value as number) > 0 && (value as number) <= most) return value as number;
  throw bad(
    `${name} is a whole number from 1 to ${most}, or 0 or Infinity for no limit but that, not ${String(value)}`,
  );
}

function bad(message: string): Error {
  return callerError('HV_BAD_OPTION', message);
}
