/* Message bodies: by Content-Length, until the end of the connection, and chunked (RFC 9112 sections 6 and 7.1).
 * Body bytes are described, never moved and never looked at. */
#include "records.h"

/* Value of a hexadecimal digit. */
static uint32_t digit_value(uint8_t byte) { return byte <= '9' ? byte - (uint32_t)'0' : (byte | 0x20u) - 'a' + 10u; }

/* Describes the body bytes at run->p, as many as there are; 0 when the table has no room for that and an END. */
static int put_body(struct hv__run *run, uint64_t *remaining) {
  uint64_t n = (uint64_t)(run->end - run->p);
  if (n > *remaining) n = *remaining;
  if (n == 0) return 1;
  if (hv__room(run) < 2 * HV_UNIT_WORDS) return 0;
  hv__put_unit(run, HV_KIND_BODY, (uint32_t)(run->p - run->data), (uint32_t)n);
  *remaining -= n;
  run->p += n;
  return 1;
}

/* The state behind the line of a chunk size. */
static uint8_t behind_line(const struct hv_http *http) { return http->remaining ? HV__CHUNK_DATA : HV__TRAILERS_START; }

/* The byte behind the digits of a chunk size: checks the size, then says what that byte begins.
 * chunk = chunk-size [ chunk-ext ] CRLF. */
static enum hv_error size_end(struct hv__run *run, uint8_t byte) {
  struct hv_http *http = run->http;
  if (!hv__is_line_end(run, byte) && byte != ';' && !hv__is_space(byte)) return HV_ERROR_BAD_CHUNK_SIZE;
  if (http->remaining >= 1ull << 53) return HV_ERROR_CHUNK_SIZE_RANGE;
  http->body_bytes += http->remaining;
  if (http->body_bytes > run->limits->max_body_bytes) return HV_ERROR_BODY_TOO_LARGE;
  http->mark = 0;
  http->state = byte == '\r' ? HV__CHUNK_LINE_LF : byte == '\n' ? behind_line(http) : byte == ';' ? HV__EXT_NAME_START : HV__CHUNK_SIZE_SPACE;
  return HV_ERROR_NONE;
}

/* One byte of a chunk extension: chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] );
 * chunk-ext-val = token / quoted-string. Returns the next state, or FAILED. */
static uint32_t extension_step(uint32_t state, uint8_t byte) {
  const int token = hv__is(byte, HV__IS_TOKEN), space = hv__is_space(byte);
  switch (state) {
    case HV__CHUNK_SIZE_SPACE:
    case HV__EXT_VALUE_SPACE:
      return space ? state : byte == ';' ? HV__EXT_NAME_START : HV__FAILED;
    case HV__EXT_NAME_START:
      return space ? state : token ? HV__EXT_NAME : HV__FAILED;
    case HV__EXT_NAME:
      if (token) return state;
      if (byte == '\r') return HV__CHUNK_LINE_LF;
      /* fall through */
    case HV__EXT_NAME_SPACE:
      return space ? HV__EXT_NAME_SPACE : byte == '=' ? HV__EXT_VALUE_START : byte == ';' ? HV__EXT_NAME_START : HV__FAILED;
    case HV__EXT_VALUE_START:
      return space ? state : byte == '"' ? HV__EXT_QUOTED : token ? HV__EXT_TOKEN : HV__FAILED;
    case HV__EXT_QUOTED:
      if (byte == '"') return HV__EXT_VALUE_END;
      return byte == '\\' ? HV__EXT_ESCAPED : hv__is(byte, HV__IS_TEXT) ? state : HV__FAILED;
    case HV__EXT_ESCAPED:
      return hv__is(byte, HV__IS_TEXT) ? HV__EXT_QUOTED : HV__FAILED;
    case HV__EXT_TOKEN:
      if (token) return state;
      /* fall through */
    default: /* EXT_VALUE_END */
      return byte == '\r' ? HV__CHUNK_LINE_LF : byte == ';' ? HV__EXT_NAME_START : space ? HV__EXT_VALUE_SPACE : HV__FAILED;
  }
}

/* Reads on from http->state until the message or its chunked part has ended, the input is used up, or something must
 * be told. */
