/* Proves that the vector bodies of masking and of the UTF-8 check do what their scalar definitions do: every length from 0
 * to 67 and some longer, at every alignment from 0 to 15, every byte value at every place of texts whose characters have
 * every length and phase, cut at every place, within buffers of exactly that size. Prints nothing when all is well. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../native/include/httpuv.h"
#include "../../native/src/ws_scan.h"

static void must(int right, const char *what, uint32_t length, uint32_t align, uint32_t place, uint32_t byte) {
  if (right) return;
  printf("%s differs: length %u, alignment %u, byte 0x%02x at %u\n", what, length, align, byte, place);
  exit(1);
}

static void mask(uint32_t length, uint32_t align, uint32_t shift) {
  const uint32_t key = 0x84218412u;
  uint8_t *from = calloc(1, align + length + 1), *to = malloc(align + length + 1), *wanted = malloc(length + 1);
  uint8_t *room = malloc(shift + length + 1);
  for (uint32_t i = 0; i < length; i++) from[align + i] = (uint8_t)(i * 37 + length);
  const uint32_t next = hv__scalar_ws_mask(wanted, from + align, length, key);
  for (uint32_t i = 0; i < length; i++)
    must(wanted[i] == (from[align + i] ^ (uint8_t)(key >> 8 * (i % 4))), "the definition of the mask", length, align, i, 0);
  must(hv__simd_ws_mask(to + align, from + align, length, key) == next, "the key behind", length, align, 0, 0);
  must(memcmp(to + align, wanted, length) == 0, "mask", length, align, 0, 0);
  /* Moved down by less than a vector, in the same memory. */
  memcpy(room + shift, from + align, length);
  hv__simd_ws_mask(room, room + shift, length, key);
  must(memcmp(room, wanted, length) == 0, "mask moved", length, align, shift, 0);
  free(from);
  free(to);
  free(wanted);
  free(room);
}

/* Characters of 1 to 4 bytes, as many bytes of them as fit. */
static void fill(uint8_t *p, uint32_t length, uint32_t pattern) {
  static const char *const PATTERNS[] = {"abcdefghijk", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                         "a\xc3\xa9z\xe2\x82\xac\xf0\x9f\x98\x80"};
  const char *text = PATTERNS[pattern % 5];
  const uint32_t phase = pattern / 5;
  for (uint32_t i = 0; i < length; i++) p[i] = i < phase ? 'x' : (uint8_t)text[(i - phase) % strlen(text)];
}

static void utf8(uint8_t *p, uint32_t length, uint32_t align, uint32_t pattern, uint32_t place, uint32_t byte) {
  uint8_t *end = p + length;
  fill(p, length, pattern);
  if (place < length) p[place] = (uint8_t)byte;
  struct hv__utf8 scalar = {0, 0}, simd = {0, 0};
  const uint8_t *at = hv__scalar_utf8_end(p, end, &scalar), *got = hv__simd_utf8_end(p, end, &simd);
  must(at == got, "utf8", length, align, place, byte);
  if (at == end) must(scalar.open == simd.open && scalar.high >> 7 == simd.high >> 7, "utf8 state", length, align, place, byte);
  /* In two pieces, the second with the character the first broke off in. */
  const uint32_t cut = (place * 7 + byte) % (length + 1);
  uint32_t open = 0, run = hv_utf8_run(p, cut, &open);
  if (run == cut) run += hv_utf8_run(p + cut, length - cut, &open);
  must(p + run == at, "utf8 in two pieces", length, align, place, byte);
}

int main(void) {
  for (uint32_t length = 0; length < 68; length++)
    for (uint32_t align = 0; align < 64; align++) {
      mask(length, align, align % 16);
      /* The allocation ends with the text, so that the sanitizer guards its end. */
      uint8_t *block = malloc(align + length + 1), *p = block + align + 1;
      /* All byte values for some, a sample for the rest. */
      const uint32_t step = align % 16 == length % 16 ? 1 : 41;
      for (uint32_t place = 0; place <= length; place++)
        for (uint32_t byte = (place + align) % step; byte < 256; byte += step)
          utf8(p, length, align, (place + byte + align) % 20, place, byte);
      free(block);
    }
  for (uint32_t length = 60; length < 300; length++) mask(length, length % 7, length % 64);
  for (uint32_t length = 68; length < 340; length += 3) {
    uint8_t *block = malloc(length + 1);
    for (uint32_t place = 0; place <= length; place++)
      for (uint32_t pattern = 0; pattern < 20; pattern++) {
        static const uint8_t BYTES[] = {'a', 0x80, 0xa0, 0xbf, 0xc0, 0xc3, 0xe0, 0xed, 0xf0, 0xf4, 0xf5, 0xff};
        utf8(block + 1, length, 1, pattern, place, BYTES[(place + pattern) % sizeof BYTES]);
      }
    free(block);
  }
  return 0;
}
