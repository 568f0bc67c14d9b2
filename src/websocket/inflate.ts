/** Has a message inflated (RFC 7692 section 7.2.2): what comes of it is a message, or the reason why it is none. */
import { plainBytes } from '../codec/bytes.ts';
import type { HttpuvError } from '../errors.ts';
import { type DeflateCodec, withTail } from './deflate.ts';
import type { CompressedEvent } from './events.ts';
import { frameError } from './machine.ts';
import type { ReceiverSettings } from './receiver.ts';
import { decodeUnchecked } from './text.ts';

/** An inflated message. `isAscii` is about texts. */
export interface Inflated {
  readonly data: string | Uint8Array;
  readonly isAscii: boolean;
}

/** @param tell Called once, perhaps at once. */
export function inflate(
  codec: DeflateCodec,
  { data, isBinary }: CompressedEvent,
  settings: ReceiverSettings,
  tell: (message: Inflated | HttpuvError) => void,
): void {
  codec.inflate(withTail(data), settings.limits.maxMessageBytes, (error, bytes) => {
    tell(messageOf(error, bytes, isBinary, settings));
  });
}

function messageOf(
  error: unknown,
  bytes: Uint8Array,
  isBinary: boolean,
  { limits, textAsBytes }: ReceiverSettings,
): Inflated | HttpuvError {
  if (error === 'too large' || bytes.length > limits.maxMessageBytes) return frameError('HV_WS_MESSAGE_TOO_LARGE');
  if (error) return frameError('HV_WS_BAD_COMPRESSION');
  if (isBinary) return { data: plainBytes(bytes), isAscii: false };
  const text = decodeUnchecked(bytes);
  if (text === null) return frameError('HV_WS_BAD_UTF8');
  return { data: textAsBytes ? bytes : text, isAscii: text.length === bytes.length };
}
