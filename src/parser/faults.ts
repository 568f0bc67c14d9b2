/** What a parser refuses: bytes that are none, and what the peer did wrong. */
import { isBytes } from '../codec/bytes.ts';
import { callerError, HttpuvError } from '../errors.ts';
import type { SharedMachine } from './shared-machine.ts';

/** Lets bytes of any realm pass. */
export function checkBytes(bytes: unknown): void {
  if (!isBytes(bytes)) throw callerError('HV_BAD_OPTION', 'feed takes a Uint8Array');
}

/** Why the machine refused the message, as an error. */
export function peerError(shared: SharedMachine): HttpuvError {
  const { name, message, status, offset } = shared.machine.error;
  return new HttpuvError(name, message, { fault: 'remote', answer: status, offset });
}
