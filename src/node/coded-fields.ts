/**
 * What the fields of an answer say about its compression, and what they become by it. Apps mostly send the same fields, so
 * what was found out is kept. Text in, text out.
 */
import { isCompressible } from '../static/mime.ts';

/** The fields of an answer, in its forms. */
export interface CodedFields {
  /** It may be compressed. */
  readonly isAllowed: boolean;
  /** Its type gains by it. */
  readonly isWorth: boolean;
  /** It says no type. */
  readonly isUntyped: boolean;
  /** Fields without a coding, for others might get one. */
  readonly plain: string;
  /** Fields with a coding, but for the one that names it. */
  readonly coded: string;
}

/** Longer ones are looked at each time, so that what is kept is small. */
const LONGEST_KEPT = 4_096;
const MOST_KEPT = 64;

/** Whoever says one of these has coded the body already, sends a part of it, or has counted on its bytes. */
const FORBIDDING: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-range',
  'content-digest',
  'repr-digest',
  'digest',
  'content-md5',
]);

export class CodedFieldsCache {
  readonly #kept = new Map<string, CodedFields>();
  #last: CodedFields | null = null;
  #lastFields = '';

  /** @param fields Field lines, each ended by CRLF. */
  of(fields: string): CodedFields {
    if (this.#last !== null && fields === this.#lastFields) return this.#last;
    let found = this.#kept.get(fields);
    if (found === undefined) {
      found = codedFields(fields);
      if (fields.length > LONGEST_KEPT) return found;
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      this.#kept.set(fields, found);
    }
    this.#lastFields = fields;
    this.#last = found;
    return found;
  }
}

/** @param fields Field lines, each ended by CRLF. */
export function codedFields(fields: string): CodedFields {
  let isAllowed = true;
  let type = '';
  for (const line of fields.split('\r\n')) {
    const [name, value] = cut(line);
    if (FORBIDDING.has(name)) isAllowed = false;
    else if (name === 'content-type') type = value;
    // RFC 9110 section 7.7, which RFC 9111 section 5.2.2.6 names.
    else if (name === 'cache-control' && /(?:^|[,\s])no-transform(?:$|[,;\s])/i.test(value)) isAllowed = false;
  }
  const [media = ''] = type.toLowerCase().split(';');
  const essence = media.trim();
  // Events are sent for hours, and each connection would keep a compressor for as long.
  if (essence === 'text/event-stream') isAllowed = false;
  const isWorth = isAllowed && isCompressible(essence);
  const plain = isAllowed ? withVary(fields) : fields;
  return { isAllowed, isWorth, isUntyped: essence === '', plain, coded: isAllowed ? withWeakTag(plain) : fields };
}

function cut(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

/** Names the request field on which the choice depends, beside those that are named. */
function withVary(fields: string): string {
  const lines = fields.split('\r\n');
  const vary = lines.map((line, at) => ({ at, cut: cut(line) })).filter(({ cut: [name] }) => name === 'vary');
  const named = vary.flatMap(({ cut: [, value] }) => value.toLowerCase().split(',')).map((name) => name.trim());
  if (named.includes('*') || named.includes('accept-encoding')) return fields;
  const last = vary.findLast(({ cut: [, value] }) => value !== '');
  if (last === undefined) return `${fields}Vary: Accept-Encoding\r\n`;
  lines[last.at] = `${lines[last.at]}, Accept-Encoding`;
  return lines.join('\r\n');
}

/** A tag that names these very bytes names others by now: it still names the same content (RFC 9110 section 8.8.1). */
function withWeakTag(fields: string): string {
  return fields.replace(/^(etag:[ \t]*)(?=")/gim, '$1W/');
}
