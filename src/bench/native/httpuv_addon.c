/*
 * Calls this package's own parser, built for this machine, and walks its records. Bytes are read where they lie; only an
 * unfinished head is kept, in front of what comes next. Not part of the library; only the comparison loads it.
 */
#include <httpuv.h>
#include <stdlib.h>

#include "addon.h"

/* A head with as many fields as is allowed fits into the table. */
enum { MAX_FIELDS = 1000, TABLE_WORDS = 8192, STORE_BYTES = HV_MAX_HEAD_BYTES + 65536 };

static const char *const SENTENCES[] = {
    "",
#define HV_X(name, status, text) text,
#include "../../../native/defs/errors.def"
#undef HV_X
};

static const struct hv_limits limits = {HV_MAX_HEAD_BYTES, MAX_FIELDS, 16384, 0, (1ull << 53) - 1};
static struct hv_http *http;
static struct hv_shapes *shapes;
static uint32_t words[TABLE_WORDS] __attribute__((aligned(16)));
static struct hv_table table = {words, TABLE_WORDS, 0, NULL};
/* The bytes of an unfinished head, from its start, and room for the piece that follows. */
static uint8_t store[STORE_BYTES];

static void begin_parser(int responses) {
  if (http == NULL) {
    http = malloc(hv_http_size());
    shapes = malloc(hv_shapes_size());
    hv_shapes_init(shapes);
    table.shapes = shapes;
  }
  hv_http_init(http, responses ? HV_HTTP_RESPONSE : HV_HTTP_REQUEST);
}

static void walk(void) {
  for (const uint32_t *w = words, *end = words + table.length; w < end;) {
    const uint32_t kind = w[0] & 0xff;
    if (kind == HV_KIND_BODY) {
      totals[BODY_BYTES] += w[2];
      w += HV_UNIT_WORDS;
    } else if (kind == HV_KIND_END) {
      totals[MESSAGES]++;
      w += HV_UNIT_WORDS;
    } else {
      const uint32_t fields = w[3];
      totals[FIELDS] += fields;
      totals[TARGET_BYTES] += w[2];
      w += HV_HEAD_WORDS;
      for (const uint32_t *behind = w + fields * HV_UNIT_WORDS; w < behind; w += HV_UNIT_WORDS) {
        totals[NAME_BYTES] += w[1] & 0xffffff;
        totals[VALUE_BYTES] += w[3];
      }
    }
  }
}

static const char *feed_parser(const char *data, size_t length) {
  const uint8_t *from = (const uint8_t *)data;
  uint32_t n = (uint32_t)length;
  const uint32_t held = hv_http_held(http);
  if (held > 0) {
    if (held + length > sizeof store) return "a piece is longer than there is room for";
    from = memcpy(store + held, data, length);
  }
  enum hv_status status;
  do {
    const uint32_t consumed = hv_http_feed(http, &limits, &table, from, n);
    walk();
    status = hv_http_status(http);
    from += consumed;
    n -= consumed;
  } while (status == HV_STATUS_TABLE_FULL);
  if (status == HV_STATUS_ERROR) return SENTENCES[hv_http_error(http)];
  if (status != HV_STATUS_NEED_INPUT) return "another protocol follows";
  const uint32_t keep = hv_http_held(http);
  if (keep > 0) memmove(store, from - keep, keep);
  return NULL;
}

ADDON { return add_functions(env, exports); }
