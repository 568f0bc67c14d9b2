/* Loads, byte classes and attributes that every source file uses. Little-endian machines only. */
#pragma once
#include <stdint.h>

#define HV__INLINE static inline __attribute__((always_inline))
#define HV__COLD __attribute__((noinline, cold))
#define hv__likely(x) __builtin_expect(!!(x), 1)
#define hv__unlikely(x) __builtin_expect(!!(x), 0)

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records and word compares are little-endian");

HV__INLINE uint16_t hv__load16(const uint8_t *p) {
  uint16_t v;
  __builtin_memcpy(&v, p, 2);
  return v;
}
HV__INLINE uint32_t hv__load32(const uint8_t *p) {
  uint32_t v;
  __builtin_memcpy(&v, p, 4);
  return v;
}
HV__INLINE uint64_t hv__load64(const uint8_t *p) {
  uint64_t v;
  __builtin_memcpy(&v, p, 8);
  return v;
}

#define HV__CRLF 0x0a0d
#define HV__GET_SPACE 0x20544547u           /* "GET " */
#define HV__HTTP_1_1 0x312e312f50545448ull /* "HTTP/1.1" */

/* Classes of a byte, one bit each. */
enum {
  HV__IS_TOKEN = 1,    /* RFC 9110 section 5.6.2: tchar */
  HV__IS_HOST = 2, /* RFC 3986 section 3.2.2: unreserved / sub-delims, without pct-encoded */
  HV__IS_TEXT = 4,     /* RFC 9110 section 5.5: field-vchar / SP / HTAB, obs-text included */
  HV__IS_TARGET = 8,   /* visible ASCII but "#"; RFC 9112 section 3.2 */
  HV__IS_HEX = 16,
  HV__IS_DIGIT = 32,
};
extern const uint8_t hv__class[256];

HV__INLINE int hv__is(uint8_t byte, int class) { return hv__class[byte] & class; }
HV__INLINE int hv__is_space(uint8_t byte) { return byte == ' ' || byte == '\t'; }
