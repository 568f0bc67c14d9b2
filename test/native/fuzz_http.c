/* Fuzz target of the HTTP machine (clang -fsanitize=fuzzer): arbitrary bytes, cut as the first bytes say, must tell the
 * same as in one piece, through both entries, and no sanitizer may complain. */
#include <stdlib.h>
#include <string.h>

#include "tell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 3 || size > 4096) return 0;
  const enum hv_http_kind kind = data[0] & 1 ? HV_HTTP_RESPONSE : HV_HTTP_REQUEST;
  const uint32_t flags = (data[1] & 15u) | (data[0] & 32 ? (data[2] & 127u) << 8 : 0); /* to pause at, and to forgive */
  const struct hv_limits limits = {data[0] & 2 ? 64 : 4096, data[0] & 4 ? 3 : 1000, data[0] & 8 ? 4 : 16384, flags,
                                   data[0] & 16 ? 10 : 1u << 30};
  const uint32_t n = (uint32_t)size - 3;
  struct text whole = {0}, cut = {0};
  tell(&whole, kind, &limits, data + 3, n, (struct delivery){1, n + 1, 0, 0, 20000});
  for (int exact = 0; exact < 2; exact++) {
    tell(&cut, kind, &limits, data + 3, n, (struct delivery){exact, data[2] % 50 + 1, 0, data[1], 20000});
    if (whole.length != cut.length || memcmp(whole.at, cut.at, cut.length) != 0) abort();
  }
  text_free(&whole);
  text_free(&cut);
  return 0;
}
