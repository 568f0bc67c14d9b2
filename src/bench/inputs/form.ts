/**
 * What an input is made of: bytes cut as a socket would deliver them, and what they mean. Knows no parser and no runtime;
 * bytes are of the kind that sockets of the runtime give.
 */
import { checksum, type Seen } from '../seen.ts';

/** What the bytes of an input are, and so who sent them. */
export type InputKind = 'request' | 'response' | 'client-frames' | 'server-frames';

/** One byte sequence, cut as a socket would deliver it, and its meaning. */
export interface Form {
  readonly pieces: readonly Uint8Array[];
  readonly messages: readonly Seen[];
  readonly bytes: number;
}

/** A kind of traffic: one form, or many that differ, taken in turn. All forms have as many messages and pieces. */
export interface ParserInput {
  readonly name: string;
  readonly title: string;
  readonly kind: InputKind;
  readonly forms: readonly Form[];
}

/** One message as sent and as meant. */
export interface Draft {
  readonly bytes: Uint8Array;
  readonly seen: Seen;
}

export type Field = readonly [name: string, value: string];

/** A body as sent, in chunks perhaps, and as meant. */
export interface DraftBody {
  readonly sent: Uint8Array;
  readonly meant: Uint8Array;
}

/** Bytes that a socket reads at once, at most. */
export const READ_BYTES = 65_536;

/** Zeros, in a Buffer where there is such a class, because sockets give one there. */
export function blankBytes(length: number): Uint8Array<ArrayBuffer> {
  return typeof globalThis.Buffer === 'function' ? globalThis.Buffer.alloc(length) : new Uint8Array(length);
}

/** The bytes of a text of which every character is one. */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = blankBytes(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** All of them in a row. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = blankBytes(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** An input whose forms are made when somebody looks at them: some are large. */
export function lazyInput(name: string, title: string, kind: InputKind, make: () => readonly Form[]): ParserInput {
  let made: readonly Form[] | undefined;
  return {
    name,
    title,
    kind,
    get forms() {
      made ??= make();
      return made;
    },
  };
}

/** Cuts bytes as reads of `pieceBytes` would: a buffer of its own for each piece, as a socket gives them. */
export function cut(bytes: Uint8Array, pieceBytes: number = READ_BYTES): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(concat([bytes.subarray(at, at + pieceBytes)]));
  return pieces;
}

/** Messages that arrive in a row. */
export function formOf(drafts: readonly Draft[], pieceBytes: number = Number.POSITIVE_INFINITY): Form {
  const whole = concat(drafts.map((draft) => draft.bytes));
  return { pieces: cut(whole, pieceBytes), messages: drafts.map((draft) => draft.seen), bytes: whole.length };
}

/** A message from its start line on. `meaning` is what that line says. */
export function draft(
  startLine: string,
  meaning: Partial<Seen>,
  fields: readonly Field[],
  body: DraftBody = { sent: new Uint8Array(0), meant: new Uint8Array(0) },
): Draft {
  const head = `${startLine}\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return {
    bytes: concat([latin1Bytes(head), body.sent]),
    seen: {
      method: '',
      target: '',
      ...meaning,
      fields: fields.flatMap(([name, value]) => [name.toLowerCase(), value]),
      bodyBytes: body.meant.length,
      bodySum: checksum(0, body.meant),
    },
  };
}

/** A body in chunks of the sizes that `sizeOf` gives, one after the other. */
export function chunked(meant: Uint8Array, sizeOf: (chunk: number) => number): DraftBody {
  const parts: Uint8Array[] = [];
  for (let at = 0, chunk = 0; at < meant.length; chunk++) {
    const part = meant.subarray(at, at + sizeOf(chunk));
    parts.push(latin1Bytes(`${part.length.toString(16)}\r\n`), part, latin1Bytes('\r\n'));
    at += part.length;
  }
  parts.push(latin1Bytes('0\r\n\r\n'));
  return { sent: concat(parts), meant };
}

/** Whole numbers below 2^32 that look random and depend on `seed` alone (a 32-bit linear congruence). */
export function numbers(seed: number): () => number {
  let state = (Math.imul(seed + 1, 2_654_435_761) ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}

/** `length` letters and digits that look random and depend on `seed` alone. */
export function letters(seed: number, length: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';
  const next = numbers(seed);
  let text = '';
  for (let at = 0; at < length; at++) text += alphabet[next() >>> 26];
  return text;
}
