/** Mistakes on the command line, and values that comparisons take. Knows no comparison. */
import { HttpuvError } from '../errors.ts';

/** A mistake of whoever gave the options, with the code `HV_BAD_OPTION`. */
export class BenchUsageError extends HttpuvError {
  constructor(message: string) {
    super('HV_BAD_OPTION', message, { fault: 'local', answer: 500 });
  }
}

/** Options as `cac` gives them: text became a number where it looks like one, and a repeated option is a list. */
export type Given = Readonly<Record<string, unknown>>;

/** A whole number in a range. */
export function whole(name: string, value: unknown, least: number, most: number): number {
  const given = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  if (value !== '' && Number.isInteger(given) && given >= least && given <= most) return given;
  throw new BenchUsageError(`${name} must be a whole number from ${least} to ${most}, not ${String(value)}`);
}

/** Words that commas separate; an option may also be repeated. */
export function list(value: unknown): string[] {
  if (value === undefined) return [];
  return String(value)
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** One text, such as the name of a file; undefined when it was not given. */
export function oneText(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if ((typeof value === 'string' && value !== '') || typeof value === 'number') return String(value);
  throw new BenchUsageError(`${name} takes one value`);
}

/** The texts of an option that may be repeated, such as names of files. */
export function texts(name: string, value: unknown): string[] {
  if (value === undefined) return [];
  return [value].flat().map((one) => oneText(name, one) ?? '');
}

/** A share that is given in percent, with or without its sign: 0.15 for `15%`. */
export function percent(name: string, value: unknown): number {
  const found = /^(\d+(?:\.\d+)?) ?%?$/.exec(String(value));
  const share = Number(found?.[1]) / 100;
  if (share > 0 && share <= 10) return share;
  throw new BenchUsageError(`${name} must be a percentage above 0 and up to 1000%, such as 15%, not ${String(value)}`);
}
