/** Requests that are well formed and all the same neither for the app nor for files. */
import type { HttpMachine } from '../parser/machine.ts';
import { FLAG, METHOD } from '../wasm/constants.gen.ts';
import type { Connection } from './connection.ts';
import { isHostAllowed } from './hosts.ts';

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { EXPECT_OTHER } = FLAG;
const { CONNECT } = METHOD;

/** The status of a request that is refused whatever its target is; 0 when it is not. */
export function refusalOf(
  connection: Connection,
  method: number,
  flags: number,
  machine: HttpMachine,
  at: number,
  headAt: number,
): number {
  const { server } = connection;
  const { words } = machine;
  if (method === CONNECT) return 405;
  const length = (words[at + 5] ?? 0) + (words[at + 6] ?? 0) * 2 ** 32;
  if (length > server.maxBodyBytes) return 413;
  if ((flags & EXPECT_OTHER) !== 0) return 417;
  if (server.allowedHosts !== null && !isHostAllowed(server.allowedHosts, machine, at, headAt)) return 421;
  return 0;
}
