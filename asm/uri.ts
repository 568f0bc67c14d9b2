/**
 * The URI codecs, byte by byte as R's httpuv has them. Bytes in and bytes out: text encodings are the host's affair.
 * Encoding works on any cut of the input. Decoding stops before an escape that the piece does not hold whole.
 */
import { INPUT, OUTPUT } from './window';

/**
 * Which bytes stay as they are: bit (byte >> 4) of entry (byte & 15). First `A-Z a-z 0-9 - _ . ! ~ * ' ( )`, then the
 * same with `; , / ? : @ & = + $`. Bytes from 0x80 up find no bit and are escaped.
 */
const PLAIN = memory.data<u8>([
  0xa8, 0xfc, 0xf8, 0xf8, 0xf8, 0xf8, 0xf8, 0xfc, 0xfc, 0xfc, 0xf4, 0x50, 0x50, 0x54, 0xd4, 0x70,
  0xb8, 0xfc, 0xf8, 0xf8, 0xfc, 0xf8, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0x5c, 0x54, 0x5c, 0xd4, 0x7c,
]);

/** Further vector constants, loaded once a call so that no engine rebuilds them inside a loop. */
const VECTORS = memory.data<u8>([
  // The bit of each high nibble.
  0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0, 0, 0, 0, 0, 0, 0, 0,
  // Upper-case hex digits.
  0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46,
  // Sixteen percent signs.
  0x25, 0x25, 0x25, 0x25, 0x25, 0x25, 0x25, 0x25, 0x25, 0x25, 0x25, 0x25, 0x25, 0x25, 0x25, 0x25,
]);
const HEX: usize = VECTORS + 16;
const PERCENTS: usize = VECTORS + 32;

/** The ten reserved characters, as bits counted from 0x20. `decodeURI` leaves their escapes as written. */
const RESERVED: u64 = 0x1ac009850;

/** Two words the decoder leaves behind: how many bytes it took, and what the result holds. */
export const REPORT: usize = INPUT - 16;
/** In the second word: the result has a byte from 0x80 up. */
const HAS_HIGH: u32 = 1;
/** In the second word: an escape or a byte was NUL; the result ends before it. */
const HAS_NUL: u32 = 2;

/**
 * Escapes the first `n` bytes of the input window into the output window; `keepReserved` leaves the reserved ten.
 * Returns the number of bytes written, at most three times `n`.
 */
export function uriEncode(n: u32, keepReserved: bool): u32 {
  const low = v128.load(PLAIN + (keepReserved ? 16 : 0));
  const high = v128.load(VECTORS);
  const hex = v128.load(HEX);
  const percents = v128.load(PERCENTS);
  const zero = i64x2.splat(0);
  const nibble = i8x16.splat(15);
  let from: usize = INPUT;
  let to: usize = OUTPUT;
  const end: usize = INPUT + n;
  while (from < end) {
    const v = v128.load(from);
    const left = <u32>min<usize>(end - from, 16);
    const highs = i8x16.shr_u(v, 4);
    const lows = v128.and(v, nibble);
    // One bit per byte: set where the byte must be escaped. Bytes behind the end count as plain and are cut by `left`.
    let escape = <u32>i8x16.bitmask(i8x16.eq(v128.and(i8x16.swizzle(low, lows), i8x16.swizzle(high, highs)), zero));
    escape &= (1 << left) - 1;
    if (escape == 0xffff) {
      // Sixteen escapes at once: the digits go to their places, and percent signs to the gaps.
      const first = i8x16.swizzle(hex, highs);
      const second = i8x16.swizzle(hex, lows);
      let out = i8x16.shuffle(first, second, 0, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0);
      v128.store(to, i8x16.shuffle(out, percents, 16, 1, 2, 16, 4, 5, 16, 7, 8, 16, 10, 11, 16, 13, 14, 16));
      out = i8x16.shuffle(first, second, 5, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10);
      v128.store(to, i8x16.shuffle(out, percents, 0, 1, 16, 3, 4, 16, 6, 7, 16, 9, 10, 16, 12, 13, 16, 15), 16);
      out = i8x16.shuffle(first, second, 26, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31);
      v128.store(to, i8x16.shuffle(out, percents, 0, 16, 2, 3, 16, 5, 6, 16, 8, 9, 16, 11, 12, 16, 14, 15), 32);
      from += 16;
      to += 48;
      continue;
    }
    v128.store(to, v);
    if (escape == 0) {
      from += left;
      to += left;
      continue;
    }
    const run = <u32>ctz(escape);
    from += run;
    to += run;
    escape >>= run;
    do {
      const byte = <u32>load<u8>(from);
      const digits = (<u32>load<u8>(HEX + (byte >> 4)) << 8) | (<u32>load<u8>(HEX + (byte & 15)) << 16);
      store<u32>(to, digits | 0x25);
      from++;
      to += 3;
      escape >>= 1;
    } while (escape & 1);
  }
  return <u32>(to - OUTPUT);
}

