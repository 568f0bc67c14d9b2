/**
 * Memory of long messages that nobody looks at any more, for the next ones: what the system gives anew costs about as much as
 * writing it once more. Shared by all connections of a thread.
 */
import { freeNow } from '../codec/bytes.ts';

/** Memory that messages are joined in, beside new memory. */
export interface JoiningMemory {
  /** So many bytes or a few more, with anything in them; undefined when there are none. */
  take(bytes: number): Uint8Array | undefined;
  /** Nobody looks at these bytes any more, and their memory is nobody else's. They may be from here, or new. */
  give(bytes: Uint8Array): void;
}

/** Less is not worth it. */
const LEAST_BYTES = 65_536;
/** Kept in all. */
const MOST_BYTES = 4_194_304;

const spares: Uint8Array[] = [];
let keptBytes = 0;

/** What is kept: at most half of what is taken is too much, and the oldest makes room for what is given. */
export const spareMemory: JoiningMemory = {
  take(bytes) {
    const at = spares.findIndex(({ length }) => length >= bytes && length < 2 * bytes);
    if (at < 0) return undefined;
    const [spare] = spares.splice(at, 1);
    keptBytes -= spare?.length ?? 0;
    return spare;
  },
  give({ buffer }) {
    // Who was lent it may have given it away.
    if (buffer.byteLength === 0) return;
    const given = new Uint8Array(buffer);
    if (given.length < LEAST_BYTES || given.length > MOST_BYTES) {
      freeNow(given);
      return;
    }
    spares.push(given);
    for (keptBytes += given.length; keptBytes > MOST_BYTES; ) {
      const oldest = spares.shift() ?? given; // More than nothing is kept, so there is one.
      keptBytes -= oldest.length;
      freeNow(oldest);
    }
  },
};
