/* The wasm module: for each machine one context and one record table, and one receive region, at fixed places, and the
 * functions the host calls.
 * The only file with writable globals. */
#include "region.h"
#include "shapes.h"

static struct {
  struct hv_http http;
  struct hv_limits limits;
  struct hv_table table;
} state __attribute__((aligned(16)));

/* The largest head and some complete messages before it. */
enum { RECORD_WORDS = HV_HEAD_WORDS + HV_MAX_FIELDS * HV_UNIT_WORDS + HV_SLACK_WORDS };
static uint32_t records[RECORD_WORDS] __attribute__((aligned(16)));

/* An unfinished head stands right before the region. The region begins at page offset 2048: copies between it and
 * page-aligned memory then stay clear of the offsets at which processors store and load slowly. */
static struct {
  uint8_t lead[2048];
  uint8_t front[HV_MAX_HEAD_BYTES];
  uint8_t region[HV_REGION_BYTES];
  uint8_t pad[2048];
} input __attribute__((aligned(4096)));
_Static_assert(sizeof input.pad >= HV_PAD_BYTES, "region input is padded");

static struct hv_shapes shapes;

enum {
#define HV_X(name, text) WINDOW_##name,
#include "../defs/window.def"
#undef HV_X
  WINDOW_WORDS
};
static uint32_t window[WINDOW_WORDS];

#define EXPORT(name) __attribute__((export_name(name), used))

static uint32_t address(const void *p) { return (uint32_t)(uintptr_t)p; }

/* Fills and returns the window table. The kind: 0 requests, 1 responses. Forgets everything. */
EXPORT("hv_window") uint32_t hv_window(uint32_t kind) {
  hv_http_init(&state.http, (enum hv_http_kind)kind);
  hv_shapes_init(&shapes);
  state.table.words = records;
  state.table.capacity = RECORD_WORDS;
  state.table.length = 0;
  state.table.shapes = &shapes;
  window[WINDOW_CONTEXT_AT] = address(&state.http);
  window[WINDOW_LIMITS_AT] = address(&state.limits);
  window[WINDOW_RECORDS_AT] = address(records);
  window[WINDOW_RECORD_WORDS] = RECORD_WORDS;
  window[WINDOW_REGION_AT] = address(input.region);
  return address(window);
}

/* Whether the last feed was one request with a known method and without a body, all of it and nothing else. */
static int is_lone(void) {
  return (records[0] & 0xff) == HV_KIND_REQUEST && records[0] & 0xff00 && records[7] == 0 &&
         state.table.length == HV_HEAD_WORDS + HV_UNIT_WORDS * (records[3] + 1);
}

/* Parses region bytes [start, end) as the next bytes. Returns enum hv_status, plus HV_IDLE when the context is between
 * two messages, so that nothing of it needs to be kept. Of a lone request it returns HV_LONE with the first word of its
 * record and its minor version instead: all that most hosts ask about, so that they need not fetch it.
 *
 * The host may put another message in progress here before: its context words, its head bytes before the start, the
 * records of its head at the start of the table and 0 as RECORDS_LENGTH. */
EXPORT("hv_feed") uint32_t hv_feed(uint32_t start, uint32_t end) {
  state.table.length = window[WINDOW_RECORDS_LENGTH];
  window[WINDOW_CONSUMED] = hv__feed_padded(&state.http, &state.limits, &state.table, input.region + start, end - start);
  window[WINDOW_RECORDS_LENGTH] = state.table.length;
  if (!hv__is_idle(&state.http)) return state.http.status;
  if (state.http.status == HV_STATUS_NEED_INPUT && is_lone()) return HV_LONE | (uint32_t)state.http.minor << 3 | records[0];
  return state.http.status | HV_IDLE;
}

EXPORT("hv_finish") uint32_t hv_finish(void) {
  uint32_t clean = (uint32_t)hv_http_finish(&state.http, &state.table);
  window[WINDOW_RECORDS_LENGTH] = state.table.length;
  return clean;
}

/* ---- The WebSocket machine ---- */

static struct {
  struct hv_ws ws;
  struct hv_ws_limits limits;
  struct hv_table table;
} ws_state __attribute__((aligned(16)));
static uint32_t ws_records[HV_WS_TABLE_WORDS] __attribute__((aligned(16)));
static uint32_t ws_window[WINDOW_WORDS];
_Static_assert(sizeof input.front + sizeof input.region == HV_WS_REGION_BYTES, "both parts of the input in a row");

/* Fills and returns the window table of the frame machine. The role: 0 server, 1 client. Its region is that of the HTTP
 * machine and the bytes before it, so an instance reads either frames or a head that came in parts. */
EXPORT("hv_ws_window") uint32_t hv_ws_window(uint32_t role) {
  hv_ws_init(&ws_state.ws, (enum hv_ws_role)role);
  ws_state.table.words = ws_records;
  ws_state.table.capacity = HV_WS_TABLE_WORDS;
  ws_window[WINDOW_CONTEXT_AT] = address(&ws_state.ws);
  ws_window[WINDOW_LIMITS_AT] = address(&ws_state.limits);
  ws_window[WINDOW_RECORDS_AT] = address(ws_records);
  ws_window[WINDOW_RECORD_WORDS] = HV_WS_TABLE_WORDS;
  ws_window[WINDOW_REGION_AT] = address(input.front);
  return address(ws_window);
}

/* Reads region bytes [start, end) as the next bytes. Returns enum hv_ws_status, plus HV_IDLE when the context is between
 * two messages, so that nothing of it needs to be kept. The host may put another connection's context here before. */
EXPORT("hv_ws_feed") uint32_t hv_ws_feed_region(uint32_t start, uint32_t end) {
  struct hv_ws *const ws = &ws_state.ws;
  ws_window[WINDOW_CONSUMED] = hv_ws_feed(ws, &ws_state.limits, &ws_state.table, input.front + start, end - start);
  ws_window[WINDOW_RECORDS_LENGTH] = ws_state.table.length;
  const int idle = ws->state == 0 && ws->fragments == 0;
  return ws->status | (idle ? HV_IDLE : 0u);
}
