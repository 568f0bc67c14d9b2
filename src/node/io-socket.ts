/** What the connection host keeps of one WebSocket. Data, and one error. */
import { HttpuvError } from '../errors.ts';
import { WebSocketSession } from '../websocket/session.ts';
import type { SessionListener, SessionSettings } from '../websocket/session-settings.ts';
import type { Connection } from './connection.ts';
import { RawSession } from './raw-session.ts';

/** What hearing a message costs beside its bytes. */
export const MESSAGE_BYTES = 32;

/** Who hears what sessions say at once. */
export interface SocketHearer {
  message(socket: IoSocket, data: string | Uint8Array, isBinary: boolean, isAscii: boolean, isLent: boolean): void;
  /** The codec has brought something. */
  woken(socket: IoSocket): void;
}

/** One WebSocket, of the connection that carries it; it hears what its session says. */
export class IoSocket implements SessionListener {
  readonly connection: Connection;
  /** Number of the request that opened it. */
  readonly request: number;
  readonly session: WebSocketSession | RawSession;
  readonly #hearer: SocketHearer;
  /** Payload bytes that the app has given us, and that had not left when that was looked at last. */
  unsent = 0;
  /** The app waits to hear that nothing is unsent. */
  declare wantsNotice: boolean;
  /** Bytes of messages that were told since there was plenty of room. */
  told = 0;
  /** The socket takes nothing before it has drained. */
  declare isBlocked: boolean;
  /** When the last Ping was sent, or the WebSocket opened (monotonic ms); 0 before. */
  pingedAt = 0;
  /** Pings in a row, the last one too, behind which nothing has come. */
  unanswered = 0;
  /** When the closing handshake began; 0 before. */
  declare closingAt: number;
  /** The number of the last of its messages, among all messages that were told. */
  lastTold = 0;

  /** @param settings What its session is made with; null: the app writes what it likes. */
  constructor(hearer: SocketHearer, connection: Connection, request: number, settings: SessionSettings | null) {
    this.#hearer = hearer;
    this.connection = connection;
    this.request = request;
    this.session = settings === null ? new RawSession() : new WebSocketSession(settings, undefined, this);
  }

  onMessage(data: string | Uint8Array, isBinary: boolean, isAscii: boolean, isLent: boolean): void {
    this.told += data.length + MESSAGE_BYTES;
    this.#hearer.message(this, data, isBinary, isAscii, isLent);
  }

  wake(): void {
    this.#hearer.woken(this);
  }
}

// There are many, and few are ever in such a state: these are theirs only when they are set.
Object.assign(IoSocket.prototype, { wantsNotice: false, isBlocked: false, closingAt: 0 } satisfies Partial<IoSocket>);

/** Why a WebSocket is closed whose client takes too little. */
export function tooMuchUnsent(): HttpuvError {
  const facts = { fault: 'local', answer: 1008 } as const;
  return new HttpuvError('HV_TOO_MUCH_UNSENT', 'a WebSocket client does not read what it is sent', facts);
}
