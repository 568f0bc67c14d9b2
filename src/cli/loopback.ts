/** Which host names requests may name when a command listens for this machine alone. */

import { BlockList, isIP } from 'node:net';

/** A page of some other site that has its name point here (DNS rebinding) must not reach the server. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'] as const;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether only this machine can reach a server that listens there, in whatever spelling. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0 ? host.toLowerCase() === 'localhost' : LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * The host names that requests may name.
 *
 * @param allowed Further ones; `*` among them allows every name.
 * @returns Undefined when every name is allowed.
 */
export function allowedNames(host: string, allowed: readonly string[] = []): string[] | undefined {
  if (allowed.includes('*') || (allowed.length === 0 && !isLoopback(host))) return undefined;
  // As browsers write it.
  const named = isIP(host) === 6 && !host.includes('%') ? new URL(`http://[${host}]`).hostname : host;
  return [...LOOPBACK_NAMES, named, ...allowed];
}
