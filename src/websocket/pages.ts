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

/** Pages in use at a time, in bytes: what is said to thousands in one go takes no more than it needs. */
const MOST_USED_BYTES = 4_194_304;

const SMALLEST = 32 - Math.clz32(PAGE_BYTES - 1);
/** By the power of two. */
const spare: Uint8Array[][] = [];
let usedBytes = 0;

/** A page of at least so many bytes, with anything in it. */
export function takePage(bytes: number): Uint8Array {
  const power = Math.max(SMALLEST, 32 - Math.clz32(Math.max(0, bytes - EXTRA_BYTES - 1)));
  const size = 1 << power;
  if (bytes > MOST_KEPT_BYTES || usedBytes + size > MOST_USED_BYTES) return allocate(bytes);
  usedBytes += size;
  return spare[power]?.pop() ?? allocate(size + EXTRA_BYTES);
}

/** Gives back a page that nobody looks at any more. */
export function givePage(page: Uint8Array): void {
  const size = dropPage(page);
  if (size === 0) return;
  const power = 31 - Math.clz32(size);
  spare[power] ??= [];
  const kept = spare[power];
  if (kept.length === 0 || (kept.length + 1) * size <= KEPT_BYTES) kept.push(page);
}

/** Leaves a page to the collector. @returns Its kind, in bytes; 0: it is of no kind. */
export function dropPage(page: Uint8Array): number {
  const size = page.length - EXTRA_BYTES;
  if (size < PAGE_BYTES || size > MOST_KEPT_BYTES || (size & (size - 1)) !== 0) return 0;
  usedBytes = Math.max(0, usedBytes - size);
  return size;
}
