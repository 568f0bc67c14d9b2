/** Which inputs and contenders take part, and who is the reference among them. Measures nothing. */
import { type ContenderLoader, isMissing, type MissingContender, type ParserContender, refusal } from './contender.ts';
import type { ParserInput } from './inputs.ts';
import { REFERENCES } from './references.ts';
import { BenchUsageError } from './usage.ts';

/** Those that can run here, and those that cannot. */
export type Contenders = readonly (ParserContender | MissingContender)[];

/** Name of the section about cold starts. */
export const COLD = 'cold';

/** What there is to choose from. */
export interface Choice {
  readonly inputs: readonly ParserInput[];
  readonly contenders: Contenders;
  /** Names of somebody's own contenders, one list for each of his modules: words for others do not drop these. */
  readonly own?: readonly (readonly string[])[];
  /** Words: an input or contender whose name contains one is kept; empty keeps all. */
  readonly filter: readonly string[];
  readonly reference: string;
  /** Present when cold starts can be measured. */
  readonly cold?: unknown;
}

/** What is left of it. */
export interface Kept {
  readonly inputs: readonly ParserInput[];
  readonly contenders: Contenders;
  /** Whether cold starts are measured. */
  readonly withCold: boolean;
}

/**
 * Words pick inputs and contenders by name; words of one kind leave the other kind whole. References always stay, and of
 * each module of somebody's own those that a word means, or all.
 *
 * @throws BenchUsageError for a word that is in no name.
 */
export function keep({ inputs, contenders, own = [], filter, reference, cold }: Choice): Kept {
  const sections = [...inputs.map(({ name }) => name), ...(cold === undefined ? [] : [COLD])];
  const names = contenders.map(({ name }) => name);
  checkWords(filter, [...sections, ...names]);
  const sectionsKept = chosen(sections, filter);
  const inputsKept = inputs.filter(({ name }) => sectionsKept.includes(name));
  const references = inputsKept.map((input) => referenceAmong(namesOfAble(contenders, input), reference));
  const ownKept = own.flatMap((module) => chosen(module, filter));
  const namesKept = [...chosen(names, filter), ...ownKept, ...references];
  return {
    inputs: inputsKept,
    withCold: sectionsKept.includes(COLD),
    contenders: contenders.filter(({ name }) => namesKept.includes(name)),
  };
}

/**
 * Looks for every word in the names that there are.
 *
 * @throws BenchUsageError for a word that is in none.
 */
function checkWords(filter: readonly string[], names: readonly string[]): void {
  const lost = filter.find((word) => !names.some((name) => name.includes(word)));
  if (lost === undefined) return;
  const all = names.join(', ');
  throw new BenchUsageError(`--filter: no input and no contender has "${lost}" in its name; there are ${all}`);
}

/** Those that have a word in their names; all, when no word means any of them. */
export function chosen(names: readonly string[], filter: readonly string[]): readonly string[] {
  const found = names.filter((name) => filter.some((word) => name.includes(word)));
  return found.length > 0 ? found : names;
}

/**
 * The loaders of contenders that may be kept; the others need not look for anything. Those that do not tell names stay.
 *
 * @param sections Names of all inputs, and of what else `filter` can mean.
 * @throws BenchUsageError for a word that is in no name, when all names are known.
 */
export function keepLoaders(
  loaders: readonly ContenderLoader[],
  sections: readonly string[],
  { filter, reference }: { readonly filter: readonly string[]; readonly reference: string | undefined },
): readonly ContenderLoader[] {
  const told = loaders.flatMap(({ names = [] }) => names);
  if (loaders.every(({ names }) => names !== undefined)) checkWords(filter, [...sections, ...told]);
  const wanted = [...chosen(told, filter), ...REFERENCES, ...(reference === undefined ? [] : [reference])];
  return loaders.filter(({ names }) => names === undefined || names.some((name) => wanted.includes(name)));
}

function namesOfAble(contenders: Contenders, input: ParserInput): string[] {
  return contenders.filter((one) => !isMissing(one) && takes(one, input)).map(({ name }) => name);
}

function takes(contender: ParserContender, input: ParserInput): boolean {
  try {
    return refusal(contender, input) === undefined;
  } catch {
    // It is found wrong when its turn comes.
    return false;
  }
}

/** Who is the reference where only these take part: the one that was asked for, else a usual one, else the first. */
export function referenceAmong(names: readonly string[], asked: string): string {
  return [asked, ...REFERENCES].find((name) => names.includes(name)) ?? names[0] ?? asked;
}
