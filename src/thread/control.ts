/**
 * The words that the threads of one link share, and nothing else: who looks at them, and what they mean. Counters and
 * states lie on cache lines of their own, so that one side writing does not slow the other one reading.
 */
import { MOST_SOCKETS } from '../node/link.ts';
import { SLOTS_BYTES } from './slots.ts';

const LINE_WORDS = 16;

/** Word indexes of a link's control block. */
export const CONTROL: {
  /** How the I/O thread waits: a state of `bell.ts`. */
  readonly IO_STATE: number;
  /** Messages that the I/O thread has posted so far (wraps). */
  readonly MAIL: number;
  /** 1 once the I/O thread has ended. */
  readonly DEAD: number;
  /** Turns of the I/O thread so far (wraps): whether it is alive. */
  readonly TURNS: number;
  /**
   * Messages of WebSockets that the app has heard (wraps). Stored when all that it said meanwhile is in the ring of commands:
   * whoever has read this, and then that ring to its end, knows the answers.
   */
  readonly HEARD: number;
  /** First word of the ring of events, then of the ring of commands; see {@link RING}. */
  readonly EVENTS: number;
  readonly COMMANDS: number;
} = {
  IO_STATE: 0,
  MAIL: LINE_WORDS,
  DEAD: 2 * LINE_WORDS,
  TURNS: 3 * LINE_WORDS,
  HEARD: 4 * LINE_WORDS,
  EVENTS: 5 * LINE_WORDS,
  COMMANDS: 9 * LINE_WORDS,
};

/** Word offsets within the control words of one ring. */
export const RING: {
  /** Bytes written so far, and read so far (both wrap at 2^32). */
  readonly HEAD: number;
  readonly TAIL: number;
  /** 1 while the writer waits for room. */
  readonly WANTS_ROOM: number;
} = { HEAD: 0, TAIL: LINE_WORDS, WANTS_ROOM: 2 * LINE_WORDS };

/** Word indexes of the app thread's own block, which outlives links and can be handed to any thread. */
export const APP: {
  /** How the app thread waits: a state of `bell.ts`. */
  readonly STATE: number;
  /** Interruptions by other threads so far (wraps). */
  readonly INTERRUPTS: number;
  /** Holds {@link APP_MARK}: what shows that a buffer is such a block. */
  readonly MARK: number;
} = { STATE: 0, INTERRUPTS: LINE_WORDS, MARK: LINE_WORDS + 1 };

/** The letters `hvap`. */
export const APP_MARK = 0x70617668;

const CONTROL_WORDS = 13 * LINE_WORDS;
const APP_WORDS = 2 * LINE_WORDS;

/** Bytes of the two rings. Memory that was never written costs nothing. */
export const EVENT_RING_BYTES = 8_388_608;
export const COMMAND_RING_BYTES = 2_097_152;

/** What the two threads of a link share. */
export interface Shared {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly app: Int32Array<SharedArrayBuffer>;
  readonly events: SharedArrayBuffer;
  readonly commands: SharedArrayBuffer;
  /** Long messages on their way to the app, and to clients: {@link Slots}. */
  readonly slotsIn: SharedArrayBuffer;
  readonly slotsOut: SharedArrayBuffer;
  /** Payload bytes that WebSockets have sent, by connection (wraps). The I/O thread writes. */
  readonly sent: Uint32Array<SharedArrayBuffer>;
}

/** The app thread's own block. */
export function makeAppWords(): Int32Array<SharedArrayBuffer> {
  const words = new Int32Array(new SharedArrayBuffer(4 * APP_WORDS));
  words[APP.MARK] = APP_MARK;
  return words;
}

/** A new link's memory. */
export function makeShared(
  app: Int32Array<SharedArrayBuffer>,
  eventBytes: number = EVENT_RING_BYTES,
  commandBytes: number = COMMAND_RING_BYTES,
): Shared {
  return {
    control: new Int32Array(new SharedArrayBuffer(4 * CONTROL_WORDS)),
    app,
    events: new SharedArrayBuffer(eventBytes),
    commands: new SharedArrayBuffer(commandBytes),
    slotsIn: new SharedArrayBuffer(SLOTS_BYTES),
    slotsOut: new SharedArrayBuffer(SLOTS_BYTES),
    sent: new Uint32Array(new SharedArrayBuffer(4 * MOST_SOCKETS)),
  };
}
