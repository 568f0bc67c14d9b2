/**
 * Frames in, messages out, sans-I/O: joins fragments and decodes text. Knows nothing of what is sent in return, and does not
 * inflate. All receivers of a thread share one machine in turn.
 */
import { isBytes } from '../codec/bytes.ts';
import { copyOf } from '../codec/slab.ts';
import { latin1 } from '../codec/text.ts';
import { callerError, HttpuvError } from '../errors.ts';
import { LIMIT, WS_FLAG, WS_KIND, WS_STATUS } from '../wasm/constants.gen.ts';
import type { CloseFrameEvent, FrameEvent, FrameSink, PingEvent } from './events.ts';
import { GrowingBytes } from './growing.ts';
import { checkLimits, type FrameLimits, type MessageLimits } from './limits.ts';
import { type FrameMachine, type ParkedFrames, type Role, sharedFrameMachine } from './machine.ts';
import { checkReceiver } from './options.ts';
import { type JoiningMemory, spareMemory } from './spare.ts';
import { decodeText } from './text.ts';

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { UNIT_WORDS, WS_REGION_BYTES } = LIMIT;
const { START, END, BINARY, COMPRESSED, ASCII } = WS_FLAG;
const { DATA, PING, CLOSE } = WS_KIND;

/** What a receiver may be told. */
export interface ReceiverOptions extends Partial<MessageLimits> {
  /** Who we are; default `'server'`. */
  readonly role?: Role;
  /** Whether permessage-deflate was negotiated. Default `false`. */
  readonly allowDeflate?: boolean;
  /** `true`: text messages come as bytes, which are UTF-8. Default `false`: as strings. */
  readonly textAsBytes?: boolean;
}

/** Checked options, and the machine; shared by receivers that are made with the same. */
export class ReceiverSettings {
  readonly role: Role;
  readonly limits: FrameLimits;
  readonly textAsBytes: boolean;
  readonly machine: FrameMachine;
  readonly memory: JoiningMemory;

  /**
   * @param machine By default the one that all receivers share.
   * @param memory What messages that come in several reads are joined in.
   */
  constructor(
    role: Role,
    limits: FrameLimits,
    textAsBytes: boolean,
    machine: FrameMachine = sharedFrameMachine(),
    memory: JoiningMemory = spareMemory,
  ) {
    this.role = role;
    this.limits = limits;
    this.textAsBytes = textAsBytes;
    this.machine = machine;
    this.memory = memory;
  }

  /** Checks options. */
  static of(options: ReceiverOptions, machine?: FrameMachine): ReceiverSettings {
    const role = checkReceiver('FrameReceiver', options);
    const limits = checkLimits(options, options.allowDeflate ?? false);
    return new ReceiverSettings(role, limits, options.textAsBytes ?? false, machine);
  }
}

/** A message that began in an earlier run of bytes. */
class Begun extends GrowingBytes {
  /** All bytes so far are below 0x80. */
  isAscii: boolean = true;
}

/**
 * Reads the frames of one connection.
 *
 * @example
 * ```ts
 * const receiver = new FrameReceiver();
 * for (const event of receiver.feed(Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69))) {
 *   if (event.type === 'message') console.log(event.data); // hi
 *   if (event.type === 'error') console.log(event.error.code, event.error.answer);
 * }
 * ```
 */
export class FrameReceiver {
  private readonly settings: ReceiverSettings;
  private parked: ParkedFrames | null = null;
  private message: Begun | null = null;
  private isOver: boolean = false;

  /**
   * @param options Checked ones are taken as they are.
   * @param machine By default the one that all receivers share.
   * @throws HttpuvError `HV_BAD_OPTION` for an unknown option, or one out of range.
   */
  constructor(options: ReceiverOptions | ReceiverSettings = {}, machine?: FrameMachine) {
    this.settings = options instanceof ReceiverSettings ? options : ReceiverSettings.of(options, machine);
  }

  /** Whether it has begun nothing that it has not told: a new receiver goes on from here as well. */
  get isIdle(): boolean {
    return this.parked === null && this.message === null && !this.isOver;
  }

  /** Payload bytes kept of a message that is not complete yet. */
  get heldBytes(): number {
    return this.message?.length ?? 0;
  }

  /**
   * Takes the next bytes of the connection, any number of them, and tells what became complete. `bytes` may be overwritten
   * afterwards. Behind a Close and behind an error, which is the last event, nothing is read.
   */
  feed(bytes: Uint8Array): readonly FrameEvent[] {
    const events: FrameEvent[] = [];
    this.feedTo(bytes, bytes?.length, COLLECTOR, events);
    return events;
  }

  /**
   * As {@link feed} of the first `length` bytes, but tells at once, without an object for each message. Bytes that lie in the
   * machine's region are read there. A sink must not throw, nor feed whoever shares the machine.
   * @throws HttpuvError `HV_BAD_OPTION` when `bytes` is no Uint8Array, or a shorter one; `HV_MACHINE_BUSY` in a sink.
   */
  feedTo<For>(bytes: Uint8Array, length: number, sink: FrameSink<For>, to: For): void {
    // What lies behind them in the machine came from another connection.
    if (!isBytes(bytes) || !(length <= bytes.length))
      throw callerError('HV_BAD_OPTION', 'feed takes a Uint8Array, and no more bytes than it has');
    const { machine } = this.settings;
    machine.lend();
    try {
      this.take(bytes, length, sink, to);
    } finally {
      machine.giveBack();
    }
  }

