/** The options of the parser: their defaults, and the check at the door. */
import { callerError } from '../errors.ts';
import { LIMIT } from '../wasm/constants.gen.ts';
import type { HttpLimits } from './machine.ts';

/** What a parser may be told. Each limit is a count; `0` or `Infinity` lifts it as far as the machine can count. */
export interface HttpParserOptions extends Partial<HttpLimits> {
  /** What the peer sends. Default `'request'`. */
  readonly kind?: 'request' | 'response';
  /** `true`: make the strings of every head at once, so that a fed chunk may be overwritten. Default `false`. */
  readonly eager?: boolean;
}

/** Default limits, those of the server: R's for the head, and 128 MiB for a body. */
const LIMITS: HttpLimits = Object.freeze({
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
const NAMES: readonly string[] = ['kind', 'eager', ...LIMIT_NAMES];

/** Options that may be used as they are. */
export interface CheckedOptions {
  readonly kind: 'request' | 'response';
  readonly eager: boolean;
  readonly limits: HttpLimits;
}

/** The options with defaults in place of what is absent. Throws `HV_BAD_OPTION` for anything unknown or out of range. */
export function checkOptions(options: HttpParserOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null) throw bad('the options of HttpParser are an object');
  for (const name of Object.keys(options)) {
    if (!NAMES.includes(name)) throw bad(`HttpParser has no option "${name}"; did you mean "${nearest(name)}"?`);
  }
  const { kind = 'request', eager = false } = options;
  if (kind !== 'request' && kind !== 'response') throw bad("kind is 'request' or 'response'");
  if (typeof eager !== 'boolean') throw bad('eager is true or false');
  const given = LIMIT_NAMES.filter((name) => options[name] !== undefined);
  // One object for all parsers with default limits: the machine is told limits only when they are others than before.
  if (given.length === 0) return { kind, eager, limits: LIMITS };
  const own = given.map((name) => [name, limit(name, options[name], MOST[name])]);
  return { kind, eager, limits: { ...LIMITS, ...Object.fromEntries(own) } };
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

/** The option whose name shares the most pairs of neighbouring letters with `name`. */
function nearest(name: string): string {
  const pairs = (text: string) =>
    new Set(Array.from(text.toLowerCase(), (letter, i) => letter + text.charAt(i + 1).toLowerCase()));
  const wanted = pairs(name);
  const score = (other: string) => {
    const offered = pairs(other);
    return [...offered].filter((pair) => wanted.has(pair)).length / (offered.size + wanted.size);
  };
  return NAMES.reduce((best, other) => (score(other) > score(best) ? other : best));
}
