/* UTF-8 (RFC 3629), in pieces cut anywhere, with the place of the first byte that cannot stand where it does. */
#include "ws_scan.h"

#include "../include/httpuv.h"

#define OPEN(left, least, greatest) ((uint32_t)(left) | (uint32_t)(least) << 8 | (uint32_t)(greatest) << 16)

/* One byte. UTF8-2 = %xC2-DF tail; UTF8-3 = %xE0 %xA0-BF tail / %xE1-EC 2tail / %xED %x80-9F tail / %xEE-EF 2tail;
 * UTF8-4 = %xF0 %x90-BF 2tail / %xF1-F3 3tail / %xF4 %x80-8F 2tail. Returns 0 when it cannot stand here. */
HV__INLINE int utf8_step(uint32_t *open, uint8_t byte) {
  if (*open) {
    const uint32_t left = (*open & 0xff) - 1;
    if (byte < (*open >> 8 & 0xff) || byte > *open >> 16) return 0;
    *open = left ? OPEN(left, 0x80, 0xbf) : 0;
    return 1;
  }
  if (byte < 0x80) return 1;
  if (byte < 0xc2 || byte > 0xf4) return 0;
  if (byte < 0xe0) *open = OPEN(1, 0x80, 0xbf);
  else if (byte < 0xf0) *open = OPEN(2, byte == 0xe0 ? 0xa0 : 0x80, byte == 0xed ? 0x9f : 0xbf);
  else *open = OPEN(3, byte == 0xf0 ? 0x90 : 0x80, byte == 0xf4 ? 0x8f : 0xbf);
  return 1;
}

const uint8_t *hv__scalar_utf8_end(const uint8_t *p, const uint8_t *end, struct hv__utf8 *text) {
  uint32_t open = text->open, high = text->high;
  while (p < end) {
    high |= *p;
    if (!utf8_step(&open, *p)) break;
    p++;
  }
  text->open = open;
  text->high = high;
  return p;
}

#if HV__SIMD
#if defined(__wasm_simd128__)
#define v_less(a, b) wasm_u8x16_sub_sat(a, b)
/* The n bytes before v, then v without its last n. */
#define v_before(v, prev, n)                                                                                          \
  wasm_i8x16_shuffle(prev, v, 16 - n, 17 - n, 18 - n, 19 - n, 20 - n, 21 - n, 22 - n, 23 - n, 24 - n, 25 - n, 26 - n, \
                     27 - n, 28 - n, 29 - n, 30 - n, 31 - n)
#else
#define v_less(a, b) _mm_subs_epu8(a, b)
#define v_before(v, prev, n) _mm_alignr_epi8(v, prev, 16 - n)
#endif

/* What two neighbouring bytes can be wrong by: a bit survives when all three nibbles allow it. CONTS is no mistake by
 * itself: two continuation bytes in a row are right exactly where a longer lead stands before them. */
enum {
  SHORT = 1, LONG = 2, OVERLONG_3 = 4, LARGE = 8, SURROGATE = 16, OVERLONG_2 = 32, LARGE_1000 = 64, OVERLONG_4 = 64,
  CONTS = 128, ANY = SHORT | LONG | CONTS, BEYOND = ANY | LARGE | LARGE_1000
};
#define X4(b) b, b, b, b
#define X16(b) X4(b), X4(b), X4(b), X4(b)

enum { ROW_FIRST_HIGH, ROW_FIRST_LOW, ROW_SECOND_HIGH, ROW_0F, ROW_60, ROW_70, ROW_80, ROW_LAST, ROW_ZEROS, ROWS };

/* Not static and not const, as hv__lanes. */
extern uint8_t hv__utf8_lanes[ROWS * 16];
__attribute__((aligned(16), visibility("default"))) uint8_t hv__utf8_lanes[ROWS * 16] = {
    /* high nibble of the first byte */
    X4(LONG), X4(LONG), X4(CONTS), SHORT | OVERLONG_2, SHORT, SHORT | OVERLONG_3 | SURROGATE,
    SHORT | LARGE | LARGE_1000 | OVERLONG_4,
    /* its low nibble */
    ANY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, ANY | OVERLONG_2, ANY, ANY, ANY | LARGE, BEYOND, BEYOND, BEYOND,
    X4(BEYOND), BEYOND, BEYOND | SURROGATE, BEYOND, BEYOND,
    /* high nibble of the second byte */
    X4(SHORT), X4(SHORT), LONG | OVERLONG_2 | CONTS | OVERLONG_3 | LARGE_1000 | OVERLONG_4,
    LONG | OVERLONG_2 | CONTS | OVERLONG_3 | LARGE, LONG | OVERLONG_2 | CONTS | SURROGATE | LARGE,
    LONG | OVERLONG_2 | CONTS | SURROGATE | LARGE, X4(SHORT),
    X16(0x0f), X16(0x60), X16(0x70), X16(0x80),
    /* the greatest last bytes behind which no character is open */
    X4(0xff), X4(0xff), X4(0xff), 0xff, 0xef, 0xdf, 0xbf,
    X16(0)};
