/** The opening handshake of a server (RFC 6455 section 4.2) as pure functions of the request. */
import { rawToBase64 } from '../codec/base64.ts';
import { sha1 } from '../codec/sha1.ts';
import { callerError } from '../errors.ts';
import { answerOffers, type DeflateAnswer, type DeflateOptions } from './deflate.ts';
import {
  type Extension,
  extensionsOf,
  isToken,
  listOf,
  lists,
  type RawHeaders,
  valuesByName,
  valuesOf,
} from './fields.ts';
import { encodeText } from './text.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Base64 of 16 bytes: the last letter holds two bits. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;
const VERSIONS = '13, 8';

/** What of a request is looked at. */
export interface HandshakeRequest {
  readonly method: string;
  /** `1.0`, `1.1`, … */
  readonly httpVersion: string;
  readonly rawHeaders: RawHeaders;
}

/** A handshake without fault. Whether to accept it is the application's to say. */
export interface Handshake {
  readonly key: string;
  readonly version: 8 | 13;
  /** Offered subprotocols, the client's favourite first. */
  readonly protocols: ReadonlySet<string>;
  readonly extensions: readonly Extension[];
  /** Values of `Origin`, and in version 8 of `Sec-WebSocket-Origin`; none when the client is no browser. */
  readonly origins: readonly string[];
}

/** Why a handshake is refused. */
export interface Refusal {
  readonly status: 400 | 405 | 426;
  /** Fields of the answer, beside the usual ones. */
  readonly headers: Readonly<Record<string, string>>;
  /** A sentence for the answer's body. */
  readonly reason: string;
}

/** Whether a request asks for a WebSocket: its `Upgrade` lists `websocket`. All others are ordinary requests. */
export function asksForWebSocket(headers: RawHeaders): boolean {
  return lists(valuesOf(headers, 'upgrade'), 'websocket');
}

/** Judges a request that {@link asksForWebSocket}. */
export function judgeHandshake(request: HandshakeRequest): Handshake | Refusal {
  const { method, httpVersion, rawHeaders } = request;
  const values = valuesByName(rawHeaders);
  if (method !== 'GET') return refusal(405, 'a WebSocket handshake is a GET request', { Allow: 'GET' });
  if (httpVersion === '1.0') return refusal(400, 'a WebSocket handshake needs HTTP/1.1');
  if (values('host').length !== 1) return refusal(400, 'a WebSocket handshake has one Host field');
  if (!lists(values('connection'), 'upgrade')) return refusal(400, 'Connection does not list upgrade');
  const hasLength = values('content-length').some((value) => Number(value) !== 0);
  if (hasLength || values('transfer-encoding').length > 0) return refusal(400, 'a WebSocket handshake has no body');

  const [versionText, ...moreVersions] = values('sec-websocket-version');
  const version = versionText === '13' ? 13 : versionText === '8' ? 8 : null;
  if (version === null || moreVersions.length > 0) {
    const headers = { 'Sec-WebSocket-Version': VERSIONS, Upgrade: 'websocket' };
    return refusal(426, `Sec-WebSocket-Version is none of ${VERSIONS}`, headers);
  }
  const [key, ...moreKeys] = values('sec-websocket-key');
  if (key === undefined || moreKeys.length > 0 || !KEY.test(key)) {
    return refusal(400, 'Sec-WebSocket-Key is not the base64 form of 16 bytes');
  }
  const protocols = listOf(values('sec-websocket-protocol'));
  const distinct = new Set(protocols);
  if (distinct.size !== protocols.length || !protocols.every(isToken)) {
    return refusal(400, 'Sec-WebSocket-Protocol is not a list of different tokens');
  }
  const extensions = extensionsOf(values('sec-websocket-extensions'));
  if (extensions === null) return refusal(400, 'Sec-WebSocket-Extensions is malformed');
  const origins = [...values('origin'), ...(version === 8 ? values('sec-websocket-origin') : [])];
  return { key, version, protocols: distinct, extensions, origins };
}

function refusal(status: Refusal['status'], reason: string, headers: Readonly<Record<string, string>> = {}): Refusal {
  return { status, headers, reason };
}

/** Tells the two results of {@link judgeHandshake} apart. */
export function isRefusal(result: Handshake | Refusal): result is Refusal {
  return 'status' in result;
}

/** Whether every origin of a handshake is in the list. Clients without one are no browsers, and allowed. */
export function isOriginAllowed(handshake: Handshake, allowed: readonly string[]): boolean {
  return handshake.origins.every((origin) => allowed.includes(origin));
}

/** `Sec-WebSocket-Accept` for a key (section 4.2.2). */
export function acceptKey(key: string): string {
  return rawToBase64(sha1(encodeText(key + GUID)));
}

/** What to answer a handshake with, and what was agreed on. */
export interface Acceptance {
  /** The whole head of the 101 response. */
  readonly head: string;
  /** Its field lines, each ended by CRLF, for hosts that add their own. */
  readonly fields: string;
  /** Subprotocol; empty without. */
  readonly protocol: string;
  readonly deflate: DeflateAnswer['params'] | null;
}

/**
 * Accepts a handshake.
 *
 * @param protocol The chosen subprotocol, or `false` for none.
 * @param deflate `null`: without compression.
 * @throws HttpuvError `HV_BAD_PROTOCOL` when the protocol was not offered.
 */
export function acceptHandshake(
  handshake: Handshake,
  protocol: string | false = false,
  deflate: DeflateOptions | null = null,
): Acceptance {
  if (protocol !== false && !handshake.protocols.has(protocol)) {
    throw callerError('HV_BAD_PROTOCOL', `the subprotocol ${JSON.stringify(protocol)} was not offered`);
  }
  const answer = deflate === null ? null : answerOffers(handshake.extensions, deflate);
  // In R's order, as far as R has them.
  let fields = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${acceptKey(handshake.key)}\r\n`;
  if (protocol !== false) fields += `Sec-WebSocket-Protocol: ${protocol}\r\n`;
  if (answer !== null) fields += `Sec-WebSocket-Extensions: ${answer.header}\r\n`;
  const head = `HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n`;
  return { head, fields, protocol: protocol || '', deflate: answer?.params ?? null };
}
