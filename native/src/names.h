/* Known names by a perfect hash, verified each time, so that a collision costs nothing but a miss.
 * The tables come from the .def files; this file holds the mixing that generate.mjs repeats. */
#pragma once
#include "names.gen.h"
#include "simd.h"

HV__INLINE uint64_t hv__name_mix(uint64_t low, uint64_t high) { return low ^ (high << 23 | high >> 41); }

#if HV__SIMD
/* Lower case: 0x20 is added to bytes from 0x41 to 0x7f, which is exact for every name in the table (letters, digits,
 * "-"); a byte that is no letter can then only equal a table byte if it is that byte. "@" and up to "_" turn into
 * bytes that no name has. */
HV__INLINE hv__v hv__v_lower(hv__v v, hv__v k40, hv__v k20) { return hv__v_or(v, hv__v_and(hv__v_gt(v, k40), k20)); }

/* Number of the name in the first n lanes of v0 and v1 (lanes behind are ignored); n is 1 to 32. A hit also proves
 * that all its bytes are token characters. */
HV__INLINE uint32_t hv__v_field_id(hv__v v0, hv__v v1, uint32_t n, hv__v k40, hv__v k20) {
  uint32_t id;
  if (hv__likely(n <= 16)) {
    v0 = hv__v_and(hv__v_lower(v0, k40, k20), hv__first(n));
    uint64_t x = hv__name_mix(hv__v_low(v0), hv__v_high(v0));
    id = hv__field_index[(x * HV__FIELD_FACTOR) >> HV__FIELD_SHIFT];
    if (hv__field_length[id] != n || hv__v_any(hv__v_xor(v0, hv__v_load(hv__field_entry + 32 * id)))) return 0;
    return id;
  }
  v0 = hv__v_lower(v0, k40, k20);
  v1 = hv__v_and(hv__v_lower(v1, k40, k20), hv__first(n - 16));
  hv__v both = hv__v_xor(v0, v1);
  uint64_t x = hv__name_mix(hv__v_low(both), hv__v_high(both));
  id = hv__field_index[(x * HV__FIELD_FACTOR) >> HV__FIELD_SHIFT];
  const uint8_t *entry = hv__field_entry + 32 * id;
  if (hv__field_length[id] != n ||
      hv__v_any(hv__v_or(hv__v_xor(v0, hv__v_load(entry)), hv__v_xor(v1, hv__v_load(entry + 16)))))
    return 0;
  return id;
}
#endif
