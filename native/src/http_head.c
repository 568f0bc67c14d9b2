/* The request and response head, trailers included, as records of offsets.
 *
 * Two readers share the work. head_slow is the state machine: it goes on from any state, stops after any byte, and is
 * the only one that finds errors. head_fast reads what most heads consist of, a line at a time, and hands over to
 * head_slow, before or inside the element, as soon as anything is unusual. Every byte is scanned by one of them; what
 * is looked at twice is bounded (a version, a method, a name of at most 32 bytes). */
#include "names.h"
#include "records.h"

/* ---- Common steps ---- */

uint32_t hv__fail(struct hv__run *run, enum hv_error error, const uint8_t *p) {
  struct hv_http *http = run->http;
  http->state = HV__FAILED;
  http->error = (uint8_t)error;
  http->seen += (uint64_t)(int64_t)(p - run->data);
  http->held = 0;
  run->p = p < run->data ? run->data : p;
  return HV_STATUS_ERROR;
}

/* Sets where the limits of the current head cut: bytes (a cut before the end of the data is an error once reached) and
 * fields (the table may be the smaller limit; 4 words stay free for the END record). */
void hv__head_bounds(struct hv__run *run) {
  const struct hv_http *http = run->http;
  uint32_t bytes = run->limits->max_head_bytes, fields = run->limits->max_fields;
  if (http->flags & HV__TRAILERS) {
    /* The empty line behind the trailers is free, so that a head at the limit may be followed by an empty trailer. */
    bytes = bytes > http->head_bytes ? bytes - http->head_bytes + 2 : 2;
    fields = fields > http->head_fields ? fields - http->head_fields : 0;
  }
  run->stop = run->end - run->head > (int64_t)bytes ? run->head + bytes : run->end;
  uint32_t *first = run->free + HV_HEAD_WORDS;
  uint32_t room = (uint32_t)(run->table->words + run->table->capacity - first - HV_UNIT_WORDS) / HV_UNIT_WORDS;
  run->full = first + HV_UNIT_WORDS * (fields < room ? fields : room);
}

/* Begins a head at run->p. Needs room for its record, one field and the END. */
static void begin_head(struct hv__run *run) {
  struct hv_http *http = run->http;
  run->head = run->p;
  http->seen = (uint64_t) - (int64_t)(run->p - run->data);
  http->flags = HV_FLAG_ASCII;
  http->fields = 0;
  http->remaining = 0;
  http->target_bytes = 0;
  http->method = 0;
  http->method_bytes = 0;
  http->status_code = 0;
  hv__head_bounds(run);
}

enum { HEAD_ROOM = HV_HEAD_WORDS + 2 * HV_UNIT_WORDS };

HV__INLINE void put_field(struct hv__run *run, uint32_t n, uint32_t name, uint32_t name_word, uint32_t value,
                          uint32_t value_bytes) {
  uint32_t *to = run->free + HV_HEAD_WORDS + n * HV_UNIT_WORDS;
  to[0] = name;
  to[1] = name_word;
  to[2] = value;
  to[3] = value_bytes;
}

/* ---- The fast reader ---- */

/* Flags of a head that hv__head_end must look at. */
enum {
  HV__NOT_PLAIN = HV__TRAILERS | HV__HAS_CODING | HV_FLAG_HAS_LENGTH | HV_FLAG_HAS_UPGRADE | HV_FLAG_CLOSE |
                  HV_FLAG_EXPECT_CONTINUE | HV_FLAG_EXPECT_OTHER
};

#if HV__SIMD
/* Whether this is the first Host field of a request and a short name without a port: most are, and then that is all there
 * is to check. */
HV__INLINE int is_usual_host(const struct hv_http *http, const uint8_t *value, const uint8_t *last, const uint8_t *stop,
                             int padded) {
  const uint32_t n = (uint32_t)(last - value);
  return n - 1 < 16 && (padded || stop - value >= 16) && !(http->flags & (HV__TRAILERS | HV_FLAG_HAS_HOST)) &&
         http->kind == HV_HTTP_REQUEST && hv__v_host(value, n);
}

