/** What commands have in common: mistakes on the command line, and values that most of them take. */
import type { Command } from 'cac';
import { nearestName } from '../codec/option-names.ts';

/** A mistake on the command line: a sentence for the user, exit code 2. */
export class UsageError extends Error {}

/** Options as `cac` gives them: text became a number where it looks like one, and a repeated option is a list. */
export type Given = Readonly<Record<string, unknown>>;

type Option = Command['options'][number];

/** A port as an option gives it. */
export function portOf(value: unknown): number {
  const port = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`--port must be a whole number from 0 to 65535, not ${JSON.stringify(value)}`);
}

/** An address as an option gives it; one of IPv6 may stand in brackets, as it does in URLs. */
export function hostOf(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value.replace(/^\[([\da-f:.]+)\]$/i, '$1');
  throw new UsageError(`--host must be one address, such as 127.0.0.1, not ${JSON.stringify(value)}`);
}

/**
 * Gives every switch its value, so that it does not take the next word for one: `cac` would make the number 7 of the
 * folder `007` behind a switch, and nothing of one named `true`. Of one that is repeated it would make a list, and of an
 * empty text, such as that of a variable that is not set, the number 0.
 *
 * @param words Those behind the program's name.
 * @throws UsageError when a switch has a value, or another option an empty one.
 */
export function withSwitches(words: readonly string[], options: readonly Option[]): string[] {
  const switches = new Set(options.filter(({ isBoolean }) => isBoolean).flatMap(spellings));
  const others = new Set(options.filter(({ isBoolean }) => !isBoolean).flatMap(spellings));
  const given = new Set<string>();
  const end = words.indexOf('--');
  return words.flatMap((word, at) => {
    if (end >= 0 && at >= end) return [word];
    const [name = '', value] = word.split('=', 2);
    if (others.has(word) && words[at + 1] === '') throw new UsageError(`${word} needs a value`);
    if (!switches.has(name)) return [word];
    if (value !== undefined) throw new UsageError(`${name} takes no value`);
    if (given.has(name)) return [];
    given.add(name);
    return [name.startsWith('--') && !name.startsWith('--no-') ? `${name}=true` : word];
  });
}

/** All words that are no options, also those behind `--`. */
export function wordsOf(args: readonly string[], options: Given): string[] {
  const behind = options['--'];
  return [...args, ...(Array.isArray(behind) ? behind.map(String) : [])];
}

/** Complains about options and words that the command does not know, and suggests the nearest. */
export function refuseUnknown(command: Command, args: readonly string[], options: Given): void {
  const stray = wordsOf(args, options)[command.args.length];
  if (stray !== undefined) throw new UsageError(`"${stray}" is one word too many for "httpuv ${command.name}"`);
  const all = [...command.options, ...(command.globalCommand?.options ?? [])];
  const names = all.flatMap(({ names }) => names);
  for (const [name, value] of Object.entries(options)) {
    if (name === '--' || names.includes(name)) continue;
    const meant = name.length > 1 ? nearestName(name, names) : null;
    const option = all.find(({ names }) => meant !== null && names.includes(meant));
    const hint = option === undefined ? '' : `. Did you mean ${spellings(option).at(-1)}?`;
    throw new UsageError(`Unknown option ${value === false ? `--no-${dashed(name)}` : dashes(dashed(name))}${hint}`);
  }
}

/** How an option is written, the longest form last. */
function spellings({ names, negated }: Option): string[] {
  return names.map((name) => (negated ? `--no-${dashed(name)}` : dashes(dashed(name))));
}

function dashes(name: string): string {
  return `${name.length > 1 ? '--' : '-'}${name}`;
}

/** `cac` knows options by names in camelCase. */
function dashed(name: string): string {
  return name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
