/*
 * Calls the llhttp that the Node binary itself exports, with callbacks that only count. Needs no headers of it: the few
 * declarations below are its stable ABI. Not part of the library; only the comparison loads it.
 */
#include "addon.h"

/* Weak: a Node that does not export them loads this file all the same and gets an error to read. */
#define WEAK __attribute__((weak))
extern void llhttp_init(void *parser, int type, const void *settings) WEAK;
extern int llhttp_execute(void *parser, const char *data, size_t length) WEAK;
extern int llhttp__on_protocol(void *parser, const char *from, const char *to) WEAK;

enum { HTTP_REQUEST = 1, HTTP_RESPONSE = 2, PARSER_BYTES = 1024, SETTINGS_SLOTS = 64 };

/* Where the callbacks stand in llhttp_settings_t since 9.3, which put on_protocol behind the first; earlier ones have
 * everything behind it one place sooner. */
enum {
  ON_URL = 2, ON_STATUS = 3, ON_FIELD = 6, ON_VALUE = 7, ON_HEADERS_COMPLETE = 10, ON_BODY = 11, ON_MESSAGE_COMPLETE = 12
};

static uint64_t parser_words[PARSER_BYTES / 8];
static void *settings[SETTINGS_SLOTS];
static int in_name; /* so that a name cut in two counts once */

/* A target, or a reason phrase. */
static int on_target(void *parser, const char *at, size_t length) {
  (void)parser, (void)at;
  totals[TARGET_BYTES] += length;
  return 0;
}

static int on_field(void *parser, const char *at, size_t length) {
  (void)parser, (void)at;
  totals[NAME_BYTES] += length;
  totals[FIELDS] += !in_name;
  in_name = 1;
  return 0;
}

static int on_value(void *parser, const char *at, size_t length) {
  (void)parser, (void)at;
  totals[VALUE_BYTES] += length;
  in_name = 0;
  return 0;
}

static int on_headers_complete(void *parser) {
  (void)parser;
  return 0;
}

static int on_body(void *parser, const char *at, size_t length) {
  (void)parser, (void)at;
  totals[BODY_BYTES] += length;
  return 0;
}

static int on_message_complete(void *parser) {
  (void)parser;
  totals[MESSAGES]++;
  return 0;
}

static void begin_parser(int responses) {
  int sooner = llhttp__on_protocol == NULL;
  settings[ON_URL - sooner] = (void *)on_target;
  settings[ON_STATUS - sooner] = (void *)on_target;
  settings[ON_FIELD - sooner] = (void *)on_field;
  settings[ON_VALUE - sooner] = (void *)on_value;
  settings[ON_HEADERS_COMPLETE - sooner] = (void *)on_headers_complete;
  settings[ON_BODY - sooner] = (void *)on_body;
  settings[ON_MESSAGE_COMPLETE - sooner] = (void *)on_message_complete;
  llhttp_init(parser_words, responses ? HTTP_RESPONSE : HTTP_REQUEST, settings);
}

static const char *feed_parser(const char *data, size_t length) {
  return llhttp_execute(parser_words, data, length) == 0 ? NULL : "llhttp refused the input";
}

ADDON {
  if (llhttp_init == NULL || llhttp_execute == NULL) {
    napi_throw_error(env, NULL, "this Node does not export llhttp");
    return NULL;
  }
  return add_functions(env, exports);
}
