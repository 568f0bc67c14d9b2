/**
 * permessage-deflate (RFC 7692): negotiation for both roles, and what is added to and taken from compressed data. The
 * compressor itself is the host's. Off unless asked for.
 */
import type { Extension } from './fields.ts';
import type { Role } from './machine.ts';

const NAME = 'permessage-deflate';
const MOST_BITS = 15;

/** What was agreed on. */
export interface DeflateParams {
  /** Whether the server begins every message anew, knowing nothing of the last one; and the client. */
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  /** Window of what the server sends, as a power of two: 9 to 15; and of what the client sends: 8 to 15. */
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
}

/** What we wish for; absent: no restriction. */
export type DeflateOptions = Partial<DeflateParams>;

/** The same from one side: how to make its compressor and its decompressor. */
export interface CodecParams {
  readonly deflateBits: number;
  readonly inflateBits: number;
  /** Whether to forget everything behind each message. */
  readonly deflateResets: boolean;
  readonly inflateResets: boolean;
}

/** Makes the messages of one connection shorter and longer again, in the order of the calls. Given by the host. */
export interface DeflateCodec {
  /** Compresses one message and flushes (zlib: Z_SYNC_FLUSH). */
  deflate(message: Uint8Array, done: (error: unknown, bytes: Uint8Array) => void): void;
  /**
   * Inflates one message, and counts while doing so.
   *
   * @param data With the four bytes at its end that senders leave out.
   * @param maxBytes With more than these, `done` gets `'too large'`; with malformed data any other error.
   */
  inflate(data: Uint8Array, maxBytes: number, done: (error: unknown, bytes: Uint8Array) => void): void;
}

/** What the codec of one side must be like. */
export function codecParams(params: DeflateParams, role: Role): CodecParams {
  const isServer = role === 'server';
  return {
    deflateBits: isServer ? params.serverMaxWindowBits : params.clientMaxWindowBits,
    inflateBits: isServer ? params.clientMaxWindowBits : params.serverMaxWindowBits,
    deflateResets: isServer ? params.serverNoContextTakeover : params.clientNoContextTakeover,
    inflateResets: isServer ? params.clientNoContextTakeover : params.serverNoContextTakeover,
  };
}

/** Parameters of one offer or answer as they came; `null` when a name or value is none that may be. */
interface Given {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverBits: number | null;
  /** `true`: named without a value. */
  readonly clientBits: number | true | null;
}

function readParams({ params }: Extension): Given | null {
  const given = new Map(params);
  if (given.size !== params.length) return null; // One of them stands twice.
  const read = {
    serverNoContextTakeover: false,
    clientNoContextTakeover: false,
    serverBits: null as number | null,
    clientBits: null as number | true | null,
  };
  for (const [name, value] of given) {
    const bits = value !== null && /^(?:[89]|1[0-5])$/.test(value) ? Number(value) : null;
    if (name === 'server_no_context_takeover' && value === null) read.serverNoContextTakeover = true;
    else if (name === 'client_no_context_takeover' && value === null) read.clientNoContextTakeover = true;
    else if (name === 'server_max_window_bits' && bits !== null) read.serverBits = bits;
    else if (name === 'client_max_window_bits' && (bits !== null || value === null)) read.clientBits = bits ?? true;
    else return null;
  }
  return read;
}

/** A server's answer to offers. */
export interface DeflateAnswer {
  readonly params: DeflateParams;
  /** Value of `Sec-WebSocket-Extensions`. */
  readonly header: string;
}

/** The first offer that can be accepted, answered (RFC 7692 section 7.1); `null`: no compression. */
export function answerOffers(offers: readonly Extension[], options: DeflateOptions): DeflateAnswer | null {
  for (const offer of offers) {
    const given = offer.name.toLowerCase() === NAME ? readParams(offer) : null;
    const answer = given === null ? null : answerOffer(given, options);
    if (answer !== null) return answer;
  }
  return null;
}

