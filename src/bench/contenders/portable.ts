/** The parsers that need nothing but JavaScript and WebAssembly, in the order of the table: these run in browsers, too. */
import type { ContenderLoader } from '../contender.ts';
import type { ReadOwnFile } from '../host.ts';
import { loadOwnMachine, twinLoader } from './own-machine.ts';
import { loadOwnParser } from './own-parser.ts';

/** Loaders of the portable contenders. `read` gives the files of this package that they need. */
export function portableContenders(read: ReadOwnFile): readonly ContenderLoader[] {
  return [loadOwnParser, loadOwnMachine, twinLoader(read)];
}
