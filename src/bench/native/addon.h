/*
 * What the addons of the parser comparison share: the stable ABI of Node-API, so that no headers of Node are needed, and
 * the loop around a parser, which runs in C without any JavaScript between two messages. An addon includes this file and
 * defines begin_parser and feed_parser; its callbacks add to `totals`. Not part of the library.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

enum { MAX_PIECES = 4096 };

/* In the order of the array that `totals` returns. */
enum { MESSAGES, FIELDS, TARGET_BYTES, NAME_BYTES, VALUE_BYTES, BODY_BYTES, TOTALS };
static uint64_t totals[TOTALS];

/* A new connection, on which requests arrive, or responses. */
static void begin_parser(int responses);
/* The next bytes of it. Returns NULL, or why they are refused. */
static const char *feed_parser(const char *data, size_t length);

/* begin(responses: number) */
static napi_value addon_begin(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t given = 1;
  double responses = 0;
  napi_get_cb_info(env, info, &given, args, NULL, NULL);
  napi_get_value_double(env, args[0], &responses);
  begin_parser(responses != 0);
  return NULL;
}

/* repeat(pieces: Uint8Array[], first: number, count: number): parses `count` pieces in order on one connection, going
 * round, from that of index `first`. */
static napi_value addon_repeat(napi_env env, napi_callback_info info) {
  static const char *data[MAX_PIECES];
  static size_t length[MAX_PIECES];
  napi_value args[3];
  size_t given = 3;
  uint32_t pieces = 0;
  double first = 0, count = 0;
  napi_get_cb_info(env, info, &given, args, NULL, NULL);
  napi_get_array_length(env, args[0], &pieces);
  napi_get_value_double(env, args[1], &first);
  napi_get_value_double(env, args[2], &count);
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
  uint32_t at = (uint32_t)first;
  for (double done = 0; done < count; done++) {
    const char *refused = feed_parser(data[at], length[at]);
    if (refused != NULL) {
      napi_throw_error(env, NULL, refused);
      return NULL;
    }
    at = at + 1 < pieces ? at + 1 : 0;
  }
  return NULL;
}

/* totals(): what all messages since the module was loaded came to. */
static napi_value addon_totals(napi_env env, napi_callback_info info) {
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

static void add_function(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, strlen(name), callback, NULL, &function);
  napi_set_named_property(env, exports, name, function);
}

static napi_value add_functions(napi_env env, napi_value exports) {
  add_function(env, exports, "begin", addon_begin);
  add_function(env, exports, "repeat", addon_repeat);
  add_function(env, exports, "totals", addon_totals);
  return exports;
}

#define ADDON __attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports)
