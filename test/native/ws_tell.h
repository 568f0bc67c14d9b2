/* Runs the frame machine over bytes delivered in a given way and writes what it tells as text; see
 * test/fixtures/websocket/README.txt for the notation. */
#pragma once
#include "../../native/include/httpuv.h"
#include "text.h"

struct ws_delivery {
  uint32_t step; /* bytes a piece; 0: one cut */
  uint32_t cut;
  uint32_t table_words;
};

void ws_tell(struct text *out, enum hv_ws_role role, const struct hv_ws_limits *limits, const uint8_t *bytes, uint32_t n,
             struct ws_delivery how);
