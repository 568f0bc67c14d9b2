/** Frames to be sent (RFC 6455 section 5): header, mask, payload in one piece. Knows nothing of the state of a connection. */

import { allocate, asBytes, copyInto, isBytes } from '../codec/bytes.ts';
import { callerError } from '../errors.ts';
import { encodeStart, encodeText, utf8Length, writeText } from './text.ts';

/** Opcodes of frames that are sent; continuations are not. */
export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
/** Of the first control frame. */
const CONTROL = 8;
/** What a frame is. */
export type FrameType = keyof typeof OPCODE;

/** Longest payload of a control frame. */
const MOST_CONTROL_BYTES = 125;
const FIN = 0x80;
const RSV1 = 0x40;
const MASKED = 0x80;
const KEY_BYTES = 4;

/** Bytes of an unmasked header before a payload of so many bytes. */
export function headBytes(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}

/** Writes an unmasked header at `at` of `to`, and returns its length. */
export function putHead(to: Uint8Array, type: FrameType, length: number, isCompressed: boolean, at = 0): number {
  const size = headBytes(length);
  to[at] = FIN | (isCompressed ? RSV1 : 0) | OPCODE[type];
  to[at + 1] = size === 2 ? length : size === 4 ? 126 : 127;
  // Numbers above 2^32 have no bit operators.
  for (let i = at + size - 1, rest = length; i >= at + 2; i--, rest = Math.floor(rest / 256)) to[i] = rest % 256;
  return size;
}

/** Four bytes that an observer cannot foresee (RFC 6455 section 5.3). */
export type MakeKey = () => Uint8Array;

/** Keys from the random numbers of the host, a few hundred at a time. */
export function randomKeys(): MakeKey {
  const pool = new Uint8Array(1024);
  let at = pool.length;
  return () => {
    if (at === pool.length) {
      globalThis.crypto.getRandomValues(pool);
      at = 0;
    }
    at += 4;
    return pool.subarray(at - 4, at);
  };
}

/**
 * One whole frame with a copy of `payload`, which is UTF-8 of a string.
 *
 * @param makeKey Masks the frame, as clients must; `null` for servers.
 * @throws HttpuvError `HV_BAD_OPTION` for anything but that, and for a control frame that no peer would take. The payload of a
 *   Close is what {@link closePayload} makes.
 */
export function frame(
  type: FrameType,
  payload: Uint8Array | string,
  makeKey: MakeKey | null = null,
  isCompressed = false,
): Uint8Array {
  if (!Object.hasOwn(OPCODE, type))
    throw callerError('HV_BAD_OPTION', `a frame is one of ${Object.keys(OPCODE).join(', ')}, not ${String(type)}`);
  if (typeof payload !== 'string' && !isBytes(payload))
    throw callerError('HV_BAD_OPTION', 'a payload is a Uint8Array or a string');
  const size = payloadBytes(payload);
  if (OPCODE[type] >= CONTROL && (size > MOST_CONTROL_BYTES || isCompressed || (type === 'close' && size === 1)))
    throw callerError('HV_BAD_OPTION', `a ${type} has at most 125 bytes, uncompressed, and a close not a single one`);
  const bytes = allocate(frameBytes(size, makeKey));
  putFrame(bytes, 0, type, payload, size, makeKey, isCompressed);
  return bytes;
}

/** Bytes of a payload. */
export function payloadBytes(payload: Uint8Array | string): number {
  return typeof payload === 'string' ? utf8Length(payload) : payload.length;
}

/** Bytes of the whole frame around a payload of so many. */
export function frameBytes(size: number, makeKey: MakeKey | null): number {
  return headBytes(size) + (makeKey === null ? 0 : KEY_BYTES) + size;
}

/**
 * Writes a whole frame at `at` of `into`.
 *
 * @param size The {@link payloadBytes}, or what a text has if it is ASCII: finding out costs more than writing it.
 * @returns The bytes of the payload; −1 when a text is longer than that and there is no room for it.
 */
export function putFrame(
  into: Uint8Array,
  at: number,
  type: FrameType,
  payload: Uint8Array | string,
  size: number,
  makeKey: MakeKey | null,
  isCompressed: boolean,
): number {
  const keyBytes = makeKey === null ? 0 : KEY_BYTES;
  let start = at + headBytes(size) + keyBytes;
  let written = size;
  if (typeof payload === 'string') {
    written = writeText(payload, into, start, into.length);
    if (written < 0) return -1;
    const moved = at + headBytes(written) + keyBytes;
    if (moved !== start) {
      if (moved + written > into.length) return -1;
      into.copyWithin(moved, start, start + written);
      start = moved;
    }
  } else copyInto(into, start, payload);
  putHead(into, type, written, isCompressed, at);
  if (makeKey === null) return written;
  into[at + 1] = (into[at + 1] as number) | MASKED; // Every frame has two bytes.
  const key = makeKey();
  into.set(key, start - KEY_BYTES);
  mask(into, start, start + written, key);
  return written;
}

/** Masks `bytes` from `start` to `end`. */
function mask(bytes: Uint8Array, start: number, end: number, key: Uint8Array): void {
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = key;
  let at = start;
  // The index is inside the array in all of these.
  for (; at + 4 <= end; at += 4) {
    bytes[at] = (bytes[at] as number) ^ k0;
    bytes[at + 1] = (bytes[at + 1] as number) ^ k1;
    bytes[at + 2] = (bytes[at + 2] as number) ^ k2;
    bytes[at + 3] = (bytes[at + 3] as number) ^ k3;
  }
  for (let i = 0; at < end; at++, i++) bytes[at] = (bytes[at] as number) ^ (key[i] as number);
}

/** Whether a Close frame may have this code (RFC 6455 section 7.4 and the IANA registry). */
export function isCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/**
 * Payload of a Close frame. Code 1005 stands for none. Of a reason only as many characters are sent as fit into 123 bytes.
 * @throws HttpuvError `HV_BAD_CLOSE` for a code that may not be sent.
 */
export function closePayload(code: number, reason: string): Uint8Array {
  if (code === 1005 && reason === '') return new Uint8Array(0);
  if (!isCloseCode(code)) {
    throw callerError('HV_BAD_CLOSE', `a connection cannot be closed with code ${code}: use 1000 or 3000 to 4999`);
  }
  const payload = new Uint8Array(MOST_CONTROL_BYTES);
  payload[0] = code >>> 8;
  payload[1] = code & 0xff;
  return payload.subarray(0, 2 + encodeStart(reason, payload.subarray(2)));
}

/** The payload of a Ping or Pong, checked. */
export function controlPayload(data: string | Uint8Array): Uint8Array {
  const payload = typeof data === 'string' ? encodeText(data) : asBytes(data, 'ping');
  if (payload.length <= MOST_CONTROL_BYTES) return payload;
  throw callerError('HV_BAD_OPTION', `the payload of a Ping has at most 125 bytes, not ${payload.length}`);
}
