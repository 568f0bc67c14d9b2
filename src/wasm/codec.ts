/**
 * Compiles codec.wasm once and hands out its one instance with views on its windows. No call keeps anything for the
 * next one but a digest between begin and end, which its caller runs through without giving control away.
 */
import { BYTES } from './codec-bytes.gen.ts';

/** The codec module, ready to call. */
export interface Codec {
  /** Where input goes: `windowBytes` long. */
  readonly input: Uint8Array;
  /** Where results appear: three times as long, plus slack. */
  readonly output: Uint8Array;
  /** After `uriDecode`: bytes taken, then 1 = the result has bytes from 0x80 up, 2 = NUL met. */
  readonly report: Uint32Array;
  /** Most input bytes of one call. */
  readonly windowBytes: number;
  /** Encodes n input bytes; a length that is no multiple of three ends the text. Returns the number of characters. */
  readonly base64: (n: number) => number;
  readonly sha1Begin: () => void;
  /** Takes n input bytes, a multiple of 64. */
  readonly sha1Blocks: (n: number) => void;
  /** Takes the last n input bytes of a text of `total` bytes (two 32-bit halves); the digest is the first 20 output bytes. */
  readonly sha1End: (n: number, totalHigh: number, totalLow: number) => void;
  /** Escapes n input bytes. Returns the number of output bytes. */
  readonly uriEncode: (n: number, keepReserved: number) => number;
  /** Resolves the escapes of n input bytes, see `report`. Returns the number of output bytes. */
  readonly uriDecode: (n: number, keepReserved: number, last: number) => number;
}

type Exports = Omit<Codec, 'input' | 'output' | 'report' | 'windowBytes'> & {
  readonly memory: WebAssembly.Memory;
  readonly input: () => number;
  readonly output: () => number;
  readonly report: () => number;
  readonly windowBytes: () => number;
};

let loaded: Codec | undefined;

/** The codec, compiled at the first call. */
export function codec(): Codec {
  loaded ??= load();
  return loaded;
}

function load(): Codec {
  const bytes = Uint8Array.from(atob(BYTES), (letter) => letter.charCodeAt(0));
  // The cast is proven by the build, which keeps exactly these exports, and by the tests that call each of them.
  const wasm = new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports as unknown as Exports;
  const { memory, base64, sha1Begin, sha1Blocks, sha1End, uriEncode, uriDecode } = wasm;
  const windowBytes = wasm.windowBytes();
  return {
    input: new Uint8Array(memory.buffer, wasm.input(), windowBytes),
    output: new Uint8Array(memory.buffer, wasm.output(), 3 * windowBytes),
    report: new Uint32Array(memory.buffer, wasm.report(), 2),
    windowBytes,
    base64,
    sha1Begin,
    sha1Blocks,
    sha1End,
    uriEncode,
    uriDecode,
  };
}
