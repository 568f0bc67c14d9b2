/** Text of messages to bytes and back. Knows nothing of frames. */
import { latin1 } from '../codec/text.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

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
