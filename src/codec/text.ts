/**
 * Bytes to text, one byte a character. `TextDecoder('latin1')` is windows-1252 and gets 0x80–0x9f wrong, so it is not
 * used. Knows nothing of what the bytes mean.
 */

/** Text of `bytes[start..end)`, each byte becoming the character with its number. */
export type Latin1 = (bytes: Uint8Array, start: number, end: number) => string;

/** Bytes turned into arguments of one call; engines accept at least 65,536. */
const PIECE = 4096;

/** The way that works everywhere. */
export function latin1Portable(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += PIECE) {
    // An array-like of numbers is what `apply` takes; the declared type asks for a true array.
    const codes = bytes.subarray(at, Math.min(end, at + PIECE)) as unknown as number[];
    text += String.fromCharCode.apply(null, codes);
  }
  return text;
}

/** The host's own way, when it has one that works on any byte array. */
function latin1OfHost(): Latin1 | undefined {
  const slice = (globalThis as { Buffer?: { prototype?: { latin1Slice?: unknown } } }).Buffer?.prototype?.latin1Slice;
  if (typeof slice !== 'function') return undefined;
  const latin1: Latin1 = (bytes, start, end) => slice.call(bytes, start, end);
  try {
    return latin1(Uint8Array.of(0x20, 0x41, 0x80, 0xff), 1, 4) === 'A\x80\xff' ? latin1 : undefined;
  } catch {
    return undefined;
  }
}

/** Text of `bytes[start..end)`, each byte becoming the character with its number: the host's function, or ours. */
export const latin1: Latin1 = latin1OfHost() ?? latin1Portable;
