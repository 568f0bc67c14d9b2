/**
 * From a request target to the path it names: percent-escapes are resolved once, empty and `.` segments taken out. Climbing
 * is not resolved but told, so that no such path ever names a file. It knows neither files nor what is served.
 */

/**
 * What is wrong with a path. `malformed`: an escape that is none, bytes that are no UTF-8, NUL. `parent`: a `..` segment.
 * `backslash`: may separate folders on some systems, and means nothing here. `other`: no path at all, such as `*`.
 */
export type PathFault = '' | 'malformed' | 'parent' | 'backslash' | 'other';

/** A path as it was asked for. */
export interface RequestPath {
  /** `/` and segments with one `/` between them, none of them empty or `.`; no slash at the end. */
  readonly path: string;
  readonly fault: PathFault;
  /** It was written with a slash at the end. */
  readonly hasSlash: boolean;
  /** From the first `?` on. */
  readonly query: string;
}

/** Most paths need nothing done: no escape, no segment that is empty or begins with a dot. */
const PLAIN = /^(?:\/[\w~!$&'()*+,;=:@-][\w.~!$&'()*+,;=:@-]*)+\/?$/;
const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i;

/** Reads a target: path, or absolute URI whose authority is passed over. @param target Bytes as latin1. */
export function requestPath(target: string): RequestPath {
  const relative = target.startsWith('/') ? target : target.replace(AUTHORITY, '');
  const queryAt = relative.indexOf('?');
  const raw = queryAt < 0 ? relative : relative.slice(0, queryAt);
  const query = queryAt < 0 ? '' : relative.slice(queryAt);
  if (raw === '' && relative !== target) return { path: '/', fault: '', hasSlash: true, query };
  if (!raw.startsWith('/')) return { path: '', fault: 'other', hasSlash: false, query };
  if (PLAIN.test(raw)) {
    const hasSlash = raw.endsWith('/');
    return { path: hasSlash ? raw.slice(0, -1) : raw, fault: '', hasSlash, query };
  }
  const decoded = decode(raw);
  const parts = decoded.text.split('/');
  const hasSlash = parts.at(-1) === '' || parts.at(-1) === '.';
  const segments = parts.filter((part) => part !== '' && part !== '.');
  const fault: PathFault = decoded.text.includes('\\')
    ? 'backslash'
    : !decoded.isWell
      ? 'malformed'
      : segments.includes('..')
        ? 'parent'
        : '';
  return { path: `/${segments.join('/')}`, fault, hasSlash, query };
}

/** Text that is not well is good for finding what it lies below, and for nothing else. */
function decode(raw: string): { readonly text: string; readonly isWell: boolean } {
  try {
    const text = decodeURIComponent(raw);
    return { text, isWell: !/[\0\x80-\xff]/.test(raw) && !text.includes('\0') };
  } catch {
    const text = raw.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
    return { text, isWell: false };
  }
}

/** Writes a path with the escapes that it needs; nothing in it can end it, or lead to another host. */
export function writtenPath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Names that Windows gives to devices, whatever follows the first dot. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/** Says whether a segment means something else than a file's name on Windows. */
export function isWindowsTrap(segment: string): boolean {
  return /[:*?"<>|]|[. ]$/.test(segment) || DEVICE.test(segment);
}
