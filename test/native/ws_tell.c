/* See ws_tell.h. */
#include "ws_tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name;
  int code;
} ERRORS[] = {{"NONE", 0},
#define HV_X(name, code, text) {#name, code},
#include "../../native/defs/ws_errors.def"
#undef HV_X
};

static void put_line(struct text *out, const uint8_t *p, size_t n) {
  quote(out, p, n);
  put(out, "\n");
}

struct message {
  uint8_t *at;
  size_t length;
  int open;
};

static void must(int right, const char *sentence) {
  if (right) return;
  printf("%s\n", sentence);
  exit(1);
}

static void put_data(struct text *out, struct message *message, const uint32_t *w, const uint8_t *data) {
  const uint32_t flags = w[0] >> 8;
  uint8_t high = 0;
  must(message->open == (flags & HV_WS_FLAG_START ? 0 : 1), "START stands elsewhere than at the start");
  for (uint32_t i = 0; i < w[2]; i++) high |= data[w[1] + i];
  if (!(flags & (HV_WS_FLAG_BINARY | HV_WS_FLAG_COMPRESSED)))
    must(high >> 7 == (flags & HV_WS_FLAG_ASCII ? 0 : 1), "ASCII is wrong");
  if (w[2]) memcpy(message->at + message->length, data + w[1], w[2]);
  message->length += w[2];
  message->open = !(flags & HV_WS_FLAG_END);
  if (message->open) return;
  put(out, "%s%s ", flags & HV_WS_FLAG_COMPRESSED ? "compressed " : "", flags & HV_WS_FLAG_BINARY ? "binary" : "text");
  put_line(out, message->at, message->length);
  message->length = 0;
}

static void drain(struct text *out, struct message *message, const struct hv_table *table, const uint8_t *data) {
  for (const uint32_t *w = table->words, *end = w + table->length; w < end;) {
    const uint32_t kind = w[0] & 0xff;
    if (kind == HV_WS_KIND_DATA) {
      put_data(out, message, w, data);
      w += HV_UNIT_WORDS;
      continue;
    }
    if (kind == HV_WS_KIND_CLOSE) put(out, "close %u ", w[3]);
    else put(out, kind == HV_WS_KIND_PING ? "ping " : "pong ");
    put_line(out, (const uint8_t *)(w + HV_UNIT_WORDS), w[2]);
    w += HV_UNIT_WORDS * (1 + (w[2] + 15) / 16);
  }
}

/* One piece. Returns 0 when nothing more is read; *left counts the bytes not consumed. */
static int feed(struct text *out, struct message *message, struct hv_ws *ws, const struct hv_ws_limits *limits,
                struct hv_table *table, uint8_t *data, uint32_t n, uint32_t *left) {
  for (uint32_t at = 0;;) {
    const uint32_t took = hv_ws_feed(ws, limits, table, data + at, n - at);
    drain(out, message, table, data + at);
    at += took;
    *left = n - at;
    if (hv_ws_status(ws) == HV_WS_STATUS_TABLE_FULL) continue;
    if (hv_ws_status(ws) == HV_WS_STATUS_NEED_INPUT) must(at == n, "bytes were left although more are asked for");
    return hv_ws_status(ws) == HV_WS_STATUS_NEED_INPUT;
  }
}

void ws_tell(struct text *out, enum hv_ws_role role, const struct hv_ws_limits *limits, const uint8_t *bytes, uint32_t n,
             struct ws_delivery how) {
  struct hv_ws ws;
  struct hv_table table = {aligned_alloc(16, how.table_words * 4), how.table_words, 0, 0};
  struct message message = {malloc(n + 1u), 0, 0};
  hv_ws_init(&ws, role);
  out->length = 0;
  put(out, "%s", "");
  int alive = 1;
  for (uint32_t at = 0, end, left; alive && at < n; at = end) {
    end = how.step ? at + how.step : at < how.cut ? how.cut : n;
    if (end > n) end = n;
    /* An allocation of exactly that size, so that the sanitizer guards its end; the context moves along. */
    uint8_t *piece = malloc(end - at);
    memcpy(piece, bytes + at, end - at);
    struct hv_ws moved = ws;
    alive = feed(out, &message, &moved, limits, &table, piece, end - at, &left);
    ws = moved;
    free(piece);
    if (!alive && hv_ws_status(&ws) == HV_WS_STATUS_CLOSED && left + n - end) put(out, "ignored %u\n", left + n - end);
  }
  must(hv_ws_finish(&ws) == (hv_ws_status(&ws) == HV_WS_STATUS_CLOSED), "only a Close makes a clean end");
  if (hv_ws_error(&ws) && hv_ws_error(&ws) != HV_WS_ERROR_INCOMPLETE)
    put(out, "error %s %d at %llu\n", ERRORS[hv_ws_error(&ws)].name, ERRORS[hv_ws_error(&ws)].code,
        (unsigned long long)hv_ws_error_offset(&ws));
  else if (message.open && hv_ws_error(&ws)) {
    put(out, "part ");
    put_line(out, message.at, message.length);
  }
  free(message.at);
  free(table.words);
}
