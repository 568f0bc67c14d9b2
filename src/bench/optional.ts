/** Finds packages that need not be installed: beside this package first, then where the command was started. */
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Packages } from './contender.ts';

const PLACES: readonly string[] = [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href];

/**
 * What `require(request)` gives, or undefined when the package is not installed or lacks that file.
 *
 * @param beside Where to look instead: what the main file of this package would find.
 */
export function requireOptional(request: string, beside?: string): unknown {
  for (const from of PLACES) {
    try {
      const require = createRequire(from);
      return beside === undefined ? require(request) : createRequire(require.resolve(beside))(request);
    } catch {
      // Not reachable from here; the next place may know it.
    }
  }
  return undefined;
}

/** Where a file of a package lies, or undefined when it is not there. */
export function pathOfOptional(request: string): string | undefined {
  for (const from of PLACES) {
    try {
      return createRequire(from).resolve(request);
    } catch {
      // As above.
    }
  }
  return undefined;
}

/** All of that for contenders that know no runtime. */
export const nodePackages: Packages = {
  find: (request) => requireOptional(request),
  sizeOf(request) {
    const path = pathOfOptional(request);
    return path === undefined ? undefined : statSync(path).size;
  },
};
