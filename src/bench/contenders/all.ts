/** The parsers that are compared, in the order of the table. */
import type { ContenderLoader } from '../contender.ts';
import { loadHttpParserJs } from './http-parser-js.ts';
import { loadNativeLlhttp } from './native-llhttp.ts';
import { loadNodeParser } from './node-parser.ts';
import { loadOwnMachine } from './own-machine.ts';
import { loadOwnParser } from './own-parser.ts';
import { loadUndiciLlhttp } from './undici-llhttp.ts';

/** Loaders of all built-in contenders. */
export const CONTENDERS: readonly ContenderLoader[] = [
  loadNodeParser,
  loadHttpParserJs,
  loadUndiciLlhttp,
  loadOwnParser,
  loadOwnMachine,
  loadNativeLlhttp,
];
