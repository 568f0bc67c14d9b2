/** What a program gives to be sent, checked once, and turned into what travels: text, or bytes. */
// The global of this name is a getter, which is called at each use.
import { Buffer } from 'node:buffer';
import { headBytes } from '../websocket/frames.ts';
import { decodeUnchecked, encodeText } from '../websocket/text.ts';
import type { Data } from './types.ts';

/** How strings and bytes are sent. */
export type BinaryMode = boolean | 'auto';

/**
 * A string to be sent as text, or bytes to be sent as binary.
 * @throws TypeError for anything else, and for bytes that are to be text and are not UTF-8.
 */
export function payloadOf(data: Data, isBinary: BinaryMode): string | Uint8Array {
  if (typeof data === 'string') return isBinary === true ? encodeText(data) : data;
  const bytes = bytesOf(data);
  if (isBinary !== false) return bytes;
  const text = decodeUnchecked(bytes);
  if (text === null) throw new TypeError('DATA is sent as text (isBinary: false) and is not UTF-8');
  return text;
}

/** Bytes of anything that can be sent, nothing copied but text. */
export function bytesOf(data: Data): Uint8Array {
  if (typeof data === 'string') return encodeText(data);
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const tag = Object.prototype.toString.call(data);
  if (tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]') return new Uint8Array(data);
  throw new TypeError('DATA must be character or raw');
}

/** Payload bytes. */
export function sizeOf(payload: string | Uint8Array): number {
  return typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
}

/** Bytes of the frame around so many payload bytes; −1 stays. @param keyBytes Those of its mask. */
export function frameSize(payloadBytes: number, keyBytes: number): number {
  return payloadBytes < 0 ? -1 : headBytes(payloadBytes) + keyBytes + payloadBytes;
}