uint32_t hv__body(struct hv__run *run) {
  struct hv_http *const http = run->http;
  uint32_t next;
  for (;;) {
    const uint8_t *const p = run->p;
    /* What may happen without a further byte. */
    switch (http->state) {
      case HV__BODY:
        if (!put_body(run, &http->remaining)) return HV_STATUS_TABLE_FULL;
        if (http->remaining) return HV_STATUS_NEED_INPUT;
        if (hv__room(run) < HV_UNIT_WORDS) return HV_STATUS_TABLE_FULL;
        return hv__end_message(run, HV__GO_ON);
      case HV__UNTIL_CLOSE:
        if (!put_body(run, &http->remaining)) return HV_STATUS_TABLE_FULL;
        return run->p < run->end ? hv__fail(run, HV_ERROR_BODY_TOO_LARGE, run->p) : (uint32_t)HV_STATUS_NEED_INPUT;
      case HV__CHUNK_DATA:
        if (!put_body(run, &http->remaining)) return HV_STATUS_TABLE_FULL;
        if (http->remaining) return HV_STATUS_NEED_INPUT;
        http->state = HV__CHUNK_DATA_CR;
        continue;
      case HV__TRAILERS_START:
        if (hv__room(run) < HV_HEAD_WORDS + 2 * HV_UNIT_WORDS) return HV_STATUS_TABLE_FULL;
        http->flags = HV__TRAILERS | HV_FLAG_ASCII;
        http->fields = 0;
        http->state = HV__FIELD_START;
        run->head = p;
        hv__head_bounds(run);
        return HV__GO_ON;
      default:
        break;
    }
    if (p >= run->end) return HV_STATUS_NEED_INPUT;
    const uint8_t byte = *p;
    switch (http->state) {
      case HV__CHUNK_START: /* chunk-size = 1*HEXDIG, at most 16 */
        if (!hv__is(byte, HV__IS_HEX)) return hv__fail(run, HV_ERROR_BAD_CHUNK_SIZE, p);
        http->remaining = digit_value(byte);
        http->digits = 1;
        http->state = HV__CHUNK_SIZE;
        break;
      case HV__CHUNK_SIZE:
        if (hv__is(byte, HV__IS_HEX)) {
          if (http->digits++ == 16) return hv__fail(run, HV_ERROR_BAD_CHUNK_SIZE, p);
          http->remaining = http->remaining << 4 | digit_value(byte);
          break;
        }
        {
          enum hv_error error = size_end(run, byte);
          if (error) return hv__fail(run, error, p);
        }
        if (byte == '\r' || byte == '\n') break;
        goto count_extension;
      case HV__CHUNK_LINE_LF:
        if (byte != '\n') return hv__fail(run, HV_ERROR_BAD_LINE_END, p);
        http->state = behind_line(http);
        break;
      case HV__CHUNK_DATA_CR:
        if (!hv__is_line_end(run, byte)) return hv__fail(run, HV_ERROR_BAD_CHUNK_END, p);
        http->state = byte == '\r' ? HV__CHUNK_DATA_LF : HV__CHUNK_START;
        break;
      case HV__CHUNK_DATA_LF:
        if (byte != '\n') return hv__fail(run, HV_ERROR_BAD_CHUNK_END, p);
        http->state = HV__CHUNK_START;
        break;
      default:
        next = extension_step(http->state, hv__is_line_end(run, byte) ? '\r' : byte);
        if (next == HV__FAILED) return hv__fail(run, HV_ERROR_BAD_CHUNK_EXTENSION, p);
        http->state = byte == '\n' ? behind_line(http) : (uint8_t)next;
        if (next == HV__CHUNK_LINE_LF) break;
      count_extension: {
        const uint32_t limit = run->limits->max_chunk_extension_bytes;
        if (http->name >= limit || (http->mark >= HV_MAX_EXTENSION_LINE_BYTES && limit != UINT32_MAX))
          return hv__fail(run, HV_ERROR_CHUNK_EXTENSION_TOO_LONG, p);
        http->name++;
        http->mark++;
      }
    }
    run->p = p + 1;
  }
}
