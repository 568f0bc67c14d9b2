/* Fuzz target of the frame machine (clang -fsanitize=fuzzer): arbitrary bytes, cut as the first bytes say, must tell the
 * same as in one piece, and no sanitizer may complain. */
#include <stdlib.h>
#include <string.h>

#include "ws_tell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2 || size > 4096) return 0;
  const struct hv_ws_limits limits = {data[0] & 2 ? 200 : 1u << 20, data[0] & 4 ? 3 : 1000, data[0] & 8 ? HV_WS_ALLOW_DEFLATE : 0};
  const enum hv_ws_role role = data[0] & 1 ? HV_WS_CLIENT : HV_WS_SERVER;
  const uint32_t n = (uint32_t)size - 2;
  struct text whole = {0}, cut = {0};
  ws_tell(&whole, role, &limits, data + 2, n, (struct ws_delivery){n, 0, 4096});
  ws_tell(&cut, role, &limits, data + 2, n, (struct ws_delivery){data[1] % 50 + 1, 0, 64});
  if (whole.length != cut.length || memcmp(whole.at, cut.at, cut.length) != 0) abort();
  text_free(&whole);
  text_free(&cut);
  return 0;
}