static inline __attribute__((always_inline)) uint32_t head_fast(struct hv__run *run, const int padded) {
  const hv__v k01 = hv__row(HV__ROW_01), k21 = hv__row(HV__ROW_21), colon = hv__row(HV__ROW_COLON);
  const hv__v k40 = hv__row(HV__ROW_40), k20 = hv__row(HV__ROW_20);
  struct hv_http *const http = run->http;
  const uint8_t *const end = run->end;
  const uint8_t *p = run->p;

  for (;;) {
    if (http->state == HV__START) {
      /* A request line with a head behind it has more than 16 bytes; leave shorter input to the slow reader. */
      if (end - p < (padded ? 16 : 64) || http->kind != HV_HTTP_REQUEST || hv__room(run) < HEAD_ROOM) break;
      uint32_t method, n;
      if (hv__likely(hv__load32(p) == HV__GET_SPACE)) {
        method = HV_METHOD_GET;
        n = 3;
      } else {
        uint32_t space = hv__v_bits(hv__v_eq(hv__v_load(p), k20));
        if (space == 0) break;
        n = (uint32_t)__builtin_ctz(space);
        method = hv__method_id(p, n);
        if (method == 0) break;
      }
      run->p = p;
      begin_head(run);
      const uint8_t *const stop = run->stop, *const target = p + n + 1;
      http->method = (uint8_t)method;
      http->method_bytes = (uint8_t)n;
      const uint8_t *q = target < stop ? hv__target_end(target, stop, padded, k01) : stop;
      if (hv__unlikely(stop - q < 11)) {
        http->state = HV__TARGET;
        http->mark = n + 1;
        run->p = target < stop ? (q < stop ? q : stop) : p;
        if (target >= stop) http->state = HV__METHOD;
        return HV__SLOW;
      }
      http->target_bytes = (uint32_t)(q - target);
      if (hv__unlikely(*q != ' ' || q == target || hv__load64(q + 1) != HV__HTTP_1_1 || hv__load16(q + 9) != HV__CRLF)) {
        http->state = HV__TARGET;
        http->mark = n + 1;
        run->p = q;
        return HV__SLOW;
      }
      http->minor = 1;
      if (hv__unlikely(*target != '/' || method == HV_METHOD_CONNECT)) {
        const uint8_t *where;
        enum hv_error error = hv__target_form(http, target, http->target_bytes, &where);
        if (error) return hv__fail(run, error, where);
      }
      p = q + 11;
    }

    /* Field lines, each whole. */
    const uint8_t *const head = run->head, *const stop = run->stop;
    uint32_t *to = run->free + HV_HEAD_WORDS + http->fields * HV_UNIT_WORDS;
    uint32_t *const full = run->full;
    uint32_t n = http->fields;
    uint64_t ids = n & 7 && n < HV_SHAPE_FIELDS ? http->ids[n >> 3] : 0; /* of the word being filled */
    http->state = HV__FIELD_START;
    for (;;) {
      if (!padded && stop - p < 64) goto hand_over;
      const hv__v v0 = hv__v_load(p);
      hv__v v1 = v0;
      if (hv__unlikely(hv__load16(p) == HV__CRLF)) break;
      const uint8_t *last = hv__ascii_end(p, stop, padded, k01, k21);
      uint32_t length, found = hv__v_bits(hv__v_eq(v0, colon));
      if (hv__likely(found)) {
        length = (uint32_t)__builtin_ctz(found);
      } else {
        v1 = hv__v_load(p + 16);
        found = hv__v_bits(hv__v_eq(v1, colon));
        if (found == 0) goto hand_over;
        length = 16 + (uint32_t)__builtin_ctz(found);
      }
      const uint8_t *value = p + length + 1;
      if (hv__likely(*value == ' ')) value++;
      if (hv__unlikely(to >= full)) goto hand_over;
      if (hv__unlikely(stop - last < 2 || hv__load16(last) != HV__CRLF)) goto cut;
      const uint32_t id = hv__v_field_id(v0, v1, length, k40, k20);
      if (hv__unlikely(id == 0)) {
        if (length == 0 || hv__simd_token_end(p, p + length) != p + length) goto hand_over;
        http->flags |= HV_FLAG_REPEATED_OR_UNKNOWN;
      }
      /* The name is made of token characters, so its colon stands before last. Only spaces are left to trim: a TAB
       * would have ended the scan. At last stands CR. */
      const uint8_t *const next = last + 2;
      while (hv__unlikely(*value == ' ')) value++;
      while (hv__unlikely(last[-1] == ' ') && last > value) last--;
      to[0] = (uint32_t)(p - head);
      to[1] = length | id << 24;
      to[2] = (uint32_t)(value - head);
      to[3] = (uint32_t)(last - value);
      if (id == HV_FIELD_HOST && hv__likely(is_usual_host(http, value, last, stop, padded))) {
        http->flags |= HV_FLAG_HAS_HOST;
      } else if (id - 1 < HV_FIELD_EXPECT && !(http->flags & HV__TRAILERS)) {
        const uint8_t *where;
        enum hv_error error = hv__framing_field(http, run->limits->pause, id, value, last, &where);
        if (error) return hv__fail(run, error, where);
      }
      ids |= (uint64_t)id << 8 * (n & 7);
      to += HV_UNIT_WORDS;
      if ((++n & 7) == 0) {
        if (n <= HV_SHAPE_FIELDS) http->ids[(n >> 3) - 1] = ids;
        ids = 0;
      }
      p = next;
      continue;
    cut: /* The value is not a whole ASCII line; the slow reader goes on in it, unless the name must be looked at, too. */
      http->fields = n;
      if (n & 7 && n < HV_SHAPE_FIELDS) http->ids[n >> 3] = ids;
      run->p = p;
      if (p + length >= stop || length == 0 || hv__simd_token_end(p, p + length) != p + length) return HV__SLOW;
      http->mark = (uint32_t)(p - head);
      http->name = length | hv__field_id(p, length) << 24;
      http->state = HV__VALUE;
      run->p = last < stop ? last : stop;
      return HV__SLOW;
    hand_over:
      http->fields = n;
      if (n & 7 && n < HV_SHAPE_FIELDS) http->ids[n >> 3] = ids;
      run->p = p;
      return HV__SLOW;
    }
    http->fields = n;
    if (n & 7 && n < HV_SHAPE_FIELDS) http->ids[n >> 3] = ids;
    if (hv__unlikely(stop - p < 2)) {
      run->p = p;
      return HV__SLOW;
    }
    run->p = p += 2;
    if (hv__likely((http->flags & HV__NOT_PLAIN) == 0 && http->flags & HV_FLAG_HAS_HOST && http->minor == 1 &&
                   http->method != HV_METHOD_CONNECT && run->limits->pause == 0)) {
      /* What hv__head_end does for a request without a body that keeps the connection. */
      http->flags |= HV_FLAG_VERSION_1_1 | HV_FLAG_KEEP_ALIVE;
      const uint32_t shape = hv__head_shape(run);
      hv__put_head(run, HV_KIND_REQUEST, shape);
      hv__end_message(run, HV__GO_ON);
      continue;
    }
    uint32_t status = hv__head_end(run);
    if (status != HV__GO_ON || http->state != HV__START) return status;
  }
  run->p = p;
  return p == end ? HV_STATUS_NEED_INPUT : HV__SLOW;
}

