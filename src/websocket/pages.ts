/**
 * Memory for frames that are to be written: pages that were used a moment ago are still in the processor's cache, so they are
 * used again as soon as what they held was sent. Shared by all connections of a thread; knows nothing of frames.
 */
import { allocate } from '../codec/bytes.ts';

/** Bytes of the smallest page; each further kind has twice as many. */
export const PAGE_BYTES = 4096;
/** Pages of more bytes are not kept. */
const MOST_KEPT_BYTES = 2_097_152;
/** What is kept of each kind, in bytes. */
const KEPT_BYTES = 1_048_576;
/** A little more than a power of two, so that a message of a power of two finds room together with its header. */
const EXTRA_BYTES = 64;

const SMALLEST = 32 - Math.clz32(PAGE_BYTES - 1);
/** By the power of two. */
const spare: Uint8Array[][] = [];

/** A page of at least so many bytes, with anything in it. */
export function takePage(bytes: number): Uint8Array {
  const power = Math.max(SMALLEST, 32 - Math.clz32(Math.max(0, bytes - EXTRA_BYTES - 1)));
  return spare[power]?.pop() ?? allocate(bytes > MOST_KEPT_BYTES ? bytes : 2 ** power + EXTRA_BYTES);
}

/** Gives back a page that nobody looks at any more. */
export function givePage(page: Uint8Array): void {
  const size = page.length - EXTRA_BYTES;
  if (size > MOST_KEPT_BYTES) return;
  const power = 31 - Math.clz32(size);
  spare[power] ??= [];
  const kept = spare[power];
  if (kept.length === 0 || (kept.length + 1) * size <= KEPT_BYTES) kept.push(page);
}
