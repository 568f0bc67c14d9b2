/**
 * Values of header fields that handshakes are made of: lists of tokens, extensions with parameters. Read from left to right
 * in one pass: the cost is the length, whatever is in them.
 */
import { withoutBlanks } from '../codec/blanks.ts';

/** A flat list of fields as received: name, value, name, value, … */
export type RawHeaders = readonly string[];

/** One extension: its name and its parameters in order; `null` where a parameter has no value. */
export interface Extension {
  readonly name: string;
  readonly params: readonly (readonly [name: string, value: string | null])[];
}

/** The values of every field with this name, which is in lower case. */
export function valuesOf(headers: RawHeaders, name: string): string[] {
  const found: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === name) found.push(headers[i + 1] ?? '');
  }
  return found;
}

/** The values of all fields by their names in lower case, for whoever asks for several of them. */
export function valuesByName(headers: RawHeaders): (name: string) => readonly string[] {
  const found = new Map<string, string[]>();
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]?.toLowerCase() ?? '';
    const values = found.get(name);
    if (values === undefined) found.set(name, [headers[i + 1] ?? '']);
    else values.push(headers[i + 1] ?? '');
  }
  return (name) => found.get(name) ?? NONE;
}

const NONE: readonly string[] = [];
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Whether a text is a token (RFC 9110 section 5.6.2). */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The list elements of all these values, white space removed. Empty ones are kept. */
export function listOf(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',').map(withoutBlanks));
}

/** Whether one of these values lists `word`, which is in lower case, in any case. */
export function lists(values: readonly string[], word: string): boolean {
  return listOf(values).some((one) => one.toLowerCase() === word);
}

// Each part is a run of one class and what follows it belongs to another, so nothing is read twice.
const PART = /[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)|"((?:[^"\\]|\\[\t\x20-\x7e])*)"|([,;=]))/y;

/**
 * The extensions of these values (RFC 6455 section 9.1): names with parameters behind `;`, whose values are tokens, perhaps
 * in quotes. `null` when they are malformed.
 */
export function extensionsOf(values: readonly string[]): Extension[] | null {
  const found: { name: string; params: [string, string | null][] }[] = [];
  for (const value of values) {
    const parts = partsOf(value);
    if (parts === null) return null;
    for (let at = 0; at < parts.length; at++) {
      const name = parts[at++];
      if (name?.kind !== 'token') return null;
      const params: [string, string | null][] = [];
      while (parts[at]?.text === ';' && parts[at]?.kind === 'mark') {
        const param = parts[at + 1];
        if (param?.kind !== 'token') return null;
        at += 2;
        if (parts[at]?.kind !== 'mark' || parts[at]?.text !== '=') {
          params.push([param.text, null]);
          continue;
        }
        const given = parts[at + 1];
        if (given === undefined || !isToken(given.text)) return null;
        params.push([param.text, given.text]);
        at += 2;
      }
      found.push({ name: name.text, params });
      const next = parts[at];
      // A comma, and something behind it.
      if (next !== undefined && (next.kind !== 'mark' || next.text !== ',' || at + 1 === parts.length)) return null;
    }
  }
  return found;
}

interface Part {
  readonly kind: 'token' | 'quoted' | 'mark';
  readonly text: string;
}

function partsOf(value: string): Part[] | null {
  const text = withoutBlanks(value);
  const parts: Part[] = [];
  if (text === '') return null;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const match = PART.exec(text);
    if (match === null) return null;
    const [, token, quoted, mark = ''] = match;
    if (token !== undefined) parts.push({ kind: 'token', text: token });
    else if (quoted !== undefined) parts.push({ kind: 'quoted', text: quoted.replaceAll(/\\(.)/g, '$1') });
    else parts.push({ kind: 'mark', text: mark });
  }
  return parts;
}
