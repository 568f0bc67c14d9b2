/** Sequences of known field names get a number when they are first met, and keep it. Works on complete field records. */
import { NO_SHAPE, SHAPE_FIELDS, SHAPE_FRESH, SHAPES } from './numbers.gen';
import { SEQUENCE, SHAPE_BYTES, SHAPE_INDEX, SHAPE_SLOTS, SHAPE_TABLE } from './memory';

let count: u32 = 0;

export function forgetShapes(): void {
  count = 0;
  memory.fill(SHAPE_INDEX, 0, 2 * SHAPE_SLOTS);
}

/** Whether a name is not in the table or stands twice among the n fields whose records begin at `fields`. */
export function isMixed(fields: usize, n: u32): bool {
  let low: u64 = 0;
  let high: u64 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const id = load<u32>(fields + 16 * i, 4) >> 24;
    const bit: u64 = (<u64>1) << (id & 63);
    if (id == 0 || ((id < 64 ? low : high) & bit) != 0) return true;
    if (id < 64) low |= bit;
    else high |= bit;
  }
  return false;
}

/** The shape word of a head that is not mixed. */
export function shapeWord(fields: usize, n: u32): u32 {
  if (n == 0 || n > SHAPE_FIELDS) return NO_SHAPE;
  memory.fill(SEQUENCE, 0, SHAPE_BYTES);
  store<u8>(SEQUENCE, <u8>n);
  // FNV-1a.
  let hash: u32 = 0x811c9dc5;
  for (let i: u32 = 0; i < n; i++) {
    const id = load<u32>(fields + 16 * i, 4) >> 24;
    store<u8>(SEQUENCE + 1 + i, <u8>id);
    hash = (hash ^ id) * 0x01000193;
  }
  let slot = (hash ^ (hash >> 16)) % SHAPE_SLOTS;
  while (true) {
    const taken = <u32>load<u16>(SHAPE_INDEX + 2 * slot);
    if (taken == 0) {
      if (count == SHAPES) return NO_SHAPE;
      memory.copy(SHAPE_TABLE + SHAPE_BYTES * count, SEQUENCE, SHAPE_BYTES);
      store<u16>(SHAPE_INDEX + 2 * slot, <u16>(++count));
      return (count - 1) | SHAPE_FRESH;
    }
    if (memory.compare(SHAPE_TABLE + SHAPE_BYTES * (taken - 1), SEQUENCE, SHAPE_BYTES) == 0) return taken - 1;
    slot = (slot + 1) % SHAPE_SLOTS;
  }
}
