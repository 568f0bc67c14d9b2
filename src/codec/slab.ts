/**
 * Memory for bytes that somebody is given as his own, such as messages: cut from larger pieces, because an array buffer of
 * its own costs more than the bytes do. Who keeps one of them keeps its piece: at most 16 times as much from 4 KiB on, and
 * 8 KiB below, as with `Buffer.allocUnsafe`.
 */
import { allocate } from './bytes.ts';

/** Up to so many bytes engines keep them in the object, which is cheaper still. */
const IN_OBJECT_BYTES = 64;
/** Pieces, and what is cut from them at most. */
const SMALL = { pieceBytes: 8192, mostBytes: 4095 };
const LARGE = { pieceBytes: 65_536, mostBytes: 16_384 };

class Slab {
  private readonly pieceBytes: number;
  private piece: ArrayBufferLike | null = null;
  private at: number = 0;

  constructor(pieceBytes: number) {
    this.pieceBytes = pieceBytes;
  }

  cut(length: number): Uint8Array {
    if (this.piece === null || this.at + length > this.pieceBytes) {
      this.piece = allocate(this.pieceBytes).buffer;
      this.at = 0;
    }
    const bytes = new Uint8Array(this.piece, this.at, length);
    // Copies are fastest where both sides begin at words.
    this.at = (this.at + length + 7) & ~7;
    return bytes;
  }
}

const small = new Slab(SMALL.pieceBytes);
const large = new Slab(LARGE.pieceBytes);

/** So many bytes, with anything in them: for whoever writes all of them. */
export function takeBytes(length: number): Uint8Array {
  if (length <= IN_OBJECT_BYTES) return new Uint8Array(length);
  if (length <= SMALL.mostBytes) return small.cut(length);
  return length <= LARGE.mostBytes ? large.cut(length) : allocate(length);
}

/** A copy of bytes. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = takeBytes(bytes.length);
  copy.set(bytes);
  return copy;
}
