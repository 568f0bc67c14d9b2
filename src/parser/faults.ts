/** What a parser refuses: bytes that are none, and what the peer did wrong. */
import { callerError, HttpuvError } from '../errors.ts';
import type { SharedMachine } from './shared-machine.ts';

/** Lets bytes of another realm pass, a page's frame or a `vm` context, whose classes are others than ours. */
export function checkBytes(bytes: unknown): void {
  if (ArrayBuffer.isView(bytes) && Object.prototype.toString.call(bytes) === '[object Uint8Array]') return;
  throw callerError('HV_BAD_OPTION', 'feed takes a Uint8Array');
}

/** Why the machine refused the message, as an error. */
export function peerError(shared: SharedMachine): HttpuvError {
  const { name, message, status, offset } = shared.machine.error;
  return new HttpuvError(name, message, { fault: 'remote', answer: status, offset });
}
