/**
 * Memory for bytes that somebody is given as his own, such as messages: cut from larger pieces where the host allows it, because
 * an array buffer of its own costs more than the bytes do. Who keeps one of them keeps its piece: at most 16 times as much
 * from 4 KiB on, and 8 KiB below, as with `Buffer.allocUnsafe`.
 */
import { allocate } from './bytes.ts';

/** Up to so many bytes engines keep them in the object, which is cheaper still. */
const IN_OBJECT_BYTES = 64;
/**
 * Pieces, what is cut from them at most, and what each weighs on the heap: a list of so many places, of no other use. The bytes
 * lie outside of the heap. There they bring on a collection of everything, but hardly one of what is young, as messages are:
 * under echoes of 4 KiB V8 collected everything 13 times a second, and with the weight never, for 8 to 30 % less CPU. Small
 * messages bring enough with them, and with longer ones nothing was gained.
 */
const SMALL = { pieceBytes: 8192, mostBytes: 4095, places: 0 };
const MIDDLE = { pieceBytes: 65_536, mostBytes: 8191, places: 1024 };
/** Seven of 16 KiB, for 3 to 6 % less CPU than with four. What is longer the C library takes from the system each time. */
const LARGE = { pieceBytes: 114_688, mostBytes: 16_384, places: 1024 };

type Mark = (buffer: ArrayBufferLike) => void;

/**
 * Forbids to transfer a buffer to another thread, which would take the bytes of others with it. Null where that cannot be
 * forbidden: there all bytes have buffers of their own.
 */
function markOfHost(): Mark | null {
  try {
    const { process } = globalThis as {
      process?: { getBuiltinModule?(name: string): { markAsUntransferable?: Mark } };
    };
    const mark = process?.getBuiltinModule?.('node:worker_threads').markAsUntransferable;
    if (mark === undefined) return null;
    const probe = new ArrayBuffer(1);
    mark(probe);
    try {
      structuredClone(probe, { transfer: [probe] });
    } catch {
      // Some refuse, others copy.
    }
    return probe.byteLength === 1 ? mark : null;
  } catch {
    return null;
  }
}

let mark: Mark | null | undefined;

class Slab {
  private readonly pieceBytes: number;
  private readonly places: number;
  private piece: ArrayBufferLike | null = null;
  private at: number = 0;
  /** Kept, or engines would not make it. */
  protected weight: readonly unknown[] = [];

  constructor({ pieceBytes, places }: typeof LARGE) {
    this.pieceBytes = pieceBytes;
    this.places = places;
  }

  cut(length: number, mark: Mark): Uint8Array {
    // Who takes the buffer apart all the same gets what he asked for, and nobody else's next bytes.
    if (this.piece === null || this.at + length > this.piece.byteLength) {
      this.piece = allocate(this.pieceBytes).buffer;
      this.at = 0;
      this.weight = new Array(this.places);
      mark(this.piece);
    }
    const bytes = new Uint8Array(this.piece, this.at, length);
    // Copies are fastest where both sides begin at words.
    this.at = (this.at + length + 7) & ~7;
    return bytes;
  }
}

const small = new Slab(SMALL);
const middle = new Slab(MIDDLE);
const large = new Slab(LARGE);

/** So many bytes, with anything in them: for whoever writes all of them. */
export function takeBytes(length: number): Uint8Array {
  if (length <= IN_OBJECT_BYTES) return new Uint8Array(length);
  if (length > LARGE.mostBytes) return allocate(length);
  if (mark === undefined) mark = markOfHost();
  if (mark === null) return allocate(length);
  if (length <= SMALL.mostBytes) return small.cut(length, mark);
  return length <= MIDDLE.mostBytes ? middle.cut(length, mark) : large.cut(length, mark);
}

/** A copy of bytes. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = takeBytes(bytes.length);
  copy.set(bytes);
  return copy;
}