uint32_t hv__head_fast_padded(struct hv__run *run) { return head_fast(run, 1); }
uint32_t hv__head_fast(struct hv__run *run) { return head_fast(run, 0); }
#else
uint32_t hv__head_fast_padded(struct hv__run *run) { return hv__head_fast(run); }
uint32_t hv__head_fast(struct hv__run *run) {
  (void)run;
  return HV__SLOW;
}
#endif

/* ---- The slow reader ---- */

/* HTTP-version = "HTTP/" DIGIT "." DIGIT, upper case (RFC 9112 section 2.3), as far as it is there. Returns 0 when all
 * eight bytes are right, 1 when more input is needed, else an error at *where. */
static enum hv_error version(struct hv_http *http, const uint8_t *p, const uint8_t *stop, const uint8_t **where, int *more) {
  static const uint8_t pattern[8] = {'H', 'T', 'T', 'P', '/', '1', '.', '1'};
  for (int i = 0; i < 8; i++) {
    *where = p + i;
    if (p + i >= stop) {
      *more = 1;
      return HV_ERROR_NONE;
    }
    if (i == 5 || i == 7 ? !hv__is(p[i], HV__IS_DIGIT) : p[i] != pattern[i]) return HV_ERROR_BAD_VERSION;
  }
  *where = p + 5;
  if (p[5] != '1') return p[5] == '0' ? HV_ERROR_OLD_VERSION : HV_ERROR_UNSUPPORTED_VERSION;
  http->minor = p[7] - '0';
  *more = 0;
  return HV_ERROR_NONE;
}

