/** An answer that the app writes itself, byte by byte: what `call` gives when another part of this package has it do so. */
import type { WebSocketConnection } from './web-socket.ts';

export class Takeover {
  /** Is given what the connection has become: what it sends goes out as it is. */
  readonly begin: (connection: WebSocketConnection) => void;

  constructor(begin: (connection: WebSocketConnection) => void) {
    this.begin = begin;
  }
}
