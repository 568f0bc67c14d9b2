/** What the decompressor has made of a message (RFC 7692 section 7.2.2): a message, or the reason why it is none. */
import type { HttpuvError } from '../errors.ts';
import { frameError } from './machine.ts';
import type { ReceiverSettings } from './receiver.ts';
import { decodeUnchecked } from './text.ts';

/** An inflated message. `isAscii` is about texts. */
export interface Inflated {
  readonly data: string | Uint8Array;
  readonly isAscii: boolean;
}

/** @param error What the codec says of it: null, `'too large'`, or anything else for data that is none. */
export function inflatedMessage(
  error: unknown,
  bytes: Uint8Array,
  isBinary: boolean,
  { limits, textAsBytes }: ReceiverSettings,
): Inflated | HttpuvError {
  if (error === 'too large' || bytes.length > limits.maxMessageBytes) return frameError('HV_WS_MESSAGE_TOO_LARGE');
  if (error) return frameError('HV_WS_BAD_COMPRESSION');
  if (isBinary) return { data: bytes, isAscii: false };
  const text = decodeUnchecked(bytes);
  if (text === null) return frameError('HV_WS_BAD_UTF8');
  return { data: textAsBytes ? bytes : text, isAscii: text.length === bytes.length };
}
