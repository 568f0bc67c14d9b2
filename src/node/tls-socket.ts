/** A socket of a finished TLS handshake as the connection host sees it. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { add, COUNT } from './counters.ts';
import { markForReset, NetSocket } from './net-socket.ts';
import type { PeerIdentity } from './peer-identity.ts';

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { WRITTEN } = COUNT;

/**
 * Bytes that are encrypted ahead of what the kernel takes. Node encrypts all of a write at once: what many slow clients get
 * from one buffer would be there once for each of them.
 */
const PIECE_BYTES = 131_072;

/** A {@link NetSocket} whose writes are encrypted piece by piece, and end later, even those that the kernel takes at once. */
export class TlsSocket extends NetSocket {
  readonly identity: PeerIdentity | null;
  readonly #socket: TLSSocket;
  readonly #written: (error?: Error | null) => void;
  /** What is not encrypted yet, in order, and how many bytes that is. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** FIN follows what waits. */
  #isEnding = false;

  constructor(socket: TLSSocket, identity: PeerIdentity | null) {
    super(socket);
    this.#socket = socket;
    this.identity = identity;
    this.#written = (error) => {
      if (!error && !socket.destroyed) this.#goOn();
    };
  }

  protected override get tellsDrain(): boolean {
    return false;
  }

  /** Never less than what has not left; a piece counts until all of it has. */
  override get unsent(): number {
    return this.#waitingBytes + this.#socket.writableLength;
  }

  override write(data: string | Uint8Array): boolean {
    add(this.counters, WRITTEN, data.length);
    if (this.#waitingBytes === 0 && data.length <= PIECE_BYTES) {
      return typeof data === 'string'
        ? this.#socket.write(data, 'latin1', this.#written)
        : this.#socket.write(data, this.#written);
    }
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    if (bytes.length > 0) this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#encrypt();
    return false;
  }

  /** It does so behind every write. */
  override tellWhenSent(): void {}

  override end(): void {
    if (this.#waitingBytes > 0) this.#isEnding = true;
    else super.end();
  }

  override destroy(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    super.destroy();
  }

  /** Destroying this socket destroys the accepted one, whose connection is reset. */
  override reset(): void {
    markForReset(shellOf(this.#socket));
    this.destroy();
  }

  /** Encrypts the next pieces, as long as few bytes are on their way. */
  #encrypt(): void {
    while (this.#waitingBytes > 0 && this.#socket.writableLength < PIECE_BYTES) {
      const first = this.#waiting[0] as Uint8Array; // It holds as many bytes as are counted.
      const piece = first.subarray(0, PIECE_BYTES);
      if (piece.length === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(PIECE_BYTES);
      this.#waitingBytes -= piece.length;
      this.#socket.write(piece, this.#written);
    }
  }

  /** A write is over. A socket tells by itself of those alone that returned false. */
  #goOn(): void {
    this.#encrypt();
    if (this.#waitingBytes > 0) return;
    if (this.#isEnding) {
      this.#isEnding = false;
      super.end();
    } else if (this.#socket.writableLength === 0) this.tellDrained();
  }
}

/** The accepted socket below one that speaks TLS; null where the runtime does not tell. */
export function shellOf(socket: TLSSocket): Socket | null {
  return (socket as TLSSocket & { readonly _parent?: Socket })._parent ?? null;
}
