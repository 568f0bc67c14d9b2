/** Makes instances of twin.wasm, the second parser, for those who compare. Servers never load it. */
import { readFileSync } from 'node:fs';
import type { HttpuvExports } from '../wasm/httpuv.ts';

let compiled: WebAssembly.Module | undefined;

/** A new instance, to be driven like that of httpuv.wasm; its frame machine is missing and throws. */
export function instantiateTwin(): HttpuvExports {
  // Not compiled by TypeScript, so it is always beside the sources; seen from src/ and dist/ alike.
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../../src/wasm/twin.wasm', import.meta.url)));
  // The cast is proven by the build, which keeps exactly these exports.
  const twin = new WebAssembly.Instance(compiled, {}).exports as unknown as HttpuvExports;
  const { memory, hv_window, hv_feed, hv_finish } = twin;
  return { memory, hv_window, hv_feed, hv_finish, hv_ws_window: noFrames, hv_ws_feed: noFrames };
}

function noFrames(): never {
  throw new Error('twin.wasm reads HTTP, not WebSocket frames');
}
