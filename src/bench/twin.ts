/** Makes instances of twin.wasm, the second parser, for those who compare. Servers never load it. */
import type { HttpuvExports } from '../wasm/httpuv.ts';

/** Where the module lies in this package. Not compiled by TypeScript, so it is always beside the sources. */
export const TWIN_PATH = 'src/wasm/twin.wasm';

/** Compiles the module. Each call of what it returns is a new instance, to be driven like that of httpuv.wasm; its frame machine is missing and throws. */
export function twinMaker(bytes: Uint8Array<ArrayBuffer>): () => HttpuvExports {
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
