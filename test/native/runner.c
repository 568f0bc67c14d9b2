/* Reads cases from standard input and writes what the native parser tells, after proving that it tells the same however
 * the bytes are cut, through both entries, with large and small tables.
 * A case: eight little-endian words (kind, maxHeadBytes, maxFields, maxChunkExtensionBytes, pause, maxBodyBytes low and
 * high, n), then n bytes. An answer: the text, ended by a zero byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tell.h"

enum { EVERY_CUT = 2000, SMALL_TABLE = 64 };

static int near_line_end(const uint8_t *bytes, uint32_t n, uint32_t at) {
  for (uint32_t i = at < 2 ? 0 : at - 2; i < n && i < at + 3; i++)
    if (bytes[i] == '\r' || bytes[i] == '\n') return 1;
  return 0;
}

static void must_equal(const struct text *wanted, const struct text *got, struct delivery how) {
  if (wanted->length == got->length && memcmp(wanted->at, got->at, got->length) == 0) return;
  printf("DIFFERS exact=%d step=%u cut=%u noise=%u table=%u\n%s", how.exact, how.step, how.cut, how.noise, how.table_words,
         got->at);
  putchar(0);
  exit(1);
}

int main(void) {
  uint32_t w[8];
  while (fread(w, 4, 8, stdin) == 8) {
    const enum hv_http_kind kind = (enum hv_http_kind)w[0];
    const struct hv_limits limits = {w[1], w[2], w[3], w[4], (uint64_t)w[6] << 32 | w[5]};
    /* Words for all that so many bytes can tell, and hardly more: the sanitizers mark each allocation, word by word. */
    const uint32_t n = w[7], large = 256 + 8 * n;
    uint8_t *bytes = malloc(n + 1u);
    if (fread(bytes, 1, n, stdin) != n) return 2;
    struct text whole = {0}, other = {0};
    tell(&whole, kind, &limits, bytes, n, (struct delivery){1, n ? n : 1, 0, 0, large});
    for (int exact = 0; exact < 2; exact++) {
      const struct delivery ways[] = {{exact, n ? n : 1, 0, 5, large}, {exact, n > 20000 ? 997 : 1, 0, 3, large},
                                      {exact, n > 20000 ? 997 : 1, 0, 0, SMALL_TABLE}, {exact, n ? n : 1, 0, 1, SMALL_TABLE}};
      for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        tell(&other, kind, &limits, bytes, n, ways[i]);
        must_equal(&whole, &other, ways[i]);
      }
      for (uint32_t cut = 1; cut < n; cut++) {
        if (n > EVERY_CUT && !near_line_end(bytes, n, cut) && cut % 7919) continue;
        const struct delivery once = {exact, 0, cut, 7, n > EVERY_CUT || cut % 2 ? large : SMALL_TABLE};
        tell(&other, kind, &limits, bytes, n, once);
        must_equal(&whole, &other, once);
      }
    }
    fwrite(whole.at, 1, whole.length, stdout);
    putchar(0);
    text_free(&whole);
    text_free(&other);
    free(bytes);
  }
  return 0;
}
