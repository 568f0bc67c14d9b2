/* The WebSocket frame machine (RFC 6455 sections 5 to 7): headers, order of fragments, limits, payloads, Close.
 * Payloads are unmasked where they stand and described; those of control frames, at most 125 bytes, are collected. */
#include "ws_scan.h"

#include "../include/httpuv.h"

enum {
#define HV_X(name, text) HV__WS_##name,
#include "../defs/ws_states.def"
#undef HV_X
};

/* Opcodes (section 5.2), and the other parts of the first two bytes. */
enum { CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };
enum { FIN = 0x80, RSV = 0x70, RSV1 = 0x40, MASK = 0x80, LENGTH_16 = 126, LENGTH_64 = 127 };

/* Beside enum hv_ws_status: the next part of the frame may be read. */
enum { GO_ON = 16 };

enum { NO_CLOSE_CODE = 1005, CONTROL_WORDS = HV_UNIT_WORDS + 32 };

/* One feed in progress. Pointers move, ws holds what must survive. */
struct run {
  struct hv_ws *ws;
  const struct hv_ws_limits *limits;
  struct hv_table *table;
  uint8_t *data, *end;
  uint8_t *p;    /* next byte to examine */
  uint8_t *mark; /* frame_bytes counts up to here */
  uint32_t *free;
};

static uint32_t fail(struct run *run, enum hv_ws_error error, const uint8_t *at) {
  struct hv_ws *ws = run->ws;
  ws->frame_bytes += (uint64_t)(int64_t)(at - run->mark);
  ws->state = HV__WS_FAILED;
  ws->error = (uint8_t)error;
  return HV_WS_STATUS_ERROR;
}

/* Where no record of any kind may be missing: before a payload. */
static int is_full(const struct run *run) {
  return run->table->capacity - (uint32_t)(run->free - run->table->words) < CONTROL_WORDS;
}

static void put(struct run *run, uint32_t kind, uint32_t offset, uint32_t length, uint32_t value) {
  uint32_t *to = run->free;
  to[0] = kind;
  to[1] = offset;
  to[2] = length;
  to[3] = value;
  run->free = to + HV_UNIT_WORDS;
}

static void end_frame(struct run *run) {
  run->ws->state = HV__WS_FIRST;
  run->ws->frame_bytes = 0;
  run->mark = run->p;
}

/* %x3-7 and %xB-F are reserved; control frames have bit 3 and may stand between fragments (section 5.4). */
static enum hv_ws_error first_byte(struct hv_ws *ws, const struct hv_ws_limits *limits, uint8_t byte) {
  const uint32_t opcode = byte & 15;
  /* RFC 7692 section 6: RSV1 of a message's first frame says that it is compressed. */
  const int begins = opcode == TEXT || opcode == BINARY;
  const uint32_t allowed = begins && limits->allow & HV_WS_ALLOW_DEFLATE ? RSV1 : 0;
  if (byte & RSV & ~allowed) return HV_WS_ERROR_RESERVED_BIT;
  if (opcode > PONG || (opcode > BINARY && opcode < CLOSE)) return HV_WS_ERROR_BAD_OPCODE;
  ws->opcode = (uint8_t)opcode;
  ws->is_final = (byte & FIN) != 0;
  if (opcode >= CLOSE) return ws->is_final ? HV_WS_ERROR_NONE : HV_WS_ERROR_FRAGMENTED_CONTROL;
  if (begins) {
    if (ws->fragments) return HV_WS_ERROR_EXPECTED_CONTINUATION;
    ws->flags = HV_WS_FLAG_START | (opcode == BINARY ? HV_WS_FLAG_BINARY : 0) | (byte & RSV1 ? HV_WS_FLAG_COMPRESSED : 0);
    ws->message_bytes = 0;
  } else if (ws->fragments == 0) {
    return HV_WS_ERROR_UNEXPECTED_CONTINUATION;
  }
  if (ws->fragments >= limits->max_fragments) return HV_WS_ERROR_TOO_MANY_FRAGMENTS;
  ws->fragments++;
  return HV_WS_ERROR_NONE;
}

static enum hv_ws_error second_byte(struct hv_ws *ws, uint8_t byte) {
  const uint32_t length = byte & 127;
  if (ws->role == HV_WS_SERVER && !(byte & MASK)) return HV_WS_ERROR_NOT_MASKED;
  if (ws->role == HV_WS_CLIENT && byte & MASK) return HV_WS_ERROR_MASKED;
  if (ws->opcode >= CLOSE && length > HV_WS_CONTROL_BYTES) return HV_WS_ERROR_CONTROL_TOO_LONG;
  if (ws->opcode == CLOSE && length == 1) return HV_WS_ERROR_BAD_CLOSE_LENGTH;
  ws->length_bytes = length == LENGTH_64 ? 8 : length == LENGTH_16 ? 2 : 0;
  ws->remaining = ws->length_bytes ? 0 : length;
  ws->count = 0;
  return HV_WS_ERROR_NONE;
}

