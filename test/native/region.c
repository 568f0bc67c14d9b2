/* Runs the functions of the wasm module natively, to see what they reach. Reads cases as runner.c does, then, behind a
 * case of kind 2, those of ws_runner.c, and feeds each in one piece and in two; must end in the same state. Addresses have
 * 32 bits there, so link it at a fixed place (-no-pie). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../native/include/httpuv.h"

uint32_t hv_window(uint32_t kind);
uint32_t hv_feed(uint32_t start, uint32_t end);
uint32_t hv_finish(void);
uint32_t hv_ws_window(uint32_t role);
uint32_t hv_ws_feed_region(uint32_t start, uint32_t end);

enum {
#define HV_X(name, text) name,
#include "../../native/defs/window.def"
#undef HV_X
};

static uint32_t *at(uint32_t address) { return (uint32_t *)(uintptr_t)address; }

/* What the context says behind the bytes: state, kind and error, and the bytes seen. */
static uint64_t run(uint32_t *window, uint32_t (*feed)(uint32_t, uint32_t), uint32_t more, uint32_t cut, uint32_t n) {
  for (uint32_t start = 0, end = cut;; end = n) {
    uint32_t status;
    do {
      status = feed(start, end) & ~(uint32_t)HV_IDLE;
      start += window[CONSUMED];
      if (status & HV_LONE) status = HV_STATUS_NEED_INPUT;
    } while (status != HV_STATUS_NEED_INPUT && more >> status & 1);
    if (end == n || status != HV_STATUS_NEED_INPUT) break;
  }
  return at(window[CONTEXT_AT])[0];
}

int main(void) {
  const uint32_t go_on = 1 << HV_STATUS_TABLE_FULL | 1 << HV_STATUS_UPGRADE | 1 << HV_STATUS_PAUSED;
  uint32_t w[8];
  int is_ws = 0;
  while (fread(w, 4, is_ws ? 6 : 8, stdin) == (is_ws ? 6u : 8u)) {
    const uint32_t n = is_ws ? w[5] : w[7];
    if (!is_ws && w[0] == 2) {
      is_ws = 1;
      continue;
    }
    uint8_t *bytes = malloc(n + 1u);
    if (fread(bytes, 1, n, stdin) != n) return 2;
    uint64_t told[2] = {0, 0};
    for (int two = 0; two < 2 && n <= HV_REGION_BYTES; two++) {
      uint32_t *window = at(is_ws ? hv_ws_window(w[0]) : hv_window(w[0])), *limits = at(window[LIMITS_AT]);
      const uint32_t cut = two ? n / 2 : n;
      if (is_ws) memcpy(limits, (uint32_t[]){w[3], w[4], w[2], w[1]}, 16);
      else memcpy(limits, (uint32_t[]){w[1], w[2], w[3], w[4], w[5], w[6]}, 24);
      memcpy(at(window[REGION_AT]), bytes, n);
      told[two] = run(window, is_ws ? hv_ws_feed_region : hv_feed, is_ws ? 1 << HV_WS_STATUS_TABLE_FULL : go_on, cut, n);
      if (!is_ws) told[two] = told[two] << 1 | hv_finish();
    }
    if (told[0] != told[1]) {
      printf("%u bytes end in %llx, cut in the middle in %llx\n", n, (unsigned long long)told[0], (unsigned long long)told[1]);
      return 1;
    }
    free(bytes);
  }
  return 0;
}
