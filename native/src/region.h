/* The second entry of the machine, for a host that owns the memory behind its data. */
#pragma once
#include "../include/httpuv.h"

/* hv_http_feed that may read HV_PAD_BYTES behind data + n. What stands there has no influence on the result. */
uint32_t hv__feed_padded(struct hv_http *http, const struct hv_limits *limits, struct hv_table *table, const uint8_t *data,
                         uint32_t n);

/* Between two messages, without an empty line before the next one. */
int hv__is_idle(const struct hv_http *http);
