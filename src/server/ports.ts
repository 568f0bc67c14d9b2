/** What kind of address a text is, and finding a free port. It starts no server of this package. */
import { isIP } from 'node:net';
import { callerError } from '../errors.ts';
import { firstFreePort } from '../node/ports.ts';
import { threadSide } from './io.ts';

/**
 * Tells whether a text is a numeric IP address, and of which family. An IPv6 address may name a zone behind `%`, which
 * is not looked at. Addresses with a prefix length, in brackets or with spaces are none, nor are names.
 *
 * @param ip The text.
 * @returns `4`, `6`, or `-1` when it is neither.
 * @throws HttpuvError `HV_BAD_OPTION` when `ip` is not a string.
 * @see R: `httpuv::ipFamily`
 * @example
 * ipFamily('127.0.0.1'); // 4
 * ipFamily('fe80::1%en0'); // 6
 * ipFamily('localhost'); // -1
 */
export function ipFamily(ip: string): 4 | 6 | -1 {
  if (typeof ip !== 'string') throw callerError('HV_BAD_OPTION', 'ip must be a string');
  const zone = ip.indexOf('%');
  const family = isIP(zone < 0 ? ip : ip.slice(0, zone));
  if (family === 6) return 6;
  return family === 4 && zone < 0 ? 4 : -1;
}

/** Ports that browsers refuse to open (the list of the Fetch standard, which also is the one of R, refreshed). */
const UNSAFE_PORTS: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

const HIGHEST_PORT = 65_535;

/**
 * Finds a port on which a server could listen now, by really binding it for a moment. Ports that browsers refuse are
 * left out. Somebody else may take the port before it is used; a server started on port 0 has no such gap.
 *
 * @param min Lowest port; default 1024. Less than 1 is taken as 1. When it is above `max`, ports are walked downwards.
 * @param max Highest port; default 49151. More than 65535 is taken as 65535.
 * @param host Address to bind; default 127.0.0.1.
 * @param n How many ports to try, at random; default 20. Less than 2: all of them, in order.
 * @throws HttpuvError `HV_NO_PORT` (R: condition class `httpuv_unavailable_port`) when none of those tried is free, with
 *   the last refusal as its `cause`; `HV_BAD_OPTION` when an argument is of the wrong type.
 * @see R: `httpuv::randomPort`
 * @example
 * const port = await randomPort();
 */
export async function randomPort(
  min: number = 1024,
  max: number = 49_151,
  host: string = '127.0.0.1',
  n: number = 20,
): Promise<number> {
  const { address, ports } = checked(min, max, host, n);
  const { port, refusal } = await firstFreePort(address, ports);
  return port ?? unavailable(host, refusal);
}

/**
 * As {@link randomPort}, but blocks until the port is found: the I/O thread does the binding.
 * @throws As {@link randomPort}; HttpuvError `HV_NO_IO_THREAD` when that thread cannot be started.
 */
export function randomPortSync(
  min: number = 1024,
  max: number = 49_151,
  host: string = '127.0.0.1',
  n: number = 20,
): number {
  const { address, ports } = checked(min, max, host, n);
  const { port, refusal } = threadSide().freePort(address, ports);
  return port ?? unavailable(host, refusal);
}

function checked(min: number, max: number, host: string, n: number): { address: string; ports: number[] } {
  for (const [name, value] of Object.entries({ min, max, n })) {
    if (!Number.isInteger(value)) throw callerError('HV_BAD_OPTION', `${name} must be a whole number`);
  }
  if (typeof host !== 'string') throw callerError('HV_BAD_OPTION', 'host must be a string');
  return { address: host === '::/0' ? '::' : host, ports: portsToTry(min, max, n) };
}

function unavailable(host: string, refusal: Error | null): never {
  const reason = refusal === null ? 'no port of the range may be used' : refusal.message;
  const error = callerError('HV_NO_PORT', `Cannot find an available port. (On ${host}: ${reason})`);
  error.cause = refusal;
  throw error;
}

/** The ports from `from` to `to`, in that direction, that a browser would open: all of them, or `n` at random. */
export function portsToTry(from: number, to: number, n: number): number[] {
  const ports: number[] = [];
  const highest = Math.min(Math.max(from, to), HIGHEST_PORT);
  for (let port = Math.max(Math.min(from, to), 1); port <= highest; port++) {
    if (!UNSAFE_PORTS.has(port)) ports.push(port);
  }
  if (from > to) ports.reverse();
  const wanted = Math.min(n, ports.length);
  return wanted < 2 ? ports : sample(ports, wanted);
}

/** `n` different elements in random order. */
function sample(from: number[], n: number): number[] {
  const left = [...from];
  return Array.from({ length: n }, () => {
    const [one] = left.splice(Math.floor(Math.random() * left.length), 1);
    return one as number; // n is at most the length, so there is one
  });
}
