/** A socket of a finished TLS handshake as the connection host sees it. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { NetSocket } from './net-socket.ts';
import type { PeerIdentity } from './peer-identity.ts';

/** How much of what was encrypted is still here, and of the part that is being sent; none of it is documented. */
interface Handle {
  readonly writeQueueSize?: number;
  readonly _parent?: { readonly writeQueueSize?: number };
}

/** A {@link NetSocket} whose writes are encrypted at once and end later, even those that the kernel takes at once. */
export class TlsSocket extends NetSocket {
  readonly identity: PeerIdentity | null;
  readonly #socket: TLSSocket & { readonly _handle?: Handle | null };
  readonly #written: (error?: Error | null) => void;
  /** Encrypted bytes when they were last looked at, and the most of them that were seen on their way to the kernel since. */
  #encrypted = 0;
  #leaving = 0;

  constructor(socket: TLSSocket, identity: PeerIdentity | null) {
    super(socket);
    this.#socket = socket;
    this.identity = identity;
    // A socket announces that it has drained only after a write that returned false; here no write is over when it returns.
    this.#written = (error) => {
      if (!error && socket.writableLength === 0) this.tellDrained();
    };
  }

  override get unsent(): number {
    const queued = this.#socket.writableLength;
    if (queued === 0) return 0;
    const handle = this.#socket._handle;
    const encrypted = handle?.writeQueueSize ?? queued;
    const leaving = handle?._parent?.writeQueueSize ?? 0;
    // What is on its way counts as encrypted until all of that part has left: the rest of it shows how far it is.
    this.#leaving = encrypted === this.#encrypted ? Math.max(this.#leaving, leaving) : leaving;
    this.#encrypted = encrypted;
    return Math.max(0, encrypted - (this.#leaving - leaving));
  }

  override write(data: string | Uint8Array): boolean {
    return typeof data === 'string'
      ? this.#socket.write(data, 'latin1', this.#written)
      : this.#socket.write(data, this.#written);
  }
}

/** The accepted socket below one that speaks TLS; null where the runtime does not tell. */
export function shellOf(socket: TLSSocket): Socket | null {
  return (socket as TLSSocket & { readonly _parent?: Socket })._parent ?? null;
}
