/**
 * What can be heard of servers through `node:diagnostics_channel`, always on the thread of the app. Nothing is made for
 * a channel to which nobody listens. The page of all names and messages is README.
 */
import { type Channel, channel } from 'node:diagnostics_channel';
import { WATCH_ANSWERS, WATCH_CONNECTIONS } from '../node/link.ts';

const named = (name: string): Channel => channel(`httpuv-wasm:${name}`);

/** Held here, because a channel that nobody holds forgets who listens. */
export const CHANNELS: Readonly<
  Record<
    | 'connectionOpen'
    | 'connectionClose'
    | 'requestStart'
    | 'requestEnd'
    | 'answer'
    | 'webSocketOpen'
    | 'webSocketClose'
    | 'error',
    Channel
  >
> = {
  connectionOpen: named('connection.open'),
  connectionClose: named('connection.close'),
  requestStart: named('request.start'),
  requestEnd: named('request.end'),
  answer: named('answer'),
  webSocketOpen: named('websocket.open'),
  webSocketClose: named('websocket.close'),
  error: named('error'),
};

/** What of the I/O side somebody listens to now, as bits. */
export function watchedBits(): number {
  const { answer, connectionOpen, connectionClose } = CHANNELS;
  const connections = connectionOpen.hasSubscribers || connectionClose.hasSubscribers;
  return (answer.hasSubscribers ? WATCH_ANSWERS : 0) | (connections ? WATCH_CONNECTIONS : 0);
}
