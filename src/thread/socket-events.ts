/** What the I/O thread tells of WebSockets, as records: written there, read on the app's thread into the same calls. */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import { copyInto, plainBytes } from '../codec/bytes.ts';
import { takeBytes } from '../codec/slab.ts';
import type { SocketsToApp } from '../node/link.ts';
import type { TextBuffer } from '../node/text-buffer.ts';
import type { Outbox } from './outbox.ts';
import type { RingReader } from './ring.ts';
import { FIRST_OTHER, MessageReader, MessageWriter } from './ring-messages.ts';
import { SlotMemory } from './slot-memory.ts';
import type { Slots } from './slots.ts';

const CLOSED = FIRST_OTHER;
const DRAINED = FIRST_OTHER + 1;
const PINGED = FIRST_OTHER + 2;

const FLAG = { BINARY: 1, ASCII: 2 } as const;

export class SocketEventWriter implements SocketsToApp {
  readonly takesBytes = true;
  readonly memory: SlotMemory;
  readonly #out: Outbox;
  readonly #messages: MessageWriter;
  readonly #onNews: () => void;

  /** @param onNews Called when there may be something to announce at the end of this turn. */
  constructor(out: Outbox, slots: Slots, onNews: () => void) {
    this.#out = out;
    this.memory = new SlotMemory(slots);
    this.#messages = new MessageWriter(out, slots);
    this.#onNews = onNews;
  }

  message(
    connection: number,
    request: number,
    data: string | Uint8Array,
    isBinary: boolean,
    isAscii: boolean,
    isLent: boolean,
  ): void {
    const flags = (isBinary ? FLAG.BINARY : 0) | (isAscii ? FLAG.ASCII : 0);
    const slot = typeof data === 'string' ? null : this.memory.release(data);
    if (slot === null) this.#messages.put(connection, request, flags, data, !isLent);
    else this.#messages.putSlot(connection, request, flags, data.length, slot);
    this.#onNews();
  }

  /** `[code][whether it was clean]`, the reason as UTF-8. */
  closed(connection: number, request: number, code: number, reason: string, wasClean: boolean): void {
    const out = this.#out;
    out.begin(8 + Buffer.byteLength(reason));
    out.words[out.at >>> 2] = code;
    out.words[(out.at >>> 2) + 1] = wasClean ? 1 : 0;
    out.bytes.write(reason, out.at + 8);
    out.end(CLOSED, connection, request);
    this.#onNews();
  }

  drained(connection: number, request: number): void {
    this.#out.begin(0);
    this.#out.end(DRAINED, connection, request);
    this.#onNews();
  }

  /** `[whether it is a Pong]`, the payload. */
  pinged(connection: number, request: number, data: Uint8Array, isPong: boolean): void {
    const out = this.#out;
    out.begin(4 + data.length);
    out.words[out.at >>> 2] = isPong ? 1 : 0;
    out.bytes.set(data, out.at + 4);
    out.end(PINGED, connection, request);
    this.#onNews();
  }

  hasPlenty(): boolean {
    return this.#out.isHalfFree;
  }
}

export class SocketEventReader {
  readonly #ring: RingReader;
  readonly #app: SocketsToApp;
  readonly #messages: MessageReader;

  constructor(ring: RingReader, app: SocketsToApp, slots: Slots) {
    this.#ring = ring;
    this.#app = app;
    const tell = (connection: number, request: number, flags: number, data: string | Uint8Array): void =>
      app.message(connection, request, data, (flags & FLAG.BINARY) !== 0, (flags & FLAG.ASCII) !== 0, false);
    this.#messages = new MessageReader(
      ring,
      (connection, request, flags, bytes, from, to, isOwn) =>
        tell(
          connection,
          request,
          flags,
          isOwn && (flags & FLAG.BINARY) !== 0 ? plainBytes(bytes) : own(flags, bytes, from, to),
        ),
      {
        slots,
        take: (connection, request, flags, size, { bytes, at, giveBack }) => {
          let data: string | Uint8Array;
          try {
            data = own(flags, bytes, at, at + size);
          } finally {
            giveBack();
          }
          tell(connection, request, flags, data);
        },
      },
    );
  }

  /** Tells the app side one record. @returns Whether it is one of these. */
  read(type: number, connection: number, request: number, at: number, length: number): boolean {
    if (this.#messages.read(type, connection, request, at, length)) return true;
    if (type === DRAINED) this.#app.drained(connection, request);
    else if (type === PINGED) {
      // The word of the record is inside the memory.
      const isPong = (this.#ring.words[at >>> 2] as number) === 1;
      this.#app.pinged(connection, request, Uint8Array.from(this.#ring.bytes.subarray(at + 4, at + length)), isPong);
    } else if (type === CLOSED) {
      const { words, bytes } = this.#ring;
      // Both words of the record are inside the memory.
      const code = words[at >>> 2] as number;
      const wasClean = words[(at >>> 2) + 1] === 1;
      this.#app.closed(connection, request, code, bytes.toString('utf8', at + 8, at + length), wasClean);
    } else return false;
    return true;
  }
}

/** A message that lies in memory of others: what the app gets of it. */
function own(flags: number, bytes: Buffer, from: number, to: number): string | Uint8Array {
  if ((flags & FLAG.BINARY) === 0) {
    const text = bytes as TextBuffer;
    return (flags & FLAG.ASCII) === 0 ? text.utf8Slice(from, to) : text.latin1Slice(from, to);
  }
  const data = takeBytes(to - from);
  copyInto(data, 0, bytes, from, to);
  return data;
}
