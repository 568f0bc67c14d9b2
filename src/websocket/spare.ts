/**
 * Memory of long messages that nobody looks at any more, for the next ones: what the system gives anew costs about as much as
 * writing it once more. Shared by all connections of a thread.
 */

/** Less is not worth it. */
const LEAST_BYTES = 65_536;
/** Kept in all. */
const MOST_BYTES = 4_194_304;

const spares: Uint8Array[] = [];
let keptBytes = 0;

/** Memory for so many bytes, at most half of it too much, with anything in it; undefined when there is none. */
export function takeSpare(bytes: number): Uint8Array | undefined {
  const at = spares.findIndex(({ length }) => length >= bytes && length < 2 * bytes);
  if (at < 0) return undefined;
  const [spare] = spares.splice(at, 1);
  keptBytes -= spare?.length ?? 0;
  return spare;
}

/** Gives all memory behind these bytes, which is nobody else's. The oldest makes room for it. */
export function giveSpare({ buffer }: Uint8Array): void {
  const bytes = buffer.byteLength;
  if (bytes < LEAST_BYTES || bytes > MOST_BYTES) return;
  for (keptBytes += bytes; keptBytes > MOST_BYTES; ) keptBytes -= spares.shift()?.length ?? 0;
  spares.push(new Uint8Array(buffer));
}
