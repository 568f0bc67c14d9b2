/** Options that both sides have, and all of a client's, checked once at the door. Those of servers are checked by `startServer`. */
import { unknownName } from '../codec/option-names.ts';
import type { ClientOptions, Common } from './types.ts';

/** Limits and time-outs of a client, in bytes and ms. */
export const CLIENT_LIMITS = {
  maxMessageBytes: 16_777_216,
  maxBufferedBytes: 16_777_216,
  closeTimeoutMs: 5_000,
  handshakeTimeoutMs: 10_000,
} as const;

type LimitName = keyof typeof CLIENT_LIMITS;

const LIMIT_NAMES: readonly string[] = Object.keys(CLIENT_LIMITS);

/** All options of a client. */
export const CLIENT_OPTION_NAMES: readonly string[] = [
  ...LIMIT_NAMES,
  'isBinary',
  'signal',
  'port',
  'subprotocol',
  'version',
  'headers',
  'origin',
  'tls',
];

/** Checks what servers and clients share. @throws TypeError. */
export function checkCommon({ isBinary, signal }: Common): void {
  if (isBinary !== undefined && typeof isBinary !== 'boolean' && isBinary !== 'auto') {
    throw new TypeError("isBinary is true, false or 'auto'");
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new TypeError('signal is an AbortSignal');
}

/** Checks a client's options. @throws HttpuvError `HV_BAD_OPTION` for an unknown name; TypeError, RangeError. */
export function checkClientOptions(options: ClientOptions): void {
  if (!isObject(options)) throw new TypeError('websocket(url, options): options is an object');
  for (const name of Object.keys(options)) {
    if (!CLIENT_OPTION_NAMES.includes(name)) throw unknownName(name, name, CLIENT_OPTION_NAMES);
  }
  for (const name of Object.keys(CLIENT_LIMITS)) clientLimit(name as LimitName, options); // Its own names.
  checkCommon(options);
  const { subprotocol = null, headers = {}, tls = {} } = options;
  const isText = (one: unknown): boolean => typeof one === 'string';
  if (subprotocol !== null && !isText(subprotocol) && !(Array.isArray(subprotocol) && subprotocol.every(isText))) {
    throw new TypeError('subprotocol is a string or a list of strings');
  }
  if (!isObject(headers)) throw new TypeError("headers is an object: { 'X-Name': 'value' }");
  if (!isObject(tls)) throw new TypeError('tls is an object, as for tls.connect');
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A limit of a client, Infinity when it is off. @throws RangeError. */
export function clientLimit(name: LimitName, options: ClientOptions): number {
  const value: unknown = options[name] ?? CLIENT_LIMITS[name];
  if (value === 0 || value === Infinity) return Infinity;
  if (typeof value === 'number' && value > 0) return value;
  throw new RangeError(`${name} is a positive number; 0 or Infinity for no limit`);
}