/** Values of the bytes 0x30–0x6f as hex digits; 255 for those that are none. */
const DIGITS = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 255, 255, 255, 255, 255,
  255, 10, 11, 12, 13, 14, 15, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  255, 10, 11, 12, 13, 14, 15, 255, 255, 255, 255, 255, 255, 255, 255, 255,
]);

/** Value of a hex digit, or a number above 15. */
// @ts-ignore: decorator
@inline
function digit(byte: u32): u32 {
  const index = byte - 0x30;
  return index < 64 ? <u32>load<u8>(DIGITS + index) : 255;
}

/**
 * Resolves the escapes of the first `n` bytes of the input window into the output window, left to right. A `%` that is
 * not followed by two hex digits is copied together with the two bytes behind it, and these are not looked at again.
 * `keepReserved` leaves escapes of the reserved ten as written. Unless `last`, an escape cut by the end is not taken.
 * Returns the number of bytes written; see REPORT.
 */
export function uriDecode(n: u32, keepReserved: bool, last: bool): u32 {
  const percents = v128.load(PERCENTS);
  const zero = i64x2.splat(0);
  let from: usize = INPUT;
  let to: usize = OUTPUT;
  const end: usize = INPUT + n;
  let found: u32 = 0;
  while (from < end) {
    const v = v128.load(from);
    const left = <u32>min<usize>(end - from, 16);
    const inside: u32 = (1 << left) - 1;
    const stop = inside & <u32>i8x16.bitmask(v128.or(i8x16.eq(v, percents), i8x16.eq(v, zero)));
    const run = stop ? <u32>ctz(stop) : left;
    if (<u32>i8x16.bitmask(v) & ((1 << run) - 1)) found |= HAS_HIGH;
    v128.store(to, v);
    from += run;
    to += run;
    if (stop == 0) continue;
    // Consecutive escapes are common, so they are handled without going back to the vector.
    do {
      if (load<u8>(from) == 0) {
        found |= HAS_NUL;
        break;
      }
      if (from + 2 >= end) {
        // Too near the end for an escape: in the last piece these bytes are literal, whatever they are.
        if (!last) break;
        while (from < end) {
          const byte = load<u8>(from);
          if (byte == 0) {
            found |= HAS_NUL;
            break;
          }
          if (byte & 0x80) found |= HAS_HIGH;
          store<u8>(to++, byte);
          from++;
        }
        break;
      }
      const one = load<u8>(from, 1);
      const two = load<u8>(from, 2);
      const high = digit(one);
      const low = digit(two);
      const value = (high << 4) | low;
      if ((high | low) > 15 || (keepReserved && value - 0x20 < 64 && (RESERVED >> (value - 0x20)) & 1)) {
        if (one == 0 || two == 0) {
          found |= HAS_NUL;
          break;
        }
        if ((one | two) & 0x80) found |= HAS_HIGH;
        store<u8>(to, 0x25);
        store<u8>(to, one, 1);
        store<u8>(to, two, 2);
        to += 3;
      } else {
        if (value == 0) {
          found |= HAS_NUL;
          break;
        }
        if (value & 0x80) found |= HAS_HIGH;
        store<u8>(to++, <u8>value);
      }
      from += 3;
    } while (from < end && load<u8>(from) == 0x25);
    if (found & HAS_NUL || (from < end && from + 2 >= end && load<u8>(from) == 0x25)) break;
  }
  store<u32>(REPORT, <u32>(from - INPUT));
  store<u32>(REPORT, found, 4);
  return <u32>(to - OUTPUT);
}
