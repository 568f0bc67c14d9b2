/**
 * Who asks through a proxy, by what the proxy says: X-Forwarded-For, -Proto and -Host, or Forwarded (RFC 7239). Pure text;
 * whom to believe is told from outside. What two readers could understand differently is understood by none.
 */

/** Says whom to believe. */
export interface Trust {
  /** Whether what this address has added is true. @param hop 0 is the peer of the connection. */
  isTrusted(address: string, hop: number): boolean;
  /** Whether a text is an IPv4 or IPv6 address. */
  isAddress(text: string): boolean;
}

/** The fields that matter, as received, repeated ones joined; null without. */
export interface ForwardedFields {
  readonly forwarded: string | null;
  readonly for: string | null;
  readonly proto: string | null;
  readonly host: string | null;
}

/** What is known of the client behind the proxies; null is what is not said. */
export interface Client {
  readonly address: string;
  readonly port: number;
  readonly proto: 'http' | 'https' | null;
  readonly host: string | null;
}

/** One thing that a proxy says: who has asked it, and how. */
interface Hop {
  readonly for: string | null;
  readonly proto: string | null;
  readonly host: string | null;
}

/** `host` or `host:port`; an IPv6 address in brackets. */
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._~-]+)(?::\d{1,5})?$/i;
/** An address with or without its port. */
const NODE = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/;
/** What stands in place of an address (RFC 7239 section 6). */
const NAMELESS = /^(?:unknown|_[a-z0-9._-]{1,255})(?::(?:\d{1,5}|_[a-z0-9._-]+))?$/i;
const PROTOS: Readonly<Record<string, 'http' | 'https'>> = { http: 'http', https: 'https', ws: 'http', wss: 'https' };

/**
 * Finds the client: from the peer on, as long as who has told is trusted.
 * @param peer Both ends of the connection as they are.
 * @returns Null when it cannot be told what the proxies say.
 */
export function clientOf(
  peer: { readonly remoteAddress: string; readonly remotePort: number },
  fields: ForwardedFields,
  trust: Trust,
): Client | null {
  const { remoteAddress: address, remotePort: port } = peer;
  if (!trust.isTrusted(address, 0)) return { address, port, proto: null, host: null };
  const byFields = fields.forwarded === null ? undefined : walked(address, port, hopsOf(fields.forwarded), trust);
  if (fields.for === null && fields.proto === null && fields.host === null) {
    return byFields === undefined ? { address, port, proto: null, host: null } : byFields;
  }
  const byNames = walked(address, port, hopsOfNames(fields), trust);
  if (byFields === undefined) return byNames;
  return byFields === null || byNames === null ? null : agreed(byFields, byNames);
}

/** From the newest hop back to the first that somebody has told who is not trusted. Null: nothing that can be told. */
function walked(peer: string, peerPort: number, hops: readonly Hop[] | null, trust: Trust): Client | null {
  if (hops === null) return null;
  let client: Client = { address: peer, port: peerPort, proto: null, host: null };
  for (let hop = 0; hop < hops.length; hop++) {
    if (hop > 0 && !(trust.isAddress(client.address) && trust.isTrusted(client.address, hop))) break;
    const told = hops[hops.length - 1 - hop] as Hop; // As many as there are.
    const proto = told.proto === null ? null : (PROTOS[told.proto.toLowerCase()] ?? null);
    if (told.proto !== null && proto === null) return null;
    if (told.host !== null && !HOST.test(told.host)) return null;
    const { host } = told;
    if (told.for === null) return { ...client, proto, host };
    const node = nodeOf(told.for, trust);
    if (node === null) return null;
    client = { ...node, proto, host };
  }
  return client;
}

function nodeOf(text: string, { isAddress }: Trust): { address: string; port: number } | null {
  if (isAddress(text)) return { address: text, port: 0 };
  if (NAMELESS.test(text)) return { address: text.replace(/:.*/, ''), port: 0 };
  const [, inBrackets, plain, port = '0'] = NODE.exec(text) ?? [];
  const address = inBrackets ?? plain ?? '';
  return isAddress(address) && Number(port) <= 65_535 ? { address, port: Number(port) } : null;
}

/**
 * What both kinds of fields say. A proxy that sets the ones passes the others on as its client has sent them, so they must
 * not contradict each other, and what the ones say alone is not believed.
 */
function agreed(one: Client, other: Client): Client | null {
  const same = (a: string | null, b: string | null): boolean => a?.toLowerCase() === b?.toLowerCase();
  const hasBoth = (a: string | null, b: string | null): boolean => a !== null && b !== null;
  if (!same(one.address, other.address)) return null;
  if (hasBoth(one.proto, other.proto) && one.proto !== other.proto) return null;
  if (hasBoth(one.host, other.host) && !same(one.host, other.host)) return null;
  return { ...one, proto: other.proto && one.proto, host: other.host && one.host };
}

/** The hops of X-Forwarded-*. Of -Proto and -Host there is one value for all, or one for each address. */
function hopsOfNames({ for: addresses, proto, host }: ForwardedFields): Hop[] | null {
  const fors = listed(addresses);
  const count = Math.max(fors.length, 1);
  const protos = perHop(listed(proto), count);
  const hosts = perHop(listed(host), count);
  if (protos === null || hosts === null) return null;
  return Array.from({ length: count }, (_, i) => ({
    for: fors[i] ?? null,
    proto: protos[i] ?? null,
    host: hosts[i] ?? null,
  }));
}

function perHop(values: readonly string[], count: number): (string | null)[] | null {
  if (new Set(values.map((value) => value.toLowerCase())).size <= 1) return Array(count).fill(values[0] ?? null);
  return values.length === count ? [...values] : null;
}

function listed(field: string | null): string[] {
  const values = field === null ? [] : field.split(',').map((value) => value.trim());
  return values.filter((value) => value !== '');
}

/** One pair, with what separates it from the next one. RFC 7239 section 4. */
const PAIR = /[ \t]*(?:([!#$%&'*+.^_`|~0-9a-z-]+)=(?:([!#$%&'*+.^_`|~0-9a-z-]+)|"((?:[^"\\]|\\.)*)")[ \t]*)?([;,]|$)/iy;

/** The hops of a Forwarded field; null when it is malformed, or names a thing twice. */
function hopsOf(field: string): Hop[] | null {
  const hops: Hop[] = [];
  let pairs = new Map<string, string>();
  PAIR.lastIndex = 0;
  for (;;) {
    const found = PAIR.exec(field);
    if (found === null) return null;
    const [, name, token, quoted, end] = found;
    if (name !== undefined) {
      const key = name.toLowerCase();
      if (pairs.has(key)) return null;
      pairs.set(key, token ?? (quoted ?? '').replace(/\\(.)/g, '$1'));
    }
    if (end === ';') continue;
    if (pairs.size > 0) {
      hops.push({ for: pairs.get('for') ?? null, proto: pairs.get('proto') ?? null, host: pairs.get('host') ?? null });
      pairs = new Map();
    }
    if (end === '') return hops;
  }
}
