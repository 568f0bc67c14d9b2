/* The verbs of the HTTP machine: what surrounds one feed. */
#include "machine.h"
#include "region.h"

size_t hv_http_size(void) { return sizeof(struct hv_http); }

void hv_http_init(struct hv_http *http, enum hv_http_kind kind) {
  __builtin_memset(http, 0, sizeof *http);
  http->kind = (uint8_t)kind;
  http->state = HV__START;
}

void hv_http_reset(struct hv_http *http) { hv_http_init(http, (enum hv_http_kind)http->kind); }

/* An unfinished head goes on: its records move to the start of the table, where the earlier ones have been drained. */
static void resume_head(struct hv__run *run, uint32_t old_length) {
  struct hv_http *http = run->http;
  if (old_length) {
    uint32_t *to = run->table->words, n = HV_HEAD_WORDS + http->fields * HV_UNIT_WORDS;
    for (uint32_t i = 0; i < n; i++) to[i] = to[i + old_length];
  }
  run->head = run->data - http->held;
  hv__head_bounds(run);
}

HV__INLINE uint32_t parse(struct hv__run *run, const int padded) {
  struct hv_http *http = run->http;
  for (;;) {
    uint32_t status = HV__SLOW;
    if (http->state == HV__START || http->state == HV__FIELD_START) 
      status = padded ? hv__head_fast_padded(run) : hv__head_fast(run);
    if (status == HV__SLOW) {
      if (http->state == HV__FAILED) return HV_STATUS_ERROR;
      status = http->state <= HV__START_LF ? hv__head_slow(run) : hv__body(run);
    }
    if (status != HV__GO_ON) return status;
  }
}

HV__INLINE uint32_t feed(struct hv_http *http, const struct hv_limits *limits, struct hv_table *table, const uint8_t *data,
                         uint32_t n, const int padded) {
  struct hv__run run;
  run.http = http;
  run.limits = limits;
  run.table = table;
  run.data = run.p = data;
  run.end = run.stop = data + n;
  run.free = table->words;
  if (hv__in_head(http)) resume_head(&run, table->length);

  uint32_t status = parse(&run, padded);
  uint32_t consumed = (uint32_t)(run.p - data);
  http->status = status;
  table->length = (uint32_t)(run.free - table->words);
  if (status != HV_STATUS_ERROR) {
    http->seen += consumed;
    http->held = hv__in_head(http) ? (uint32_t)(run.p - run.head) : 0;
  }
  return consumed;
}

uint32_t hv_http_feed(struct hv_http *http, const struct hv_limits *limits, struct hv_table *table, const uint8_t *data,
                      uint32_t n) {
  return feed(http, limits, table, data, n, 0);
}

uint32_t hv__feed_padded(struct hv_http *http, const struct hv_limits *limits, struct hv_table *table, const uint8_t *data,
                         uint32_t n) {
  return feed(http, limits, table, data, n, 1);
}

int hv__is_idle(const struct hv_http *http) { return http->state == HV__START && http->fields == 0; }

int hv_http_finish(struct hv_http *http, struct hv_table *table) {
  table->length = 0;
  if (http->state == HV__UNTIL_CLOSE) {
    uint32_t *to = table->words;
    to[0] = HV_KIND_END;
    to[1] = to[2] = to[3] = 0;
    table->length = HV_UNIT_WORDS;
    hv_http_reset(http);
    return 1;
  }
  if (http->state == HV__START) return 1;
  if (http->state != HV__FAILED) {
    http->state = HV__FAILED;
    http->error = HV_ERROR_INCOMPLETE;
    http->held = 0;
  }
  http->status = HV_STATUS_ERROR;
  return 0;
}

enum hv_status hv_http_status(const struct hv_http *http) { return (enum hv_status)http->status; }
enum hv_error hv_http_error(const struct hv_http *http) { return (enum hv_error)http->error; }
uint64_t hv_http_error_offset(const struct hv_http *http) { return http->error ? http->seen : 0; }
uint32_t hv_http_held(const struct hv_http *http) { return http->held; }
