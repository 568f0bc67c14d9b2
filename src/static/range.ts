/** Reads Range (RFC 9110 section 14.1.2): one run of bytes, or nothing that is acted on. */

/** The bytes to send. */
export interface ByteRange {
  readonly start: number;
  /** At least 1. */
  readonly length: number;
}

const ONE = /^bytes=[ \t]*(?:(\d+)-(\d*)|-(\d+))[ \t]*$/i;

/**
 * @param field Value of Range.
 * @param size Bytes of the whole.
 * @returns Null to send the whole: another unit, several ranges, or no range at all; `unsatisfiable` for one that lies
 *   behind the end.
 */
export function parseRange(field: string, size: number): ByteRange | 'unsatisfiable' | null {
  const parts = ONE.exec(field);
  if (parts === null) return null;
  const [, first, last = '', suffix] = parts;
  if (first === undefined) {
    // Numbers beyond the safe ones are only compared, and beyond all files.
    const length = Math.min(Number(suffix), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, length };
  }
  const start = Number(first);
  if (last !== '' && isLess(last, first)) return null;
  if (start >= size) return 'unsatisfiable';
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return { start, length: end - start + 1 };
}

/** Compares numbers of any length by their digits. */
function isLess(a: string, b: string): boolean {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return x.length === y.length ? x < y : x.length < y.length;
}
