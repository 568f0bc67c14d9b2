/* The public face of the parser: limits, errors, records, the HTTP machine, the WebSocket machine, pure helpers.
 * The machine turns bytes into records; it knows nothing of sockets, clocks, strings or memory allocation. */
#pragma once
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Limits ---- */

enum hv_limit {
#define HV_X(name, value, text) HV_##name = value,
#include "../defs/limits.def"
#undef HV_X
};

/* What a peer may make the machine accept. 24 bytes, little-endian, no pointers. */
struct hv_limits {
  uint32_t max_head_bytes; /* at most HV_MAX_HEAD_BYTES; start line, fields and trailers of one message */
  uint32_t max_fields;     /* at most HV_MAX_FIELDS; trailer fields included */
  uint32_t max_chunk_extension_bytes; /* of one message; UINT32_MAX also lifts the limit of one line */
  uint32_t pause;                     /* enum hv_pause and enum hv_allow, added */
  uint64_t max_body_bytes;            /* at most 2^53 - 1 */
};
static_assert(sizeof(struct hv_limits) == 24, "the host writes the limits word by word");

/* ---- Errors ---- */

enum hv_error {
  HV_ERROR_NONE = 0,
#define HV_X(name, status, text) HV_ERROR_##name,
#include "../defs/errors.def"
#undef HV_X
  HV_ERROR_COUNT
};

/* ---- Records ---- */

#define HV_KIND(name, value, text) HV_KIND_##name = value,
#define HV_FLAG(name, value, text)
#define HV_STATUS(name, value, text)
#define HV_PAUSE(name, value, text)
enum hv_record_kind {
#include "../defs/records.def"
};
#undef HV_KIND
#undef HV_FLAG
#define HV_KIND(name, value, text)
#define HV_FLAG(name, value, text) HV_FLAG_##name = value,
enum hv_flag {
#include "../defs/records.def"
};
#undef HV_FLAG
#undef HV_STATUS
#define HV_FLAG(name, value, text)
#define HV_STATUS(name, value, text) HV_STATUS_##name = value,
enum hv_status {
#include "../defs/records.def"
};
#undef HV_STATUS
#undef HV_PAUSE
#define HV_STATUS(name, value, text)
#define HV_PAUSE(name, value, text) HV_PAUSE_##name = value,
enum hv_pause {
#include "../defs/records.def"
};
#undef HV_KIND
#undef HV_FLAG
#undef HV_STATUS
#undef HV_PAUSE

/* What may be forgiven: added to the pause flags. */
enum hv_allow {
#define HV_X(name, value, text) HV_ALLOW_##name = value,
#include "../defs/allow.def"
#undef HV_X
};

/* Known methods and field names by number; 0 is any other. */
enum hv_method {
  HV_METHOD_OTHER = 0,
#define HV_X(name, text) HV_METHOD_##name,
#include "../defs/methods.def"
#undef HV_X
};
enum hv_field {
  HV_FIELD_OTHER = 0,
#define HV_X(name, text) HV_FIELD_##name,
#include "../defs/field_names.def"
#undef HV_X
};

/* Interned sequences of known field names; see hv_shapes_size. */
struct hv_shapes;

/* Where records go. The owner is the caller; words is 16-byte aligned. Between feeds the field records of an unfinished
 * head stand in words[length ...]; whoever moves them must put them at words[0] and set length to 0. */
struct hv_table {
  uint32_t *words;
  uint32_t capacity; /* in words; at least 64 */
  uint32_t length;   /* words of complete records, after a feed */
  struct hv_shapes *shapes; /* NULL: heads carry HV_NO_SHAPE */
};

size_t hv_shapes_size(void);
void hv_shapes_init(struct hv_shapes *shapes);

/* ---- The HTTP machine ---- */

enum hv_http_kind { HV_HTTP_REQUEST = 0, HV_HTTP_RESPONSE = 1 };

/* The state between two feeds. It holds no pointers, so it may be copied and moved. The members are private, but for
 * the words named in defs/context.def. */
