/* Gives a fuzz target inputs from standard input, each after its length in four little-endian bytes: for compilers without
 * libFuzzer, and to see what kept inputs reach. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(void) {
  uint32_t n;
  while (fread(&n, 4, 1, stdin) == 1) {
    uint8_t *data = malloc(n + 1u);
    if (fread(data, 1, n, stdin) != n) return 2;
    LLVMFuzzerTestOneInput(data, n);
    free(data);
  }
  return 0;
}