  private take<For>(bytes: Uint8Array, length: number, sink: FrameSink<For>, to: For): void {
    const { machine } = this.settings;
    if (bytes.buffer === machine.bytes.buffer) {
      const start = bytes.byteOffset - machine.region;
      if (!this.isOver) this.read(start, start + length, sink, to);
      return;
    }
    for (let from = 0; from < length && !this.isOver; from += WS_REGION_BYTES) {
      const end = Math.min(length, from + WS_REGION_BYTES);
      machine.bytes.set(from === 0 && end === bytes.length ? bytes : bytes.subarray(from, end), machine.region);
      this.read(0, end - from, sink, to);
    }
  }

  /** Reads bytes of the region. */
  private read<For>(start: number, end: number, sink: FrameSink<For>, to: For): void {
    const { machine, role, limits } = this.settings;
    let status: number = WS_STATUS.TABLE_FULL;
    try {
      machine.begin(this.parked, role, limits);
      for (let at = start; status === WS_STATUS.TABLE_FULL; at += machine.consumed) {
        status = machine.feed(at, end);
        this.drain(machine.region + at, sink, to);
      }
    } catch (error) {
      this.end();
      if (!(error instanceof HttpuvError && error.code === 'HV_TRAP')) throw error;
      sink.other(to, { type: 'error', error });
      return;
    }
    if (status === WS_STATUS.ERROR) sink.other(to, { type: 'error', error: machine.error });
    this.parked = machine.park(this.parked);
    if (status !== WS_STATUS.NEED_INPUT) this.end();
  }

  /** Reads nothing any more, and forgets what was begun. Not for sinks: what they are being told of is told to its end. */
  end(): void {
    this.isOver = true;
    this.parked = null;
    this.message?.drop();
    this.message = null;
  }

  /** Tells the records of one feed, whose first byte is at address `base`. */
  private drain<For>(base: number, sink: FrameSink<For>, to: For): void {
    const { machine } = this.settings;
    const { words, recordsEnd } = machine;
    for (let at = machine.recordsAt; at < recordsEnd; at += UNIT_WORDS) {
      const first = words[at] as number; // All four words of a record are inside the table.
      const length = words[at + 2] as number;
      if ((first & 0xff) === DATA) {
        this.data(base + (words[at + 1] as number), length, first >>> 8, words[at + 3] as number, sink, to);
        continue;
      }
      const payload = machine.bytes.slice(4 * (at + UNIT_WORDS), 4 * (at + UNIT_WORDS) + length);
      sink.other(to, control(first, payload, words[at + 3] as number));
      at += UNIT_WORDS * Math.ceil(length / (4 * UNIT_WORDS));
    }
  }

  /** A run of a message: `length` bytes from address `from`. `rest` is what is known to follow of the message. */
  private data<For>(from: number, length: number, flags: number, rest: number, sink: FrameSink<For>, to: For): void {
    const isWhole = (flags & (START | END)) === (START | END);
    const isAscii = (flags & ASCII) !== 0 && (this.message === null || this.message.isAscii);
    const { machine, textAsBytes } = this.settings;
    const isBinary = (flags & BINARY) !== 0;
    const isCompressed = (flags & COMPRESSED) !== 0;
    const isText = !isBinary && !isCompressed && !textAsBytes;
    if (isWhole && isText) {
      // The commonest message needs no bytes of its own.
      sink.message(to, textAt(machine.bytes, from, length, isAscii), false, isAscii, false);
      return;
    }
    const piece = machine.bytes.subarray(from, from + length);
    const data = isWhole ? piece : this.joined(piece, rest, isAscii, (flags & END) !== 0);
    if (data === null) return;
    if (isCompressed) sink.other(to, { type: 'compressed', isBinary, data: isWhole ? copyOf(data) : data });
    else if (isText) sink.message(to, decodeText(data, isAscii), false, isAscii, false);
    else sink.message(to, data, isBinary, isAscii, isWhole);
  }

  /** The message to which this piece belongs, when that is its last one. */
  private joined(piece: Uint8Array, rest: number, isAscii: boolean, isLast: boolean): Uint8Array | null {
    this.message ??= new Begun(this.settings.memory);
    this.message.isAscii = isAscii;
    // Nothing follows the last piece; of a fragment that others follow, nobody knows how much does.
    this.message.add(piece, this.settings.limits.maxMessageBytes, isLast ? 0 : rest || Number.POSITIVE_INFINITY);
    if (!isLast) return null;
    const whole = this.message.take();
    this.message = null;
    return whole;
  }
}

/** Makes events. */
const COLLECTOR: FrameSink<FrameEvent[]> = {
  message(events, data, isBinary, isAscii, isLent) {
    events.push({ type: 'message', isBinary, data: isLent ? copyOf(data as Uint8Array) : data, isAscii });
  },
  other(events, event) {
    events.push(event);
  },
};

function textAt(bytes: Uint8Array, from: number, length: number, isAscii: boolean): string {
  return isAscii ? latin1(bytes, from, from + length) : decodeText(bytes.subarray(from, from + length), false);
}

/** The event of a control frame's record, whose first word this is. */
export function control(first: number, payload: Uint8Array, code: number): CloseFrameEvent | PingEvent {
  const kind = first & 0xff;
  if (kind === CLOSE) return { type: 'close', code, reason: decodeText(payload, false) };
  return { type: kind === PING ? 'ping' : 'pong', data: payload };
}
