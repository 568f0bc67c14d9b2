/**
 * The parsers that need nothing but JavaScript and WebAssembly, in the order of the table: these run in browsers, too.
 * Each one's code is loaded when it is asked for, so that a cold start includes it.
 */
import { type ContenderLoader, named, type Packages } from '../contender.ts';
import type { ReadOwnFile } from '../host.ts';

/**
 * Loaders of the portable contenders.
 *
 * @param read Gives the files of this package that they need.
 * @param packages Finds those that come with other packages; by default none is there.
 */
export function portableContenders(
  read: ReadOwnFile,
  packages: Packages = { find: () => undefined, sizeOf: () => undefined },
): readonly ContenderLoader[] {
  return [
    named(['undici-llhttp'], async () => (await import('./undici-llhttp.ts')).undiciLoader(packages)()),
    named(['milo'], async () => (await import('./milo.ts')).miloLoader(packages)()),
    named(['js-scanner'], async () => (await import('./js-scanner.ts')).loadJsScanner()),
    named(['httpuv-lazy', 'httpuv-eager'], async () => (await import('./own-parser.ts')).loadOwnParser()),
    named(['httpuv-records', 'httpuv-in-place'], async () => (await import('./own-machine.ts')).loadOwnMachine()),
    named(['no-simd-records', 'no-simd-in-place'], async () => (await import('./own-machine.ts')).noSimdLoader(read)()),
    named(['twin-records', 'twin-in-place'], async () => (await import('./own-machine.ts')).twinLoader(read)()),
    named(['httpuv-messages', 'httpuv-frames'], async () => (await import('./own-frames.ts')).loadOwnFrames()),
    named(['no-simd-frames'], async () => (await import('./own-frames.ts')).noSimdFramesLoader(read)()),
  ];
}
