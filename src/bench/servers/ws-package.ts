/** The packages `ws` and `bufferutil`, which need not be installed. */
import type * as Ws from 'ws';
import { requireOptional } from '../optional.ts';

/** `ws`, undefined when it is not installed. */
export function wsPackage(): typeof Ws | undefined {
  // Whoever installed something else under this name gets an error from the program that uses it.
  return requireOptional('ws') as typeof Ws | undefined;
}

/** True when `ws` is installed. */
export function hasWs(): boolean {
  return wsPackage() !== undefined;
}

/** True when `ws` finds `bufferutil`, and that is native: without a binary for this machine it is JavaScript. */
export function hasBufferutil(): boolean {
  const found = requireOptional('bufferutil', 'ws') as { readonly mask?: unknown } | undefined;
  return typeof found?.mask === 'function' && String(found.mask).includes('[native code]');
}

/** Their versions, as far as they are installed. */
export function wsVersions(): string[] {
  return ['ws', 'bufferutil'].flatMap((name) => {
    const manifest = requireOptional(`${name}/package.json`, 'ws') as { readonly version?: unknown } | undefined;
    return manifest === undefined ? [] : [`${name} ${String(manifest.version)}`];
  });
}
