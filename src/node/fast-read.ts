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

/** Who hears of bytes that were read into given memory. */
export interface Reader {
  /** `length` bytes lie at the start of memory that the next read of any socket overwrites. */
  landed(memory: Uint8Array, length: number): void;
  /** Where the next read goes. */
  memory(): Uint8Array;
}

/** Under this name a socket has its reader. Before there is one, what is read is lost. */
export const READER: unique symbol = Symbol('reader');

interface ReadingSocket extends Socket {
  [READER]?: Reader;
}

/** Where the read goes that begins now: runtimes ask when a socket is made, and again behind each read. */
let next: Uint8Array = new Uint8Array(0);
const nextBuffer = (): Uint8Array => next;

function tell(socket: ReadingSocket, length: number, memory: Uint8Array): true {
  const reader = socket[READER];
  reader?.landed(memory, length);
  next = reader?.memory() ?? memory;
  return true;
}

/** One function for all sockets, because an idle connection is to cost little memory. */
function landed(this: ReadingSocket, length: number, memory: Uint8Array): true {
  return tell(this, length, memory);
}

/** Runtimes call that on the socket, though nothing says that they have to: it is used once one was seen to. */
let isCalledOnSocket = false;

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
 * Makes a socket of the connection of `shell` that reads into given memory, and tells its {@link READER}. `shell` must not
 * have begun to read. Its server counts the new one in its place; nothing is left of it, so that a connection does not
 * cost the memory of two sockets.
 *
 * @param first The memory for the first read; the reader is asked for that of the others.
 * @returns Null when that is not possible; `shell` is as it was then.
 */
export function handOver(shell: Socket, first: Uint8Array): Socket | null {
  if (!isPossible) return null;
  const from = shell as Shell; // what is read of it is checked
  const handle = from._handle;
  // A TLS connection has such a handle too, but its socket would deliver its bytes another way.
  if (!handle || typeof handle.useUserBuffer !== 'function' || handle.reading !== false || from.encrypted) return null;
  const { _server: server } = from;
  if (!(server instanceof Server)) return null;
  from._handle = null;
  next = first;
  try {
    const made: { socket: Shell | null } = { socket: null };
    const callback = isCalledOnSocket ? landed : landedOn(made);
    // The types know documented options only.
    const options = {
      handle,
      allowHalfOpen: true,
      readable: true,
      writable: true,
      onread: { buffer: nextBuffer, callback },
    };
    const socket: Shell = new Socket(options as ConstructorParameters<typeof Socket>[0]);
    made.socket = socket;
    // Node's own listener minds sockets that end with their peer; ours go on, and one listener needs no list.
    for (const listener of socket.listeners('end')) socket.off('end', listener as () => void);
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

/** The callback of one socket, which does not need to be told which one it is, and sees whether it is. */
function landedOn(made: { readonly socket: ReadingSocket | null }): typeof landed {
  return function (length, memory) {
    isCalledOnSocket ||= this === made.socket;
    return made.socket === null || tell(made.socket, length, memory);
  };
}

/** A socket that was not finished may have made the handle its own already. */
function giveBack(shell: Shell, handle: Handle): void {
  for (const key of Object.getOwnPropertySymbols(handle)) {
    if (handle[key] instanceof Socket) handle[key] = shell;
  }
  shell._handle = handle;
}
