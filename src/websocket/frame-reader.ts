/**
 * Frames in, pieces of messages out, as they come: for whoever passes messages on, or looks at ones that are too long to be
 * kept. Knows nothing of what is sent in return, does not inflate, and joins nothing.
 */
import { isBytes } from '../codec/bytes.ts';
import { callerError, HttpuvError } from '../errors.ts';
import { LIMIT, WS_FLAG, WS_KIND, WS_STATUS } from '../wasm/constants.gen.ts';
import type { PieceEvent } from './events.ts';
import { checkLimits, type FrameLimits } from './limits.ts';
import { type FrameMachine, frameError, type ParkedFrames, type Role, sharedFrameMachine } from './machine.ts';
import { checkReceiver } from './options.ts';
import { control, type ReceiverOptions } from './receiver.ts';

const { UNIT_WORDS, WS_REGION_BYTES } = LIMIT;

/**
 * Reads the frames of one connection.
 *
 * @example
 * ```ts
 * const reader = new FrameReader({ role: 'client' });
 * for (const event of reader.feed(Uint8Array.of(0x81, 2, 0x68, 0x69))) {
 *   if (event.type === 'piece') console.log(event.isFirst, event.isLast, event.bytes); // true true 68 69
 * }
 * ```
 */
export class FrameReader {
  private readonly machine: FrameMachine;
  private readonly role: Role;
  private readonly limits: FrameLimits;
  private parked: ParkedFrames | null = null;
  private isOver: boolean = false;
  private hasClosed: boolean = false;

  /**
   * @param options As of {@link FrameReceiver}; `textAsBytes` has no effect, pieces are bytes.
   * @param machine By default the one that all readers share.
   * @throws HttpuvError `HV_BAD_OPTION` for an unknown option, or one out of range.
   */
  constructor(options: ReceiverOptions = {}, machine?: FrameMachine) {
    this.role = checkReceiver('FrameReader', options);
    this.limits = checkLimits(options, options.allowDeflate ?? false);
    this.machine = machine ?? sharedFrameMachine();
  }

  /**
   * Takes the next bytes of the connection, any number of them. `bytes` may be overwritten afterwards. Text is checked for
   * UTF-8 as it comes, also where a piece ends within a character. Behind a Close and behind an error nothing is read.
   */
  feed(bytes: Uint8Array): readonly PieceEvent[] {
    if (!isBytes(bytes)) throw callerError('HV_BAD_OPTION', 'feed takes a Uint8Array');
    const events: PieceEvent[] = [];
    this.machine.lend();
    try {
      for (let from = 0; from < bytes.length && !this.isOver; from += WS_REGION_BYTES) {
        const part = bytes.subarray(from, from + WS_REGION_BYTES);
        this.machine.bytes.set(part, this.machine.region);
        this.read(part.length, events);
      }
    } finally {
      this.machine.giveBack();
    }
    return events;
  }

  /** Tells that the peer will send nothing more. Returns an `error` event when no Close came before. */
  finish(): readonly PieceEvent[] {
    if (this.isOver) return [];
    this.isOver = true;
    return this.hasClosed ? [] : [{ type: 'error', error: frameError('HV_WS_INCOMPLETE') }];
  }

  private read(end: number, events: PieceEvent[]): void {
    const { machine } = this;
    let status: number = WS_STATUS.TABLE_FULL;
    machine.begin(this.parked, this.role, this.limits);
    try {
      for (let at = 0; status === WS_STATUS.TABLE_FULL; at += machine.consumed) {
        status = machine.feed(at, end);
        this.drain(machine.region + at, events);
      }
      if (status === WS_STATUS.ERROR) events.push({ type: 'error', error: machine.error });
    } catch (error) {
      if (!(error instanceof HttpuvError)) throw error;
      status = WS_STATUS.ERROR;
      events.push({ type: 'error', error });
    }
    this.parked = machine.park(this.parked);
    this.hasClosed = status === WS_STATUS.CLOSED;
    this.isOver = status !== WS_STATUS.NEED_INPUT;
  }

  /** Tells the records of one feed, whose first byte is at address `base`. */
  private drain(base: number, events: PieceEvent[]): void {
    const { bytes, recordsEnd, words } = this.machine;
    const word = (at: number): number => words[at] as number; // All words of a record are inside the table.
    for (let at = this.machine.recordsAt; at < recordsEnd; at += UNIT_WORDS) {
      const length = word(at + 2);
      if ((word(at) & 0xff) === WS_KIND.DATA) {
        const flags = word(at) >>> 8;
        const from = base + word(at + 1);
        events.push({
          type: 'piece',
          isFirst: (flags & WS_FLAG.START) !== 0,
          isLast: (flags & WS_FLAG.END) !== 0,
          isBinary: (flags & WS_FLAG.BINARY) !== 0,
          isCompressed: (flags & WS_FLAG.COMPRESSED) !== 0,
          bytes: bytes.slice(from, from + length),
        });
        continue;
      }
      const payload = bytes.slice(4 * (at + UNIT_WORDS), 4 * (at + UNIT_WORDS) + length);
      events.push(control(word(at), payload, word(at + 3)));
      at += UNIT_WORDS * Math.ceil(length / (4 * UNIT_WORDS));
    }
  }
}
