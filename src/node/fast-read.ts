/**
 * Reading without a Buffer and without a copy: an accepted connection is handed over to a socket that reads into given
 * memory (`onread` of `net.Socket`). The handle of an accepted socket is no documented property, so this looks before
 * it touches anything, and what it cannot do is not done: the socket then delivers its bytes as every other one.
 */
import { Server, Socket } from 'node:net';

/** What is looked at in an accepted socket; none of it is documented. */
interface Shell extends Socket {
  _handle?: Handle | null;
  /** The server that counts it until it is closed. */
  _server?: Server | null;
  readonly encrypted?: boolean;
}

interface Handle {
  readonly reading?: boolean;
  readonly useUserBuffer?: unknown;
  [key: symbol]: unknown;
}

/** Bytes have been read: `length` bytes from the start of `buffer`. */
export type Landed = (length: number, buffer: Uint8Array) => void;

/**
 * On Windows nobody has tried it, and there a read may be under way while other sockets are served: with memory that
 * all sockets share, bytes could be lost.
 */
let isPossible: boolean = process.platform !== 'win32';

/** Says whether trying is worth while: false once a hand-over has failed in this process. */
export function canReadFast(): boolean {
  return isPossible;
}

/**
 * Makes a socket of the connection of `shell` that reads into what `nextBuffer` gives: asked at once, and again after
 * each read. `shell` must not have begun to read. Its server counts the new one in its place; nothing is left of it, so
 * that a connection does not cost the memory of two sockets.
 *
 * @returns Null when that is not possible; `shell` is as it was then.
 */
export function handOver(shell: Socket, nextBuffer: () => Uint8Array, landed: Landed): Socket | null {
  if (!isPossible) return null;
  const from = shell as Shell; // what is read of it is checked
  const handle = from._handle;
  // A TLS connection has such a handle too, but its socket would deliver its bytes another way.
  if (!handle || typeof handle.useUserBuffer !== 'function' || handle.reading !== false || from.encrypted) return null;
  const { _server: server } = from;
  if (!(server instanceof Server)) return null;
  from._handle = null;
  try {
    const callback = (length: number, buffer: Uint8Array): boolean => {
      landed(length, buffer);
      return true;
    };
    // The types know documented options only.
    const options = {
      handle,
      allowHalfOpen: true,
      readable: true,
      writable: true,
      onread: { buffer: nextBuffer, callback },
    };
    const socket: Shell = new Socket(options as ConstructorParameters<typeof Socket>[0]);
    if (socket._handle === handle) {
      socket._server = server;
      from._server = null;
      return socket;
    }
  } catch {
    // Told by the result: there is another way, and nothing that a user could do.
  }
  isPossible = false;
  giveBack(from, handle);
  return null;
}

/** A socket that was not finished may have made the handle its own already. */
function giveBack(shell: Shell, handle: Handle): void {
  for (const key of Object.getOwnPropertySymbols(handle)) {
    if (handle[key] instanceof Socket) handle[key] = shell;
  }
  shell._handle = handle;
}
