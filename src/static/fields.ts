/** Header fields of files: which are sent with which answer, and what the options add or replace. */
import type { StaticPathOptions } from '../static-types.ts';
import type { Coding } from './coding.ts';
import type { Validators } from './conditions.ts';

type Field = readonly [name: string, value: string];

/** What is told of a file beside its bytes. */
export interface Described extends Validators {
  /** Without parameters. */
  readonly type: string;
  readonly coding: Coding | null;
  /** It may be compressed here. */
  readonly isCompressible: boolean;
  /** Files with its compressed forms may lie beside it. */
  readonly mayHaveSiblings: boolean;
}

/** What clients know the file by: the options may have a tag of their own for it. */
export function validatorsOf({ headers }: StaticPathOptions, file: Described): Validators {
  const own = ownFields(headers, file).find(isTag);
  return own === undefined ? file : { etag: own[1], modified: file.modified };
}

/** The options' fields. Their tag names the content, and not the bytes of each form of it, of which parts could be mixed. */
function ownFields(headers: readonly Field[], { coding }: Described): readonly Field[] {
  if (coding === null || !headers.some(isTag)) return headers;
  return headers.map((field) => (isTag(field) ? [field[0], field[1].replace(/^(?=")/, 'W/')] : field));
}

function isTag([name]: Field): boolean {
  return name.toLowerCase() === 'etag';
}

/** Of the options' own fields, those that a 304 repeats (RFC 9110 section 15.4.5). */
const IN_304 = new Set(['cache-control', 'content-location', 'etag', 'expires', 'vary']);

/** Field lines of an answer with a file, each ended by CRLF: all of it (200) or a part (206). */
export function fileFields(options: StaticPathOptions, file: Described, contentRange = ''): string {
  const isHtml = file.type === 'text/html' && options.htmlCharset !== '';
  return lines(ownFields(options.headers, file), [
    ['Content-Type', isHtml ? `text/html; charset=${options.htmlCharset}` : file.type],
    ['Last-Modified', new Date(file.modified * 1000).toUTCString()],
    ['ETag', file.etag],
    ['Content-Range', contentRange],
    ['Content-Encoding', file.coding ?? ''],
    ['Vary', varyOf(options, file)],
    ['Cache-Control', options.cacheControl],
    ['Accept-Ranges', 'bytes'],
    ['X-Content-Type-Options', 'nosniff'],
  ]);
}

/** Field lines of a 304 for that file. */
export function unchangedFields(options: StaticPathOptions, file: Described): string {
  const own = ownFields(options.headers, file).filter(([name]) => IN_304.has(name.toLowerCase()));
  return lines(own, [
    ['ETag', file.etag],
    ['Vary', varyOf(options, file)],
    ['Cache-Control', options.cacheControl],
  ]);
}

/** Field lines of a page that was made here. */
export function pageFields(options: StaticPathOptions): string {
  return lines(options.headers, [
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Cache-Control', options.cacheControl || 'no-cache'],
    ['X-Content-Type-Options', 'nosniff'],
  ]);
}

/** Field lines of a redirect. The options' fields may be what lets a page follow it (CORS), and how long it is kept. */
export function redirectFields(options: StaticPathOptions, location: string): string {
  const own = options.headers.filter(([name]) => !/^(?:content-type|location)$/i.test(name));
  return lines(own, [
    ['Location', location],
    ['Content-Type', 'text/plain; charset=UTF-8'],
    ['Cache-Control', options.cacheControl],
  ]);
}

/** Of the options' own fields, those that say who may read an answer. */
const WHO_MAY_READ = /^(?:access-control-.*|cross-origin-.*|vary)$/i;

/** Field lines of a refusal of a file that there is: whoever may read that may read why it does not come. */
export function refusalFields(options: StaticPathOptions, contentRange = ''): string {
  const own = options.headers.filter(([name]) => WHO_MAY_READ.test(name));
  return lines(own, [
    ['Content-Range', contentRange],
    ['Content-Type', 'text/plain; charset=UTF-8'],
  ]);
}

/** Says whether there may be compressed forms of a file under these options. */
export function mayBeCoded({ compress, precompressed }: StaticPathOptions, file: Described): boolean {
  return (compress && file.isCompressible) || (precompressed && file.mayHaveSiblings);
}

/** Request fields on which the choice of this answer depends. */
function varyOf(options: StaticPathOptions, file: Described): string {
  const byCoding = mayBeCoded(options, file);
  const byType = options.spa && file.type === 'text/html';
  return [...(byCoding ? ['Accept-Encoding'] : []), ...(byType ? ['Accept'] : [])].join(', ');
}

/** The options' fields first, in their order; ours only where they say nothing. Vary has to name what we chose by. */
function lines(own: readonly Field[], ours: readonly Field[]): string {
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  const isOurs = ([name, value]: Field): boolean => value !== '' && (name === 'Vary' || !names.has(name.toLowerCase()));
  return [...own, ...ours.filter(isOurs)].map(([name, value]) => `${name}: ${value}\r\n`).join('');
}
