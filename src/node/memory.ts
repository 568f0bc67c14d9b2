/**
 * Gives memory back without waiting for a collection. Large buffers are freed by the collector only after tens of
 * megabytes of them have piled up, which is what an upload or a download would then cost.
 */

/** Below this many bytes freeing by hand costs more than it saves. */
const LARGE_BYTES = 32_768;

interface Transferable {
  /** ES2024; engines without it collect early enough. */
  transfer?(length: number): ArrayBuffer;
}

/** Frees the memory behind a view that nobody looks at any more, if it is large and the view is all of it. */
export function freeNow(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (bytes.length < LARGE_BYTES || bytes.length !== buffer.byteLength) return;
  (buffer as Transferable).transfer?.(0);
}
