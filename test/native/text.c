/* See text.h. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void put(struct text *text, const char *format, ...) {
  va_list words;
  if (text->room - text->length < 4096) text->at = realloc(text->at, text->room = text->room * 2 + 8192);
  va_start(words, format);
  text->length += (size_t)vsnprintf(text->at + text->length, text->room - text->length, format, words);
  va_end(words);
}

void text_free(struct text *text) {
  free(text->at);
  memset(text, 0, sizeof *text);
}

void quote(struct text *out, const uint8_t *p, size_t n) {
  put(out, "\"");
  for (size_t at = 0; at < n;) {
    size_t run = 1;
    char one[8];
    while (at + run < n && p[at + run] == p[at]) run++;
    if (p[at] == '\\') strcpy(one, "\\\\");
    else if (p[at] >= 0x20 && p[at] < 0x7f && p[at] != '"') snprintf(one, sizeof one, "%c", p[at]);
    else snprintf(one, sizeof one, "\\x%02x", p[at]);
    if (run >= 32) put(out, "\\(%s*%zu)", one, run);
    else for (size_t i = 0; i < run; i++) put(out, "%s", one);
    at += run;
  }
  put(out, "\"");
}

