/** Entry `httpuv-wasm/codec`: the codecs that are synchronous and the same on every host. */
export { rawToBase64 } from './base64.ts';
export type { Bytes } from './bytes.ts';
export { sha1 } from './sha1.ts';
export {
  type DecodeOptions,
  decodeUri as decodeURI,
  decodeUriComponent as decodeURIComponent,
  encodeUri as encodeURI,
  encodeUriComponent as encodeURIComponent,
} from './uri.ts';