struct hv_http {
  uint8_t state; /* defs/states.def */
  uint8_t kind;
  uint8_t error;
  uint8_t method;
  uint32_t held;    /* bytes of the unfinished head before the next data */
  uint32_t fields;  /* fields of the unfinished head; empty lines while between messages */
  uint32_t flags;   /* enum hv_flag and private bits above them */
  uint64_t seen;    /* bytes of this message before the next data; offset of the error once failed */
  uint64_t remaining;  /* Content-Length while in the head, then body or chunk bytes left; until the end: that may come */
  uint64_t body_bytes; /* chunk data announced so far */
  uint32_t digits; /* chunk line: digits so far */
  uint32_t mark; /* head: where the current element starts. Chunk line: extension bytes of the line */
  uint32_t name; /* head: length | id << 24 of the current field name. Chunk line: extension bytes of the message */
  uint32_t target_bytes; /* target or reason phrase */
  uint32_t head_bytes;   /* of the main head, once that is complete */
  uint32_t head_fields;  /* of the main head, once that is complete */
  uint16_t status_code;
  uint8_t method_bytes;
  uint8_t minor;
  uint32_t status; /* of the last feed */
  uint64_t ids[HV_SHAPE_FIELDS / 8]; /* known ids of the first fields, eight in a word */
};
static_assert(sizeof(struct hv_http) == HV_CONTEXT_BYTES, "the host parks contexts word by word");

size_t hv_http_size(void);
void hv_http_init(struct hv_http *http, enum hv_http_kind kind);

/* Reads data[0..n), the next bytes, and writes records to the table, from its start. The bytes of an unfinished head,
 * hv_http_held of them, must stand right before data. n is below 2^31. Never reads past data + n.
 * Returns how many bytes were consumed; all of them unless hv_http_status is other than NEED_INPUT. */
uint32_t hv_http_feed(struct hv_http *http, const struct hv_limits *limits, struct hv_table *table, const uint8_t *data,
                      uint32_t n);

/* The connection ended. Returns 1 when that is where a message may end. A body that lasts until then gets its END record. */
int hv_http_finish(struct hv_http *http, struct hv_table *table);

/* Forgets everything but the kind. */
void hv_http_reset(struct hv_http *http);

/* Where the last feed stopped. */
enum hv_status hv_http_status(const struct hv_http *http);

/* Why, after HV_STATUS_ERROR; and at which byte, counted from the first byte of the message. */
enum hv_error hv_http_error(const struct hv_http *http);
uint64_t hv_http_error_offset(const struct hv_http *http);

/* Bytes of the unfinished head that must stand before the data of the next feed. */
uint32_t hv_http_held(const struct hv_http *http);

/* ---- The WebSocket machine (RFC 6455 section 5) ---- */

enum hv_ws_error {
  HV_WS_ERROR_NONE = 0,
#define HV_X(name, code, text) HV_WS_ERROR_##name,
#include "../defs/ws_errors.def"
#undef HV_X
  HV_WS_ERROR_COUNT
};

#define HV_WS_KIND(name, value, text) HV_WS_KIND_##name = value,
#define HV_WS_FLAG(name, value, text)
#define HV_WS_STATUS(name, value, text)
#define HV_WS_ALLOW(name, value, text)
enum hv_ws_kind {
#include "../defs/ws_records.def"
};
#undef HV_WS_KIND
#undef HV_WS_FLAG
#define HV_WS_KIND(name, value, text)
#define HV_WS_FLAG(name, value, text) HV_WS_FLAG_##name = value,
enum hv_ws_flag {
#include "../defs/ws_records.def"
};
#undef HV_WS_FLAG
#undef HV_WS_STATUS
#define HV_WS_FLAG(name, value, text)
#define HV_WS_STATUS(name, value, text) HV_WS_STATUS_##name = value,
enum hv_ws_status {
#include "../defs/ws_records.def"
};
#undef HV_WS_STATUS
#undef HV_WS_ALLOW
#define HV_WS_STATUS(name, value, text)
#define HV_WS_ALLOW(name, value, text) HV_WS_ALLOW_##name = value,
enum hv_ws_allow {
#include "../defs/ws_records.def"
};
#undef HV_WS_KIND
#undef HV_WS_FLAG
#undef HV_WS_STATUS
#undef HV_WS_ALLOW

/* Who we are: a server expects masked frames, a client unmasked ones. */
enum hv_ws_role { HV_WS_SERVER = 0, HV_WS_CLIENT = 1 };