/* Why a field name ends at this byte, which is no token character and not the colon. */
static enum hv_error name_error(uint8_t byte) {
  if (hv__is_space(byte)) return HV_ERROR_SPACE_BEFORE_COLON;
  return byte == '\r' || byte == '\n' ? HV_ERROR_MISSING_COLON : HV_ERROR_BAD_FIELD_NAME;
}

/* The field line at http->mark is complete but for its LF; its value ends before the line end at `last`. */
static uint32_t end_field(struct hv__run *run, const uint8_t *last) {
  struct hv_http *http = run->http;
  const uint32_t length = http->name & 0xffffff, id = http->name >> 24;
  const uint8_t *value = run->head + http->mark + length + 1;
  while (value < last && hv__is_space(*value)) value++;
  while (last > value && hv__is_space(last[-1])) last--;
  put_field(run, http->fields, http->mark, http->name, (uint32_t)(value - run->head), (uint32_t)(last - value));
  if (id - 1 < HV_FIELD_EXPECT && !(http->flags & HV__TRAILERS)) {
    const uint8_t *where;
    enum hv_error error = hv__framing_field(http, run->limits->pause, id, value, last, &where);
    if (error) return hv__fail(run, error, where);
  }
  if (id == 0) http->flags |= HV_FLAG_REPEATED_OR_UNKNOWN;
  hv__put_id(http, http->fields, id);
  http->fields++;
  http->state = HV__FIELD_START;
  return HV__GO_ON;
}

/* Reads on from http->state until the current line has ended (then the fast reader may go on), the input is used up, or
 * something must be told. */
