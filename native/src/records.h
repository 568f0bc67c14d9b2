/* Writing records. What the words mean: defs/records.def and README.md. Inline, because a head of one field costs about
 * as much to write down as to read. */
#pragma once
#include "machine.h"
#include "shapes.h"

HV__INLINE void hv__put_unit(struct hv__run *run, uint32_t kind, uint32_t offset, uint32_t length) {
  uint32_t *to = run->free;
  to[0] = kind;
  to[1] = offset;
  to[2] = length;
  to[3] = 0;
  run->free = to + HV_UNIT_WORDS;
}

/* Remembers the id of field n in the context. Eight share a word; the bytes behind the last one are zero. */
HV__INLINE void hv__put_id(struct hv_http *http, uint32_t n, uint32_t id) {
  if (n >= HV_SHAPE_FIELDS) return;
  const uint64_t before = n & 7 ? http->ids[n >> 3] : 0;
  http->ids[n >> 3] = before | (uint64_t)id << 8 * (n & 7);
}

/* The shape word of the current head: see hv__shape_of. */
HV__INLINE uint32_t hv__head_shape(struct hv__run *run) {
  struct hv_http *http = run->http;
  const uint32_t n = http->fields;
  struct hv_shapes *shapes = run->table->shapes;
  if (hv__unlikely(http->flags & HV_FLAG_REPEATED_OR_UNKNOWN)) return HV_NO_SHAPE;
  if (hv__likely(n - 1 < HV_SHAPE_FIELDS && shapes != 0)) {
    uint64_t hash = hv__shape_hash(http->ids, n);
    uint32_t slot = (uint32_t)(hash >> (64 - HV__SHAPE_BITS)), found = shapes->index[slot];
    if (hv__likely(found != 0 && hv__shape_is(&shapes->shape[found], http->ids, n))) return found - 1;
  }
  return hv__new_shape(run);
}

/* The record of the head that ends at run->p. Its field records are there already. */
HV__INLINE void hv__put_head(struct hv__run *run, uint32_t kind, uint32_t shape) {
  const struct hv_http *http = run->http;
  uint32_t *to = run->free, n = http->fields;
  to[0] = kind | (uint32_t)http->method << 8 | http->flags << 16;
  to[1] = kind == HV_KIND_REQUEST ? http->method_bytes + 1u : HV__REASON_AT;
  to[2] = http->target_bytes;
  to[3] = n;
  to[4] = (uint32_t)(run->p - run->head);
  to[5] = (uint32_t)http->remaining;
  to[6] = (uint32_t)(http->remaining >> 32);
  to[7] = (uint32_t)(int32_t)(run->head - run->data);
  to[8] = http->status_code;
  to[9] = shape;
  to[10] = http->method_bytes | (uint32_t)http->minor << 8;
  to[11] = 0;
  run->free = to + HV_HEAD_WORDS + n * HV_UNIT_WORDS;
}

/* The message ends at run->p. Returns the status given, or PAUSED when that is asked for. */
HV__INLINE uint32_t hv__end_message(struct hv__run *run, uint32_t status) {
  struct hv_http *http = run->http;
  hv__put_unit(run, HV_KIND_END, (uint32_t)(run->p - run->data), 0);
  http->state = HV__START;
  http->fields = 0;
  http->seen = (uint64_t) - (int64_t)(run->p - run->data);
  if (status == HV__GO_ON && run->limits->pause & HV_PAUSE_MESSAGE) return HV_STATUS_PAUSED;
  return status;
}