function answerOffer(given: Given, options: DeflateOptions): DeflateAnswer | null {
  const serverBits = Math.min(given.serverBits ?? MOST_BITS, options.serverMaxWindowBits ?? MOST_BITS);
  // zlib cannot compress with a window of 256 bytes.
  if (serverBits < 9) return null;
  const wanted = options.clientMaxWindowBits ?? MOST_BITS;
  // A client that does not name the parameter cannot be told a value (section 7.1.2.2).
  if (given.clientBits === null && wanted < MOST_BITS) return null;
  const clientBits = Math.min(typeof given.clientBits === 'number' ? given.clientBits : MOST_BITS, wanted);
  const params: DeflateParams = {
    serverNoContextTakeover: given.serverNoContextTakeover || options.serverNoContextTakeover === true,
    clientNoContextTakeover: given.clientNoContextTakeover || options.clientNoContextTakeover === true,
    serverMaxWindowBits: serverBits,
    clientMaxWindowBits: clientBits,
  };
  return { params, header: write(params, clientBits < MOST_BITS ? clientBits : null) };
}

function write(params: DeflateParams, clientBits: number | true | null): string {
  const words = [NAME];
  if (params.serverNoContextTakeover) words.push('server_no_context_takeover');
  if (params.clientNoContextTakeover) words.push('client_no_context_takeover');
  if (params.serverMaxWindowBits < MOST_BITS) words.push(`server_max_window_bits=${params.serverMaxWindowBits}`);
  if (clientBits === true) words.push('client_max_window_bits');
  else if (clientBits !== null) words.push(`client_max_window_bits=${clientBits}`);
  return words.join('; ');
}

function complete(options: DeflateOptions): DeflateParams {
  return {
    serverNoContextTakeover: options.serverNoContextTakeover ?? false,
    clientNoContextTakeover: options.clientNoContextTakeover ?? false,
    serverMaxWindowBits: options.serverMaxWindowBits ?? MOST_BITS,
    clientMaxWindowBits: options.clientMaxWindowBits ?? MOST_BITS,
  };
}

/** A client's offer: value of `Sec-WebSocket-Extensions`. */
export function writeOffer(options: DeflateOptions): string {
  return write(complete(options), options.clientMaxWindowBits ?? true);
}

/**
 * What a server's answer to our offer means (RFC 7692 section 7.1): `null` when it must fail the connection, because it
 * gives what was not offered or takes back what was asked for.
 */
export function readAnswer(answer: readonly Extension[], options: DeflateOptions): DeflateParams | null {
  const [only] = answer;
  const given = only?.name.toLowerCase() === NAME && answer.length === 1 ? readParams(only) : null;
  if (given === null || given.clientBits === true) return null;
  const offered = complete(options);
  if (offered.serverNoContextTakeover && !given.serverNoContextTakeover) return null;
  const serverBits = given.serverBits ?? MOST_BITS;
  if (serverBits > offered.serverMaxWindowBits) return null;
  const clientBits = given.clientBits ?? MOST_BITS;
  if (clientBits < 9) return null;
  return {
    serverNoContextTakeover: given.serverNoContextTakeover,
    clientNoContextTakeover: given.clientNoContextTakeover || offered.clientNoContextTakeover,
    serverMaxWindowBits: serverBits,
    clientMaxWindowBits: Math.min(clientBits, offered.clientMaxWindowBits),
  };
}

const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);

/** Compressed data of a message as a decompressor needs it (section 7.2.2). */
export function withTail(data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(data.length + TAIL.length);
  whole.set(data);
  whole.set(TAIL, data.length);
  return whole;
}

/** Flushed data as it is sent (section 7.2.1): without the empty block at its end, but never nothing. */
export function withoutTail(data: Uint8Array): Uint8Array {
  const start = data.length - TAIL.length;
  const isTail = start >= 0 && TAIL.every((byte, i) => data[start + i] === byte);
  const rest = isTail ? data.subarray(0, start) : data;
  return rest.length === 0 ? new Uint8Array(1) : rest;
}
