/** What the codecs accept as bytes, checked once. Knows nothing of what is done with them. */
import { callerError } from '../errors.ts';

/** Anything that holds bytes: an array buffer, shared or not, or a view of one. */
export type Bytes = ArrayBufferView | ArrayBufferLike;

/** Whether these are bytes, those of another realm too: a page's frame or a `vm` context, whose classes are others than ours. */
export function isBytes(value: unknown): value is Uint8Array {
  if (value instanceof Uint8Array) return true;
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]';
}

/** A byte view of `bytes`, nothing copied. `name` is the function to name in the error. */
export function asBytes(bytes: Bytes, name: string): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isBuffer(bytes)) return new Uint8Array(bytes);
  throw callerError('HV_BAD_OPTION', `${name} takes a Uint8Array, an ArrayBuffer or a view of one, not ${kind(bytes)}`);
}

/** The same bytes as a plain Uint8Array, which is what users are told that they get: `slice` and `toString` of a Buffer differ. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The host's memory that is not filled with zeros, where there is such a thing. */
const allocUnsafeSlow = (
  globalThis as { Buffer?: { allocUnsafeSlow?: (length: number) => { readonly buffer: ArrayBufferLike } } }
).Buffer?.allocUnsafeSlow;
/** Below this many bytes filling costs less than the call. */
const LARGE_BYTES = 4096;

/** Memory of so many bytes, with anything in it: for whoever writes all of it. */
export function allocate(length: number): Uint8Array {
  if (length < LARGE_BYTES || allocUnsafeSlow === undefined) return new Uint8Array(length);
  return new Uint8Array(allocUnsafeSlow(length).buffer, 0, length);
}

type Fill = (this: Uint8Array, bytes: Uint8Array, start: number, end: number) => unknown;

/**
 * The host's `Buffer.prototype.fill`, if it has one that takes bytes. Engines copy memory that threads share in small steps, and
 * byte by byte where source and target lie differently in their words; it copies as the processor does.
 */
function fillOfHost(): Fill | undefined {
  const fill = (globalThis as { Buffer?: { prototype?: { fill?: Fill } } }).Buffer?.prototype?.fill;
  if (typeof fill !== 'function') return undefined;
  try {
    const probe = new Uint8Array(new SharedArrayBuffer(4));
    fill.call(probe, Uint8Array.of(7, 8), 1, 3);
    return probe.join() === '0,7,8,0' ? fill : undefined;
  } catch {
    return undefined;
  }
}

const hostFill = fillOfHost();
/** From so many bytes on its call costs less than it saves. */
const WORTH_FILLING_BYTES = 256;

/** Copies bytes `from` to `to` of `source` to `at` of `target`. They are of different memory; either may be shared. */
export function copyInto(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  from: number = 0,
  to: number = source.length,
): void {
  const length = to - from;
  const part = length === source.length ? source : new Uint8Array(source.buffer, source.byteOffset + from, length);
  if (length < WORTH_FILLING_BYTES || hostFill === undefined) target.set(part, at);
  else hostFill.call(target, part, at, at + length);
}

/** The pieces behind each other; the only one itself. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1 && pieces[0] !== undefined) return pieces[0];
  const whole = allocate(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Below this many bytes freeing by hand costs more than it saves. */
const WORTH_FREEING_BYTES = 32_768;

interface Transferable {
  /** ES2024; engines without it collect early enough. */
  transfer?(length: number): ArrayBuffer;
}

/**
 * Frees the memory behind a view that nobody looks at any more, if it is large and the view is all of it. Large buffers are
 * freed by the collector only after tens of megabytes of them have piled up, in each thread for itself.
 */
export function freeNow(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (bytes.length < WORTH_FREEING_BYTES || bytes.length !== buffer.byteLength) return;
  (buffer as Transferable).transfer?.(0);
}

/** A buffer of another realm is one too, so its tag is asked for instead of its class. */
function isBuffer(value: unknown): value is ArrayBufferLike {
  const tag = Object.prototype.toString.call(value);
  return tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]';
}

/** What a value is, in words. */
export function kind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`;
}
