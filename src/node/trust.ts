/** Whom a server believes what it says of others: so many proxies, or those with these addresses. */
import { BlockList, isIP, isIPv4 } from 'node:net';
import type { Trust } from '../parser/forwarded.ts';

/** Plain, so that it can be sent to another thread: a number of hops, or addresses with their prefix, each `address/bits`. */
export type TrustSettings = number | readonly string[];

/** Names of ranges, as users of other servers know them. */
const RANGES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** An entry of a list as ranges; null when it is none. */
export function rangesOf(entry: string): readonly string[] | null {
  if (Object.hasOwn(RANGES, entry)) return RANGES[entry] ?? null;
  const [address = '', bits, ...more] = entry.split('/');
  const most = isIPv4(address) ? 32 : 128;
  if (isIP(address) === 0 || address.includes('%') || more.length > 0) return null;
  if (bits === undefined) return [`${address}/${most}`];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? [entry] : null;
}

/** Makes what decides. */
export function trustOf(settings: TrustSettings): Trust {
  const isAddress = (text: string): boolean => isIP(text) !== 0;
  if (typeof settings === 'number') return { isAddress, isTrusted: (_address, hop) => hop < settings };
  const list = new BlockList();
  for (const range of settings) {
    const [address = '', bits] = range.split('/');
    list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  const isTrusted = (given: string): boolean => {
    // A socket for both families tells IPv4 addresses in this form, and others with the interface behind them.
    const address = given.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
    return isAddress(address) && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  };
  return { isAddress, isTrusted };
}
