/** Finds packages that need not be installed: beside this package first, then where the command was started. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What `require(request)` gives, or undefined when the package is not installed or lacks that file. */
export function requireOptional(request: string): unknown {
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href]) {
    try {
      return createRequire(from)(request);
    } catch {
      // Not reachable from here; the next place may know it.
    }
  }
  return undefined;
}
