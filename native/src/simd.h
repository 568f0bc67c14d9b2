/* Sixteen bytes at once: the few vector operations the scans need, on WebAssembly SIMD128 or x86 SSSE3, and the scans
 * built from them. Without either HV__SIMD is 0 and the scalar scans serve.
 *
 * Vector constants live in a table that the compiler cannot see through (hv__lanes is neither static nor const). They
 * are loaded once per function into locals: newer V8 builds a constant anew at each use inside a loop, at half speed. */
#pragma once
#include "bytes.h"

#if defined(HV_NO_SIMD)
#define HV__SIMD 0
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#define HV__SIMD 1
typedef v128_t hv__v;
#define hv__v_load(p) wasm_v128_load(p)
#define hv__v_store(p, v) wasm_v128_store(p, v)
#define hv__v_and(a, b) wasm_v128_and(a, b)
#define hv__v_or(a, b) wasm_v128_or(a, b)
#define hv__v_xor(a, b) wasm_v128_xor(a, b)
#define hv__v_eq(a, b) wasm_i8x16_eq(a, b)
#define hv__v_gt(a, b) wasm_i8x16_gt(a, b) /* signed */
#define hv__v_add(a, b) wasm_i8x16_add(a, b)
#define hv__v_shr4(a) wasm_u16x8_shr(a, 4) /* by 16-bit lane: mask the result */
#define hv__v_look(table, a) wasm_i8x16_swizzle(table, a)
#define hv__v_bits(a) ((uint32_t)wasm_i8x16_bitmask(a))
#define hv__v_any(a) wasm_v128_any_true(a)
#define hv__v_low(a) ((uint64_t)wasm_i64x2_extract_lane(a, 0))
#define hv__v_high(a) ((uint64_t)wasm_i64x2_extract_lane(a, 1))
#elif defined(__SSSE3__)
#include <tmmintrin.h>
#define HV__SIMD 1
typedef __m128i hv__v;
#define hv__v_load(p) _mm_loadu_si128((const __m128i *)(const void *)(p))
#define hv__v_store(p, v) _mm_storeu_si128((__m128i *)(void *)(p), v)
#define hv__v_and(a, b) _mm_and_si128(a, b)
#define hv__v_or(a, b) _mm_or_si128(a, b)
#define hv__v_xor(a, b) _mm_xor_si128(a, b)
#define hv__v_eq(a, b) _mm_cmpeq_epi8(a, b)
#define hv__v_gt(a, b) _mm_cmpgt_epi8(a, b)
#define hv__v_add(a, b) _mm_add_epi8(a, b)
#define hv__v_shr4(a) _mm_srli_epi16(a, 4)
#define hv__v_look(table, a) _mm_shuffle_epi8(table, a)
#define hv__v_bits(a) ((uint32_t)_mm_movemask_epi8(a))
#define hv__v_any(a) (_mm_movemask_epi8(_mm_cmpeq_epi8(a, _mm_setzero_si128())) != 0xffff)
#define hv__v_low(a) ((uint64_t)_mm_cvtsi128_si64(a))
#define hv__v_high(a) ((uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(a, a)))
#else
#define HV__SIMD 0
#endif

#if HV__SIMD
/* Rows of hv__lanes, 16 bytes each. */
enum {
  HV__ROW_01, HV__ROW_21, HV__ROW_22, HV__ROW_HASH, HV__ROW_COLON, HV__ROW_40, HV__ROW_20, HV__ROW_0F, HV__ROW_09,
  HV__ROW_LOW, HV__ROW_HOST, HV__ROW_HIGH, HV__ROW_ONES, HV__ROW_ZEROS, HV__ROWS
};
extern uint8_t hv__lanes[HV__ROWS * 16];
#define hv__row(row) hv__v_load(hv__lanes + 16 * (row))

/* 0xff in the first n lanes, n <= 16: a window that slides over the rows of ones and zeros. */
#define hv__first(n) hv__v_load(hv__lanes + 16 * HV__ROW_ZEROS - (n))

/* Bytes outside 0x20-0x7e: one more makes 0x7f negative, and everything unwanted is then signed below 0x21. */
#define hv__v_no_ascii(v, k01, k21) hv__v_gt(k21, hv__v_add(v, k01))

/* Token characters by their two nibbles: row of the low nibble and bit of the high one must meet. 0: no token. With
 * HV__ROW_HOST for the low nibbles: characters of HV__IS_HOST. */
