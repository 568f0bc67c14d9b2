/* Reads cases from standard input and writes what the native frame machine tells, after proving that it tells the same
 * however the bytes are cut, with large and small tables.
 * A case: six little-endian words (role, allow, maxFragments, maxMessageBytes low and high, n), then n bytes. An answer:
 * the text, ended by a zero byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ws_tell.h"

enum { EVERY_CUT = 2000, LARGE_TABLE = 4096, SMALL_TABLE = 64 };

int main(void) {
  uint32_t w[6];
  while (fread(w, 4, 6, stdin) == 6) {
    const enum hv_ws_role role = (enum hv_ws_role)w[0];
    const struct hv_ws_limits limits = {(uint64_t)w[4] << 32 | w[3], w[2], w[1]};
    const uint32_t n = w[5], few = n > 20000 ? 997 : 1;
    uint8_t *bytes = malloc(n + 1u);
    if (fread(bytes, 1, n, stdin) != n) return 2;
    struct text whole = {0}, other = {0};
    ws_tell(&whole, role, &limits, bytes, n, (struct ws_delivery){n, 0, LARGE_TABLE});
    for (uint32_t cut = 0; cut < n + 2; cut++) {
      if (cut > 40 && n > EVERY_CUT && cut % 7919 && cut < n) continue;
      /* The last two: byte by byte. */
      const struct ws_delivery how = {cut < n ? 0 : few, cut, cut % 2 ? LARGE_TABLE : SMALL_TABLE};
      ws_tell(&other, role, &limits, bytes, n, how);
      if (whole.length == other.length && memcmp(whole.at, other.at, other.length) == 0) continue;
      printf("DIFFERS cut at %u\n%s", cut, other.at);
      putchar(0);
      return 1;
    }
    fwrite(whole.at, 1, whole.length, stdout);
    putchar(0);
    text_free(&whole);
    text_free(&other);
    free(bytes);
  }
  return 0;
}
