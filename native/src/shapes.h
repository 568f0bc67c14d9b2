/* The table of interned field-name sequences: a hash index over slots that are never given up. */
#pragma once
#include "../include/httpuv.h"

enum { HV__SHAPE_BITS = 11, HV__SHAPE_INDEX = 1 << HV__SHAPE_BITS, HV__SHAPE_PROBES = 8 };

struct hv_shapes {
  uint32_t count;
  uint32_t spare[3];
  uint16_t index[HV__SHAPE_INDEX]; /* shape id + 1; 0 is free */
  struct {
    uint8_t ids[HV_SHAPE_FIELDS]; /* zero behind the last */
    uint32_t n;
    uint32_t spare;
  } shape[HV_SHAPES];
};