uint32_t hv__head_slow(struct hv__run *run) {
  struct hv_http *const http = run->http;
  const uint8_t *p = run->p, *q, *where;
  for (;;) {
    const uint8_t *const head = run->head, *const stop = hv__in_head(http) ? run->stop : run->end;
    if (p >= stop) break;
    switch (http->state) {
      case HV__START:
        if (*p == '\r') {
          if (http->fields++ == HV_MAX_EMPTY_LINES) return hv__fail(run, HV_ERROR_TOO_MANY_EMPTY_LINES, p);
          http->state = HV__START_LF;
          p++;
          break;
        }
        if (hv__is_bare_lf(run, *p)) {
          if (http->fields++ == HV_MAX_EMPTY_LINES) return hv__fail(run, HV_ERROR_TOO_MANY_EMPTY_LINES, p);
          p++;
          break;
        }
        run->p = p;
        if (hv__room(run) < HEAD_ROOM) return HV_STATUS_TABLE_FULL;
        begin_head(run);
        http->state = http->kind == HV_HTTP_REQUEST ? HV__METHOD : HV__STATUS_VERSION;
        http->mark = 0;
        break;
      case HV__START_LF:
        if (*p != '\n') return hv__fail(run, HV_ERROR_BAD_EMPTY_LINE, p);
        p++;
        http->state = HV__START;
        break;

      case HV__METHOD: /* method = token, then one space */
        q = stop - head > HV_MAX_METHOD_BYTES ? head + HV_MAX_METHOD_BYTES : stop;
        p = hv__simd_token_end(p, q);
        if (p == stop) break;
        if (p == q && hv__is(*p, HV__IS_TOKEN)) return hv__fail(run, HV_ERROR_METHOD_TOO_LONG, p);
        if (*p != ' ' || p == head) return hv__fail(run, HV_ERROR_BAD_METHOD, p);
        http->method_bytes = (uint8_t)(p - head);
        http->method = (uint8_t)hv__method_id(head, http->method_bytes);
        http->mark = http->method_bytes + 1u;
        http->state = HV__TARGET;
        p++;
        break;
      case HV__TARGET: /* request-target, then one space */
        p = hv__simd_target_end(p, stop);
        if (p == stop) break;
        if (*p >= 0x80 && hv__allows(run, HV_ALLOW_TARGET_BYTES)) {
          http->flags &= ~(uint32_t)HV_FLAG_ASCII;
          p++;
          break;
        }
        if (*p == '\r' || *p == '\n') return hv__fail(run, HV_ERROR_MISSING_VERSION, p);
        if (*p != ' ') return hv__fail(run, HV_ERROR_BAD_TARGET_BYTE, p);
        http->target_bytes = (uint32_t)(p - head) - http->mark;
        if (http->target_bytes == 0) return hv__fail(run, HV_ERROR_EMPTY_TARGET, p);
        http->mark = (uint32_t)(++p - head);
        http->state = HV__VERSION;
        break;
      case HV__VERSION: { /* HTTP-version CRLF; read again from its start with each feed: at most nine bytes */
        int more = 0;
        q = head + http->mark;
        enum hv_error error = version(http, q, stop, &where, &more);
        if (error) return hv__fail(run, error, where);
        if (more || q + 8 >= stop) {
          p = stop;
          break;
        }
        const int bare = hv__is_bare_lf(run, q[8]);
        if (q[8] != '\r' && !bare)
          return hv__fail(run, hv__is(q[8], HV__IS_TEXT) ? HV_ERROR_BAD_VERSION : HV_ERROR_BAD_LINE_END, q + 8);
        if (!bare && q + 9 >= stop) {
          p = stop;
          break;
        }
        if (!bare && q[9] != '\n') return hv__fail(run, HV_ERROR_BAD_LINE_END, q + 9);
        enum hv_error form = hv__target_form(http, head + http->method_bytes + 1, http->target_bytes, &where);
        if (form) return hv__fail(run, form, where);
        http->state = HV__FIELD_START;
        run->p = q + (bare ? 9 : 10);
        return HV__GO_ON;
      }

      case HV__STATUS_VERSION: { /* HTTP-version SP 3DIGIT SP; read again from its start with each feed: at most twelve bytes */
        int more = 0;
        enum hv_error error = version(http, head, stop, &where, &more);
        if (error) return hv__fail(run, error, where);
        uint32_t code = 0;
        int ended = 0;
        for (q = head + 8; !more && !ended && q < head + HV__REASON_AT; q++) {
          const int space = q == head + 8 || q == head + 12;
          if (q >= stop) more = 1;
          else if (q == head + 12 && hv__is_line_end(run, *q) && hv__allows(run, HV_ALLOW_MISSING_REASON)) ended = 1;
          else if (space ? *q != ' ' : !hv__is(*q, HV__IS_DIGIT) || (q == head + 9 && *q == '0'))
            return hv__fail(run, q == head + 8 ? HV_ERROR_BAD_VERSION : HV_ERROR_BAD_STATUS_CODE, q);
          else if (!space) code = code * 10 + (uint32_t)(*q - '0');
        }
        p = more ? stop : q;
        if (more) break;
        http->status_code = (uint16_t)code;
        http->state = HV__REASON;
        if (!ended) break;
        http->state = p[-1] == '\r' ? HV__REASON_LF : HV__FIELD_START;
        break;
      }
      case HV__REASON: /* reason-phrase = *( HTAB / SP / VCHAR / obs-text ) */
        p = hv__simd_ascii_end(p, stop);
        if (p == stop) break;
        if (hv__is(*p, HV__IS_TEXT)) {
          if (*p++ >= 0x80) http->flags &= ~(uint32_t)HV_FLAG_ASCII;
          break;
        }
        if (!hv__is_line_end(run, *p)) return hv__fail(run, *p == '\n' ? HV_ERROR_BAD_LINE_END : HV_ERROR_BAD_REASON, p);
        http->state = *p == '\r' ? HV__REASON_LF : HV__FIELD_START;
        http->target_bytes = (uint32_t)(p++ - head) - HV__REASON_AT;
        break;
      case HV__REASON_LF:
        if (*p != '\n') return hv__fail(run, HV_ERROR_BAD_LINE_END, p);
        http->state = HV__FIELD_START;
        run->p = p + 1;
        return HV__GO_ON;

      case HV__FIELD_START:
        if (*p == '\r') {
          http->state = HV__END_LF;
          p++;
          break;
        }
        if (hv__is_bare_lf(run, *p)) {
          run->p = p + 1;
          return hv__head_end(run);
        }
        if (run->free + HV_HEAD_WORDS + http->fields * HV_UNIT_WORDS >= run->full) {
          const uint32_t before = http->flags & HV__TRAILERS ? http->head_fields : 0;
          if (http->fields + before >= run->limits->max_fields || run->free == run->table->words)
            return hv__fail(run, HV_ERROR_TOO_MANY_FIELDS, p);
          run->p = p;
          return HV_STATUS_TABLE_FULL;
        }
        http->mark = (uint32_t)(p - head);
        if (hv__is_space(*p))
          return hv__fail(run, http->fields || http->flags & HV__TRAILERS ? HV_ERROR_FOLDED_LINE : HV_ERROR_FIRST_FIELD_SPACE, p);
        if (*p == ':') return hv__fail(run, HV_ERROR_EMPTY_FIELD_NAME, p);
        if (*p == '\n') return hv__fail(run, HV_ERROR_BAD_LINE_END, p);
        http->state = HV__NAME;
        break;
      case HV__NAME: /* field-name = token, then the colon */
        p = hv__simd_token_end(p, stop);
        if (p == stop) break;
        if (*p != ':') return hv__fail(run, name_error(*p), p);
        q = head + http->mark;
        http->name = (uint32_t)(p - q) | hv__field_id(q, (uint32_t)(p - q)) << 24;
        http->state = HV__VALUE;
        p++;
        break;
      case HV__VALUE: /* field-value = text up to CR */
        p = hv__simd_ascii_end(p, stop);
        if (p == stop) break;
        if (*p == '\t') {
          p++;
          break;
        }
        if (*p >= 0x80) { /* obs-text: opaque */
          http->flags &= ~(uint32_t)HV_FLAG_ASCII;
          p = hv__simd_text_end(p, stop);
          break;
        }
        if (hv__is_bare_lf(run, *p)) {
          run->p = p + 1;
          return end_field(run, p);
        }
        if (*p == '\n') return hv__fail(run, HV_ERROR_BAD_LINE_END, p);
        if (*p != '\r') return hv__fail(run, HV_ERROR_BAD_FIELD_VALUE, p);
        http->state = HV__VALUE_LF;
        p++;
        break;
      case HV__VALUE_LF:
        if (*p != '\n') return hv__fail(run, HV_ERROR_BAD_LINE_END, p);
        run->p = p + 1;
        return end_field(run, p - 1); /* which may blame an earlier byte */
      case HV__END_LF:
        if (*p != '\n') return hv__fail(run, HV_ERROR_BAD_LINE_END, p);
        run->p = p + 1;
        return hv__head_end(run);
      default:
        run->p = p;
        return HV__GO_ON;
    }
  }
  run->p = p;
  if (hv__in_head(http) && run->stop < run->end)
    return hv__fail(run, http->state <= HV__VERSION ? HV_ERROR_REQUEST_LINE_TOO_LONG : HV_ERROR_HEAD_TOO_LARGE, run->stop);
  return HV_STATUS_NEED_INPUT;
}
