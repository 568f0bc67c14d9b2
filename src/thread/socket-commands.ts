/** What the app side tells of WebSockets, as records: written on the app's thread, read on the I/O thread into the same calls. */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import type { FramesToIo, LentFrame, SocketsToIo } from '../node/link.ts';
import { headBytes, putHead } from '../websocket/frames.ts';
import { CONTROL, type Shared } from './control.ts';
import type { Outbox } from './outbox.ts';
import type { RingReader } from './ring.ts';
import { FIRST_OTHER, MessageReader, MessageWriter } from './ring-messages.ts';
import { type Slot, Slots } from './slots.ts';

const ACCEPT = FIRST_OTHER;
const PING = FIRST_OTHER + 1;
const CLOSE = FIRST_OTHER + 2;
const FAIL = FIRST_OTHER + 3;
const HOLD = FIRST_OTHER + 4;
const NOTIFY = FIRST_OTHER + 5;
const TAKE = FIRST_OTHER + 6;
const CUT = FIRST_OTHER + 7;
const TARGETS = FIRST_OTHER + 8;

/** `TO_ALL`: the message is for everybody whom the records before it name. */
const FLAG = { BINARY: 1, TO_ALL: 2 } as const;

/** A record names so many WebSockets at most: two words for each. */
const MOST_TARGETS = 4096;

/** What of the memory between the threads it uses beside the ring. */
export type CommandMemory = Pick<Shared, 'sent' | 'control' | 'slotsOut'>;

export class SocketCommandWriter implements SocketsToIo {
  readonly #out: Outbox;
  readonly #messages: MessageWriter;
  readonly #sent: Uint32Array;
  readonly #control: Int32Array;
  readonly #onSaid: () => void;

  /** @param onSaid Called behind each command: it may have to leave at once. */
  constructor(out: Outbox, { sent, control, slotsOut }: CommandMemory, onSaid: () => void) {
    this.#out = out;
    this.#messages = new MessageWriter(out, new Slots(slotsOut, 'out'));
    this.#sent = sent;
    this.#control = control;
    this.#onSaid = onSaid;
  }

  /** The subprotocol. */
  accept(connection: number, request: number, protocol: string): void {
    this.#say(ACCEPT, connection, request, 0, protocol);
  }

  send(connection: number, request: number, data: string | Uint8Array, isBinary: boolean): number {
    const size = this.#messages.put(connection, request, isBinary ? FLAG.BINARY : 0, data, false);
    this.#onSaid();
    return size;
  }

  take(connection: number, request: number): void {
    this.#say(TAKE, connection, request, 0, '');
  }

  /** `[connection][request]` of each, in as many records as it takes; then the message, once. */
  broadcast(targets: readonly number[], data: Uint8Array, isBinary: boolean): void {
    const out = this.#out;
    for (let from = 0; from < targets.length; from += 2 * MOST_TARGETS) {
      const end = Math.min(targets.length, from + 2 * MOST_TARGETS);
      out.begin(4 * (end - from));
      const word = out.at >>> 2;
      for (let i = from; i < end; i++) out.words[word + i - from] = targets[i] as number; // It is inside the list.
      out.end(TARGETS, 0, 0);
    }
    this.#messages.put(0, 0, FLAG.TO_ALL | (isBinary ? FLAG.BINARY : 0), data, false);
    this.#onSaid();
  }

  notify(connection: number, request: number): void {
    this.#say(NOTIFY, connection, request, 0, '');
  }

  /** The payload. */
  ping(connection: number, request: number, data: Uint8Array): void {
    const out = this.#out;
    out.begin(data.length);
    out.bytes.set(data, out.at);
    out.end(PING, connection, request);
    this.#onSaid();
  }

  close(connection: number, request: number, code: number, reason: string): void {
    this.#say(CLOSE, connection, request, code, reason);
  }

  fail(connection: number, request: number): void {
    this.#say(FAIL, connection, request, 0, '');
  }

  cut(connection: number, request: number): void {
    this.#say(CUT, connection, request, 0, '');
  }

