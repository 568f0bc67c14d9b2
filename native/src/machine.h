/* What the parts of the HTTP machine share: states, private flags, the run of one feed. */
#pragma once
#include "../include/httpuv.h"
#include "bytes.h"

enum hv__state {
#define HV_X(name, text) HV__##name,
#include "../defs/states.def"
#undef HV_X
};

/* Flags above the sixteen public ones. */
enum {
  HV__TRAILERS = 1 << 16,         /* the fields being read are trailers */
  HV__CONN_KEEP_ALIVE = 1 << 17,  /* Connection lists keep-alive */
  HV__HAS_CODING = 1 << 18,       /* Transfer-Encoding is present */
  HV__CODING_CHUNKED = 1 << 19,   /* the last coding so far is chunked */
  HV__CODING_OTHER = 1 << 20,     /* a coding before it is not */
};

/* Where a reason phrase stands: behind "HTTP/1.1 200 ". */
enum { HV__REASON_AT = 13 };

/* Beside enum hv_status: the other part of the machine goes on. */
enum { HV__GO_ON = 16, HV__SLOW = 17 };

/* One feed in progress. Pointers move, http holds what must survive. */
struct hv__run {
  struct hv_http *http;
  const struct hv_limits *limits;
  struct hv_table *table;
  const uint8_t *data;
  const uint8_t *end;  /* of the data */
  const uint8_t *p;    /* next byte to examine */
  const uint8_t *head; /* start of the current head, when in one; may lie before data */
  const uint8_t *stop; /* end, or where the head limit is reached if that comes first */
  uint32_t *free;      /* first free word of the table: behind the last complete record */
  uint32_t *full;      /* where no further field fits */
};

/* Private states of a head end where END_LF does. */
HV__INLINE int hv__in_head(const struct hv_http *http) { return http->state <= HV__END_LF; }

/* Ends the stream with an error at byte p of the current message. Returns HV_STATUS_ERROR. */
uint32_t hv__fail(struct hv__run *run, enum hv_error error, const uint8_t *p);

/* Whether what the wire says here is forgiven. */
HV__INLINE int hv__allows(const struct hv__run *run, enum hv_allow what) { return (run->limits->pause & what) != 0; }

/* RFC 9112 section 2.2: a recipient may take a single LF for the end of a line. Only when that is asked for. */
HV__INLINE int hv__is_bare_lf(const struct hv__run *run, uint8_t byte) {
  return byte == '\n' && hv__allows(run, HV_ALLOW_BARE_LF);
}

/* Whether a line ends here: at CR, whose LF follows, or at a bare LF. */
HV__INLINE int hv__is_line_end(const struct hv__run *run, uint8_t byte) {
  return byte == '\r' || hv__is_bare_lf(run, byte);
}

/* Words left in the table. */
HV__INLINE uint32_t hv__room(const struct hv__run *run) {
  return run->table->capacity - (uint32_t)(run->free - run->table->words);
}

/* http_head.c: head_fast reads whole lines that hold nothing unusual; head_slow reads everything, from any state. */
uint32_t hv__head_fast(struct hv__run *run);
uint32_t hv__head_fast_padded(struct hv__run *run); /* 64 bytes behind the end may be read */
uint32_t hv__head_slow(struct hv__run *run);
/* Sets where the head limits cut; run->head and the context say which head. */
void hv__head_bounds(struct hv__run *run);

/* http_fields.c: the meaning of what was read. Each returns an error or 0; *where is set to the byte to blame. allow: enum
 * hv_allow, and other bits. */
enum hv_error hv__target_form(struct hv_http *http, const uint8_t *target, uint32_t n, const uint8_t **where);
enum hv_error hv__framing_field(struct hv_http *http, uint32_t allow, uint32_t id, const uint8_t *p, const uint8_t *end,
                                const uint8_t **where);
enum hv_error hv__framing_end(struct hv_http *http, uint32_t allow);

/* http_body.c */
uint32_t hv__body(struct hv__run *run);

/* records.c. head_end: the empty line of a head or of trailers was read, up to run->p; decides what follows and writes
 * the record. new_shape: the shape word of a head whose names are all known and that is not where its hash points to:
 * id with the fresh bit the first time, or HV_NO_SHAPE; also finds out whether a name stands twice. */
uint32_t hv__head_end(struct hv__run *run);
uint32_t hv__new_shape(struct hv__run *run);

/* Number of a known method, spelt p[0..n), or 0. Number of a known field name in any case, or 0. */
uint32_t hv__method_id(const uint8_t *p, uint32_t n);
uint32_t hv__field_id(const uint8_t *p, uint32_t n);
