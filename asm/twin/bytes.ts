/** Classes of bytes, and how far a run of bytes of one kind goes. */
import { CLASSES } from './memory';

/** RFC 9110 section 5.6.2: tchar. */
export const TOKEN: u32 = 1;
/** RFC 3986 section 3.2.2: unreserved and sub-delims, what a host is made of beside escapes. */
export const HOST: u32 = 2;
/** RFC 9110 section 5.5: field-vchar, SP and HTAB, with obs-text. */
export const TEXT: u32 = 4;
/** Visible ASCII but "#", RFC 9112 section 3.2. */
export const TARGET: u32 = 8;
export const HEX: u32 = 16;
export const DIGIT: u32 = 32;
export const ALPHA: u32 = 64;
/** SP and HTAB. */
export const BLANK: u32 = 128;

/** Bits 0 to 63 and 64 to 127 for the bytes  ! # $ % & ' * + - . ^ _ ` | ~  that a token may have beside letters and digits. */
const TOKEN_LOW: u64 = 0x00006cfa00000000;
const TOKEN_HIGH: u64 = 0x50000001c0000000;
/** The same for  - . _ ~ ! $ & ' ( ) * + , ; =  in a host. */
const HOST_LOW: u64 = 0x28007fd200000000;
const HOST_HIGH: u64 = 0x4000000080000000;

/** Fills the table of classes. */
export function classify(): void {
  for (let b: u32 = 0; b < 256; b++) {
    let found: u32 = 0;
    if ((b | 0x20) - 0x61 < 26) found |= ALPHA | TOKEN | HOST;
    if (b - 0x30 < 10) found |= DIGIT | HEX | TOKEN | HOST;
    if ((b | 0x20) - 0x61 < 6) found |= HEX;
    if (b == 0x20 || b == 0x09) found |= BLANK | TEXT;
    if ((b > 0x20 && b < 0x7f) || b >= 0x80) found |= TEXT;
    if (b > 0x20 && b < 0x7f && b != 0x23) found |= TARGET;
    if (has(b, TOKEN_LOW, TOKEN_HIGH)) found |= TOKEN;
    if (has(b, HOST_LOW, HOST_HIGH)) found |= HOST;
    store<u8>(CLASSES + b, <u8>found);
  }
}

function has(byte: u32, low: u64, high: u64): bool {
  return byte < 128 && (((byte < 64 ? low : high) >> (byte & 63)) & 1) != 0;
}

// @ts-ignore: decorator
@inline
export function byteIs(byte: u32, kind: u32): bool {
  return (load<u8>(CLASSES + byte) & kind) != 0;
}

/** Behind the bytes of this class that stand from p on. */
export function runOf(kind: u32, p: usize, last: usize): usize {
  while (p < last && byteIs(load<u8>(p), kind)) p++;
  return p;
}

/** Before the bytes of this class that stand right before p, but not before `first`. */
export function runBefore(kind: u32, p: usize, first: usize): usize {
  while (p > first && byteIs(load<u8>(p - 1), kind)) p--;
  return p;
}

// The next two look at sixteen bytes at a time, and so at up to fifteen behind the last one, which decide nothing.

/** Behind the bytes from 0x20 to 0x7e that stand from p on. */
export function plainRun(p: usize, last: usize): usize {
  const first = i8x16.splat(0x20);
  const count = i8x16.splat(0x5f);
  for (; p < last; p += 16) {
    const other = i8x16.bitmask(i8x16.ge_u(i8x16.sub(v128.load(p), first), count));
    if (other) return min<usize>(p + ctz(other), last);
  }
  return last;
}

/** The same without SP and "#": bytes of a target. */
export function targetRun(p: usize, last: usize): usize {
  const first = i8x16.splat(0x21);
  const count = i8x16.splat(0x5e);
  const hash = i8x16.splat(0x23);
  for (; p < last; p += 16) {
    const bytes = v128.load(p);
    const other = i8x16.bitmask(v128.or(i8x16.ge_u(i8x16.sub(bytes, first), count), i8x16.eq(bytes, hash)));
    if (other) return min<usize>(p + ctz(other), last);
  }
  return last;
}
