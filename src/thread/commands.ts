/**
 * What the app side tells, as records of a ring: written on the app's thread as calls of `ToIo`, read on the I/O thread
 * into the same calls. The layout of a payload stands beside its writer.
 */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import type { Answer, GivenAnswer } from '../answer-types.ts';
import { copyInto } from '../codec/bytes.ts';
import type { ConnHost } from '../node/conn-host.ts';
import type { StreamsToIo, UploadsToIo } from '../node/link.ts';
import type { TextBuffer } from '../node/text-buffer.ts';
import { TextRun } from '../node/text-run.ts';
import { ArrivingBody, type BodyTeller } from './arriving.ts';
import { LongBodies } from './long-bodies.ts';
import type { Outbox } from './outbox.ts';
import type { RingReader, TakeRecord } from './ring.ts';
import type { Slots } from './slots.ts';
import { type FramesAsked, SocketCommandReader } from './socket-commands.ts';
import { StreamCommandReader } from './stream-commands.ts';
import { UploadCommandReader } from './uploads.ts';

const COMMAND = { PROCEED: 1, RESPOND: 2, PIECE: 3 } as const;

/** Bits beside the status of an answer. */
const FLAG = {
  EARLY: 1,
  OWN_DATE: 2,
  CLOSE: 4,
  HAS_LENGTH: 8,
  OWNED: 16,
  SAME_FIELDS: 32,
  AS_IS: 64,
  LEFT_OUT: 128,
} as const;
/** Kinds of bodies, above those bits. TEXT is ASCII, so that its bytes are its characters. */
const BODY = { NONE: 0, TEXT: 1, BYTES: 2, FILE: 3, STREAM: 4 } as const;
const FLAG_BITS = 8;

const ANSWER_WORDS = 6;
const ANSWER_BYTES = 4 * ANSWER_WORDS;
/** A body up to this size travels in the record of its answer. */
const SHORT_BODY_BYTES = 65_536;
/** Longer texts of ASCII are bytes for the I/O side, too. */
const TEXT_BYTES = 32_768;

const TWO_32 = 2 ** 32;

/** Up to so many characters a text is written by hand, and read with those behind it: a call of the host costs more. */
const SHORT_TEXT = 48;

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function writeAscii(text: string, bytes: TextBuffer, at: number): void {
  const { length } = text;
  if (length > SHORT_TEXT) bytes.latin1Write(text, at, length);
  else for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
}

/** Writes commands. */
export class CommandWriter {
  readonly #out: Outbox;
  readonly #bodies: LongBodies;
  /** Fields of the answer before: most answers of an app have the same, and then they need not travel. */
  #lastFields = '';

