/**
 * Compiles httpuv.wasm once and makes instances of it. Knows the exports, not what the bytes in their memory mean.
 */
import { LIMIT, WINDOW } from './constants.gen.ts';
import { BYTES } from './httpuv-bytes.gen.ts';

/** What the WebSocket machine of the module offers. */
export interface FrameExports {
  /** Of fixed size: a view on it stays valid as long as the instance. */
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Resets the frame machine for a server (0) or a client (1). Returns the byte address of its window table. */
  readonly hv_ws_window: (role: number) => number;
  /** Reads frames from bytes `start` to `end` of that machine's region. Returns a status. */
  readonly hv_ws_feed: (start: number, end: number) => number;
}

/** What the module offers: the HTTP machine too. */
export interface HttpuvExports extends FrameExports {
  /** Resets everything for requests (0) or responses (1). Returns the byte address of the window table. */
  readonly hv_window: (kind: number) => number;
  /** Parses region bytes from `start` to `end`. Returns a status. */
  readonly hv_feed: (start: number, end: number) => number;
  /** The connection ended. Returns 1 when a message may end there. */
  readonly hv_finish: () => number;
}

let compiled: WebAssembly.Module | undefined;

/** A new instance of the parser module, which is compiled at the first call. */
export function instantiateHttpuv(): HttpuvExports {
  if (compiled !== undefined) return instance(compiled);
  compiled = new WebAssembly.Module(decoded(BYTES));
  const first = instance(compiled);
  parseOnce(first);
  return first;
}

/** The bytes of a base64 text. Going through an iterator would take longer than compiling them. */
function decoded(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function instance(module: WebAssembly.Module): HttpuvExports {
  // The cast is proven by native/check.mjs, which refuses a build with other exports.
  return new WebAssembly.Instance(module, {}).exports as unknown as HttpuvExports;
}

/** Lets the runtime compile the functions that every request needs (they are compiled when first called). */
function parseOnce(wasm: HttpuvExports): void {
  const head = 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx';
  const words = new Uint32Array(wasm.memory.buffer);
  const window = wasm.hv_window(0) >>> 2;
  const region = words[window + WINDOW.REGION_AT] ?? 0;
  const limits = (words[window + WINDOW.LIMITS_AT] ?? 0) >>> 2;
  words.set([LIMIT.MAX_HEAD_BYTES, LIMIT.MAX_FIELDS, 0, 0, 1, 0], limits);
  new TextEncoder().encodeInto(head, new Uint8Array(wasm.memory.buffer, region, head.length));
  wasm.hv_feed(0, head.length);
}