/* The length is known: whether it may be. */
static enum hv_ws_error judge_length(struct hv_ws *ws, const struct hv_ws_limits *limits) {
  const uint64_t least = ws->length_bytes == 8 ? 65536 : ws->length_bytes == 2 ? LENGTH_16 : 0;
  if (ws->remaining < least) return HV_WS_ERROR_LENGTH_NOT_SHORTEST;
  if (ws->opcode < CLOSE) {
    /* No overflow: the first is at most 2^53, the second below 2^63. */
    ws->message_bytes += ws->remaining;
    if (ws->message_bytes > limits->max_message_bytes) return HV_WS_ERROR_MESSAGE_TOO_LARGE;
  }
  ws->count = 0;
  ws->key = 0;
  return HV_WS_ERROR_NONE;
}

/* Reads on in a frame header. */
static uint32_t header(struct run *run) {
  struct hv_ws *const ws = run->ws;
  enum hv_ws_error error;
  switch (ws->state) {
    case HV__WS_FIRST:
      if (run->p == run->end) return HV_WS_STATUS_NEED_INPUT;
      if ((error = first_byte(ws, run->limits, *run->p))) return fail(run, error, run->p);
      run->p++;
      ws->state = HV__WS_SECOND;
      /* fall through */
    case HV__WS_SECOND:
      if (run->p == run->end) return HV_WS_STATUS_NEED_INPUT;
      if ((error = second_byte(ws, *run->p))) return fail(run, error, run->p);
      run->p++;
      ws->state = HV__WS_LENGTH;
      /* fall through */
    case HV__WS_LENGTH:
      for (; ws->count < ws->length_bytes; ws->count++) {
        if (run->p == run->end) return HV_WS_STATUS_NEED_INPUT;
        if (ws->count == 0 && ws->length_bytes == 8 && *run->p & 0x80) return fail(run, HV_WS_ERROR_LENGTH_RANGE, run->p);
        ws->remaining = ws->remaining << 8 | *run->p++;
      }
      if ((error = judge_length(ws, run->limits))) return fail(run, error, run->p - 1);
      ws->state = HV__WS_KEY;
      /* fall through */
    default:
      for (; ws->role == HV_WS_SERVER && ws->count < 4; ws->count++) {
        if (run->p == run->end) return HV_WS_STATUS_NEED_INPUT;
        ws->key |= (uint32_t)*run->p++ << 8 * ws->count;
      }
      ws->length_bytes = 0;
      ws->state = ws->opcode >= CLOSE ? HV__WS_CONTROL : HV__WS_PAYLOAD;
      return GO_ON;
  }
}

/* Payload of a message: as much as there is. */
static uint32_t payload(struct run *run) {
  struct hv_ws *const ws = run->ws;
  const uint64_t there = (uint64_t)(run->end - run->p);
  const uint32_t n = (uint32_t)(ws->remaining < there ? ws->remaining : there);
  if (n == 0 && ws->remaining) return HV_WS_STATUS_NEED_INPUT;
  if (is_full(run)) return HV_WS_STATUS_TABLE_FULL;

  uint8_t *const p = run->p;
  if (ws->role == HV_WS_SERVER) ws->key = hv__simd_ws_mask(p, p, n, ws->key);
  const int ends = ws->remaining == n && ws->is_final;
  uint32_t flags = ws->flags | (ends ? HV_WS_FLAG_END : 0);
  if (!(flags & (HV_WS_FLAG_BINARY | HV_WS_FLAG_COMPRESSED))) {
    struct hv__utf8 text = {ws->utf8, 0};
    const uint8_t *at = hv__simd_utf8_end(p, p + n, &text);
    if (at != p + n || (ends && text.open)) return fail(run, HV_WS_ERROR_BAD_UTF8, at);
    ws->utf8 = text.open;
    if (!(text.high & 0x80)) flags |= HV_WS_FLAG_ASCII;
  }
  if (n || flags & (HV_WS_FLAG_START | HV_WS_FLAG_END)) {
    const uint64_t rest = ws->is_final ? ws->remaining - n : 0;
    put(run, HV_WS_KIND_DATA | flags << 8, (uint32_t)(p - run->data), n, rest > UINT32_MAX ? UINT32_MAX : (uint32_t)rest);
  }
  ws->flags &= (uint8_t)~HV_WS_FLAG_START;
  run->p = p + n;
  ws->remaining -= n;
  if (ws->remaining) return HV_WS_STATUS_NEED_INPUT;
  if (ends) ws->fragments = 0;
  end_frame(run);
  return GO_ON;
}

