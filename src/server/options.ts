/**
 * The options of a server: their defaults, their ranges, and the door where they are checked once. Everything behind
 * the door sees complete, valid values, with Infinity for a limit that is off.
 */
import { callerError } from '../errors.ts';
import type { Logger, ServerOptions } from '../types.ts';
import { defaultLogger, guarded } from './log.ts';

/** A limit: its default, its unit, and the largest value it may have. */
interface LimitSpec {
  readonly default: number;
  readonly unit: 'bytes' | 'ms' | 'count';
  readonly most?: number;
}

/** Names of the numeric options. */
export type LimitName =
  | 'maxHeadBytes'
  | 'maxFields'
  | 'maxBodyBytes'
  | 'maxChunkExtensionBytes'
  | 'spoolBytes'
  | 'maxSpoolBytes'
  | 'headTimeoutMs'
  | 'requestTimeoutMs'
  | 'keepAliveTimeoutMs'
  | 'writeTimeoutMs'
  | 'maxPipelined'
  | 'maxQueuedRequests'
  | 'maxConnections';

/** Every numeric option. Defaults and their answers stand in the options table of the README. */
export const LIMITS: Readonly<Record<LimitName, LimitSpec>> = {
  maxHeadBytes: { default: 81_920, unit: 'bytes', most: 262_144 },
  maxFields: { default: 1_000, unit: 'count' },
  maxBodyBytes: { default: 134_217_728, unit: 'bytes' },
  maxChunkExtensionBytes: { default: 16_384, unit: 'bytes' },
  spoolBytes: { default: 1_048_576, unit: 'bytes' },
  maxSpoolBytes: { default: 4_294_967_296, unit: 'bytes' },
  headTimeoutMs: { default: 30_000, unit: 'ms' },
  requestTimeoutMs: { default: 300_000, unit: 'ms' },
  keepAliveTimeoutMs: { default: 65_000, unit: 'ms' },
  writeTimeoutMs: { default: 60_000, unit: 'ms' },
  maxPipelined: { default: 16, unit: 'count' },
  maxQueuedRequests: { default: 10_000, unit: 'count' },
  maxConnections: { default: Number.POSITIVE_INFINITY, unit: 'count' },
};

/** Options after the door. */
export interface ResolvedOptions extends Readonly<Record<LimitName, number>> {
  readonly fastRead: boolean;
  readonly io: 'inline' | 'thread';
  readonly signal: AbortSignal | null;
  readonly allowedHosts: ReadonlySet<string> | null;
  readonly exposeErrors: boolean;
  readonly logger: Logger;
}

/** Options that are no limits. `quiet` and `interruptIntervalMs` are R's; they have no effect here. */
const OTHERS = [
  'io',
  'fastRead',
  'signal',
  'allowedHosts',
  'exposeErrors',
  'logger',
  'quiet',
  'interruptIntervalMs',
] as const;

const NAMES: readonly string[] = [...Object.keys(LIMITS), ...OTHERS];

/**
 * Checks options and fills in defaults. A boolean in their place is R's `quiet`.
 * @throws HttpuvError `HV_BAD_OPTION`.
 */
export function resolveOptions(given: ServerOptions | boolean | null | undefined): ResolvedOptions {
  const options: ServerOptions = given === undefined || given === null || typeof given === 'boolean' ? {} : given;
  if (typeof options !== 'object') throw callerError('HV_BAD_OPTION', 'options is an object');
  for (const name of Object.keys(options)) {
    if (!NAMES.includes(name)) throw unknownOption(name);
  }
  const { fastRead, signal, exposeErrors, logger, quiet } = options;
  if (fastRead !== undefined && typeof fastRead !== 'boolean') throw badOption('fastRead', 'true or false');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw badOption('signal', 'an AbortSignal');
  if (exposeErrors !== undefined && typeof exposeErrors !== 'boolean') throw badOption('exposeErrors', 'true or false');
  if (quiet !== undefined && typeof quiet !== 'boolean') throw badOption('quiet', 'true or false');
  if (logger !== undefined && typeof logger !== 'function') throw badOption('logger', 'a function');
  const limits = {} as Record<LimitName, number>;
  for (const name of Object.keys(LIMITS) as LimitName[]) limits[name] = resolveLimit(name, options[name]);
  return {
    ...limits,
    fastRead: fastRead ?? true,
    io: resolveIo(options.io),
    signal: signal ?? null,
    allowedHosts: resolveHosts(options.allowedHosts),
    exposeErrors: exposeErrors ?? false,
    logger: logger === undefined ? defaultLogger : guarded(logger),
  };
}

function resolveLimit(name: LimitName, value: unknown): number {
  const spec: LimitSpec = LIMITS[name];
  if (value === undefined) return spec.default;
  const most = spec.most ?? Number.MAX_SAFE_INTEGER;
  if (value === 0 || value === Number.POSITIVE_INFINITY) return spec.most ?? Number.POSITIVE_INFINITY;
  const isWhole = typeof value === 'number' && value > 0 && (spec.unit === 'ms' || Number.isInteger(value));
  if (!isWhole || value > most) {
    const range = spec.most === undefined ? '' : ` up to ${spec.most}`;
    const unit = spec.unit === 'count' ? 'a positive whole number' : `a positive number of ${UNITS[spec.unit]}`;
    throw badOption(name, `${unit}${range}; 0 or Infinity for no limit`);
  }
  return value;
}

const UNITS = { bytes: 'bytes', ms: 'milliseconds' } as const;

function resolveHosts(hosts: unknown): ReadonlySet<string> | null {
  if (hosts === undefined || hosts === null) return null;
  if (!Array.isArray(hosts) || !hosts.every((host) => typeof host === 'string')) {
    throw badOption('allowedHosts', 'a list of host names without ports');
  }
  return new Set(hosts.map((host: string) => host.toLowerCase().replace(/^\[|\]$/g, '')));
}

function resolveIo(io: unknown): 'inline' | 'thread' {
  if (io === undefined) return 'thread';
  if (io === 'inline' || io === 'thread') return io;
  throw badOption('io', "'thread' or 'inline'");
}

function badOption(name: string, expected: string): Error {
  return callerError('HV_BAD_OPTION', `option ${name} must be ${expected}`);
}

function unknownOption(name: string): Error {
  const nearest = nearestName(name, NAMES);
  const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
  return callerError('HV_BAD_OPTION', `there is no option ${JSON.stringify(name)}${hint}`);
}

/** The name that takes the fewest single-letter edits to reach; null when none is near. */
export function nearestName(name: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let fewest = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
