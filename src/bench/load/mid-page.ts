/**
 * Memory for the kernel to copy to and from. Some processors copy many times slower when source and destination lie a few
 * bytes apart modulo a page; the kernel's side lies near page starts, so this side lies in the middle of a page.
 */

const WASM_PAGE_BYTES = 65_536;
const MIDDLE = 2048;

/** As many pieces of memory, each of `bytes`; zeros that take no real memory until they are written. */
export function midPage(count: number, bytes: number): Buffer[] {
  const pages = Math.ceil((MIDDLE + bytes) / WASM_PAGE_BYTES);
  // The one kind of memory whose addresses are known modulo a page.
  const { buffer } = new WebAssembly.Memory({ initial: pages * count });
  return Array.from({ length: count }, (_, at) => Buffer.from(buffer, at * pages * WASM_PAGE_BYTES + MIDDLE, bytes));
}
