/** R's functions on servers, clients and connections: one door to what the objects do. */
import type { WaitOptions } from '../server/run.ts';
import { Peer } from './peer.ts';
import { Target } from './target.ts';
import type { Callbacks, Context, Data, WsClient, WsConnection } from './types.ts';

const IDS: readonly string[] = ['established', 'receive', 'closed', 'static'];

/**
 * Installs a callback. The next event finds it, also when it is set inside a callback.
 *
 * @param id `established`, `receive`, `closed`, or `static` (of servers).
 * @param f The function; null removes what is there. Its arguments have a fixed order: data, ws, header.
 * @throws TypeError for another id, for no function, and for no server or client.
 * @example
 * set_callback('receive', (DATA, WS) => { websocket_write(DATA, WS); }, server);
 * @see R: `websockets::set_callback`
 */
export function setCallback<K extends keyof Callbacks>(id: K, f: Callbacks[K] | null, target: Context): void {
  const on = targetOf(target, 'setCallback');
  if (!IDS.includes(id) || !(id in on)) throw new TypeError(`there is no callback ${JSON.stringify(id)}`);
  if (f !== null && typeof f !== 'function') throw new TypeError(`the callback ${id} is a function or null`);
  Object.assign(on, { [id]: f });
}

/**
 * Lets events happen, and waits for one. With manual dispatch callbacks run in here alone: the first connection that opens, then
 * one event of each connection that was open, in the order in which they came. Their promises are waited for.
 *
 * @param timeout Milliseconds to wait; default 1000. 0: one turn of the event loop; negative: no limit.
 * @param options `signal` ends the wait; a callback that is running goes on.
 * @returns Resolves when something was dispatched since the last call, or the time is over; at once when the target is closed.
 * @throws With manual dispatch what a callback throws; the reason of `signal` when that aborts.
 * @example
 * while (server.listening) await service(server);
 * @see R: `websockets::service`
 */
export async function service(target: Context, timeout: number = 1000, options: WaitOptions = {}): Promise<void> {
  if (typeof timeout !== 'number' || Number.isNaN(timeout)) throw new TypeError('timeout is a number of milliseconds');
  const { events } = targetOf(target, 'service');
  const { signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new TypeError('signal is an AbortSignal');
  signal?.throwIfAborted();
  await events.service(timeout, signal);
}

const daemons = new WeakMap<Target, number>();

/**
 * Runs callbacks when something happens, without `service`, from now on.
 *
 * @returns What, disposed of, takes that back; a server that was made so stays so.
 * @example
 * using daemon = daemonize(server);
 * @see R: `websockets::daemonize`
 */
export function daemonize(target: Context): Disposable {
  const on = targetOf(target, 'daemonize');
  const { events } = on;
  const before = daemons.get(on) ?? 0;
  if (events.isAuto && before === 0) return { [Symbol.dispose]: () => {} };
  daemons.set(on, before + 1);
  events.setAuto(true);
  let isOver = false;
  return {
    [Symbol.dispose]: () => {
      if (isOver) return;
      isOver = true;
      const left = (daemons.get(on) ?? 1) - 1;
      daemons.set(on, left);
      if (left === 0) events.setAuto(false);
    },
  };
}

/**
 * Sends one message.
 *
 * @param data A string as text, bytes as binary, unless `isBinary` of the server or client says otherwise.
 * @param ws What callbacks are given, or what `websocket` returned.
 * @returns Bytes of the frame with its header; −1 when the connection is closed or closing, or would have more than
 *   `maxBufferedBytes` unsent, which ends it with 1008.
 * @throws TypeError for anything else.
 * @example
 * websocket_write('hello', ws); // 7
 * @see R: `websockets::websocket_write`
 */
export function websocketWrite(data: Data, ws: WsClient | WsConnection): number {
  const peer: unknown = ws instanceof Target && 'ws' in ws ? ws.ws : ws;
  if (!(peer instanceof Peer)) throw new TypeError('websocketWrite(data, ws): ws is a WebSocket of this module');
  return peer.write(data);
}

/**
 * Sends one message to every established connection, in the order in which they came. It is made into a frame once.
 *
 * @returns What `websocketWrite` would, by the connections' `id`.
 * @throws TypeError for what cannot be sent, also when nobody is there.
 * @see R: `websockets::websocket_broadcast`
 */
export function websocketBroadcast(data: Data, target: Context): ReadonlyMap<number, number> {
  return targetOf(target, 'websocketBroadcast').broadcast(data);
}

/**
 * Closes a connection, a client, or a server with all its connections. Closing twice is harmless, and so is null.
 *
 * @param code 1000 for a connection, 1001 for a server.
 * @returns Resolves behind the `closed` callbacks. With manual dispatch a connection's runs in `service`; what is left when a
 *   server is closed runs in this call.
 * @throws RangeError for a code that may not be sent.
 * @see R: `websockets::websocket_close`
 */
export async function websocketClose(
  target: Context | WsClient | null | undefined,
  code?: number,
  reason?: string,
): Promise<void> {
  if (target === null || target === undefined) return;
  if (!(target instanceof Peer) && !(target instanceof Target)) {
    throw new TypeError('websocketClose(target): target is a server, a client or a WebSocket of this module');
  }
  await target.close(code, reason);
}

function targetOf(target: Context, name: string): Target {
  if (target instanceof Target) return target;
  throw new TypeError(`${name}: the target is what createServer or websocket gave`);
}
