/* See tell.h. */
#include "tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../native/src/region.h"

static const char *const METHODS[] = {"",
#define HV_X(name, text) text,
#include "../../native/defs/methods.def"
#undef HV_X
};
static const struct {
  const char *name;
  int status;
} ERRORS[] = {{"NONE", 0},
#define HV_X(name, status, text) {#name, status},
#include "../../native/defs/errors.def"
#undef HV_X
};
#define HV_KIND(name, value, text)
#define HV_STATUS(name, value, text)
#define HV_PAUSE(name, value, text)
#define HV_FLAG(name, value, text) {#name, value},
static const struct {
  const char *name;
  uint32_t bit;
} FLAGS[] = {
#include "../../native/defs/records.def"
};

struct body {
  uint8_t *at;
  size_t length;
};

static void flush(struct text *out, struct body *body) {
  if (body->length) {
    put(out, "body ");
    quote(out, body->at, body->length);
    put(out, "\n");
  }
  body->length = 0;
}

static void put_flags(struct text *out, uint32_t flags) {
  for (size_t i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++) {
    if (!(flags & FLAGS[i].bit)) continue;
    put(out, " ");
    for (const char *p = FLAGS[i].name; *p; p++) put(out, "%c", *p == '_' ? '-' : *p >= 'A' && *p <= 'Z' ? *p | 0x20 : *p);
  }
}

static void put_head(struct text *out, const uint32_t *w, const uint8_t *data) {
  const uint8_t *head = data + (int32_t)w[7];
  const uint32_t kind = w[0] & 0xff, flags = w[0] >> 16, method = w[0] >> 8 & 0xff;
  if (kind == HV_KIND_TRAILERS) {
    put(out, "trailers");
  } else {
    if (kind == HV_KIND_REQUEST && method) put(out, "request %s ", METHODS[method]);
    else if (kind == HV_KIND_REQUEST) {
      put(out, "request ");
      quote(out, head, w[10] & 0xff);
      put(out, " ");
    } else put(out, "response %u ", w[8]);
    quote(out, head + w[1], w[2]);
    put(out, " 1.%u", w[10] >> 8 & 0xff);
  }
  put(out, " head=%u", w[4]);
  put_flags(out, flags);
  if (flags & HV_FLAG_HAS_LENGTH && kind != HV_KIND_TRAILERS)
    put(out, " length=%llu", (unsigned long long)w[6] << 32 | w[5]);
  put(out, "\n");
  const uint32_t *field = w + HV_HEAD_WORDS;
  for (uint32_t i = 0; i < w[3]; i++, field += HV_UNIT_WORDS) {
    put(out, field[1] >> 24 ? "field " : "other ");
    quote(out, head + field[0], field[1] & 0xffffff);
    put(out, ": ");
    quote(out, head + field[2], field[3]);
    put(out, "\n");
  }
}

static void drain(struct text *out, struct body *body, const struct hv_table *table, const uint8_t *data) {
  for (const uint32_t *w = table->words, *end = w + table->length; w < end;) {
    const uint32_t kind = w[0] & 0xff;
    if (kind == HV_KIND_BODY) {
      memcpy(body->at + body->length, data + w[1], w[2]);
      body->length += w[2];
      w += HV_UNIT_WORDS;
      continue;
    }
    flush(out, body);
    if (kind == HV_KIND_END) {
      put(out, "end\n");
      w += HV_UNIT_WORDS;
    } else {
      put_head(out, w, data);
      w += HV_HEAD_WORDS + w[3] * HV_UNIT_WORDS;
    }
  }
}

/* One piece at data[0..n), with the bytes of the unfinished head before it. Returns 0 after an error. */
static int feed(struct text *out, struct body *body, struct hv_http *http, const struct hv_limits *limits,
                struct hv_table *table, const uint8_t *data, uint32_t n, int exact) {
  for (uint32_t at = 0;;) {
    uint32_t took = exact ? hv_http_feed(http, limits, table, data + at, n - at)
                          : hv__feed_padded(http, limits, table, data + at, n - at);
    drain(out, body, table, data + at);
    at += took;
    switch (hv_http_status(http)) {
      case HV_STATUS_NEED_INPUT:
        return 1;
      case HV_STATUS_TABLE_FULL:
        continue;
      case HV_STATUS_ERROR:
        flush(out, body);
        put(out, "error %s %d at %llu\n", ERRORS[hv_http_error(http)].name, ERRORS[hv_http_error(http)].status,
            (unsigned long long)hv_http_error_offset(http));
        return 0;
      case HV_STATUS_UPGRADE:
        flush(out, body);
        put(out, "upgrade\n");
        continue;
      case HV_STATUS_PAUSED:
        flush(out, body);
        put(out, "paused\n");
    }
  }
}

void tell(struct text *out, enum hv_http_kind kind, const struct hv_limits *limits, const uint8_t *bytes, uint32_t n,
          struct delivery how) {
  struct hv_http http;
  struct hv_shapes *shapes = malloc(hv_shapes_size());
  struct hv_table table = {aligned_alloc(16, how.table_words * 4), how.table_words, 0, shapes};
  struct body body = {malloc(n + 1u), 0};
  hv_shapes_init(shapes);
  hv_http_init(&http, kind);
  out->length = 0;
  put(out, "%s", "");
  int alive = 1;
  for (uint32_t at = 0, end; alive && (at < n || at == 0); at = end) {
    end = how.step ? at + how.step : at < how.cut ? how.cut : n;
    if (end > n) end = n;
    const uint32_t held = hv_http_held(&http), length = end - at, pad = how.exact ? 0 : HV_PAD_BYTES;
    uint8_t *piece = malloc(held + length + pad + (held + length + pad == 0));
    if (held + length) memcpy(piece, bytes + at - held, held + length);
    for (uint32_t i = 0; i < pad; i++) piece[held + length + i] = how.noise ? "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n"[(i * how.noise) % 28] : 0;
    alive = feed(out, &body, &http, limits, &table, piece + held, length, how.exact);
    free(piece);
    if (n == 0) break;
  }
  if (alive) {
    flush(out, &body);
    int clean = hv_http_finish(&http, &table);
    drain(out, &body, &table, bytes);
    if (!clean) put(out, "unfinished\n");
  }
  free(body.at);
  free(table.words);
  free(shapes);
}
