/*
 * Calls the llhttp that the Node binary itself exports, with callbacks that only count, in a loop of its own: native
 * speed without any JavaScript between two messages. Needs no headers: the few declarations below are the stable ABI
 * of Node-API and of llhttp. Not part of the library; only the comparison loads it.
 */
#include <stddef.h>
#include <stdint.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env env, napi_callback_info info);
typedef int napi_status;

extern napi_status napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
extern napi_status napi_get_buffer_info(napi_env, napi_value, void **, size_t *);
extern napi_status napi_get_value_double(napi_env, napi_value, double *);
extern napi_status napi_create_double(napi_env, double, napi_value *);
extern napi_status napi_create_array_with_length(napi_env, size_t, napi_value *);
extern napi_status napi_set_element(napi_env, napi_value, uint32_t, napi_value);
extern napi_status napi_get_array_length(napi_env, napi_value, uint32_t *);
extern napi_status napi_get_element(napi_env, napi_value, uint32_t, napi_value *);
extern napi_status napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
extern napi_status napi_set_named_property(napi_env, napi_value, const char *, napi_value);
extern napi_status napi_throw_error(napi_env, const char *, const char *);

/* Weak: a Node that does not export them loads this file all the same and gets an error to read. */
#define WEAK __attribute__((weak))
extern void llhttp_init(void *parser, int type, const void *settings) WEAK;
extern int llhttp_execute(void *parser, const char *data, size_t length) WEAK;
extern int llhttp__on_protocol(void *parser, const char *from, const char *to) WEAK;

enum { HTTP_REQUEST = 1, MAX_PIECES = 4096, PARSER_BYTES = 1024, SETTINGS_SLOTS = 64 };

/* Where the callbacks stand in llhttp_settings_t since 9.3, which put on_protocol behind the first; earlier ones have
 * everything behind it one place sooner. */
enum { ON_URL = 2, ON_FIELD = 6, ON_VALUE = 7, ON_HEADERS_COMPLETE = 10, ON_BODY = 11, ON_MESSAGE_COMPLETE = 12 };

/* In the order of the array that `totals` returns. */
enum { MESSAGES, FIELDS, TARGET_BYTES, NAME_BYTES, VALUE_BYTES, BODY_BYTES, TOTALS };

static uint64_t parser_words[PARSER_BYTES / 8];
static void *settings[SETTINGS_SLOTS];
static uint64_t totals[TOTALS];
static int in_name; /* so that a name cut in two counts once */

static int on_url(void *parser, const char *at, size_t length) {
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

static void set_up(void) {
  int sooner = llhttp__on_protocol == NULL;
  settings[ON_URL - sooner] = (void *)on_url;
  settings[ON_FIELD - sooner] = (void *)on_field;
  settings[ON_VALUE - sooner] = (void *)on_value;
  settings[ON_HEADERS_COMPLETE - sooner] = (void *)on_headers_complete;
  settings[ON_BODY - sooner] = (void *)on_body;
  settings[ON_MESSAGE_COMPLETE - sooner] = (void *)on_message_complete;
  llhttp_init(parser_words, HTTP_REQUEST, settings);
}

/* repeat(pieces: Buffer[], times): parses the pieces in order, `times` over, on one connection. */
static napi_value repeat(napi_env env, napi_callback_info info) {
  static const char *data[MAX_PIECES];
  static size_t length[MAX_PIECES];
  napi_value args[2];
  size_t given = 2;
  uint32_t pieces = 0;
  double times = 0;
  napi_get_cb_info(env, info, &given, args, NULL, NULL);
  napi_get_array_length(env, args[0], &pieces);
  napi_get_value_double(env, args[1], &times);
  if (pieces > MAX_PIECES) {
    napi_throw_error(env, NULL, "too many pieces");
    return NULL;
  }
  for (uint32_t at = 0; at < pieces; at++) {
    napi_value piece;
    void *bytes;
    napi_get_element(env, args[0], at, &piece);
    napi_get_buffer_info(env, piece, &bytes, &length[at]);
    data[at] = bytes;
  }
  for (double turn = 0; turn < times; turn++) {
    for (uint32_t at = 0; at < pieces; at++) {
      if (llhttp_execute(parser_words, data[at], length[at]) != 0) {
        napi_throw_error(env, NULL, "llhttp refused the input");
        return NULL;
      }
    }
  }
  return NULL;
}

/* totals(): what all messages since the module was loaded came to. */
static napi_value read_totals(napi_env env, napi_callback_info info) {
  napi_value list;
  (void)info;
  napi_create_array_with_length(env, TOTALS, &list);
  for (uint32_t at = 0; at < TOTALS; at++) {
    napi_value number;
    napi_create_double(env, (double)totals[at], &number);
    napi_set_element(env, list, at, number);
  }
  return list;
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  napi_value function;
  if (llhttp_init == NULL || llhttp_execute == NULL) {
    napi_throw_error(env, NULL, "this Node does not export llhttp");
    return NULL;
  }
  set_up();
  napi_create_function(env, "repeat", 6, repeat, NULL, &function);
  napi_set_named_property(env, exports, "repeat", function);
  napi_create_function(env, "totals", 6, read_totals, NULL, &function);
  napi_set_named_property(env, exports, "totals", function);
  return exports;
}
