/* Proves that each SIMD scan returns what its scalar definition returns: every length from 0 to 67 at every alignment
 * from 0 to 63, every byte value at every place of a run, within buffers of exactly that size. The scans that may read
 * past the end are tried with every padding. Prints nothing when all is well. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../native/src/scan_scalar.h"
#include "../../native/src/simd.h"

typedef const uint8_t *scan(const uint8_t *, const uint8_t *);

static const struct {
  const char *name;
  scan *scalar, *simd;
  uint8_t plain; /* a byte that goes on */
} SCANS[] = {{"token", hv__scalar_token_end, hv__simd_token_end, 'a'},
             {"target", hv__scalar_target_end, hv__simd_target_end, '/'},
             {"ascii", hv__scalar_ascii_end, hv__simd_ascii_end, ' '},
             {"text", hv__scalar_text_end, hv__simd_text_end, 0xe9}};

static void must(int right, const char *name, uint32_t length, uint32_t align, uint32_t place, uint32_t byte) {
  if (right) return;
  printf("%s differs: length %u, alignment %u, byte 0x%02x at %u\n", name, length, align, byte, place);
  exit(1);
}

int main(void) {
  for (size_t s = 0; s < sizeof SCANS / sizeof *SCANS; s++)
    for (uint32_t length = 0; length < 68; length++)
      for (uint32_t align = 0; align < 64; align++) {
        /* The allocation ends with the run, so that the sanitizer guards its end. */
        uint8_t *block = aligned_alloc(64, 192), *exact = malloc(align + length + 1);
        const uint32_t step = align % 16 == length % 16 ? 1 : 37; /* all byte values for some, a sample for the rest */
        for (uint32_t place = 0; place <= length; place++)
          for (uint32_t byte = (place + align) % step; byte < 256; byte += step) {
            uint8_t *p = exact + 1 + align, *end = p + length;
            memset(p, SCANS[s].plain, length);
            if (place < length) p[place] = (uint8_t)byte;
            const uint32_t at = (uint32_t)(SCANS[s].scalar(p, end) - p);
            must(SCANS[s].simd(p, end) - p == at, SCANS[s].name, length, align, place, byte);
#if HV__SIMD
            if (s != 1 && s != 2) continue;
            p = block + align;
            memset(block, (int)byte, 192);
            memset(p, SCANS[s].plain, length);
            if (place < length) p[place] = (uint8_t)byte;
            const uint8_t *q = s == 1 ? hv__target_end(p, p + length, 1, hv__row(HV__ROW_01))
                                      : hv__ascii_end(p, p + length, 1, hv__row(HV__ROW_01), hv__row(HV__ROW_21));
            must(at == length ? q >= p + length : q == p + at, SCANS[s].name, length, align, place, byte);
#endif
          }
        free(exact);
        free(block);
      }
  return 0;
}