  constructor(out: Outbox) {
    this.#out = out;
    this.#bodies = new LongBodies(out, COMMAND.PIECE);
    out.setFiller(this.#bodies);
  }

  /** Who hears how long bodies leave. */
  get bodies(): LongBodies {
    return this.#bodies;
  }

  proceed(connection: number, request: number): void {
    this.#out.begin(0);
    this.#out.end(COMMAND.PROCEED, connection, request);
  }

  /**
   * `[status | bits << 16][bytes of fields][bytes of body, low][high][Content-Length, low][high]`, the fields (none when
   * they are those of the answer before), then the body or its path; a long body follows as PIECEs. Of a stream the bytes
   * of body are the milliseconds between its comments; what follows is told by `stream-commands`.
   * @throws HttpuvError `HV_TOO_MUCH_UNSENT`; then nothing is written.
   */
  respond(connection: number, request: number, answer: Answer, early: boolean): void {
    const out = this.#out;
    const { body, length } = answer;
    const isSame = answer.fields === this.#lastFields;
    const fields = isSame ? '' : answer.fields;
    let bits =
      (early ? FLAG.EARLY : 0) |
      (answer.ownDate ? FLAG.OWN_DATE : 0) |
      (answer.close ? FLAG.CLOSE : 0) |
      (length >= 0 ? FLAG.HAS_LENGTH : 0) |
      (answer.asIs ? FLAG.AS_IS : 0) |
      (answer.isLeftOut ? FLAG.LEFT_OUT : 0) |
      (isSame ? FLAG.SAME_FIELDS : 0);
    let kind: number = BODY.NONE;
    let size = 0;
    let text = '';
    let long: Uint8Array | null = null;
    if (typeof body === 'string') {
      text = body;
      size = body.length <= SHORT_TEXT && isAscii(body) ? body.length : Buffer.byteLength(body);
      kind = size === body.length && size <= TEXT_BYTES ? BODY.TEXT : BODY.BYTES;
      if (size > SHORT_BODY_BYTES) long = Buffer.from(body);
    } else if (body !== null && 'keepAliveMs' in body) {
      kind = BODY.STREAM;
      size = body.keepAliveMs;
    } else if (body !== null && 'path' in body) {
      kind = BODY.FILE;
      text = body.path;
      size = Buffer.byteLength(text);
      if (body.owned) bits |= FLAG.OWNED;
    } else if (body !== null) {
      kind = BODY.BYTES;
      size = body.length;
      if (size > SHORT_BODY_BYTES) long = body;
    }
    if (long !== null) this.#bodies.check(size);
    this.#lastFields = answer.fields;
    const inRecord = long === null && kind !== BODY.STREAM ? size : 0;
    out.begin(ANSWER_BYTES + fields.length + inRecord);
    const { words } = out;
    const bytes = out.bytes as TextBuffer; // Every Buffer has these.
    let { at } = out;
    const word = at >>> 2;
    words[word] = answer.status | ((bits | (kind << FLAG_BITS)) << 16);
    words[word + 1] = fields.length;
    words[word + 2] = size % TWO_32;
    words[word + 3] = size < TWO_32 ? 0 : Math.floor(size / TWO_32);
    if (length >= 0) {
      words[word + 4] = length % TWO_32;
      words[word + 5] = Math.floor(length / TWO_32);
    }
    at += ANSWER_BYTES;
    if (fields !== '') bytes.latin1Write(fields, at, fields.length);
    at += fields.length;
    if (inRecord > 0) {
      if (kind === BODY.TEXT) writeAscii(text, bytes, at);
      else if (text !== '') bytes.utf8Write(text, at, size);
      else copyInto(bytes, at, body as Uint8Array); // What is no text and no file is bytes.
    }
    out.end(COMMAND.RESPOND, connection, request);
    if (long !== null) this.#bodies.add(connection, request, long, typeof body === 'string');
  }
}

/** Who does what commands say. */
export type CommandTarget = Pick<ConnHost, 'proceed' | 'respond'> & {
  readonly sockets: FramesAsked;
  readonly streams: StreamsToIo;
  readonly uploads: UploadsToIo;
};

/** Reads commands. */
export class CommandReader {
  readonly #ring: RingReader;
  readonly #io: CommandTarget;
  readonly #take: TakeRecord = (type, connection, request, at, length) =>
    this.#act(type, connection, request, at, length);
  readonly #onRoom: () => void;
  readonly #teller: BodyTeller;
  readonly #sockets: SocketCommandReader;
  readonly #streams: StreamCommandReader;
  readonly #uploads: UploadCommandReader;
  /** Bodies that are not complete, by request. */
  readonly #arriving = new Map<number, ArrivingBody>();
  readonly #onBodyEnd = (request: number): void => {
    this.#arriving.delete(request);
  };
  #lastFields = '';
  readonly #texts = new TextRun();

  /**
   * @param slots What long messages of WebSockets lie in.
   * @param onRoom Called when the writer waits for room and there is some now: it has to be woken.
   */
  constructor(ring: RingReader, io: CommandTarget, teller: BodyTeller, slots: Slots, onRoom: () => void) {
    this.#ring = ring;
    this.#io = io;
    this.#teller = teller;
    this.#sockets = new SocketCommandReader(ring, io.sockets, slots);
    this.#streams = new StreamCommandReader(ring, io.streams);
    this.#uploads = new UploadCommandReader(ring, io.uploads);
    this.#onRoom = onRoom;
  }

