/** Conditional requests (RFC 9110 section 13): whether a file is sent, and whether a part of it may be. */
import { parseDate } from './date.ts';

/** What the client said about what it has; empty: nothing. */
export interface Conditions {
  ifMatch: string;
  ifNoneMatch: string;
  ifModifiedSince: string;
  ifUnmodifiedSince: string;
  ifRange: string;
}

/** What tells one state of a file from another. */
export interface Validators {
  /** With its quotes, and `W/` before a weak one. */
  readonly etag: string;
  /** Whole seconds since 1970. */
  readonly modified: number;
}

/** The order of the steps is that of section 13.2.2. */
export function judgeConditions(asked: Conditions, is: Validators, now: number): 200 | 304 | 412 {
  if (asked.ifMatch !== '') {
    if (!listsTag(asked.ifMatch, is.etag, true)) return 412;
  } else if (asked.ifUnmodifiedSince !== '') {
    const since = parseDate(asked.ifUnmodifiedSince, now);
    if (since !== null && is.modified > since) return 412;
  }
  if (asked.ifNoneMatch !== '') return listsTag(asked.ifNoneMatch, is.etag, false) ? 304 : 200;
  if (asked.ifModifiedSince !== '') {
    const since = parseDate(asked.ifModifiedSince, now);
    if (since !== null && is.modified <= since) return 304;
  }
  return 200;
}

/** Whether a part may be sent: the client's other parts are of this very state (section 13.1.5). */
export function mayBePart(ifRange: string, is: Validators, now: number): boolean {
  if (ifRange === '') return true;
  if (/^(?:W\/)?"/.test(ifRange)) return ifRange === is.etag && !is.etag.startsWith('W/');
  return parseDate(ifRange, now) === is.modified;
}

/** Says whether `*` or the tag stands in a list of tags. Strong comparison: neither may be weak. */
function listsTag(list: string, etag: string, isStrong: boolean): boolean {
  if (list.trim() === '*') return true;
  if (isStrong && etag.startsWith('W/')) return false;
  const wanted = etag.replace(/^W\//, '');
  for (const [, weak, tag] of list.matchAll(/(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g)) {
    if (tag === wanted && !(isStrong && weak !== undefined)) return true;
  }
  return false;
}
