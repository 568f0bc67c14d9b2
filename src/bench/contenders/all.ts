/** The parsers that are compared in Node, Deno and Bun, in the order of the table. */
import type { ContenderLoader } from '../contender.ts';
import { readOwnFile } from '../node-host.ts';
import { loadHttpParserJs } from './http-parser-js.ts';
import { loadNativeLlhttp } from './native-llhttp.ts';
import { loadNodeParser } from './node-parser.ts';
import { portableContenders } from './portable.ts';
import { loadUndiciLlhttp } from './undici-llhttp.ts';

/** Loaders of all built-in contenders. */
export const CONTENDERS: readonly ContenderLoader[] = [
  loadNodeParser,
  loadHttpParserJs,
  loadUndiciLlhttp,
  ...portableContenders(readOwnFile),
  loadNativeLlhttp,
];
