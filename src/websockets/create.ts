/** Starts servers and checks what they are given (R: `create_server`, `createContext`). */
import { callerError } from '../errors.ts';
import { unlessAborted } from '../server/abort.ts';
import { startServerWith } from '../server/start.ts';
import type { ServerOptions as HostOptions } from '../types.ts';
import { DEMO_PAGE } from './demo-page.ts';
import { WebsocketsError } from './errors.ts';
import { checkCommon } from './options.ts';
import { SocketServer } from './server.ts';
import { staticTextService } from './static-services.ts';
import type { ServerOptions, WebPage, WsServer } from './types.ts';

const DEFAULT_PORT = 7681;
const DEFAULT_HOST = '127.0.0.1';
const CALLBACKS = ['established', 'receive', 'closed', 'handleProtocols', 'verifyRequest'] as const;

/**
 * Listens for WebSockets and for page requests on one port.
 *
 * @param options See {@link ServerOptions}; or R's arguments: port, page, and whether everything is sent as binary.
 * @returns The server, when it listens. Callbacks that are set before the next `await` miss nothing.
 * @throws RangeError for a port that is none, TypeError for callbacks that are no functions; WebsocketsError `ERR_BIND`, whose
 *   message begins with `Unable to bind socket on port` and whose `cause` is the system's error; HttpuvError `HV_BAD_OPTION` for
 *   an unknown option; the reason of `signal` when that aborts before it listens.
 * @example
 * const server = await create_server({ port: 7681 });
 * set_callback('receive', (DATA, WS) => { websocket_write(DATA, WS); }, server);
 * @see R: `websockets::create_server`
 */
export function createServer(options?: ServerOptions): Promise<WsServer>;
export function createServer(port: number, webpage?: WebPage | null, isBinary?: boolean): Promise<WsServer>;
export async function createServer(
  first?: ServerOptions | number,
  webpage?: WebPage | null,
  isBinary?: boolean,
): Promise<WsServer> {
  if (typeof first === 'object' && first !== null) return listen(first);
  return listen({
    ...(first !== undefined && { port: first }),
    ...(webpage !== undefined && { webpage }),
    ...(isBinary !== undefined && { isBinary }),
  });
}

/**
 * As {@link createServer}, in the order of R's function of this name.
 *
 * @param server `false`: a context that does not listen; `service` of it is over at once.
 * @see R: `websockets::createContext`
 */
export async function createContext(
  port: number = DEFAULT_PORT,
  webpage?: WebPage | null,
  server: boolean = true,
  isBinary?: boolean,
): Promise<WsServer> {
  if (server) return createServer(port, webpage, isBinary);
  const options = isBinary === undefined ? {} : { isBinary };
  checkCommon(options);
  const context = new SocketServer('', checkedPage(webpage), options);
  context.events.close();
  return context;
}

async function listen(options: ServerOptions): Promise<WsServer> {
  const {
    port = DEFAULT_PORT,
    host = DEFAULT_HOST,
    webpage,
    dispatch = 'auto',
    isBinary: _isBinary,
    signal,
    established: _established,
    receive: _receive,
    closed: _closed,
    handleProtocols,
    verifyRequest,
    ...others
  } = options;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`port is a whole number from 0 to 65535, not ${String(port)}`);
  }
  if (dispatch !== 'auto' && dispatch !== 'manual') throw new TypeError("dispatch is 'auto' or 'manual'");
  checkCommon(options);
  for (const name of CALLBACKS) {
    const given: unknown = options[name];
    if (given !== undefined && typeof given !== 'function') throw new TypeError(`${name} is a function`);
  }
  if ('bodyMode' in others) throw callerError('HV_BAD_OPTION', 'page requests have whole bodies: leave bodyMode out');
  signal?.throwIfAborted();
  const server = new SocketServer(host, checkedPage(webpage), options);
  const app = server.app({
    ...(handleProtocols !== undefined && { handleProtocols }),
    ...(verifyRequest !== undefined && { verifyRequest }),
  });
  const hostOptions: HostOptions = others;
  try {
    const starting = startServerWith(host, port, app, hostOptions, { tellsPings: true, oneRequest: true });
    server.attach(await unlessAborted(signal, starting, (late) => void late.stop()));
  } catch (error) {
    if (signal?.aborted || !isSystemError(error)) throw error;
    throw new WebsocketsError('ERR_BIND', `Unable to bind socket on port ${port}: ${error.message}`, { cause: error });
  }
  server.closeWith(signal);
  return server;
}

/** @throws TypeError for a page that is none. */
function checkedPage(webpage: unknown): WebPage | null {
  if (webpage === undefined) return staticTextService(DEMO_PAGE);
  if (webpage === null) return null;
  if (typeof webpage !== 'function') throw new TypeError('webpage is a function or null');
  return webpage as WebPage; // What a function takes and gives cannot be looked at.
}

/** Whether the system refused: its errors have codes of their own, ours begin with HV_. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && !error.code.startsWith('HV_');
}
