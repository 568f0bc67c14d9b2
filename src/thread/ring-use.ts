/** How full the rings between the two threads of a link are, for whoever wants to see. */
import { CONTROL, RING, type Shared } from './control.ts';

/** Bytes in the rings between both threads, and how many there is room for. */
export interface RingUse {
  /** What the I/O thread tells. */
  readonly events: { readonly used: number; readonly size: number };
  /** What the app's thread says. */
  readonly commands: { readonly used: number; readonly size: number };
}

/** How full they are at this moment; the other thread may be writing or reading. */
export function ringUse({ control, events, commands }: Shared): RingUse {
  const of = (at: number, { byteLength: size }: SharedArrayBuffer): { used: number; size: number } => {
    // Read first, so that the other end, which goes on meanwhile, does not overtake it.
    const tail = Atomics.load(control, at + RING.TAIL);
    const used = (Atomics.load(control, at + RING.HEAD) - tail) >>> 0;
    return { used: Math.min(used, size), size };
  };
  return { events: of(CONTROL.EVENTS, events), commands: of(CONTROL.COMMANDS, commands) };
}
