/**
 * The parsers that are compared in Node, Deno and Bun, in the order of the table. Each one's code is loaded when it is
 * asked for, so that a cold start includes it.
 */
import { type ContenderLoader, named } from '../contender.ts';
import { readOwnFile } from '../node-host.ts';
import { nodePackages } from '../optional.ts';
import { portableContenders } from './portable.ts';

/** Loaders of all built-in contenders. */
export const CONTENDERS: readonly ContenderLoader[] = [
  named(['node-flat', 'node-object'], async () => (await import('./node-parser.ts')).loadNodeParser()),
  named(['http-parser-js'], async () => (await import('./http-parser-js.ts')).loadHttpParserJs()),
  named(['ws-receiver'], async () => (await import('./ws-receiver.ts')).loadWsReceiver()),
  ...portableContenders(readOwnFile, nodePackages),
  named(['native-httpuv', 'native-llhttp', 'native-http-parser'], async () =>
    (await import('./native.ts')).loadNativeParsers(),
  ),
];