#define row(n) hv__v_load(hv__utf8_lanes + 16 * (n))

struct rows {
  hv__v first_high, first_low, second_high, k0f, k60, k70, k80;
};

/* Not zero where v, which follows prev, is wrong; at the byte itself or, for a lead byte that never is right, at the next. */
HV__INLINE hv__v wrong(hv__v v, hv__v prev, const struct rows k) {
  const hv__v one = v_before(v, prev, 1), two = v_before(v, prev, 2), three = v_before(v, prev, 3);
  const hv__v pair = hv__v_and(hv__v_and(hv__v_look(k.first_high, hv__v_and(hv__v_shr4(one), k.k0f)),
                                         hv__v_look(k.first_low, hv__v_and(one, k.k0f))),
                               hv__v_look(k.second_high, hv__v_and(hv__v_shr4(v), k.k0f)));
  const hv__v third = hv__v_and(hv__v_or(v_less(two, k.k60), v_less(three, k.k70)), k.k80);
  return hv__v_xor(third, pair);
}

/* Where the character begins that is open before p: none further back than start, where none is open. */
static const uint8_t *open_start(const uint8_t *start, const uint8_t *p) {
  if (p - start >= 1 && p[-1] >= 0xc0) return p - 1;
  if (p - start >= 2 && p[-2] >= 0xe0) return p - 2;
  if (p - start >= 3 && p[-3] >= 0xf0) return p - 3;
  return p;
}

const uint8_t *hv__simd_utf8_end(const uint8_t *p, const uint8_t *end, struct hv__utf8 *text) {
  while (text->open && p < end) {
    text->high |= *p;
    if (!utf8_step(&text->open, *p)) return p;
    p++;
  }
  if (end - p < 16) return hv__scalar_utf8_end(p, end, text);

  const struct rows k = {row(ROW_FIRST_HIGH), row(ROW_FIRST_LOW), row(ROW_SECOND_HIGH), row(ROW_0F),
                         row(ROW_60),         row(ROW_70),        row(ROW_80)};
  const hv__v last = row(ROW_LAST), zero = row(ROW_ZEROS);
  const uint8_t *const start = p;
  hv__v prev = zero;
  uint32_t high = 0;
  for (; end - p >= 64; p += 64) {
    const hv__v a = hv__v_load(p), b = hv__v_load(p + 16), c = hv__v_load(p + 32), d = hv__v_load(p + 48);
    const uint32_t bits = hv__v_bits(hv__v_or(hv__v_or(a, b), hv__v_or(c, d)));
    if (hv__likely(bits == 0)) {
      if (hv__v_any(v_less(prev, last))) break;
      prev = zero;
      continue;
    }
    high |= bits;
    if (hv__v_any(hv__v_or(hv__v_or(wrong(a, prev, k), wrong(b, a, k)), hv__v_or(wrong(c, b, k), wrong(d, c, k))))) break;
    prev = d;
  }
  if (end - p < 64)
    for (; end - p >= 16; p += 16) {
      const hv__v v = hv__v_load(p);
      high |= hv__v_bits(v);
      if (hv__v_any(wrong(v, prev, k))) break;
      prev = v;
    }
  if (high) text->high |= 0x80;
  return hv__scalar_utf8_end(open_start(start, p), end, text);
}
#else
const uint8_t *hv__simd_utf8_end(const uint8_t *p, const uint8_t *end, struct hv__utf8 *text) {
  return hv__scalar_utf8_end(p, end, text);
}
#endif

uint32_t hv_utf8_run(const uint8_t *p, uint32_t n, uint32_t *open) {
  struct hv__utf8 text = {*open, 0};
  const uint32_t run = (uint32_t)(hv__simd_utf8_end(p, p + n, &text) - p);
  *open = text.open;
  return run;
}
