/* Writes records, looks names up, numbers the sequences of field names. What the words mean: defs/records.def and
 * README.md. */
#include "machine.h"
#include "names.h"
#include "shapes.h"

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

static int repeats(const uint8_t *ids, uint32_t n) {
  uint64_t seen[4] = {0};
  for (uint32_t i = 0; i < n; i++) {
    uint64_t bit = 1ull << (ids[i] & 63), *word = &seen[ids[i] >> 6];
    if (*word & bit) return 1;
    *word |= bit;
  }
  return 0;
}

/* The shape word of a head whose n <= HV_SHAPE_FIELDS field names are all known: id, fresh bit; HV_NO_SHAPE when the
 * table is full; 0x10000 when a name stands twice. ids has zeros behind the last up to a multiple of 8.
 * An id once given stays: the table only grows, up to HV_SHAPES. */
uint32_t hv__shape(struct hv_shapes *shapes, const uint8_t *ids, uint32_t n) {
  uint64_t hash = n;
  for (uint32_t i = 0; i < n; i += 8) {
    hash = (hash ^ hv__load64(ids + i)) * HV__FIELD_FACTOR;
    hash ^= hash >> 29;
  }
  uint32_t slot = (uint32_t)(hash >> (64 - HV__SHAPE_BITS));
  for (uint32_t probe = 0; probe < HV__SHAPE_PROBES; probe++, slot = (slot + 1) & (HV__SHAPE_INDEX - 1)) {
    uint32_t found = shapes->index[slot];
    if (found == 0) {
      if (repeats(ids, n)) return 0x10000;
      if (shapes->count == HV_SHAPES) return HV_NO_SHAPE;
      found = shapes->count++;
      shapes->shape[found].n = n;
      __builtin_memcpy(shapes->shape[found].ids, ids, (n + 7) & ~7u);
      shapes->index[slot] = (uint16_t)(found + 1);
      return found | HV_SHAPE_FRESH;
    }
    const uint8_t *other = shapes->shape[found - 1].ids;
    uint64_t differ = shapes->shape[found - 1].n ^ n;
    for (uint32_t i = 0; i < n; i += 8) differ |= hv__load64(ids + i) ^ hv__load64(other + i);
    if (differ == 0) return found - 1;
  }
  return repeats(ids, n) ? 0x10000 : HV_NO_SHAPE;
}

/* The same for more fields than a shape may have, from their records. */
static HV__COLD int records_repeat(const uint32_t *field, uint32_t n) {
  uint64_t seen[4] = {0};
  for (uint32_t i = 0; i < n; i++, field += HV_UNIT_WORDS) {
    uint32_t id = field[1] >> 24;
    uint64_t bit = 1ull << (id & 63), *word = &seen[id >> 6];
    if (*word & bit) return 1;
    *word |= bit;
  }
  return 0;
}

static uint32_t head_shape(struct hv__run *run, uint32_t *fields) {
  struct hv_http *http = run->http;
  uint32_t n = http->fields, shape = HV_NO_SHAPE;
  if (http->flags & HV_FLAG_REPEATED_OR_UNKNOWN) return shape;
  if (n > HV_SHAPE_FIELDS || run->table->shapes == 0) {
    if (records_repeat(fields, n)) http->flags |= HV_FLAG_REPEATED_OR_UNKNOWN;
    return shape;
  }
  for (uint32_t i = n; i & 7; i++) http->ids[i] = 0;
  shape = hv__shape(run->table->shapes, http->ids, n);
  if (shape == 0x10000) {
    http->flags |= HV_FLAG_REPEATED_OR_UNKNOWN;
    return HV_NO_SHAPE;
  }
  return shape;
}

/* ---- Records ---- */

void hv__put_unit(struct hv__run *run, uint32_t kind, uint32_t offset, uint32_t length) {
  uint32_t *to = run->free;
  to[0] = kind;
  to[1] = offset;
  to[2] = length;
  to[3] = 0;
  run->free = to + HV_UNIT_WORDS;
}

static void put_head(struct hv__run *run, uint32_t kind) {
  const struct hv_http *http = run->http;
  uint32_t *to = run->free, n = http->fields;
  uint32_t shape = kind == HV_KIND_TRAILERS ? HV_NO_SHAPE : head_shape(run, to + HV_HEAD_WORDS);
  to[0] = kind | (uint32_t)http->method << 8 | http->flags << 16;
  to[1] = kind == HV_KIND_REQUEST ? http->method_bytes + 1u : 13;
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

static uint32_t end_message(struct hv__run *run, uint32_t status) {
  hv__put_unit(run, HV_KIND_END, (uint32_t)(run->p - run->data), 0);
  run->http->state = HV__START;
  run->http->fields = 0;
  run->http->seen = (uint64_t) - (int64_t)(run->p - run->data);
  if (status == HV__GO_ON && run->limits->pause & HV_PAUSE_MESSAGE) return HV_STATUS_PAUSED;
  return status;
}

uint32_t hv__message_end(struct hv__run *run) { return end_message(run, HV__GO_ON); }

/* The empty line of a head or of trailers was read, up to run->p: decides what follows and writes the record. */
uint32_t hv__head_end(struct hv__run *run) {
  struct hv_http *http = run->http;
  if (http->flags & HV__TRAILERS) {
    http->remaining = 0;
    http->method = 0;
    http->method_bytes = 0;
    http->target_bytes = 0;
    if (http->fields) put_head(run, HV_KIND_TRAILERS);
    return end_message(run, HV__GO_ON);
  }
  enum hv_error error = hv__framing_end(http);
  if (error) return hv__fail(run, error, run->p - 2);
  put_head(run, HV_KIND_REQUEST + http->kind);
  http->head_bytes = (uint32_t)(run->p - run->head);
  http->head_fields = http->fields;
  http->body_bytes = 0;

  uint32_t flags = http->flags, status = HV__GO_ON;
  if (flags & (HV_FLAG_UPGRADE_WEBSOCKET) || http->method == HV_METHOD_CONNECT) status = HV_STATUS_UPGRADE;
  if (flags & HV_FLAG_CHUNKED) {
    http->state = HV__CHUNK_START;
    http->name = 0;
  } else if (http->remaining) {
    if (http->remaining > run->limits->max_body_bytes) return hv__fail(run, HV_ERROR_BODY_TOO_LARGE, run->p);
    http->state = HV__BODY;
  } else {
    return end_message(run, status);
  }
  if (status == HV__GO_ON && run->limits->pause & HV_PAUSE_BODY) return HV_STATUS_PAUSED;
  return status;
}
