/* What request targets and the six framing fields mean (RFC 9112 sections 3, 6 and 9; RFC 9110 sections 7 and 10.1.1).
 * Works on complete elements; knows nothing of how they arrived. */
#include "machine.h"

/* p[0..n) equals the lower-case word, in any case of its letters. */
static int is_word(const uint8_t *p, const uint8_t *end, const char *word, uint32_t n) {
  if ((uint32_t)(end - p) != n) return 0;
  for (uint32_t i = 0; i < n; i++) {
    uint8_t byte = p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i];
    if (byte != (uint8_t)word[i]) return 0;
  }
  return 1;
}
#define IS_WORD(p, end, word) is_word(p, end, word, sizeof(word) - 1)

static const uint8_t *skip_space(const uint8_t *p, const uint8_t *end) {
  while (p < end && hv__is_space(*p)) p++;
  return p;
}

static const uint8_t *class_end(const uint8_t *p, const uint8_t *end, int class) {
  while (p < end && hv__is(*p, class)) p++;
  return p;
}

/* IPv4address = four numbers from 0 to 255 without leading zeros (RFC 3986 section 3.2.2). */
static int is_ipv4(const uint8_t *p, const uint8_t *end) {
  for (int part = 0; part < 4; part++) {
    uint32_t value = 0;
    const uint8_t *start = p;
    for (; p < end && hv__is(*p, HV__IS_DIGIT) && p - start < 3; p++) value = value * 10 + (*p - '0');
    if (p == start || value > 255 || (*start == '0' && p - start > 1)) return 0;
    if (part < 3 && (p == end || *p++ != '.')) return 0;
  }
  return p == end;
}

/* IPv6address: eight groups of 1 to 4 hexadecimal digits, the last two perhaps an IPv4address, one run of zero groups
 * perhaps written "::". */
static int is_ipv6(const uint8_t *p, const uint8_t *end) {
  int groups = 0, gap = 0;
  if (end - p >= 2 && p[0] == ':' && p[1] == ':') {
    gap = 1;
    p += 2;
  }
  while (p < end) {
    const uint8_t *start = p;
    p = class_end(p, end, HV__IS_HEX);
    if (p < end && *p == '.') {
      if (!is_ipv4(start, end)) return 0;
      groups += 2;
      return gap ? groups < 8 : groups == 8;
    }
    if (p == start || p - start > 4) return 0;
    groups++;
    if (p == end) break;
    if (*p++ != ':') return 0;
    if (p == end) return 0;
    if (*p == ':') {
      if (gap++) return 0;
      p++;
    }
  }
  return gap ? groups < 8 : groups == 8;
}

/* uri-host [ ":" port ] of RFC 9110 section 7.2, with a host that is not empty. Returns where it breaks off: end when
 * all of it is one. *port is behind the colon, or 0. Zone ids and IPvFuture are refused: nobody sends them. */
static const uint8_t *host_end(const uint8_t *p, const uint8_t *end, const uint8_t **port) {
  const uint8_t *start = p;
  *port = 0;
  if (p < end && *p == '[') {
    while (p < end && *p != ']') p++;
    if (p == end || !is_ipv6(start + 1, p)) return start;
    p++;
  } else {
    for (;;) {
      p = class_end(p, end, HV__IS_HOST);
      if (end - p < 3 || *p != '%' || !hv__is(p[1], HV__IS_HEX) || !hv__is(p[2], HV__IS_HEX)) break;
      p += 3;
    }
    if (p == start) return p;
  }
  if (p < end && *p == ':') {
    *port = ++p;
    p = class_end(p, end, HV__IS_DIGIT);
  }
  return p;
}

