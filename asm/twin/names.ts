/** Numbers of known names: among the names of the same length, the one that is equal. The tables are sorted by length. */
import { FIELD_STARTS, FIELD_IDS, FIELD_TEXTS, METHOD_STARTS, METHOD_IDS, METHOD_TEXTS } from './numbers.gen';

/** Sixteen bytes of ones and as many zeros: what is loaded n bytes before the zeros keeps the first n lanes. */
const KEEP = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

const LONGEST_FIELD: u32 = 32;
const LONGEST_METHOD: u32 = 16;

/** The first n of the sixteen bytes at p, and zeros. */
// @ts-ignore: decorator
@inline
function first(p: usize, n: u32): v128 {
  return v128.and(v128.load(p), v128.load(KEEP + 16 - n));
}

// @ts-ignore: decorator
@inline
function lower(bytes: v128): v128 {
  const isUpper = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x41)), i8x16.splat(26));
  return v128.or(bytes, v128.and(isUpper, i8x16.splat(0x20)));
}

/** Number of the field name p[0..n) in any case, or 0. Looks at up to 32 bytes from p on. */
export function fieldNumber(p: usize, n: u32): u32 {
  if (n == 0 || n > LONGEST_FIELD) return 0;
  const low = lower(first(p, min<u32>(n, 16)));
  const high = n > 16 ? lower(first(p + 16, n - 16)) : i64x2.splat(0);
  const to = <u32>load<u8>(FIELD_STARTS + n + 1);
  for (let i = <u32>load<u8>(FIELD_STARTS + n); i < to; i++) {
    const text = FIELD_TEXTS + 32 * i;
    const differ = v128.or(v128.xor(low, v128.load(text)), v128.xor(high, v128.load(text, 16)));
    if (!v128.any_true(differ)) return <u32>load<u8>(FIELD_IDS + i);
  }
  return 0;
}

/** Number of the method p[0..n), or 0. Looks at sixteen bytes from p on. */
export function methodNumber(p: usize, n: u32): u32 {
  if (n == 0 || n > LONGEST_METHOD) return 0;
  const method = first(p, n);
  const to = <u32>load<u8>(METHOD_STARTS + n + 1);
  for (let i = <u32>load<u8>(METHOD_STARTS + n); i < to; i++) {
    if (!v128.any_true(v128.xor(method, v128.load(METHOD_TEXTS + 16 * i)))) return <u32>load<u8>(METHOD_IDS + i);
  }
  return 0;
}
