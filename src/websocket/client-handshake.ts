/** The opening handshake of a client (RFC 6455 section 4.1) as pure functions. */
import { rawToBase64 } from '../codec/base64.ts';
import { callerError, HttpuvError } from '../errors.ts';
import { type DeflateOptions, type DeflateParams, readAnswer, writeOffer } from './deflate.ts';
import { extensionsOf, isToken, lists, type RawHeaders, valuesOf } from './fields.ts';
import { acceptKey } from './handshake.ts';

/** What a client asks for. */
export interface ClientOptions {
  /** Host, with the port unless it is the usual one. */
  readonly host: string;
  /** Path and query. Default `/`. */
  readonly target?: string;
  /** Default 13. */
  readonly version?: 8 | 13;
  readonly protocols?: readonly string[];
  readonly origin?: string;
  /** `null`, the default: without compression. */
  readonly deflate?: DeflateOptions | null;
  /** Further fields: none that the handshake has already, and none that frames a body. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A handshake on its way. */
export interface ClientHandshake {
  readonly key: string;
  /** The whole head of the request. */
  readonly head: string;
  readonly options: ClientOptions;
}

/** What was agreed on. */
export interface ClientAgreement {
  readonly protocol: string;
  readonly deflate: DeflateParams | null;
}

const TEXT = /^[\t\x20-\x7e]*$/;
/** What may be a host with its port; the server judges it closely. */
const HOST = /^[!-~]+$/;
/** Fields that the handshake writes itself, and those that would make a body of what follows. */
const OURS = /^(?:host|upgrade|connection|sec-websocket-.*|content-length|transfer-encoding)$/i;
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/;

/**
 * The request of a client.
 *
 * @param nonce 16 random bytes; by default those of the host.
 * @throws HttpuvError `HV_BAD_OPTION` when something cannot stand in a head.
 */
export function clientHandshake(
  options: ClientOptions,
  nonce: Uint8Array = globalThis.crypto.getRandomValues(new Uint8Array(16)),
): ClientHandshake {
  const { host, target = '/', version = 13, protocols = [], origin, deflate = null, headers = {} } = options;
  const key = rawToBase64(nonce);
  const fields: [string, string][] = [
    ['Host', host],
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Key', key],
    ['Sec-WebSocket-Version', String(version)],
  ];
  if (origin !== undefined) fields.push([version === 8 ? 'Sec-WebSocket-Origin' : 'Origin', origin]);
  if (protocols.length > 0) fields.push(['Sec-WebSocket-Protocol', protocols.join(', ')]);
  if (deflate !== null) fields.push(['Sec-WebSocket-Extensions', writeOffer(deflate)]);
  for (const [name, value] of Object.entries(headers)) {
    if (OURS.test(name)) throw bad(`${name} is no further field: the handshake has its own`);
    fields.push([name, value]);
  }
  const wrong = fields.find(([name, value]) => !isToken(name) || typeof value !== 'string' || !TEXT.test(value));
  if (typeof host !== 'string' || !HOST.test(host)) throw bad('host is a name or an address, perhaps with a port');
  if (typeof target !== 'string' || !TARGET.test(target)) throw bad('target is a path from "/" on, encoded');
  if (version !== 13 && version !== 8) throw bad('version is 13 or 8');
  if (!protocols.every(isToken) || new Set(protocols).size < protocols.length)
    throw bad('protocols are different tokens');
  if (nonce.length !== 16) throw bad('the nonce has 16 bytes');
  if (wrong !== undefined) throw bad(`the field ${JSON.stringify(wrong[0])} cannot stand in a head`);
  const lines = [`GET ${target} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)];
  return { key, head: `${lines.join('\r\n')}\r\n\r\n`, options };
}

/**
 * Checks the answer to a handshake.
 * @throws HttpuvError `HV_WS_BAD_HANDSHAKE` when it does not open a WebSocket.
 */
export function checkAnswer(handshake: ClientHandshake, status: number, headers: RawHeaders): ClientAgreement {
  const values = (name: string): string[] => valuesOf(headers, name);
  const { protocols = [], deflate = null } = handshake.options;
  if (status !== 101) throw refused(`the server answered ${status}, not 101`);
  if (!lists(values('upgrade'), 'websocket')) throw refused('Upgrade does not list websocket');
  if (!lists(values('connection'), 'upgrade')) throw refused('Connection does not list upgrade');
  const accept = values('sec-websocket-accept');
  if (accept.length !== 1 || accept[0] !== acceptKey(handshake.key)) throw refused('Sec-WebSocket-Accept is wrong');
  const [protocol = '', ...moreProtocols] = values('sec-websocket-protocol');
  if (moreProtocols.length > 0 || (protocol !== '' && !protocols.includes(protocol))) {
    throw refused('the server chose a subprotocol that was not offered');
  }
  const extensions = extensionsOf(values('sec-websocket-extensions'));
  if (extensions === null) throw refused('Sec-WebSocket-Extensions is malformed');
  if (extensions.length === 0) return { protocol, deflate: null };
  const params = deflate === null ? null : readAnswer(extensions, deflate);
  if (params === null) throw refused('the server chose an extension or a parameter that was not offered');
  return { protocol, deflate: params };
}

function bad(reason: string): HttpuvError {
  return callerError('HV_BAD_OPTION', `this handshake cannot be sent: ${reason}`);
}

function refused(reason: string): HttpuvError {
  return new HttpuvError('HV_WS_BAD_HANDSHAKE', reason, { fault: 'remote', answer: 1002 });
}
