/** Which host names requests may name when a command listens for this machine alone. */

/** A page of some other site that has its name point here (DNS rebinding) must not reach the server. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'] as const;

/** Whether only this machine can reach a server that listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * The host names that requests may name.
 *
 * @param allowed Further ones; `*` among them allows every name.
 * @returns Undefined when every name is allowed.
 */
export function allowedNames(host: string, allowed: readonly string[] = []): string[] | undefined {
  if (allowed.includes('*') || (allowed.length === 0 && !isLoopback(host))) return undefined;
  return [...LOOPBACK_NAMES, host, ...allowed];
}