#define hv__v_token(v, low, high, k0f) \
  hv__v_and(hv__v_look(low, hv__v_and(v, k0f)), hv__v_look(high, hv__v_and(hv__v_shr4(v), k0f)))

/* The bits of four vectors in a row. */
HV__INLINE uint64_t hv__v_bits64(hv__v a, hv__v b, hv__v c, hv__v d) {
  return (uint64_t)(hv__v_bits(a) | hv__v_bits(b) << 16) | (uint64_t)(hv__v_bits(c) | hv__v_bits(d) << 16) << 32;
}

/* First byte of [p, end) outside 0x20-0x7e. Padded: reads up to 64 bytes past end, and what it returns is at or past
 * end when there is none. Else it stays within [p, end). */
HV__INLINE const uint8_t *hv__ascii_end(const uint8_t *p, const uint8_t *end, int padded, hv__v k01, hv__v k21) {
  if (padded ? p < end : end - p >= 32) {
    const uint32_t bad = hv__v_bits(hv__v_no_ascii(hv__v_load(p), k01, k21)) |
                         hv__v_bits(hv__v_no_ascii(hv__v_load(p + 16), k01, k21)) << 16;
    if (bad) return p + __builtin_ctz(bad);
    p += 32;
  }
  /* Most lines end in the next 64: no test before the masks are joined. Further ones are longer. */
  if (padded ? p < end : end - p >= 64) {
    const uint64_t bad = hv__v_bits64(hv__v_no_ascii(hv__v_load(p), k01, k21), hv__v_no_ascii(hv__v_load(p + 16), k01, k21),
                                      hv__v_no_ascii(hv__v_load(p + 32), k01, k21), hv__v_no_ascii(hv__v_load(p + 48), k01, k21));
    if (bad) return p + __builtin_ctzll(bad);
    p += 64;
  }
  while (padded ? p < end : end - p >= 64) {
    hv__v a = hv__v_no_ascii(hv__v_load(p), k01, k21), b = hv__v_no_ascii(hv__v_load(p + 16), k01, k21);
    hv__v c = hv__v_no_ascii(hv__v_load(p + 32), k01, k21), d = hv__v_no_ascii(hv__v_load(p + 48), k01, k21);
    if (hv__v_any(hv__v_or(hv__v_or(a, b), hv__v_or(c, d)))) return p + __builtin_ctzll(hv__v_bits64(a, b, c, d));
    p += 64;
  }
  if (padded) return p;
  while (end - p >= 16) {
    uint32_t bad = hv__v_bits(hv__v_no_ascii(hv__v_load(p), k01, k21));
    if (bad) return p + __builtin_ctz(bad);
    p += 16;
  }
  while (p < end && *p >= 0x20 && *p < 0x7f) p++;
  return p;
}

/* First byte of [p, end) outside 0x21-0x7e, or "#"; padded as above. */
HV__INLINE const uint8_t *hv__target_end(const uint8_t *p, const uint8_t *end, int padded, hv__v k01) {
  const hv__v k22 = hv__row(HV__ROW_22), hash = hv__row(HV__ROW_HASH);
  while (padded ? p < end : end - p >= 16) {
    hv__v v = hv__v_load(p);
    uint32_t bad = hv__v_bits(hv__v_or(hv__v_no_ascii(v, k01, k22), hv__v_eq(v, hash)));
    if (bad) return p + __builtin_ctz(bad);
    p += 16;
  }
  if (padded) return p;
  while (p < end && hv__is(*p, HV__IS_TARGET)) p++;
  return p;
}

/* Whether the n bytes at p, 1 to 16, are all of HV__IS_HOST. Reads 16. */
HV__INLINE int hv__v_host(const uint8_t *p, uint32_t n) {
  const hv__v found = hv__v_token(hv__v_load(p), hv__row(HV__ROW_HOST), hv__row(HV__ROW_HIGH), hv__row(HV__ROW_0F));
  return (hv__v_bits(hv__v_eq(found, hv__row(HV__ROW_ZEROS))) & ((1u << n) - 1)) == 0;
}
#endif

/* The same four scans as in scan_scalar.h; never read past end. */
const uint8_t *hv__simd_token_end(const uint8_t *p, const uint8_t *end);
const uint8_t *hv__simd_target_end(const uint8_t *p, const uint8_t *end);
const uint8_t *hv__simd_ascii_end(const uint8_t *p, const uint8_t *end);
const uint8_t *hv__simd_text_end(const uint8_t *p, const uint8_t *end);
