/** Text of messages to bytes and back. Knows nothing of frames. */
import { latin1 } from '../codec/text.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** Up to so many characters a text is looked at and written by hand: a call of the host costs more. */
const SHORT_TEXT = 48;

const hostLength = (globalThis as { Buffer?: { byteLength?: (text: string) => number } }).Buffer?.byteLength;

/** Bytes of a string as UTF-8. */
export function utf8Length(text: string): number {
  const { length } = text;
  if (length <= SHORT_TEXT) {
    let at = 0;
    while (at < length && text.charCodeAt(at) < 0x80) at++;
    if (at === length) return length;
  }
  return hostLength === undefined ? encoder.encode(text).length : hostLength(text);
}

/**
 * Writes a string as UTF-8 into `into` from `at` to `end`.
 * @returns Its bytes; −1 when it needs more room than that.
 */
export function writeText(text: string, into: Uint8Array, at: number, end: number): number {
  const { length } = text;
  if (length > end - at) return -1;
  if (length <= SHORT_TEXT) {
    let i = 0;
    while (i < length) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) break;
      into[at + i++] = code;
    }
    if (i === length) return length;
  }
  const { read, written } = encoder.encodeInto(text, into.subarray(at, end));
  return read === length ? written : -1;
}

/** UTF-8 of a string; a lone surrogate becomes U+FFFD. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** As many whole characters as `into` has room for. Returns their bytes. */
export function encodeStart(text: string, into: Uint8Array): number {
  return encoder.encodeInto(text, into).written;
}

/** Text of bytes known to be UTF-8, a byte order mark kept. `isAscii` spares the decoding. */
export function decodeText(bytes: Uint8Array, isAscii: boolean): string {
  return isAscii ? latin1(bytes, 0, bytes.length) : decoder.decode(bytes);
}

/** Text of bytes that nobody has checked; `null` when they are not UTF-8. */
export function decodeUnchecked(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}
