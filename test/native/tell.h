/* Feeds the native parser piece by piece and writes down what it tells, in the notation of test/fixtures. */
#pragma once
#include "../../native/include/httpuv.h"
#include "text.h"

/* How the bytes arrive. exact: through hv_http_feed, each piece right behind the bytes it needs and with nothing after
 * it, so that the address sanitizer sees every byte read elsewhere. Else through the region entry, with 64 bytes of
 * `noise` behind each piece, which must have no influence. */
struct delivery {
  int exact;
  uint32_t step;  /* bytes of each piece; 0: one cut, at `cut` */
  uint32_t cut;
  uint32_t noise; /* what stands in the padding */
  uint32_t table_words;
};

void tell(struct text *out, enum hv_http_kind kind, const struct hv_limits *limits, const uint8_t *bytes, uint32_t n,
          struct delivery how);
