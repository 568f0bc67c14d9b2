/*
 * Calls http_parser, the parser of Node before llhttp, as Debian still ships it, with callbacks that only count. Not part
 * of the library; only the comparison loads it.
 */
#include <http_parser.h>

#include "addon.h"

static http_parser parser;
static http_parser_settings settings;
static int in_name; /* so that a name cut in two counts once */

/* A target, or a reason phrase. */
static int on_target(http_parser *of, const char *at, size_t length) {
  (void)of, (void)at;
  totals[TARGET_BYTES] += length;
  return 0;
}

static int on_field(http_parser *of, const char *at, size_t length) {
  (void)of, (void)at;
  totals[NAME_BYTES] += length;
  totals[FIELDS] += !in_name;
  in_name = 1;
  return 0;
}

static int on_value(http_parser *of, const char *at, size_t length) {
  (void)of, (void)at;
  totals[VALUE_BYTES] += length;
  in_name = 0;
  return 0;
}

static int on_headers_complete(http_parser *of) {
  (void)of;
  return 0;
}

static int on_body(http_parser *of, const char *at, size_t length) {
  (void)of, (void)at;
  totals[BODY_BYTES] += length;
  return 0;
}

static int on_message_complete(http_parser *of) {
  (void)of;
  totals[MESSAGES]++;
  return 0;
}

static void begin_parser(int responses) {
  http_parser_settings_init(&settings);
  settings.on_url = on_target;
  settings.on_status = on_target;
  settings.on_header_field = on_field;
  settings.on_header_value = on_value;
  settings.on_headers_complete = on_headers_complete;
  settings.on_body = on_body;
  settings.on_message_complete = on_message_complete;
  http_parser_init(&parser, responses ? HTTP_RESPONSE : HTTP_REQUEST);
}

static const char *feed_parser(const char *data, size_t length) {
  if (http_parser_execute(&parser, &settings, data, length) == length) return NULL;
  return HTTP_PARSER_ERRNO(&parser) == HPE_OK ? "another protocol follows" : http_errno_description(HTTP_PARSER_ERRNO(&parser));
}

ADDON { return add_functions(env, exports); }
