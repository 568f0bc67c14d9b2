/** The options of the parser: their defaults, and the check at the door. */
import { callerError } from '../errors.ts';
import { LIMIT } from '../wasm/constants.gen.ts';
import type { HttpLimits } from './machine.ts';

/** What a parser may be told. Each limit is a count; `0` or `Infinity` lifts it as far as the machine can count. */
export interface HttpParserOptions extends Partial<HttpLimits> {
  /** `true`: make the strings of every head at once, so that a fed chunk may be overwritten. Default `false`. */
  readonly eager?: boolean;
}

/** Defaults, those of the server: R's head limit, Apache's order of magnitude for the number of fields, 128 MiB bodies. */
export const DEFAULTS: Required<HttpParserOptions> = Object.freeze({
  eager: false,
  maxHeadBytes: 81_920,
  maxFields: 1000,
  maxChunkExtensionBytes: 16_384,
  maxBodyBytes: 134_217_728,
});

/** The options with defaults in place of what is absent. Throws `HV_BAD_OPTION` for anything unknown or out of range. */
export function checkOptions(options: HttpParserOptions): Required<HttpParserOptions> {
  if (typeof options !== 'object' || options === null) throw bad('the options of HttpParser are an object');
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(DEFAULTS, name))
      throw bad(`HttpParser has no option "${name}"; did you mean "${nearest(name)}"?`);
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all: Required<HttpParserOptions> = { ...DEFAULTS, ...given };
  if (typeof all.eager !== 'boolean') throw bad('eager is true or false');
  return {
    eager: all.eager,
    maxHeadBytes: limit('maxHeadBytes', all.maxHeadBytes, LIMIT.MAX_HEAD_BYTES),
    maxFields: limit('maxFields', all.maxFields, LIMIT.MAX_FIELDS),
    maxChunkExtensionBytes: limit('maxChunkExtensionBytes', all.maxChunkExtensionBytes, Number.MAX_SAFE_INTEGER),
    maxBodyBytes: limit('maxBodyBytes', all.maxBodyBytes, Number.MAX_SAFE_INTEGER),
  };
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
  return Object.keys(DEFAULTS).reduce((best, other) => (score(other) > score(best) ? other : best));
}
