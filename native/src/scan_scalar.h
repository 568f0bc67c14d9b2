/* The four scans of the parser, byte by byte: the definition that the SIMD bodies are tested against.
 * Each returns the first byte in [p, end) that ends the run, or end. */
#pragma once
#include "bytes.h"

/* First byte that is no token character. */
const uint8_t *hv__scalar_token_end(const uint8_t *p, const uint8_t *end);
/* First byte outside 0x21-0x7e, or "#". */
const uint8_t *hv__scalar_target_end(const uint8_t *p, const uint8_t *end);
/* First byte outside 0x20-0x7e. */
const uint8_t *hv__scalar_ascii_end(const uint8_t *p, const uint8_t *end);
/* First control byte other than TAB; bytes from 0x80 go on. */
const uint8_t *hv__scalar_text_end(const uint8_t *p, const uint8_t *end);
