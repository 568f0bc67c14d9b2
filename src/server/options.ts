/**
 * The options of a server: their defaults, their ranges, and the door where they are checked once. Everything behind
 * the door sees complete, valid values, with Infinity for a limit that is off.
 */

import type { BodyMode } from '../body-types.ts';
import { unknownName } from '../codec/option-names.ts';
import { callerError } from '../errors.ts';
import type { AnswerCompression, SocketDeflate } from '../node/link.ts';
import type { TlsSettings } from '../node/tls-settings.ts';
import { rangesOf, type TrustSettings } from '../node/trust.ts';
import type { PerMessageDeflate } from '../socket-types.ts';
import type { AccessEntry } from '../static-types.ts';
import type { Compress, Logger, ServerOptions } from '../types.ts';
import { defaultLogger, guarded } from './log.ts';
import { resolveTls } from './tls-options.ts';

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
  | 'maxConnections'
  | 'maxMessageBytes'
  | 'maxFragments'
  | 'pingIntervalMs'
  | 'maxMissedPongs'
  | 'closeTimeoutMs'
  | 'highWaterBytes'
  | 'maxBufferedBytes';

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
  maxMessageBytes: { default: 16_777_216, unit: 'bytes' },
  maxFragments: { default: 131_072, unit: 'count' },
  pingIntervalMs: { default: 20_000, unit: 'ms' },
  maxMissedPongs: { default: 3, unit: 'count' },
  closeTimeoutMs: { default: 5_000, unit: 'ms' },
  highWaterBytes: { default: 1_048_576, unit: 'bytes' },
  maxBufferedBytes: { default: 16_777_216, unit: 'bytes' },
};

/** Options after the door. */
export interface ResolvedOptions extends Readonly<Record<LimitName, number>> {
  readonly bodyMode: BodyMode;
  readonly fastRead: boolean;
  readonly io: 'inline' | 'thread';
  readonly signal: AbortSignal | null;
  readonly allowedHosts: ReadonlySet<string> | null;
  readonly allowedOrigins: readonly string[] | null;
  readonly perMessageDeflate: SocketDeflate | null;
  readonly compress: AnswerCompression | null;
  readonly tls: TlsSettings | null;
  readonly trustProxy: TrustSettings | null;
  readonly exposeErrors: boolean;
  readonly logger: Logger;
  readonly onAccess: ((entry: AccessEntry) => void) | null;
}

/** Options that are no limits. `quiet` and `interruptIntervalMs` are R's; they have no effect here. */
const OTHERS = [
  'io',
  'bodyMode',
  'fastRead',
  'signal',
  'allowedHosts',
  'allowedOrigins',
  'perMessageDeflate',
  'compress',
  'tls',
  'trustProxy',
  'exposeErrors',
  'logger',
  'onAccess',
  'quiet',
  'interruptIntervalMs',
] as const;

/** All of them. */
export const OPTION_NAMES: readonly string[] = [...Object.keys(LIMITS), ...OTHERS];

/**
 * Checks options and fills in defaults. A boolean in their place is R's `quiet`.
 * @throws HttpuvError `HV_BAD_OPTION`.
 */
