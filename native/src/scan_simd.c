/* The SIMD scans as functions, for the slow path and the tests, and the table of vector constants. */
#include "simd.h"

#include "scan_scalar.h"

#if HV__SIMD
#define X16(b) b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b

/* Neither static nor const, so that no compiler folds a row into a literal; nothing ever writes to it. */
__attribute__((aligned(16), visibility("default"))) uint8_t hv__lanes[HV__ROWS * 16] = {
    X16(0x01), X16(0x21), X16(0x22), X16('#'), X16(':'), X16(0x40), X16(0x20), X16(0x0f), X16('\t'),
    /* Bit h of low[l]: the byte h << 4 | l is a token character (h < 8); then the same for a host. */
    0xe8, 0xfc, 0xf8, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0xf8, 0xf8, 0xf4, 0x54, 0xd0, 0x54, 0xf4, 0x70,
    0xa8, 0xfc, 0xf8, 0xf8, 0xfc, 0xf8, 0xfc, 0xfc, 0xfc, 0xfc, 0xf4, 0x5c, 0x54, 0x5c, 0xd4, 0x70,
    0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0, 0, 0, 0, 0, 0, 0, 0,
    X16(0xff), X16(0)};

const uint8_t *hv__simd_token_end(const uint8_t *p, const uint8_t *end) {
  const hv__v low = hv__row(HV__ROW_LOW), high = hv__row(HV__ROW_HIGH), k0f = hv__row(HV__ROW_0F);
  const hv__v zero = hv__row(HV__ROW_ZEROS);
  for (; end - p >= 16; p += 16) {
    uint32_t bad = hv__v_bits(hv__v_eq(hv__v_token(hv__v_load(p), low, high, k0f), zero));
    if (bad) return p + __builtin_ctz(bad);
  }
  return hv__scalar_token_end(p, end);
}

const uint8_t *hv__simd_target_end(const uint8_t *p, const uint8_t *end) {
  return hv__target_end(p, end, 0, hv__row(HV__ROW_01));
}

const uint8_t *hv__simd_ascii_end(const uint8_t *p, const uint8_t *end) {
  return hv__ascii_end(p, end, 0, hv__row(HV__ROW_01), hv__row(HV__ROW_21));
}

const uint8_t *hv__simd_text_end(const uint8_t *p, const uint8_t *end) {
  const hv__v k01 = hv__row(HV__ROW_01), k21 = hv__row(HV__ROW_21), tab = hv__row(HV__ROW_09);
  const hv__v zero = hv__row(HV__ROW_ZEROS);
  for (; end - p >= 16; p += 16) {
    hv__v v = hv__v_load(p);
    /* Outside 0x20-0x7e, and neither TAB nor from 0x80 (signed below zero). */
    uint32_t bad = hv__v_bits(hv__v_no_ascii(v, k01, k21)) & ~hv__v_bits(hv__v_or(hv__v_eq(v, tab), hv__v_gt(zero, v)));
    if (bad) return p + __builtin_ctz(bad);
  }
  return hv__scalar_text_end(p, end);
}
#else
const uint8_t *hv__simd_token_end(const uint8_t *p, const uint8_t *end) { return hv__scalar_token_end(p, end); }
const uint8_t *hv__simd_target_end(const uint8_t *p, const uint8_t *end) { return hv__scalar_target_end(p, end); }
const uint8_t *hv__simd_ascii_end(const uint8_t *p, const uint8_t *end) { return hv__scalar_ascii_end(p, end); }
const uint8_t *hv__simd_text_end(const uint8_t *p, const uint8_t *end) { return hv__scalar_text_end(p, end); }
#endif

uint32_t hv_token_run(const uint8_t *p, uint32_t n) { return (uint32_t)(hv__simd_token_end(p, p + n) - p); }
