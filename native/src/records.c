/* Names by number, sequences of names by number, and what follows a head. */
#include "records.h"

#include "names.h"

/* ---- Names ---- */

uint32_t hv__method_id(const uint8_t *p, uint32_t n) {
  if (n == 0 || n > 16) return 0;
  uint8_t word[16] = {0};
  for (uint32_t i = 0; i < n; i++) word[i] = p[i];
  uint64_t x = hv__name_mix(hv__load64(word), hv__load64(word + 8));
  uint32_t id = hv__method_index[(x * HV__METHOD_FACTOR) >> HV__METHOD_SHIFT];
  if (hv__method_length[id] != n) return 0;
  for (uint32_t i = 0; i < n; i++)
    if (hv__method_entry[16 * id + i] != p[i]) return 0;
  return id;
}

uint32_t hv__field_id(const uint8_t *p, uint32_t n) {
  if (n == 0 || n > 32) return 0;
  uint8_t word[32] = {0};
  for (uint32_t i = 0; i < n; i++) word[i] = p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i];
  uint64_t x = hv__name_mix(hv__load64(word) ^ hv__load64(word + 16), hv__load64(word + 8) ^ hv__load64(word + 24));
  uint32_t id = hv__field_index[(x * HV__FIELD_FACTOR) >> HV__FIELD_SHIFT];
  if (hv__field_length[id] != n) return 0;
  for (uint32_t i = 0; i < n; i++)
    if (hv__field_entry[32 * id + i] != word[i]) return 0;
  return id;
}

/* ---- Shapes ---- */

size_t hv_shapes_size(void) { return sizeof(struct hv_shapes); }

void hv_shapes_init(struct hv_shapes *shapes) { __builtin_memset(shapes, 0, sizeof *shapes); }

/* Whether a name stands twice among these field records, whose names are all known. */
static int names_repeat(const uint32_t *field, uint32_t n) {
  uint64_t seen[4] = {0};
  for (uint32_t i = 0; i < n; i++, field += HV_UNIT_WORDS) {
    const uint32_t id = field[1] >> 24;
    const uint64_t bit = 1ull << (id & 63);
    if (seen[id >> 6] & bit) return 1;
    seen[id >> 6] |= bit;
  }
  return 0;
}

uint32_t hv__new_shape(struct hv__run *run) {
  struct hv_http *http = run->http;
  struct hv_shapes *shapes = run->table->shapes;
  const uint32_t n = http->fields;
  if (names_repeat(run->free + HV_HEAD_WORDS, n)) {
    http->flags |= HV_FLAG_REPEATED_OR_UNKNOWN;
    return HV_NO_SHAPE;
  }
  if (n == 0 || n > HV_SHAPE_FIELDS || shapes == 0) return HV_NO_SHAPE;
  uint32_t slot = (uint32_t)(hv__shape_hash(http->ids, n) >> (64 - HV__SHAPE_BITS));
  for (uint32_t probe = 0; probe < HV__SHAPE_PROBES; probe++, slot = (slot + 1) & (HV__SHAPE_INDEX - 1)) {
    const uint32_t found = shapes->index[slot];
    if (found == 0) {
      if (shapes->count == HV_SHAPES) return HV_NO_SHAPE;
      struct hv__shape *shape = &shapes->shape[++shapes->count];
      shapes->index[slot] = (uint16_t)shapes->count;
      shape->n = n;
      for (uint32_t i = 0; i * 8 < n; i++) shape->ids[i] = http->ids[i];
      return (shapes->count - 1) | HV_SHAPE_FRESH;
    }
    if (hv__shape_is(&shapes->shape[found], http->ids, n)) return found - 1;
  }
  return HV_NO_SHAPE;
}

/* ---- What follows a head ---- */

/* Whether a response with this status may have a body (RFC 9112 section 6.3, rules 1 and 2). */
static int has_body(uint32_t code, uint32_t pause) {
  if (pause & HV_PAUSE_ANSWERS_HEAD || (pause & HV_PAUSE_ANSWERS_CONNECT && code / 100 == 2)) return 0;
  return code >= 200 && code != 204 && code != 304;
}

/* A response without length or coding, unless its status or the request says that it has no body. */
static int lasts_until_close(const struct hv_http *http, uint32_t pause) {
  const uint32_t code = http->status_code;
  return !(http->flags & (HV_FLAG_CHUNKED | HV_FLAG_HAS_LENGTH)) && has_body(code, pause);
}

/* The state behind a complete head: START when it has no body (RFC 9112 section 6.3). *status becomes UPGRADE when other
 * than HTTP may follow. */
static uint8_t body_state(struct hv_http *http, const struct hv_limits *limits, uint32_t *status) {
  const uint32_t pause = limits->pause;
  if (http->kind == HV_HTTP_REQUEST) {
    if (http->flags & HV_FLAG_UPGRADE_WEBSOCKET || http->method == HV_METHOD_CONNECT) *status = HV_STATUS_UPGRADE;
  } else {
    const uint32_t code = http->status_code;
    if (code == 101 || (pause & HV_PAUSE_ANSWERS_CONNECT && code / 100 == 2)) *status = HV_STATUS_UPGRADE;
    if (!has_body(code, pause)) return HV__START;
  }
  if (http->flags & HV_FLAG_CHUNKED) {
    http->name = 0;
    return HV__CHUNK_START;
  }
  if (http->flags & HV_FLAG_UNTIL_CLOSE) {
    http->remaining = limits->max_body_bytes; /* that may still come */
    return HV__UNTIL_CLOSE;
  }
  return http->remaining ? HV__BODY : HV__START;
}

uint32_t hv__head_end(struct hv__run *run) {
  struct hv_http *http = run->http;
  if (http->flags & HV__TRAILERS) {
    http->remaining = 0;
    http->method = 0;
    http->method_bytes = 0;
    http->target_bytes = 0;
    if (http->fields) {
      if (!(http->flags & HV_FLAG_REPEATED_OR_UNKNOWN) && names_repeat(run->free + HV_HEAD_WORDS, http->fields))
        http->flags |= HV_FLAG_REPEATED_OR_UNKNOWN;
      hv__put_head(run, HV_KIND_TRAILERS, HV_NO_SHAPE);
    }
    return hv__end_message(run, HV__GO_ON);
  }
  enum hv_error error = hv__framing_end(http, run->limits->pause);
  if (error) return hv__fail(run, error, run->p - 2);
  if (http->kind == HV_HTTP_RESPONSE && lasts_until_close(http, run->limits->pause)) {
    http->flags |= HV_FLAG_UNTIL_CLOSE;
    http->flags &= ~(uint32_t)HV_FLAG_KEEP_ALIVE;
  }
  const uint32_t shape = hv__head_shape(run);
  hv__put_head(run, HV_KIND_REQUEST + http->kind, shape);
  http->head_bytes = (uint32_t)(run->p - run->head);
  http->head_fields = http->fields;
  http->body_bytes = 0;

  uint32_t status = HV__GO_ON;
  http->state = body_state(http, run->limits, &status);
  if (http->state == HV__START) return hv__end_message(run, status);
  if (http->state == HV__BODY && http->remaining > run->limits->max_body_bytes)
    return hv__fail(run, HV_ERROR_BODY_TOO_LARGE, run->p);
  if (status == HV__GO_ON && run->limits->pause & HV_PAUSE_BODY) return HV_STATUS_PAUSED;
  return status;
}
