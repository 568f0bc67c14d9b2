/** Ways to cut a byte sequence. Results must not depend on them. */

/** Inputs up to this length are cut at every byte. */
const EVERY_CUT = 2_000;

/** Where to cut, as lists of ascending offsets: nowhere, everywhere, and at every single place (of long inputs, at those near line ends). */
export function* cuts(bytes: Uint8Array): Generator<readonly number[]> {
  yield [];
  yield Array.from({ length: Math.max(0, bytes.length - 1) }, (_, i) => i + 1);
  for (let at = 1; at < bytes.length; at++) {
    if (bytes.length <= EVERY_CUT || nearLineEnd(bytes, at) || at % 7919 === 0 || at === 65_536) yield [at];
  }
}

function nearLineEnd(bytes: Uint8Array, at: number): boolean {
  return bytes.subarray(Math.max(0, at - 2), at + 3).some((byte) => byte === 10 || byte === 13);
}

/** The pieces that a list of offsets cuts `bytes` into. */
export function pieces(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const ends = [...at, bytes.length];
  return ends.map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
}
