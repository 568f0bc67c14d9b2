/** Gives this process the function that collects garbage, without a flag on its command line. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Makes `globalThis.gc` a function where the engine can be told to. Contexts that are made after the flag have it, and
 * it collects for all of them.
 */
export function exposeGc(): void {
  if (globalThis.gc !== undefined) return;
  try {
    setFlagsFromString('--expose-gc');
    const gc: unknown = runInNewContext('globalThis.gc');
    if (typeof gc === 'function') Object.assign(globalThis, { gc });
  } catch {
    // Another engine: the report says that garbage was not collected.
  }
}
