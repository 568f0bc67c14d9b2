/**
 * Which fields may stand behind a body (RFC 9110 section 6.5.1): none that has to be known before the body is read,
 * because it frames or routes the message, asks for or gives credentials, or says what the body is.
 */
const NEVER: ReadonlySet<string> = new Set([
  'age',
  'authorization',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'date',
  'expect',
  'expires',
  'host',
  'keep-alive',
  'location',
  'max-forwards',
  'pragma',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'retry-after',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'vary',
  'warning',
  'www-authenticate',
]);

/** Whether a field of this name may be a trailer. */
export function isTrailer(name: string): boolean {
  const lower = name.toLowerCase();
  return !NEVER.has(lower) && !lower.startsWith('if-');
}
