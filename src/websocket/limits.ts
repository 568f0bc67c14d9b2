/** What a WebSocket peer may make us keep: defaults, and the check at the door. */
import { callerError } from '../errors.ts';

/** The limits a connection is made with. `0` and `Infinity` lift one. */
export interface MessageLimits {
  /** Payload bytes of one message, before and after inflating. Default 16,777,216; a longer one fails with 1009. */
  readonly maxMessageBytes: number;
  /** Frames of one message, empty ones too. Default 131,072: 8 MB in frames of 64 bytes; more fail with 1008. */
  readonly maxFragments: number;
}

/** What the frame machine is told. */
export interface FrameLimits extends MessageLimits {
  /** Whether permessage-deflate was negotiated, so that messages may be compressed. */
  readonly allowDeflate: boolean;
}

const DEFAULTS: MessageLimits = { maxMessageBytes: 16_777_216, maxFragments: 131_072 };
/** One object for all connections with default limits: the machine is told limits only when they are others than before. */
const PLAIN: FrameLimits = Object.freeze({ ...DEFAULTS, allowDeflate: false });
const DEFLATE: FrameLimits = Object.freeze({ ...DEFAULTS, allowDeflate: true });

/**
 * Limits with defaults in place of what is absent.
 * @throws HttpuvError `HV_BAD_OPTION` for anything but a whole number from 0 on, or Infinity.
 */
export function checkLimits(given: Partial<MessageLimits>, allowDeflate: boolean): FrameLimits {
  const { maxMessageBytes = DEFAULTS.maxMessageBytes, maxFragments = DEFAULTS.maxFragments } = given;
  if (maxMessageBytes === DEFAULTS.maxMessageBytes && maxFragments === DEFAULTS.maxFragments) {
    return allowDeflate ? DEFLATE : PLAIN;
  }
  return {
    maxMessageBytes: limit('maxMessageBytes', given.maxMessageBytes),
    maxFragments: limit('maxFragments', given.maxFragments),
    allowDeflate,
  };
}

function limit(name: keyof MessageLimits, value: number | undefined): number {
  if (value === undefined) return DEFAULTS[name];
  if (value === 0 || value === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw callerError('HV_BAD_OPTION', `${name} is a whole number, 0 or Infinity for no limit, not ${String(value)}`);
}
