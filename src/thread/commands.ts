/**
 * What the app side tells, as records of a ring: written on the app's thread as calls of `ToIo`, read on the I/O thread
 * into the same calls. The layout of a payload stands beside its writer.
 */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import type { ToIo } from '../node/link.ts';
import type { Answer } from '../types.ts';
import type { Outbox } from './outbox.ts';
import type { RingReader, TakeRecord } from './ring.ts';

const COMMAND = { PROCEED: 1, RESPOND: 2, PIECE: 3 } as const;

/** Bits beside the status of an answer. */
const FLAG = { EARLY: 1, OWN_DATE: 2, CLOSE: 4, HAS_LENGTH: 8, OWNED: 16, SAME_FIELDS: 32 } as const;
/** Kinds of bodies, above those bits. TEXT is ASCII, so that its bytes are its characters. */
const BODY = { NONE: 0, TEXT: 1, BYTES: 2, FILE: 3 } as const;
const FLAG_BITS = 6;

const ANSWER_WORDS = 6;
const ANSWER_BYTES = 4 * ANSWER_WORDS;
/** A body up to this size travels in the record of its answer. */
const SHORT_BODY_BYTES = 65_536;
/** Longer texts of ASCII are bytes for the I/O side, too. */
const TEXT_BYTES = 32_768;

const TWO_32 = 2 ** 32;

/** A Buffer's own ways to write and read text, which its types leave out. */
interface TextBuffer extends Buffer {
  latin1Write(text: string, at: number, length: number): number;
  utf8Write(text: string, at: number, length: number): number;
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

/** Up to so many characters a text is looked at and written by hand: a call of the host costs more. */
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
  /** Fields of the answer before: most answers of an app have the same, and then they need not travel. */
  #lastFields = '';

  constructor(out: Outbox) {
    this.#out = out;
  }

  proceed(connection: number, request: number): void {
    this.#out.begin(0);
    this.#out.end(COMMAND.PROCEED, connection, request);
  }

  /**
   * `[status | bits << 16][bytes of fields][bytes of body, low][high][Content-Length, low][high]`, the fields (none when
   * they are those of the answer before), then the body or its path; a long body follows as PIECEs.
   */
  respond(connection: number, request: number, answer: Answer, early: boolean): void {
    const out = this.#out;
    const { body, length } = answer;
    const isSame = answer.fields === this.#lastFields;
    const fields = isSame ? '' : answer.fields;
    this.#lastFields = answer.fields;
    let bits =
      (early ? FLAG.EARLY : 0) |
      (answer.ownDate ? FLAG.OWN_DATE : 0) |
      (answer.close ? FLAG.CLOSE : 0) |
      (length >= 0 ? FLAG.HAS_LENGTH : 0) |
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
    out.begin(ANSWER_BYTES + fields.length + (long === null ? size : 0));
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
    if (long === null && size > 0) {
      if (kind === BODY.TEXT) writeAscii(text, bytes, at);
      else if (text !== '') bytes.utf8Write(text, at, size);
      else bytes.set(body as Uint8Array, at); // What is no text and no file is bytes.
    }
    out.end(COMMAND.RESPOND, connection, request);
    if (long !== null) out.putBody(COMMAND.PIECE, connection, request, long, 0, typeof body === 'string');
  }
}

/** An answer whose body arrives in pieces; nothing else comes between them. */
interface Arriving {
  readonly answer: Answer;
  readonly bytes: Uint8Array;
  readonly early: boolean;
  filled: number;
}

/** Reads commands. */
export class CommandReader {
  readonly #ring: RingReader;
  readonly #io: Pick<ToIo, 'proceed' | 'respond'>;
  readonly #take: TakeRecord = (type, connection, request, at, length) =>
    this.#act(type, connection, request, at, length);
  readonly #onRoom: () => void;
  #arriving: Arriving | null = null;
  #lastFields = '';

  /** @param onRoom Called when the writer waits for room and there is some now: it has to be woken. */
  constructor(ring: RingReader, io: Pick<ToIo, 'proceed' | 'respond'>, onRoom: () => void) {
    this.#ring = ring;
    this.#io = io;
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
        this.#fill(connection, request, at, length);
        break;
      default:
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
    let body: Answer['body'] = null;
    switch (bits >>> FLAG_BITS) {
      case BODY.TEXT:
        body = bytes.latin1Slice(bodyAt, bodyAt + size);
        break;
      case BODY.FILE:
        body = { path: bytes.utf8Slice(bodyAt, bodyAt + size), owned: (bits & FLAG.OWNED) !== 0 };
        break;
      case BODY.BYTES:
        body = Buffer.allocUnsafe(size);
        if (size <= SHORT_BODY_BYTES) bytes.copy(body, 0, bodyAt, bodyAt + size);
        break;
      default:
    }
    const hasLength = (bits & FLAG.HAS_LENGTH) !== 0;
    if ((bits & FLAG.SAME_FIELDS) === 0) this.#lastFields = bytes.latin1Slice(fieldsAt, bodyAt);
    const answer: Answer = {
      status: first & 0xffff,
      fields: this.#lastFields,
      ownDate: (bits & FLAG.OWN_DATE) !== 0,
      close: (bits & FLAG.CLOSE) !== 0,
      length: hasLength ? (words[word + 4] as number) + TWO_32 * (words[word + 5] as number) : -1,
      body,
      isAscii: typeof body === 'string',
    };
    if (size <= SHORT_BODY_BYTES || !(body instanceof Uint8Array)) this.#io.respond(connection, request, answer, early);
    else this.#arriving = { answer, bytes: body, early, filled: 0 };
  }

  #fill(connection: number, request: number, at: number, length: number): void {
    const arriving = this.#arriving;
    if (arriving === null) throw new RangeError('a piece of a body came without its answer');
    this.#ring.bytes.copy(arriving.bytes, arriving.filled, at, at + length);
    arriving.filled += length;
    if (arriving.filled < arriving.bytes.length) return;
    this.#arriving = null;
    this.#io.respond(connection, request, arriving.answer, arriving.early);
  }
}
