/* Drives the wasm module after wasm2c made C of it: reads cases as runner.c does, but for the order of the limits (kind,
 * the six words of the limits, n), feeds each whole, and writes the status and the words of the records, a line a case. */
#include <stdio.h>
#include <string.h>

#include "scalar.h"

enum {
#define HV_X(name, text) name,
#include "../../native/defs/window.def"
#undef HV_X
};

int main(void) {
  Z_httpuv_instance_t wasm;
  wasm_rt_init();
  Z_httpuv_init_module();
  Z_httpuv_instantiate(&wasm);
  uint8_t *const memory = Z_httpuvZ_memory(&wasm)->data;
  uint32_t w[8];
  while (fread(w, 4, 8, stdin) == 8) {
    const uint32_t *window = (const uint32_t *)(memory + Z_httpuvZ_hv_window(&wasm, w[0]));
    memcpy(memory + window[LIMITS_AT], w + 1, 24);
    if (fread(memory + window[REGION_AT], 1, w[7], stdin) != w[7]) return 2;
    printf("%u", Z_httpuvZ_hv_feed(&wasm, 0, w[7]));
    const uint32_t *records = (const uint32_t *)(memory + window[RECORDS_AT]);
    for (uint32_t i = 0; i < window[RECORDS_LENGTH]; i++) printf(" %u", records[i]);
    putchar('\n');
  }
  Z_httpuv_free(&wasm);
  wasm_rt_free();
  return 0;
}
