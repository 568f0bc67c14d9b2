/** Fields of a request as the app looks at them: flat, joined by name, and by the names of Rook. Pure functions of a head. */
import { FLAG } from '../wasm/constants.gen.ts';
import type { RequestHead } from './head.ts';

export type Fields = Record<string, string>;

/** Objects of this class inherit nothing, and making them is cheaper than `Object.create(null)`. */
export const NoNames: new () => Fields = function NoNames() {} as unknown as new () => Fields;
NoNames.prototype = Object.create(null);

/** Names and values in turn. */
export function flatFields(head: RequestHead): string[] {
  const flat: string[] = [];
  for (let i = 0; i < head.fieldCount; i++) flat.push(head.name(i), head.value(i));
  return flat;
}

/** Fields by `HTTP_` name. `a_b` and `a-b` would become one, and HTTP_PROXY configures clients: both are left out. */
export function httpNames(fields: Fields): Map<string, string> {
  const names = new Map<string, string>();
  for (const [field, value] of Object.entries(fields)) {
    if (field.includes('_') || field === 'proxy') continue;
    names.set(`HTTP_${field.toUpperCase().replaceAll('-', '_')}`, value);
  }
  return names;
}

/** Authority, and path with query, of an absolute-form target. */
export function splitAbsolute(target: string): { authority: string; path: string } {
  const start = target.indexOf('://') + 3;
  const length = target.slice(start).search(/[/?]/);
  if (length < 0) return { authority: target.slice(start), path: '/' };
  return { authority: target.slice(start, start + length), path: target.slice(start + length) };
}

/** Fields by lower-case name. Repeated ones are joined (RFC 9110 section 5.2), cookies as RFC 6265 section 5.4 has them. */
export function joinedFields(head: RequestHead): Fields {
  const fields: Fields = new NoNames();
  const count = head.fieldCount;
  for (let i = 0; i < count; i++) {
    const name = head.lowerName(i);
    const value = head.value(i);
    const before = fields[name];
    // An empty value adds nothing, as in R.
    if (before === undefined || before === '') fields[name] = value;
    else if (value !== '') fields[name] = `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  // The target's authority replaces what the Host field says (RFC 9112 section 3.2.2).
  if ((head.flags & FLAG.ABSOLUTE_TARGET) !== 0) fields['host'] = splitAbsolute(head.target).authority;
  return fields;
}
