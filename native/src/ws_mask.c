/* Masking (RFC 6455 section 5.3): byte i is xored with byte i modulo 4 of the key. */
#include "ws_scan.h"

#include "../include/httpuv.h"

uint32_t hv__scalar_ws_mask(uint8_t *to, const uint8_t *from, uint32_t n, uint32_t key) {
  for (uint32_t i = 0; i < n; i++) {
    to[i] = from[i] ^ (uint8_t)key;
    key = key >> 8 | key << 24;
  }
  return key;
}

uint32_t hv__simd_ws_mask(uint8_t *to, const uint8_t *from, uint32_t n, uint32_t key) {
  uint32_t i = 0;
#if HV__SIMD
  const uint32_t keys[4] = {key, key, key, key};
  const hv__v k = hv__v_load(keys);
  for (; n - i >= 64; i += 64) {
    /* All loads first: the places may overlap. */
    const hv__v a = hv__v_load(from + i), b = hv__v_load(from + i + 16);
    const hv__v c = hv__v_load(from + i + 32), d = hv__v_load(from + i + 48);
    hv__v_store(to + i, hv__v_xor(a, k));
    hv__v_store(to + i + 16, hv__v_xor(b, k));
    hv__v_store(to + i + 32, hv__v_xor(c, k));
    hv__v_store(to + i + 48, hv__v_xor(d, k));
  }
  for (; n - i >= 16; i += 16) hv__v_store(to + i, hv__v_xor(hv__v_load(from + i), k));
#endif
  for (; n - i >= 4; i += 4) {
    const uint32_t word = hv__load32(from + i) ^ key;
    __builtin_memcpy(to + i, &word, 4);
  }
  return hv__scalar_ws_mask(to + i, from + i, n - i, key);
}

uint32_t hv_ws_mask(uint8_t *to, const uint8_t *from, uint32_t n, uint32_t key) {
  return hv__simd_ws_mask(to, from, n, key);
}
