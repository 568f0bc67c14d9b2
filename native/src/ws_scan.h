/* The two scans over payloads, scalar and vector bodies side by side. The scalar one is the definition. */
#pragma once
#include "simd.h"

/* A check in progress: hv_utf8_run and whether only ASCII was seen. */
struct hv__utf8 {
  uint32_t open; /* the character the text broke off in: continuation bytes left | least next << 8 | greatest next << 16 */
  uint32_t high; /* has bit 7 set when a byte had */
};

/* First byte of [p, end) that cannot stand where it does, or end. */
const uint8_t *hv__scalar_utf8_end(const uint8_t *p, const uint8_t *end, struct hv__utf8 *text);
const uint8_t *hv__simd_utf8_end(const uint8_t *p, const uint8_t *end, struct hv__utf8 *text);

/* hv_ws_mask. */
uint32_t hv__scalar_ws_mask(uint8_t *to, const uint8_t *from, uint32_t n, uint32_t key);
uint32_t hv__simd_ws_mask(uint8_t *to, const uint8_t *from, uint32_t n, uint32_t key);
