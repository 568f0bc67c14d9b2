/** What the connection host keeps of one WebSocket. Data, and one error. */
import { HttpuvError } from '../errors.ts';
import type { WebSocketSession } from '../websocket/session.ts';
import type { ZlibCodec } from './deflate-codec.ts';
import type { RawSession } from './raw-session.ts';

/** One WebSocket, of the connection that carries it. */
export class IoSocket {
  /** Number of the request that opened it. */
  readonly request: number;
  readonly session: WebSocketSession | RawSession;
  readonly codec: ZlibCodec | null;
  /** Its handshake has been answered. */
  isOpen = false;
  /** Payload bytes that the app has given us so far. */
  accepted = 0;
  /** How many of them had left when that was counted last. */
  sent = 0;
  /** The app waits to hear that nothing is unsent. */
  wantsNotice = false;
  /** Bytes of messages that were told in this batch, and since there was plenty of room. */
  telling = 0;
  told = 0;
  /** The socket takes nothing before it has drained. */
  isBlocked = false;
  /** When the last Ping was sent, or the WebSocket opened (monotonic ms). */
  pingedAt: number;
  /** Pings in a row, the last one too, behind which nothing has come. */
  unanswered = 0;
  /** When the closing handshake began; 0 before. */
  closingAt = 0;

  constructor(request: number, session: WebSocketSession | RawSession, codec: ZlibCodec | null, now: number) {
    this.request = request;
    this.session = session;
    this.codec = codec;
    this.pingedAt = now;
  }
}

/** Why a WebSocket is closed whose client takes too little. */
export function tooMuchUnsent(): HttpuvError {
  const facts = { fault: 'local', answer: 1008 } as const;
  return new HttpuvError('HV_TOO_MUCH_UNSENT', 'a WebSocket client does not read what it is sent', facts);
}
