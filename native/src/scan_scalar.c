/* The scalar scans and the byte classes they use. */
#include "scan_scalar.h"

/* One row per sixteen bytes, from 0x00. */
const uint8_t hv__class[256] = {
    /* T token 1, H host 2, X text 4, R target 8, hex 16, digit 32 */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* SP ! " # $ % & ' ( ) * + , - . / */
    4, 15, 12, 5, 15, 13, 15, 15, 14, 14, 15, 15, 14, 15, 15, 12,
    /* 0-9 : ; < = > ? */
    63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 12, 14, 12, 14, 12, 12,
    /* @ A-F G-O */
    12, 31, 31, 31, 31, 31, 31, 15, 15, 15, 15, 15, 15, 15, 15, 15,
    /* P-Z [ \ ] ^ _ */
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 12, 12, 12, 13, 15,
    /* ` a-f g-o */
    13, 31, 31, 31, 31, 31, 31, 15, 15, 15, 15, 15, 15, 15, 15, 15,
    /* p-z { | } ~ DEL */
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 12, 13, 12, 15, 0,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
};

const uint8_t *hv__scalar_token_end(const uint8_t *p, const uint8_t *end) {
  while (p < end && hv__is(*p, HV__IS_TOKEN)) p++;
  return p;
}

const uint8_t *hv__scalar_target_end(const uint8_t *p, const uint8_t *end) {
  while (p < end && hv__is(*p, HV__IS_TARGET)) p++;
  return p;
}

const uint8_t *hv__scalar_ascii_end(const uint8_t *p, const uint8_t *end) {
  while (p < end && *p >= 0x20 && *p < 0x7f) p++;
  return p;
}

const uint8_t *hv__scalar_text_end(const uint8_t *p, const uint8_t *end) {
  while (p < end && hv__is(*p, HV__IS_TEXT)) p++;
  return p;
}
