/** The exports of codec.wasm: what must be synchronous and the same on every host. Nothing here knows of strings. */
import { INPUT, OUTPUT, WINDOW_BYTES } from './window';
import { REPORT } from './uri';

export { base64 } from './base64';
export { sha1Begin, sha1Blocks, sha1End } from './sha1';
export { uriDecode, uriEncode } from './uri';

/** Address of the input window. */
export function input(): usize {
  return INPUT;
}

/** Address of the output window. */
export function output(): usize {
  return OUTPUT;
}

/** Address of the two words the decoder leaves behind: bytes taken, and 1 = bytes from 0x80 up, 2 = NUL met. */
export function report(): usize {
  return REPORT;
}

/** Most input bytes of one call. */
export function windowBytes(): u32 {
  return WINDOW_BYTES;
}