export function resolveOptions(given: ServerOptions | boolean | null | undefined): ResolvedOptions {
  const options: ServerOptions = given === undefined || given === null || typeof given === 'boolean' ? {} : given;
  if (typeof options !== 'object') throw callerError('HV_BAD_OPTION', 'options is an object');
  for (const name of Object.keys(options)) {
    if (!OPTION_NAMES.includes(name)) throw unknownName(name, name, OPTION_NAMES);
  }
  const { fastRead, signal, exposeErrors, logger, quiet } = options;
  if (fastRead !== undefined && typeof fastRead !== 'boolean') throw badOption('fastRead', 'true or false');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw badOption('signal', 'an AbortSignal');
  if (exposeErrors !== undefined && typeof exposeErrors !== 'boolean') throw badOption('exposeErrors', 'true or false');
  if (quiet !== undefined && typeof quiet !== 'boolean') throw badOption('quiet', 'true or false');
  if (logger !== undefined && typeof logger !== 'function') throw badOption('logger', 'a function');
  const { onAccess, tls } = options;
  if (onAccess !== undefined && typeof onAccess !== 'function') throw badOption('onAccess', 'a function');
  const limits = {} as Record<LimitName, number>;
  for (const name of Object.keys(LIMITS) as LimitName[]) limits[name] = resolveLimit(name, options[name]);
  return {
    ...limits,
    fastRead: fastRead ?? true,
    io: resolveIo(options.io),
    bodyMode: resolveBodyMode(options.bodyMode),
    signal: signal ?? null,
    allowedHosts: resolveHosts(options.allowedHosts),
    allowedOrigins: resolveOrigins(options.allowedOrigins),
    perMessageDeflate: resolveDeflate(options.perMessageDeflate),
    compress: resolveCompress(options.compress),
    tls: tls === undefined || tls === null ? null : resolveTls(tls),
    trustProxy: resolveTrust(options.trustProxy),
    exposeErrors: exposeErrors ?? false,
    onAccess: onAccess ?? null,
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

const PROXIES =
  "a number of proxies in front of this server, or their addresses: ['loopback', '10.0.0.0/8']; who believes everybody can be told anything";

function resolveTrust(trust: unknown): TrustSettings | null {
  if (trust === undefined || trust === null || trust === false) return null;
  if (typeof trust === 'number' && Number.isInteger(trust) && trust >= 1) return trust;
  const entries: unknown = typeof trust === 'string' ? trust.split(',').map((entry) => entry.trim()) : trust;
  if (!Array.isArray(entries)) throw badOption('trustProxy', PROXIES);
  return entries.flatMap((entry: unknown) => {
    const ranges = typeof entry === 'string' ? rangesOf(entry) : null;
    if (ranges === null) throw badOption('trustProxy', `${PROXIES} (not ${JSON.stringify(entry)})`);
    return ranges;
  });
}

function resolveOrigins(origins: unknown): readonly string[] | null {
  if (origins === undefined || origins === null) return null;
  if (!Array.isArray(origins) || !origins.every((origin) => typeof origin === 'string')) {
    throw badOption('allowedOrigins', 'a list of origins, such as https://example.org');
  }
  return [...origins];
}

/** What compression may be told, and the values that each may have. */
const DEFLATE: Readonly<Record<keyof PerMessageDeflate, (value: unknown) => boolean>> = {
  thresholdBytes: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  serverNoContextTakeover: (value) => typeof value === 'boolean',
  clientNoContextTakeover: (value) => typeof value === 'boolean',
  serverMaxWindowBits: (value) => isWhole(value, 9, 15),
  clientMaxWindowBits: (value) => isWhole(value, 8, 15),
};

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function resolveDeflate(given: unknown): SocketDeflate | null {
  if (given === undefined || given === null || given === false) return null;
  if (given === true) return { thresholdBytes: 1024 };
  if (typeof given !== 'object') throw badOption('perMessageDeflate', 'true, false, or an object');
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFLATE, name)) throw unknownName(`perMessageDeflate.${name}`, name, Object.keys(DEFLATE));
    const isRight = value === undefined || DEFLATE[name as keyof PerMessageDeflate](value);
    if (!isRight) throw badOption(`perMessageDeflate.${name}`, 'within its range');
  }
  return { thresholdBytes: 1024, ...given };
}

function resolveCompress(given: unknown): AnswerCompression | null {
  if (given === false) return null;
  if (given === undefined || given === null || given === true) return { thresholdBytes: 1024 };
  if (typeof given !== 'object') throw badOption('compress', 'true, false, or an object');
  const { thresholdBytes = 1024, ...others } = given as Compress;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw unknownName(`compress.${unknown}`, unknown, ['thresholdBytes']);
  if (!isWhole(thresholdBytes, 0, Number.MAX_SAFE_INTEGER)) {
    throw badOption('compress.thresholdBytes', 'a number of bytes, 0 or more');
  }
  return { thresholdBytes };
}

function resolveIo(io: unknown): 'inline' | 'thread' {
  if (io === undefined) return 'thread';
  if (io === 'inline' || io === 'thread') return io;
  throw badOption('io', "'thread' or 'inline'");
}

function resolveBodyMode(mode: unknown): BodyMode {
  if (mode === undefined) return 'buffer';
  if (mode === 'buffer' || mode === 'stream') return mode;
  throw badOption('bodyMode', "'buffer' or 'stream'");
}

function badOption(name: string, expected: string): Error {
  return callerError('HV_BAD_OPTION', `option ${name} must be ${expected}`);
}