enum hv_error hv__target_form(struct hv_http *http, const uint8_t *target, uint32_t n, const uint8_t **where) {
  const uint8_t *end = target + n, *p = target, *port;
  *where = target;
  if (http->method == HV_METHOD_CONNECT) { /* authority-form: the port is needed, too */
    p = host_end(target, end, &port);
    if (p == end && port != 0 && port < end) return HV_ERROR_NONE;
    *where = p;
    return HV_ERROR_BAD_TARGET_FORM;
  }
  if (*p == '/') return HV_ERROR_NONE;
  if (*p == '*' && n == 1 && http->method == HV_METHOD_OPTIONS) return HV_ERROR_NONE;
  /* absolute-form: scheme "://" host [ ":" port ], then a path, a query or nothing. User information is refused:
   * RFC 9110 section 4.2.4. */
  if ((*p | 0x20) < 'a' || (*p | 0x20) > 'z') return HV_ERROR_BAD_TARGET_FORM;
  while (p < end && (hv__is(*p, HV__IS_HEX) || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z') || *p == '+' || *p == '-' || *p == '.'))
    p++;
  if (end - p < 3 || p[0] != ':' || p[1] != '/' || p[2] != '/') return HV_ERROR_BAD_TARGET_FORM;
  const uint8_t *host = p + 3;
  p = host_end(host, end, &port);
  if (p == host || (p < end && *p != '/' && *p != '?')) {
    *where = p;
    return HV_ERROR_BAD_TARGET_FORM;
  }
  http->flags |= HV_FLAG_ABSOLUTE_TARGET;
  return HV_ERROR_NONE;
}

/* Host = uri-host [ ":" port ]; an empty value is allowed (RFC 9112 section 3.2). */
static enum hv_error host(struct hv_http *http, const uint8_t *p, const uint8_t *end, const uint8_t **where) {
  const uint8_t *port;
  if (http->flags & HV_FLAG_HAS_HOST) return HV_ERROR_REPEATED_HOST;
  http->flags |= HV_FLAG_HAS_HOST;
  *where = host_end(p, end, &port);
  return *where == end ? HV_ERROR_NONE : HV_ERROR_BAD_HOST;
}

static enum hv_error one_length(struct hv_http *http, uint32_t allow, const uint8_t *p, const uint8_t *end,
                                const uint8_t **where) {
  uint64_t value = 0;
  if (p == end) return HV_ERROR_BAD_CONTENT_LENGTH;
  for (const uint8_t *digit = p; digit < end; digit++) {
    if (!hv__is(*digit, HV__IS_DIGIT)) {
      *where = digit;
      return HV_ERROR_BAD_CONTENT_LENGTH;
    }
    /* Below 2^53 before each step, hence no overflow; once at or over it the value stays there. */
    if (value < 1ull << 53) value = value * 10 + (uint32_t)(*digit - '0');
  }
  if (value >= 1ull << 53) return HV_ERROR_CONTENT_LENGTH_RANGE;
  if (http->flags & HV_FLAG_HAS_LENGTH && !(allow & HV_ALLOW_REPEATED_LENGTH && value == http->remaining))
    return HV_ERROR_REPEATED_CONTENT_LENGTH;
  http->flags |= HV_FLAG_HAS_LENGTH;
  http->remaining = value;
  return HV_ERROR_NONE;
}

/* Content-Length = 1*DIGIT. A second field is refused even when it is equal: two parsers may take different ones. When that
 * is forgiven, so is a list of equal values (RFC 9112 section 6.3, rule 5). */
static enum hv_error content_length(struct hv_http *http, uint32_t allow, const uint8_t *p, const uint8_t *end,
                                    const uint8_t **where) {
  if (!(allow & HV_ALLOW_REPEATED_LENGTH)) {
    if (http->flags & HV_FLAG_HAS_LENGTH) return HV_ERROR_REPEATED_CONTENT_LENGTH;
    return one_length(http, allow, p, end, where);
  }
  for (;;) {
    const uint8_t *const start = *where = skip_space(p, end), *last;
    for (p = start; p < end && *p != ',';) p++;
    for (last = p; last > start && hv__is_space(last[-1]);) last--;
    const enum hv_error error = one_length(http, allow, start, last, where);
    if (error || p == end) return error;
    p++;
  }
}

/* Transfer-Encoding = #transfer-coding; transfer-coding = token *( OWS ";" OWS token BWS "=" BWS ( token /
 * quoted-string ) ). Empty list elements are refused: they hide codings from careless parsers. */
static enum hv_error transfer_encoding(struct hv_http *http, const uint8_t *p, const uint8_t *end, const uint8_t **where) {
  http->flags |= HV__HAS_CODING;
  for (;;) {
    const uint8_t *start = p = skip_space(p, end);
    p = class_end(p, end, HV__IS_TOKEN);
    int chunked = IS_WORD(start, p, "chunked");
    *where = p;
    if (p == start) return HV_ERROR_BAD_TRANSFER_ENCODING;
    for (p = skip_space(p, end); p < end && *p == ';'; p = skip_space(p, end)) {
      const uint8_t *name = p = skip_space(p + 1, end);
      p = class_end(p, end, HV__IS_TOKEN);
      *where = p;
      if (p == name || chunked) return HV_ERROR_BAD_TRANSFER_ENCODING;
      p = skip_space(p, end);
      *where = p;
      if (p == end || *p != '=') return HV_ERROR_BAD_TRANSFER_ENCODING;
      const uint8_t *value = p = skip_space(p + 1, end);
      if (p < end && *p == '"') {
        for (p++; p < end && *p != '"'; p++)
          if (*p == '\\' && p + 1 < end) p++;
        if (p < end) p++; else p = value;
      } else {
        p = class_end(p, end, HV__IS_TOKEN);
      }
      *where = p;
      if (p == value) return HV_ERROR_BAD_TRANSFER_ENCODING;
    }
    *where = start;
    if (http->flags & HV__CODING_CHUNKED) return HV_ERROR_CHUNKED_NOT_LAST;
    http->flags |= chunked ? HV__CODING_CHUNKED : HV__CODING_OTHER;
    if (p == end) return HV_ERROR_NONE;
    *where = p;
    if (*p++ != ',') return HV_ERROR_BAD_TRANSFER_ENCODING;
  }
}

/* Flags for the elements of a comma-separated list; what is no known word is passed by. */
static uint32_t list_flags(uint32_t id, const uint8_t *p, const uint8_t *end) {
  uint32_t flags = 0;
  while (p < end) {
    const uint8_t *start = p = skip_space(p, end);
    while (p < end && *p != ',') p++;
    const uint8_t *last = p;
    while (last > start && hv__is_space(last[-1])) last--;
    if (id == HV_FIELD_CONNECTION) {
      if (IS_WORD(start, last, "close")) flags |= HV_FLAG_CLOSE;
      else if (IS_WORD(start, last, "keep-alive")) flags |= HV__CONN_KEEP_ALIVE;
      else if (IS_WORD(start, last, "upgrade")) flags |= HV_FLAG_CONN_UPGRADE;
    } else if (id == HV_FIELD_UPGRADE) {
      if (IS_WORD(start, last, "websocket")) flags |= HV_FLAG_UPGRADE_WEBSOCKET;
    } else if (last > start) {
      flags |= IS_WORD(start, last, "100-continue") ? HV_FLAG_EXPECT_CONTINUE : HV_FLAG_EXPECT_OTHER;
    }
    p++;
  }
  return flags;
}

enum hv_error hv__framing_field(struct hv_http *http, uint32_t allow, uint32_t id, const uint8_t *p, const uint8_t *end,
                                const uint8_t **where) {
  *where = p;
  switch (id) {
    case HV_FIELD_HOST:
      return http->kind == HV_HTTP_REQUEST ? host(http, p, end, where) : HV_ERROR_NONE;
    case HV_FIELD_CONTENT_LENGTH:
      return content_length(http, allow, p, end, where);
    case HV_FIELD_TRANSFER_ENCODING:
      return transfer_encoding(http, p, end, where);
    case HV_FIELD_CONNECTION:
      if (hv__likely(end - p == 10 && (hv__load64(p) | 0x2020202020202020ull) == 0x696c612d7065656bull &&
                     (hv__load16(p + 8) | 0x2020) == 0x6576 && p[4] == '-'))
        http->flags |= HV__CONN_KEEP_ALIVE;
      else
        http->flags |= list_flags(id, p, end);
      return HV_ERROR_NONE;
    case HV_FIELD_UPGRADE:
      http->flags |= HV_FLAG_HAS_UPGRADE | list_flags(id, p, end);
      return HV_ERROR_NONE;
    case HV_FIELD_EXPECT:
      http->flags |= list_flags(id, p, end);
      return HV_ERROR_NONE;
    default:
      return HV_ERROR_NONE;
  }
}

/* What the head as a whole must fulfil; sets the flags that depend on more than one field. */
enum hv_error hv__framing_end(struct hv_http *http, uint32_t allow) {
  uint32_t flags = http->flags;
  if (http->minor == 0) {
    if (flags & HV__HAS_CODING) return HV_ERROR_CODING_WITH_HTTP_1_0;
    if (flags & HV__CONN_KEEP_ALIVE && !(flags & HV_FLAG_CLOSE)) flags |= HV_FLAG_KEEP_ALIVE;
    flags &= ~(uint32_t)HV_FLAG_EXPECT_CONTINUE; /* RFC 9110 section 10.1.1: to be ignored */
  } else {
    flags |= HV_FLAG_VERSION_1_1;
    if (!(flags & HV_FLAG_HAS_HOST) && http->kind == HV_HTTP_REQUEST && !(allow & HV_ALLOW_MISSING_HOST))
      return HV_ERROR_MISSING_HOST;
    if (!(flags & HV_FLAG_CLOSE)) flags |= HV_FLAG_KEEP_ALIVE;
  }
  if (flags & HV__HAS_CODING) {
    if (flags & HV_FLAG_HAS_LENGTH) {
      if (!(allow & HV_ALLOW_LENGTH_AND_CHUNKED)) return HV_ERROR_LENGTH_AND_CHUNKED;
      flags &= ~(uint32_t)(HV_FLAG_HAS_LENGTH | HV_FLAG_KEEP_ALIVE); /* RFC 9112 section 6.1 */
      http->remaining = 0;
    }
    /* RFC 9112 section 6.3, rule 4: only the body of a response may last until the end. */
    const int others = (allow & HV_ALLOW_OTHER_CODINGS) != 0;
    if (!(flags & HV__CODING_CHUNKED) && !(others && http->kind == HV_HTTP_RESPONSE)) return HV_ERROR_CHUNKED_NOT_LAST;
    if (flags & HV__CODING_OTHER && !others) return HV_ERROR_UNSUPPORTED_CODING;
    if (flags & HV__CODING_CHUNKED) flags |= HV_FLAG_CHUNKED;
  }
  if (flags & HV_FLAG_HAS_UPGRADE && flags & HV_FLAG_CONN_UPGRADE) flags |= HV_FLAG_UPGRADE;
  http->flags = flags;
  return HV_ERROR_NONE;
}
