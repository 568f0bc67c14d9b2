/**
 * Base64 (RFC 4648 section 4): standard alphabet, padding, no line breaks.
 * A piece whose length is not a multiple of three ends the text, because padding follows it.
 */
import { INPUT, OUTPUT } from './window';

const ALPHABET = memory.data<u8>([
  0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50,
  0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
  0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76,
  0x77, 0x78, 0x79, 0x7a, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x2b, 0x2f,
]);

/** Vector constants, loaded once a call so that no engine rebuilds them inside the loop. */
const VECTORS = memory.data<u8>([
  // Byte order in which three bytes become one 32-bit lane: b1 b0 b2 b1.
  1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10,
  // What to add to a six-bit value to get its letter: class 0 = a–z, 1–10 = digits, 11 = +, 12 = /, 13 = A–Z.
  71, 252, 252, 252, 252, 252, 252, 252, 252, 252, 252, 237, 240, 65, 0, 0,
]);

/**
 * Encodes the first `n` bytes of the input window into the output window.
 * Returns the number of characters, always a multiple of four.
 */
export function base64(n: u32): u32 {
  const spread = v128.load(VECTORS);
  const shift = v128.load(VECTORS + 16);
  let from: usize = INPUT;
  let to: usize = OUTPUT;
  const end: usize = INPUT + n;
  // Twelve bytes give sixteen letters; the load reads four bytes more, which stay inside the window's slack.
  while (from + 12 <= end) {
    const lanes = i8x16.swizzle(v128.load(from), spread);
    // Per 32-bit lane the four six-bit values: a >> 10 and c >> 6 by shifts, b << 4 and d << 8 by one multiplication.
    const a = i16x8.shr_u(v128.and(lanes, i32x4.splat(0x0000fc00)), 10);
    const c = i16x8.shr_u(v128.and(lanes, i32x4.splat(0x0fc00000)), 6);
    const bd = i16x8.mul(v128.and(lanes, i32x4.splat(0x003f03f0)), i32x4.splat(0x01000010));
    const six = v128.or(v128.or(a, c), bd);
    const upper = v128.and(i8x16.lt_u(six, i8x16.splat(26)), i8x16.splat(13));
    const kind = v128.or(i8x16.sub_sat_u(six, i8x16.splat(51)), upper);
    v128.store(to, i8x16.add(i8x16.swizzle(shift, kind), six));
    from += 12;
    to += 16;
  }
  while (from + 3 <= end) {
    const bits = (<u32>load<u8>(from) << 16) | (<u32>load<u8>(from, 1) << 8) | <u32>load<u8>(from, 2);
    store<u8>(to, letter(bits >> 18));
    store<u8>(to, letter((bits >> 12) & 63), 1);
    store<u8>(to, letter((bits >> 6) & 63), 2);
    store<u8>(to, letter(bits & 63), 3);
    from += 3;
    to += 4;
  }
  if (from < end) {
    const two = from + 2 == end;
    const bits = (<u32>load<u8>(from) << 16) | (two ? <u32>load<u8>(from, 1) << 8 : 0);
    store<u8>(to, letter(bits >> 18));
    store<u8>(to, letter((bits >> 12) & 63), 1);
    store<u8>(to, two ? letter((bits >> 6) & 63) : 0x3d, 2);
    store<u8>(to, 0x3d, 3);
    to += 4;
  }
  return <u32>(to - OUTPUT);
}

// @ts-ignore: decorator
@inline
function letter(six: u32): u8 {
  return load<u8>(ALPHABET + six);
}