  hold(connection: number, request: number, isHeld: boolean): void {
    this.#say(HOLD, connection, request, isHeld ? 1 : 0, '');
  }

  heard(messages: number): boolean {
    // What waits for room is not in the ring.
    if (this.#out.isFull) return false;
    Atomics.store(this.#control, CONTROL.HEARD, messages);
    return true;
  }

  sentBytes(connection: number): number {
    return Atomics.load(this.#sent, connection);
  }

  /** `[number]`, the text as UTF-8. */
  #say(type: number, connection: number, request: number, number: number, text: string): void {
    const out = this.#out;
    out.begin(4 + Buffer.byteLength(text));
    out.words[out.at >>> 2] = number;
    out.bytes.write(text, out.at + 4);
    out.end(type, connection, request);
    this.#onSaid();
  }
}

/** What is asked for by records. */
export type FramesAsked = Omit<FramesToIo, 'sentBytes' | 'heard'>;

export class SocketCommandReader {
  readonly #ring: RingReader;
  readonly #io: FramesAsked;
  readonly #messages: MessageReader;
  /** Whom the next message to many is for. */
  #targets: number[] = [];

  constructor(ring: RingReader, io: FramesAsked, slots: Slots) {
    this.#ring = ring;
    this.#io = io;
    const give = (connection: number, request: number, flags: number, payload: Uint8Array): void => {
      const isBinary = (flags & FLAG.BINARY) !== 0;
      if ((flags & FLAG.TO_ALL) === 0) {
        io.send(connection, request, payload, isBinary);
        return;
      }
      const targets = this.#targets;
      this.#targets = [];
      io.broadcast(targets, payload, isBinary);
    };
    // What a session is given it copies, but for what lies in slots and is for one alone.
    this.#messages = new MessageReader(
      ring,
      (connection, request, flags, bytes, from, to) => give(connection, request, flags, bytes.subarray(from, to)),
      {
        slots,
        take: (connection, request, flags, size, slot) => {
          const lent = framed(slot, size, (flags & FLAG.BINARY) !== 0);
          if ((flags & FLAG.TO_ALL) === 0) {
            io.sendFrame(connection, request, lent);
            return;
          }
          give(connection, request, flags, lent.payload);
          lent.giveBack();
        },
      },
    );
  }

  /** Obeys one record. @returns Whether it is one of these. */
  read(type: number, connection: number, request: number, at: number, length: number): boolean {
    if (this.#messages.read(type, connection, request, at, length)) return true;
    const { words, bytes } = this.#ring;
    // The word of a record is inside the memory.
    const number = words[at >>> 2] as number;
    switch (type) {
      case ACCEPT:
        this.#io.accept(connection, request, bytes.toString('utf8', at + 4, at + length));
        return true;
      case PING:
        this.#io.ping(connection, request, Uint8Array.from(bytes.subarray(at, at + length)));
        return true;
      case CLOSE:
        this.#io.close(connection, request, number, bytes.toString('utf8', at + 4, at + length));
        return true;
      case FAIL:
        this.#io.fail(connection, request);
        return true;
      case TAKE:
        this.#io.take(connection, request);
        return true;
      case CUT:
        this.#io.cut(connection, request);
        return true;
      case TARGETS:
        for (let word = at >>> 2; word < (at + length) >>> 2; word++) this.#targets.push(words[word] as number);
        return true;
      case NOTIFY:
        this.#io.notify(connection, request);
        return true;
      case HOLD:
        this.#io.hold(connection, request, number === 1);
        return true;
      default:
        return false;
    }
  }
}

/** The message of a slot with its header in front. */
function framed({ bytes, at, giveBack }: Slot, size: number, isBinary: boolean): LentFrame {
  const frame = bytes.subarray(at - headBytes(size), at + size);
  putHead(frame, isBinary ? 'binary' : 'text', size, false);
  return { frame, payload: bytes.subarray(at, at + size), isBinary, giveBack };
}
