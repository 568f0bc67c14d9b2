/* Reads HTTP/1.x messages from standard input and writes down what they are: a program that uses the parser through its
 * header alone. With the word `responses` it expects those. The exit status is 1 when a message is refused. */
#include <httpuv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 4096, TABLE_WORDS = 8192 };

static const struct {
  int status;
  const char *sentence;
} ERRORS[] = {{0, ""},
#define HV_X(name, status, text) {status, text},
#include "../defs/errors.def"
#undef HV_X
};

static void print_head(const uint32_t *w, const uint8_t *head) {
  switch (w[0] & 0xff) {
    case HV_KIND_REQUEST:
      printf("%.*s %.*s\n", (int)(w[10] & 0xff), (const char *)head, (int)w[2], (const char *)head + w[1]);
      break;
    case HV_KIND_RESPONSE:
      printf("%u %.*s\n", w[8], (int)w[2], (const char *)head + w[1]);
      break;
    default:
      printf("trailers\n");
  }
  const uint32_t *field = w + HV_HEAD_WORDS;
  for (uint32_t i = 0; i < w[3]; i++, field += HV_UNIT_WORDS)
    printf("  %.*s: %.*s\n", (int)(field[1] & 0xffffff), (const char *)head + field[0], (int)field[3],
           (const char *)head + field[2]);
}

/* The records of one feed, whose first byte is at `data`. */
static void print_records(const struct hv_table *table, const uint8_t *data) {
  for (const uint32_t *w = table->words, *end = w + table->length; w < end;) {
    const uint32_t kind = w[0] & 0xff;
    if (kind == HV_KIND_BODY) printf("  %u bytes: %.*s\n", w[2], (int)w[2], (const char *)data + w[1]);
    else if (kind == HV_KIND_END) printf("end\n");
    else print_head(w, data + (int32_t)w[7]);
    w += kind == HV_KIND_BODY || kind == HV_KIND_END ? HV_UNIT_WORDS : HV_HEAD_WORDS + w[3] * HV_UNIT_WORDS;
  }
}

/* Reads to the end of the input. `bytes` has room for the largest head and a piece. Returns the exit status. */
static int read_messages(struct hv_http *http, const struct hv_limits *limits, struct hv_table *table, uint8_t *bytes) {
  uint8_t *data = bytes;
  for (size_t n; (n = fread(data, 1, PIECE, stdin)) > 0;) {
    enum hv_status status;
    do {
      const uint32_t consumed = hv_http_feed(http, limits, table, data, (uint32_t)n);
      print_records(table, data);
      status = hv_http_status(http);
      data += consumed;
      n -= consumed;
    } while (status == HV_STATUS_TABLE_FULL);
    if (status == HV_STATUS_UPGRADE) {
      printf("another protocol begins here\n");
      return 0;
    }
    if (status == HV_STATUS_ERROR) {
      const enum hv_error error = hv_http_error(http);
      printf("refused, answer %d: %s, at byte %llu\n", ERRORS[error].status, ERRORS[error].sentence,
             (unsigned long long)hv_http_error_offset(http));
      return 1;
    }
    /* The bytes of an unfinished head stay before the next ones. */
    const uint32_t held = hv_http_held(http);
    memmove(bytes, data - held, held);
    data = bytes + held;
  }
  const int is_complete = hv_http_finish(http, table);
  print_records(table, data);
  if (!is_complete) printf("the last message is not complete\n");
  return !is_complete;
}

int main(int count, char **words) {
  const struct hv_limits limits = {81920, 1000, 16384, 0, 1 << 27};
  struct hv_table table = {aligned_alloc(16, TABLE_WORDS * 4), TABLE_WORDS, 0, NULL};
  struct hv_http *http = malloc(hv_http_size());
  uint8_t *bytes = malloc(limits.max_head_bytes + PIECE);
  hv_http_init(http, count > 1 && strcmp(words[1], "responses") == 0 ? HV_HTTP_RESPONSE : HV_HTTP_REQUEST);
  const int status = read_messages(http, &limits, &table, bytes);
  free(bytes);
  free(http);
  free(table.words);
  return status;
}
