/* The table of interned field-name sequences: a hash index over slots that are never given up, so that an id stays valid
 * as long as the table. Eight ids share a word; the bytes behind the last one are zero. */
#pragma once
#include "../include/httpuv.h"
#include "bytes.h"

enum {
  HV__SHAPE_BITS = 11,
  HV__SHAPE_INDEX = 1 << HV__SHAPE_BITS,
  HV__SHAPE_PROBES = 8,
  HV__SHAPE_WORDS = HV_SHAPE_FIELDS / 8
};

struct hv__shape {
  uint64_t ids[HV__SHAPE_WORDS];
  uint32_t n;
  uint32_t spare;
};

struct hv_shapes {
  uint32_t count;
  uint32_t spare[3];
  uint16_t index[HV__SHAPE_INDEX];       /* shape id + 1; 0 is free */
  struct hv__shape shape[HV_SHAPES + 1]; /* by shape id + 1 */
};

/* Of n ids, one or more; the first word of them stands outside of the loop, because small heads have no other. */
HV__INLINE uint64_t hv__shape_hash(const uint64_t *ids, uint32_t n) {
  uint64_t hash = (n ^ ids[0]) * 0x9e3779b97f4a7c15ull;
  hash ^= hash >> 32;
  for (uint32_t i = 1; i * 8 < n; i++) {
    hash = (hash ^ ids[i]) * 0x9e3779b97f4a7c15ull;
    hash ^= hash >> 32;
  }
  return hash * 0x9e3779b97f4a7c15ull;
}

HV__INLINE int hv__shape_is(const struct hv__shape *shape, const uint64_t *ids, uint32_t n) {
  uint64_t differ = (shape->n ^ n) | (ids[0] ^ shape->ids[0]);
  for (uint32_t i = 1; i * 8 < n; i++) differ |= ids[i] ^ shape->ids[i];
  return differ == 0;
}
