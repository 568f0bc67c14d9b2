/**
 * One accepted `node:net` socket as the connection host sees it: bytes out, pause, end, and how much is still
 * unsent. The listener functions are shared by all sockets, so that an idle connection costs little memory.
 */

import type { Socket } from 'node:net';
import { freeNow } from '../codec/bytes.ts';
import { add, COUNT, type Counters, UNCOUNTED } from './counters.ts';
import { handOver, READER, type Reader } from './fast-read.ts';
import type { Ends, Peer } from './link.ts';

// Constants of this module are part of the compiled code; properties of imported objects are read at each use.
const { WRITTEN } = COUNT;

/** What the connection host needs of a socket. Tests put a fake in its place. */
export interface PortSocket extends Peer {
  /** Where what it is given to write is counted. */
  counters?: Counters;
  /** Hands bytes or latin1 text to the kernel; false when the socket wants a pause until `drained`. */
  write(data: string | Uint8Array): boolean;
  /** Several writes as one system call. */
  writeAll(parts: readonly (string | Uint8Array)[]): boolean;
  /** Bytes that the kernel has not taken yet. */
  readonly unsent: number;
  /** The peer has reset the connection. A socket that is paused is not told. */
  readonly isGone: boolean;
  /** Tells `drained` once the kernel has taken everything, also when no write returned false. */
  tellWhenSent(): void;
  pause(): void;
  resume(): void;
  /** Sends what is unsent, then FIN; the peer may still send. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
  /** As `destroy`, so that the peer takes it for no proper end. */
  reset(): void;
}

/** Who hears what a socket says. Nothing is said after `closed`. */
export interface SocketOwner extends Reader {
  /** Returns whether the chunk is done with, so that its memory may be given back. */
  data(chunk: Uint8Array): boolean;
  /** The peer will send no more. */
  ended(): void;
  /** The kernel has taken everything after a write that returned false. */
  drained(): void;
  closed(): void;
}

/** One end, as a handle tells it. */
interface Name {
  address?: string;
  port?: number;
}

interface OwnedSocket extends Socket {
  [READER]?: SocketOwner;
  /** Node's own time-outs read this, too: bytes of the write in progress that the kernel has not taken. */
  _handle?: {
    readonly writeQueueSize?: number;
    getpeername?(into: Name): number;
    getsockname?(into: Name): number;
    readonly reset?: unknown;
  } | null;
  /** Node's own mark: `destroy` sends RST. */
  resetAndClosing?: boolean;
}

/** A {@link PortSocket} over a Node socket. */
export class NetSocket implements PortSocket {
  readonly #socket: OwnedSocket;
  counters: Counters = UNCOUNTED;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** The socket says by itself when everything has been sent. */
  protected get tellsDrain(): boolean {
    return true;
  }

  /**
   * Takes a socket that was accepted paused.
   * @param first The memory for the first read; the owner is asked for that of the others, where that is possible.
   */
  static reading(shell: Socket, first: Uint8Array): NetSocket {
    const socket = handOver(shell, first);
    if (socket === null) shell.resume();
    return new NetSocket(socket ?? shell);
  }

  /** Begins to deliver events to `owner`. */
  attach(owner: SocketOwner): void {
    const socket = this.#socket;
    socket[READER] = owner;
    // A socket that was handed over is silent here, unless its runtime does not know `onread`.
    socket.on('data', onData);
    socket.on('end', onEnd);
    if (this.tellsDrain) socket.on('drain', onDrain);
    socket.on('error', ignoreError);
    socket.on('close', onClose);
  }

  /** Everything has been sent, and the socket does not say so by itself. */
  protected tellDrained(): void {
    this.#socket[READER]?.drained();
  }

  get remoteAddress(): string {
    return this.#socket.remoteAddress ?? '';
  }
  get remotePort(): number {
    return this.#socket.remotePort ?? 0;
  }
  get localAddress(): string {
    return this.#socket.localAddress ?? '';
  }
  get localPort(): number {
    return this.#socket.localPort ?? 0;
  }

  ends(): Ends {
    const { _handle } = this.#socket;
    const remote: Name = {};
    const local: Name = {};
    if (_handle?.getpeername?.(remote) !== 0 || _handle.getsockname?.(local) !== 0) return this;
    const { address: remoteAddress = '', port: remotePort = 0 } = remote;
    const { address: localAddress = '', port: localPort = 0 } = local;
    return { remoteAddress, remotePort, localAddress, localPort };
  }

  get unsent(): number {
    const queued = this.#socket.writableLength;
    if (queued === 0) return 0;
    // A large write leaves the queue only when all of it is sent; the handle shows progress inside it. It knows nothing of
    // what stands behind that write, which it may have done with before it says so.
    return this.#socket._handle?.writeQueueSize || queued;
  }

  get isGone(): boolean {
    return peerFailure(this.#socket) !== 0;
  }

  write(data: string | Uint8Array): boolean {
    add(this.counters, WRITTEN, data.length);
    return typeof data === 'string' ? this.#socket.write(data, 'latin1') : this.#socket.write(data);
  }

  writeAll(parts: readonly (string | Uint8Array)[]): boolean {
    this.#socket.cork();
    let more = true;
    for (const part of parts) more = this.write(part);
    this.#socket.uncork();
    return more;
  }

  tellWhenSent(): void {
    const socket = this.#socket;
    // A write of nothing is over when those before it are.
    socket.write('', (error) => {
      if (!error) socket[READER]?.drained();
    });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  reset(): void {
    markForReset(this.#socket);
    this.destroy();
  }
}

/** Has `destroy` send RST, which `resetAndDestroy` does not when a write is under way. Where that is not known, FIN is all there is. */
export function markForReset(socket: OwnedSocket | null): void {
  if (typeof socket?._handle?.reset === 'function') socket.resetAndClosing = true;
}

/** Not 0 when there is no peer any more. */
function peerFailure({ _handle }: OwnedSocket): number {
  return _handle?.getpeername?.({}) ?? 0;
}

function onData(this: OwnedSocket, chunk: Uint8Array): void {
  if (this[READER]?.data(chunk)) freeNow(chunk);
}

function onEnd(this: OwnedSocket): void {
  // A reset that is seen together with the last bytes looks like a FIN; but then there is no peer any more.
  if (peerFailure(this) === 0) this[READER]?.ended();
  else this.destroy();
}

function onDrain(this: OwnedSocket): void {
  this[READER]?.drained();
}

/** `close` follows every error and is what counts; a reset by the peer is no event worth a line. */
function ignoreError(): void {}

function onClose(this: OwnedSocket): void {
  const owner = this[READER];
  delete this[READER];
  owner?.closed();
}
