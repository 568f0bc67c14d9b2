/** Strings out of memory that is about to be overwritten and holds many short texts close together. */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import type { TextBuffer } from './text-buffer.ts';

/** So many bytes at most become text at once, because who keeps a part keeps it all. */
const MOST_BYTES = 2048;

/** Memory that others write. */
export interface TextMemory {
  readonly bytes: Uint8Array;
  /** Changes when what was there may be overwritten. */
  readonly turn: number;
  /** Address behind the last byte that is there. */
  readonly end: number;
}

/**
 * Makes text of what follows a short text, too, in case that it is asked for next: to make each by itself would cost more
 * than all else that is done with it.
 */
export class TextRun {
  /** What was made last, latin1. */
  text = '';
  #bytes: Uint8Array | null = null;
  #buffer: TextBuffer = Buffer.alloc(0) as TextBuffer; // Every Buffer has these methods.
  #turn = -1;
  #from = 0;
  #to = 0;

  /** The memory in the form that text can be cut out of. */
  bufferOf({ bytes }: TextMemory): TextBuffer {
    if (bytes !== this.#bytes) {
      const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#buffer = buffer as TextBuffer; // As above.
      this.#bytes = bytes;
      this.#turn = -1;
    }
    return this.#buffer;
  }

  /** Sees to that {@link text} holds the bytes from `from` to `to`. @returns Where in it they begin. */
  hold(memory: TextMemory, from: number, to: number): number {
    const buffer = this.bufferOf(memory);
    if (memory.turn !== this.#turn || from < this.#from || to > this.#to) {
      this.#turn = memory.turn;
      this.#from = from;
      this.#to = Math.max(to, Math.min(memory.end, from + MOST_BYTES));
      this.text = buffer.latin1Slice(from, this.#to);
    }
    return from - this.#from;
  }
}
