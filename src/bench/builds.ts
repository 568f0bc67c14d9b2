/**
 * The other builds of the parser, for those who compare: the same C without vectors, and the twin in AssemblyScript.
 * Servers never load them.
 */
import type { HttpuvExports } from '../wasm/httpuv.ts';

/** Makes instances, to be driven like those of httpuv.wasm. */
export type MakeInstance = () => HttpuvExports;

/** Where the modules lie in this package. Not compiled by TypeScript, so they are always beside the sources. */
export const TWIN_PATH = 'src/wasm/twin.wasm';
export const NO_SIMD_PATH = 'src/wasm/httpuv-no-simd.wasm';

/** Compiles httpuv-no-simd.wasm, which offers all that httpuv.wasm does. */
export function noSimdMaker(bytes: Uint8Array<ArrayBuffer>): MakeInstance {
  const module = new WebAssembly.Module(bytes);
  // The cast is proven by native/check.mjs, which refuses a build with other exports.
  return () => new WebAssembly.Instance(module, {}).exports as unknown as HttpuvExports;
}

/** Compiles twin.wasm. Its frame machine is missing and throws. */
export function twinMaker(bytes: Uint8Array<ArrayBuffer>): MakeInstance {
  const module = new WebAssembly.Module(bytes);
  return () => {
    // The cast is proven by the build, which keeps exactly these exports.
    const twin = new WebAssembly.Instance(module, {}).exports as unknown as HttpuvExports;
    const { memory, hv_window, hv_feed, hv_finish } = twin;
    return { memory, hv_window, hv_feed, hv_finish, hv_ws_window: noFrames, hv_ws_feed: noFrames };
  };
}

function noFrames(): never {
  throw new Error('twin.wasm reads HTTP, not WebSocket frames');
}