/* What a peer may make the machine accept. 16 bytes, little-endian, no pointers. */
struct hv_ws_limits {
  uint64_t max_message_bytes; /* at most 2^53 - 1; payload bytes of all frames of a message, as sent */
  uint32_t max_fragments;     /* frames of a message, empty ones too */
  uint32_t allow;             /* enum hv_ws_allow, added */
};
static_assert(sizeof(struct hv_ws_limits) == 16, "the host writes the limits word by word");

/* The state between two feeds. It holds no pointers, so it may be copied and moved. The members are private, but for
 * the words named in defs/ws_context.def. All zero is a server before its first frame. */
struct hv_ws {
  uint8_t state; /* defs/ws_states.def */
  uint8_t role;
  uint8_t error;
  uint8_t status;    /* of the last feed */
  uint8_t opcode;    /* of the current frame */
  uint8_t flags;     /* of the current message, enum hv_ws_flag; START until its first record is written */
  uint8_t is_final;  /* FIN of the current frame */
  uint8_t count;     /* bytes read of the length or of the key */
  uint32_t utf8;     /* the character a text broke off in; 0 between two */
  uint32_t key;      /* its lowest byte is for the next payload byte */
  uint64_t remaining;     /* payload bytes left of the frame */
  uint64_t message_bytes; /* of the current message, the current frame's included as soon as they are announced */
  uint64_t frame_bytes;   /* of this frame before the next data; offset of the error once failed */
  uint32_t fragments;     /* frames of the current message; 0 between messages */
  uint32_t length_bytes;  /* of the extended length; payload bytes read of a control frame */
  uint8_t control[136];   /* payload of the current control frame, and room to copy it in sixteens */
};
static_assert(sizeof(struct hv_ws) == HV_WS_CONTEXT_BYTES, "the host parks contexts word by word");

size_t hv_ws_size(void);
void hv_ws_init(struct hv_ws *ws, enum hv_ws_role role);

/* Reads data[0..n), the next bytes, unmasks payloads where they stand, and writes records to the table, from its start.
 * n is below 2^31. Never reads past data + n. The records, of four words each:
 *   DATA  kind | flags << 8, offset in data, length, bytes of the message still to come when that is known, else 0
 *   PING, PONG  kind, 0, length, 0; the payload follows, padded to whole records
 *   CLOSE  kind, 0, length of the reason, code or 1005; the reason follows in the same way
 * Returns how many bytes were consumed; all of them unless hv_ws_status is other than NEED_INPUT. */
uint32_t hv_ws_feed(struct hv_ws *ws, const struct hv_ws_limits *limits, struct hv_table *table, uint8_t *data, uint32_t n);

/* The connection ended. Returns 1 when a Close frame came before, else the error is INCOMPLETE. */
int hv_ws_finish(struct hv_ws *ws);

/* Forgets everything but the role. */
void hv_ws_reset(struct hv_ws *ws);

/* Where the last feed stopped; why, after HV_WS_STATUS_ERROR; and at which byte of the frame. */
enum hv_ws_status hv_ws_status(const struct hv_ws *ws);
enum hv_ws_error hv_ws_error(const struct hv_ws *ws);
uint64_t hv_ws_error_offset(const struct hv_ws *ws);

/* ---- Pure helpers ---- */

/* Length of the run of token characters (RFC 9110 section 5.6.2) at the start of p[0..n). Never reads past n. */
uint32_t hv_token_run(const uint8_t *p, uint32_t n);

/* Length of the run of bytes at the start of p[0..n) that goes on as UTF-8 (RFC 3629): n unless a byte cannot stand where
 * it does. *open is the character the text broke off in, 0 at its start; it must be 0 again where the text ends. */
uint32_t hv_utf8_run(const uint8_t *p, uint32_t n, uint32_t *open);

/* Masks or unmasks n bytes (RFC 6455 section 5.3); to is from, or lies before it, or apart from it. The lowest byte of the
 * key is for the first byte. Returns the key for the byte behind the last one. */
uint32_t hv_ws_mask(uint8_t *to, const uint8_t *from, uint32_t n, uint32_t key);

#ifdef __cplusplus
}
#endif
