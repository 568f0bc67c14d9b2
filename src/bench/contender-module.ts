/**
 * Contenders of other people: modules whose default export is one, as own-contender.md says. Knows no runtime: whoever does
 * imports the module.
 */
import { type ContenderLoader, FRAMES, HTTP, type MissingContender, type ParserContender } from './contender.ts';

const MANUAL = 'src/bench/own-contender.md says what it is';

/**
 * Loads the contenders of a module. One that is not there is missing, and one that cannot be used is wrong: neither stops
 * the others.
 *
 * @param file Names it, where it has no better name.
 * @param load Imports the module.
 */
export function contenderModule(file: string, load: () => Promise<unknown>): ContenderLoader {
  return async () => {
    try {
      // What it is is checked below.
      const { default: given } = (await load()) as { readonly default?: unknown };
      const found: unknown = typeof given === 'function' ? await given() : given;
      return (Array.isArray(found) ? found : [found]).map((one) => checked(one, file));
    } catch (error) {
      return [isNotFound(error) ? { name: file, missing: messageOf(error) } : broken(file, messageOf(error))];
    }
  };
}

function checked(found: unknown, file: string): ParserContender | MissingContender {
  const { name, title, missing, open } = (found ?? {}) as Partial<ParserContender & MissingContender>;
  if (typeof name !== 'string' || name === '') return broken(file, `its default export has no name: ${MANUAL}`);
  if (typeof missing === 'string') return { name, missing };
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
