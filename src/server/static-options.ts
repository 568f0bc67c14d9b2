/** Options of static paths: the door where they are checked, once, and brought into one form (R: `staticPathOptions`). */

import { meant } from '../codec/option-names.ts';
import { callerError } from '../errors.ts';
import { parseValidation } from '../static/validation.ts';
import type { StaticPathInit, StaticPathOptions } from '../static-types.ts';

/** What a server has that says nothing else. */
export const STATIC_DEFAULTS: StaticPathOptions = {
  indexHtml: true,
  fallthrough: false,
  htmlCharset: 'utf-8',
  headers: [],
  validation: '',
  exclude: false,
  slashRedirect: false,
  dotfiles: false,
  followSymlinks: false,
  listing: false,
  spa: false,
  cacheControl: '',
  compress: true,
  precompressed: true,
};

const NAMES = Object.keys(STATIC_DEFAULTS);

/** Fields that are the server's own: they say how the answer is framed, and what part of a file it is. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'date',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Checks options. What is null or undefined is left out.
 * @throws HttpuvError `HV_BAD_OPTION`.
 */
export function checkStaticOptions(given: unknown): Partial<StaticPathOptions> {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'object' || Array.isArray(given)) throw bad('options of static paths are an object');
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!NAMES.includes(name)) {
      throw bad(`static paths have no option ${JSON.stringify(name)}${meant(name, NAMES)}`);
    }
    if (value !== undefined && value !== null) checked[name] = checkOne(name as keyof StaticPathOptions, value);
  }
  // Each name went with its own check.
  return Object.freeze(checked) as Partial<StaticPathOptions>;
}

function checkOne(name: keyof StaticPathOptions, value: unknown): unknown {
  switch (name) {
    case 'headers':
      return checkHeaders(value);
    case 'validation':
      return checkValidation(value);
    case 'htmlCharset':
      if (typeof value === 'string' && (value === '' || TOKEN.test(value))) return value;
      throw bad('htmlCharset is the name of a charset, such as utf-8, or empty');
    case 'cacheControl':
      if (typeof value === 'string' && VALUE.test(value)) return value;
      throw bad('cacheControl is the value of a Cache-Control field, such as max-age=3600, or empty');
    default:
      if (typeof value === 'boolean') return value;
      throw bad(`${name} is true or false`);
  }
}

function checkHeaders(given: unknown): StaticPathOptions['headers'] {
  if (typeof given !== 'object' || given === null) throw bad('headers is an object, or a list of name and value pairs');
  const items: Iterable<unknown> = Symbol.iterator in given ? (given as Iterable<unknown>) : Object.entries(given);
  const pairs: (readonly [string, string])[] = [];
  for (const item of items) {
    if (!Array.isArray(item) || item.length !== 2) throw bad('headers holds an item that is no pair of name and value');
    const [name, value] = item as [unknown, unknown];
    for (const each of Array.isArray(value) ? value : [value]) pairs.push(checkField(name, each));
  }
  return Object.freeze(pairs);
}

function checkField(name: unknown, value: unknown): readonly [string, string] {
  if (typeof name !== 'string' || !TOKEN.test(name)) throw bad(`${JSON.stringify(name)} is no name of a header field`);
  if (OWN_FIELDS.has(name.toLowerCase())) throw bad(`the field ${name} is set by the server; leave it out of headers`);
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (!isPlain || !VALUE.test(String(value))) throw bad(`the value of ${name} in headers may not be sent`);
  return Object.freeze([name, String(value)] as const);
}

function checkValidation(given: unknown): string {
  const items: readonly unknown[] = Array.isArray(given) ? given : [given];
  const [text = ''] = items;
  if (items.length > 1 || typeof text !== 'string') throw bad('validation is one text of the form "name" == "value"');
  try {
    parseValidation(text);
  } catch {
    throw bad('validation has the form "name" == "value", with both in double quotes');
  }
  return text;
}

/**
 * Options for all static paths of a server, complete: what is not given has its default.
 *
 * @param options See {@link StaticPathInit}.
 * @throws HttpuvError `HV_BAD_OPTION`.
 * @example
 * staticPathOptions({ headers: { 'X-Frame-Options': 'DENY' }, cacheControl: 'max-age=3600' });
 * @see R: `httpuv::staticPathOptions`
 */
export function staticPathOptions(options?: StaticPathInit): StaticPathOptions {
  return Object.freeze({ ...STATIC_DEFAULTS, ...checkStaticOptions(options) });
}

export function bad(sentence: string): Error {
  return callerError('HV_BAD_OPTION', sentence);
}
