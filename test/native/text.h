/* Growing text, and bytes as fixtures write them. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct text {
  char *at;
  size_t length, room;
};

void put(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Bytes in quotes: \xHH for what is not printable, and runs of 32 and more as \(b*n). */
void quote(struct text *out, const uint8_t *p, size_t n);
void text_free(struct text *text);
