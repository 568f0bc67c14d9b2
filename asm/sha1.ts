/**
 * SHA-1 (RFC 3174), for the WebSocket accept key, which must be had synchronously on every host.
 * One digest at a time: begin, whole blocks, then the rest. It is not for anything that needs collision resistance.
 */
import { INPUT, OUTPUT } from './window';

/** The five state words, and behind them the 80 schedule words of the current block. */
const STATE = memory.data<u32>([0, 0, 0, 0, 0]);
const SCHEDULE: usize = 2048;

/** Byte order of a big-endian load. */
const SWAP = memory.data<u8>([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]);

/** Forgets the last digest. */
export function sha1Begin(): void {
  store<u32>(STATE, 0x67452301);
  store<u32>(STATE, 0xefcdab89, 4);
  store<u32>(STATE, 0x98badcfe, 8);
  store<u32>(STATE, 0x10325476, 12);
  store<u32>(STATE, 0xc3d2e1f0, 16);
}

/** Takes in the first `n` bytes of the input window; `n` is a multiple of 64. */
export function sha1Blocks(n: u32): void {
  for (let at: usize = INPUT; at < INPUT + n; at += 64) block(at);
}

/**
 * Takes in the last `n` bytes (at most the window less 128) of a text of `total` bytes, and writes the 20 bytes of the
 * digest to the output window. Two numbers carry the length, because a length of bytes may pass 32 bits.
 */
export function sha1End(n: u32, totalHigh: u32, totalLow: u32): void {
  let end: usize = INPUT + n;
  store<u8>(end++, 0x80);
  while (((end - INPUT) & 63) != 56) store<u8>(end++, 0);
  const bits = ((<u64>totalHigh << 32) | <u64>totalLow) << 3;
  store<u64>(end, bswap<u64>(bits));
  sha1Blocks(<u32>(end + 8 - INPUT));
  for (let i: usize = 0; i < 20; i += 4) store<u32>(OUTPUT + i, bswap<u32>(load<u32>(STATE + i)));
}

/** RFC 3174 section 6.1, one block of 64 bytes. */
function block(at: usize): void {
  const swap = v128.load(SWAP);
  for (let i: usize = 0; i < 64; i += 16) v128.store(SCHEDULE + i, i8x16.swizzle(v128.load(at + i), swap));
  for (let i: usize = 64; i < 320; i += 4) {
    const p = SCHEDULE + i;
    store<u32>(p, rotl<u32>(load<u32>(p - 12) ^ load<u32>(p - 32) ^ load<u32>(p - 56) ^ load<u32>(p - 64), 1));
  }
  let a = load<u32>(STATE);
  let b = load<u32>(STATE, 4);
  let c = load<u32>(STATE, 8);
  let d = load<u32>(STATE, 12);
  let e = load<u32>(STATE, 16);
  // Five rounds a turn: the words change their roles instead of their places.
  for (let w: usize = SCHEDULE; w < SCHEDULE + 80; w += 20) {
    e += rotl<u32>(a, 5) + (d ^ (b & (c ^ d))) + 0x5a827999 + load<u32>(w);
    b = rotl<u32>(b, 30);
    d += rotl<u32>(e, 5) + (c ^ (a & (b ^ c))) + 0x5a827999 + load<u32>(w, 4);
    a = rotl<u32>(a, 30);
    c += rotl<u32>(d, 5) + (b ^ (e & (a ^ b))) + 0x5a827999 + load<u32>(w, 8);
    e = rotl<u32>(e, 30);
    b += rotl<u32>(c, 5) + (a ^ (d & (e ^ a))) + 0x5a827999 + load<u32>(w, 12);
    d = rotl<u32>(d, 30);
    a += rotl<u32>(b, 5) + (e ^ (c & (d ^ e))) + 0x5a827999 + load<u32>(w, 16);
    c = rotl<u32>(c, 30);
  }
  for (let w: usize = SCHEDULE + 80; w < SCHEDULE + 160; w += 20) {
    e += rotl<u32>(a, 5) + (b ^ c ^ d) + 0x6ed9eba1 + load<u32>(w);
    b = rotl<u32>(b, 30);
    d += rotl<u32>(e, 5) + (a ^ b ^ c) + 0x6ed9eba1 + load<u32>(w, 4);
    a = rotl<u32>(a, 30);
    c += rotl<u32>(d, 5) + (e ^ a ^ b) + 0x6ed9eba1 + load<u32>(w, 8);
    e = rotl<u32>(e, 30);
    b += rotl<u32>(c, 5) + (d ^ e ^ a) + 0x6ed9eba1 + load<u32>(w, 12);
    d = rotl<u32>(d, 30);
    a += rotl<u32>(b, 5) + (c ^ d ^ e) + 0x6ed9eba1 + load<u32>(w, 16);
    c = rotl<u32>(c, 30);
  }
  for (let w: usize = SCHEDULE + 160; w < SCHEDULE + 240; w += 20) {
    e += rotl<u32>(a, 5) + ((b & c) | (d & (b | c))) + 0x8f1bbcdc + load<u32>(w);
    b = rotl<u32>(b, 30);
    d += rotl<u32>(e, 5) + ((a & b) | (c & (a | b))) + 0x8f1bbcdc + load<u32>(w, 4);
    a = rotl<u32>(a, 30);
    c += rotl<u32>(d, 5) + ((e & a) | (b & (e | a))) + 0x8f1bbcdc + load<u32>(w, 8);
    e = rotl<u32>(e, 30);
    b += rotl<u32>(c, 5) + ((d & e) | (a & (d | e))) + 0x8f1bbcdc + load<u32>(w, 12);
    d = rotl<u32>(d, 30);
    a += rotl<u32>(b, 5) + ((c & d) | (e & (c | d))) + 0x8f1bbcdc + load<u32>(w, 16);
    c = rotl<u32>(c, 30);
  }
  for (let w: usize = SCHEDULE + 240; w < SCHEDULE + 320; w += 20) {
    e += rotl<u32>(a, 5) + (b ^ c ^ d) + 0xca62c1d6 + load<u32>(w);
    b = rotl<u32>(b, 30);
    d += rotl<u32>(e, 5) + (a ^ b ^ c) + 0xca62c1d6 + load<u32>(w, 4);
    a = rotl<u32>(a, 30);
    c += rotl<u32>(d, 5) + (e ^ a ^ b) + 0xca62c1d6 + load<u32>(w, 8);
    e = rotl<u32>(e, 30);
    b += rotl<u32>(c, 5) + (d ^ e ^ a) + 0xca62c1d6 + load<u32>(w, 12);
    d = rotl<u32>(d, 30);
    a += rotl<u32>(b, 5) + (c ^ d ^ e) + 0xca62c1d6 + load<u32>(w, 16);
    c = rotl<u32>(c, 30);
  }
  store<u32>(STATE, load<u32>(STATE) + a);
  store<u32>(STATE, load<u32>(STATE, 4) + b, 4);
  store<u32>(STATE, load<u32>(STATE, 8) + c, 8);
  store<u32>(STATE, load<u32>(STATE, 12) + d, 12);
  store<u32>(STATE, load<u32>(STATE, 16) + e, 16);
}
