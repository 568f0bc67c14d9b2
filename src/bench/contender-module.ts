/**
 * Contenders of other people: modules whose default export is one, as own-contender.md says. Knows no runtime: whoever does
 * imports the module.
 */
import { type ContenderLoader, FRAMES, HTTP, type MissingContender, type ParserContender } from './contender.ts';
import { CONTROL } from './steadiness.ts';

const MANUAL = 'src/bench/own-contender.md says what it is';
const KINDS: readonly unknown[] = [...HTTP, ...FRAMES];
/** For reading, compiling and fetching; a module that waits for something else would have the others wait for ever. */
const LOADING_MS = 30_000;

/**
 * Loads the contenders of a module. One that is not there is missing, and one that cannot be used is wrong: neither stops
 * the others.
 *
 * @param file Names it, where it has no better name.
 * @param load Imports the module.
 * @param patience Milliseconds that this may take.
 */
export function contenderModule(
  file: string,
  load: () => Promise<unknown>,
  patience: number = LOADING_MS,
): ContenderLoader {
  return async () => {
    try {
      const found = await inTime(exported(load), patience);
      const all: readonly unknown[] = Array.isArray(found) ? found : [found];
      return all.length === 0 ? [broken(file, `it has no contender: ${MANUAL}`)] : all.map((one) => checked(one, file));
    } catch (error) {
      return [isNotFound(error) ? { name: file, missing: messageOf(error) } : broken(file, messageOf(error))];
    }
  };
}

async function exported(load: () => Promise<unknown>): Promise<unknown> {
  // What it is is checked later.
  const { default: given } = (await load()) as { readonly default?: unknown };
  return typeof given === 'function' ? await given() : given;
}

/** What it comes to, if that does not take longer. */
async function inTime<Result>(work: Promise<Result>, ms: number): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it is not loaded after ${ms / 1000} s`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function checked(found: unknown, file: string): ParserContender | MissingContender {
  const { name, title, missing, open, reads, wasmBytes } = (found ?? {}) as Partial<ParserContender & MissingContender>;
  if (typeof name !== 'string' || name === '') return broken(file, `its default export has no name: ${MANUAL}`);
  if (!/^[^\p{C},]+$/u.test(name)) return broken(file, 'its name has a comma, or a character that cannot be seen');
  if (name === CONTROL) return broken(file, `no contender can be called ${CONTROL}: the reference is, a second time`);
  if (reads !== undefined && !(Array.isArray(reads) && reads.every((one) => KINDS.includes(one))))
    return broken(name, `"reads" is a list of ${KINDS.join(', ')}`);
  if (typeof missing === 'string') return { name, missing, ...(reads === undefined ? {} : { reads }) };
  if (wasmBytes !== undefined && !Number.isFinite(wasmBytes)) return broken(name, '"wasmBytes" is a number');
  if (typeof open !== 'function') return broken(name, `it has no function "open": ${MANUAL}`);
  if (typeof title !== 'string') return broken(name, `it has no title: ${MANUAL}`);
  return found as ParserContender; // All that it must have was looked at.
}

/** One that is wrong about everything, in its own words. */
function broken(name: string, sentence: string): ParserContender {
  return {
    name,
    title: '',
    reads: [...HTTP, ...FRAMES],
    notCold: sentence,
    open() {
      throw new Error(sentence);
    },
  };
}

function isNotFound(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