  get isEmpty(): boolean {
    return this.#ring.isEmpty;
  }

  /** Does everything that is there to do. @returns Whether there was anything. */
  drain(): boolean {
    return this.#ring.serve(this.#take, this.#onRoom);
  }

  #act(type: number, connection: number, request: number, at: number, length: number): void {
    switch (type) {
      case COMMAND.PROCEED:
        this.#io.proceed(connection, request);
        break;
      case COMMAND.RESPOND:
        this.#respond(connection, request, at);
        break;
      case COMMAND.PIECE:
        this.#piece(request, at, length);
        break;
      default:
        if (this.#sockets.read(type, connection, request, at, length)) return;
        if (this.#streams.read(type, connection, request, at, length)) return;
        if (this.#uploads.read(type, connection, request, at)) return;
        throw new RangeError(`the app side sent a command of type ${type}, which there is not`);
    }
  }

  #respond(connection: number, request: number, at: number): void {
    const { words } = this.#ring;
    const bytes = this.#ring.bytes as TextBuffer; // Every Buffer has these.
    const word = at >>> 2;
    // All words and bytes of a record are inside the memory.
    const first = words[word] as number;
    const bits = first >>> 16;
    const fieldBytes = words[word + 1] as number;
    const size = (words[word + 2] as number) + TWO_32 * (words[word + 3] as number);
    const fieldsAt = at + ANSWER_BYTES;
    const bodyAt = fieldsAt + fieldBytes;
    const early = (bits & FLAG.EARLY) !== 0;
    let body: GivenAnswer['body'] = null;
    switch (bits >>> FLAG_BITS) {
      case BODY.TEXT: {
        if (size > SHORT_TEXT) body = bytes.latin1Slice(bodyAt, bodyAt + size);
        else {
          const from = this.#texts.hold(this.#ring, bodyAt, bodyAt + size);
          body = this.#texts.text.slice(from, from + size);
        }
        break;
      }
      case BODY.FILE:
        body = { path: bytes.utf8Slice(bodyAt, bodyAt + size), owned: (bits & FLAG.OWNED) !== 0 };
        break;
      case BODY.STREAM:
        body = { keepAliveMs: size };
        break;
      case BODY.BYTES:
        if (size > SHORT_BODY_BYTES) {
          const arriving = new ArrivingBody(size, connection, request, this.#teller, this.#onBodyEnd);
          this.#arriving.set(request, arriving);
          body = arriving;
        } else {
          const copy = Buffer.allocUnsafe(size);
          copyInto(copy, 0, bytes, bodyAt, bodyAt + size);
          body = copy;
        }
        break;
      default:
    }
    const hasLength = (bits & FLAG.HAS_LENGTH) !== 0;
    if ((bits & FLAG.SAME_FIELDS) === 0) this.#lastFields = bytes.latin1Slice(fieldsAt, bodyAt);
    const answer: GivenAnswer = {
      status: first & 0xffff,
      fields: this.#lastFields,
      ownDate: (bits & FLAG.OWN_DATE) !== 0,
      close: (bits & FLAG.CLOSE) !== 0,
      length: hasLength ? (words[word + 4] as number) + TWO_32 * (words[word + 5] as number) : -1,
      body,
      isAscii: typeof body === 'string',
      asIs: (bits & FLAG.AS_IS) !== 0,
      isLeftOut: (bits & FLAG.LEFT_OUT) !== 0,
    };
    this.#io.respond(connection, request, answer, early);
  }

  /** Without a body that wants it, a piece was on its way when that was given up. */
  #piece(request: number, at: number, length: number): void {
    const body = this.#arriving.get(request);
    if (body === undefined) return;
    // Memory of its own, so that it can be given back as soon as it is sent.
    const piece = Buffer.allocUnsafeSlow(length);
    copyInto(piece, 0, this.#ring.bytes, at, at + length);
    body.arrive(piece);
  }
}
