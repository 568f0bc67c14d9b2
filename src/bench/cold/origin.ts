/** Where a contender comes from, so that another process can load it. */
import type { ContenderLoader } from '../contender.ts';
import { CONTENDERS } from '../contenders/all.ts';
import { loadContenderFile } from '../own-contender.ts';

/** A number in the list of built-in loaders, or the file of somebody's own contender. */
export type Origin = number | string;

/** The loader of an origin. */
export function loaderOf(origin: Origin): ContenderLoader {
  if (typeof origin === 'string') return loadContenderFile(origin);
  return CONTENDERS[origin] ?? (async () => []);
}