/* Sections 7.4.1 and 7.4.2, and the IANA registry: codes that may stand in a Close frame. */
static int may_be_sent(uint32_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/* The Close frame whose n payload bytes end at run->p. */
static uint32_t close_frame(struct run *run, uint32_t n) {
  struct hv_ws *const ws = run->ws;
  const uint32_t code = n ? (uint32_t)ws->control[0] << 8 | ws->control[1] : NO_CLOSE_CODE;
  if (n) {
    struct hv__utf8 reason = {0, 0};
    if (!may_be_sent(code)) return fail(run, HV_WS_ERROR_BAD_CLOSE_CODE, run->p - n);
    n -= 2;
    const uint8_t *at = hv__simd_utf8_end(ws->control + 2, ws->control + 2 + n, &reason);
    if (at != ws->control + 2 + n || reason.open)
      return fail(run, HV_WS_ERROR_BAD_CLOSE_REASON, run->p - n + (at - ws->control - 2));
  }
  put(run, HV_WS_KIND_CLOSE, 0, n, code);
  for (uint32_t i = 0; i < n; i += 16, run->free += HV_UNIT_WORDS) __builtin_memcpy(run->free, ws->control + 2 + i, 16);
  end_frame(run);
  ws->state = HV__WS_CLOSED;
  return HV_WS_STATUS_CLOSED;
}

/* Payload of a control frame, which is judged when it is complete. */
static uint32_t control(struct run *run) {
  struct hv_ws *const ws = run->ws;
  for (; ws->remaining && run->p < run->end; ws->remaining--) ws->control[ws->length_bytes++] = *run->p++;
  if (ws->remaining) return HV_WS_STATUS_NEED_INPUT;
  if (is_full(run)) return HV_WS_STATUS_TABLE_FULL;
  const uint32_t n = ws->length_bytes;
  hv_ws_mask(ws->control, ws->control, n, ws->key);
  if (ws->opcode == CLOSE) return close_frame(run, n);
  put(run, ws->opcode == PING ? HV_WS_KIND_PING : HV_WS_KIND_PONG, 0, n, 0);
  for (uint32_t i = 0; i < n; i += 16, run->free += HV_UNIT_WORDS) __builtin_memcpy(run->free, ws->control + i, 16);
  end_frame(run);
  return GO_ON;
}

static uint32_t step(struct run *run) {
  switch (run->ws->state) {
    case HV__WS_PAYLOAD: return payload(run);
    case HV__WS_CONTROL: return control(run);
    case HV__WS_CLOSED: return HV_WS_STATUS_CLOSED;
    case HV__WS_FAILED: return HV_WS_STATUS_ERROR;
    default: return header(run);
  }
}

uint32_t hv_ws_feed(struct hv_ws *ws, const struct hv_ws_limits *limits, struct hv_table *table, uint8_t *data, uint32_t n) {
  struct run run = {ws, limits, table, data, data + n, data, data, table->words};
  uint32_t status;
  do status = step(&run);
  while (status == GO_ON);
  ws->status = (uint8_t)status;
  table->length = (uint32_t)(run.free - table->words);
  if (status != HV_WS_STATUS_ERROR) ws->frame_bytes += (uint64_t)(run.p - run.mark);
  return (uint32_t)(run.p - data);
}

size_t hv_ws_size(void) { return sizeof(struct hv_ws); }

void hv_ws_init(struct hv_ws *ws, enum hv_ws_role role) {
  __builtin_memset(ws, 0, sizeof *ws);
  ws->role = (uint8_t)role;
}

void hv_ws_reset(struct hv_ws *ws) { hv_ws_init(ws, (enum hv_ws_role)ws->role); }

int hv_ws_finish(struct hv_ws *ws) {
  if (ws->state == HV__WS_CLOSED) return 1;
  if (ws->state != HV__WS_FAILED) ws->error = HV_WS_ERROR_INCOMPLETE;
  ws->state = HV__WS_FAILED;
  ws->status = HV_WS_STATUS_ERROR;
  return 0;
}

enum hv_ws_status hv_ws_status(const struct hv_ws *ws) { return (enum hv_ws_status)ws->status; }
enum hv_ws_error hv_ws_error(const struct hv_ws *ws) { return (enum hv_ws_error)ws->error; }
uint64_t hv_ws_error_offset(const struct hv_ws *ws) { return ws->error ? ws->frame_bytes : 0; }
