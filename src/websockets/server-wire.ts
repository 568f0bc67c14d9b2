/** A WebSocket of a server, as a wire. */
import type { WebSocketConnection } from '../app/web-socket.ts';
import { SentWatch } from './sent.ts';
import type { Wire } from './wire.ts';

export class ServerWire implements Wire {
  readonly keyBytes = 0;
  readonly connection: WebSocketConnection;
  #sent: SentWatch | null = null;

  constructor(connection: WebSocketConnection) {
    this.connection = connection;
  }

  get bufferedAmount(): number {
    return this.connection.bufferedAmount;
  }

  send(payload: string | Uint8Array): number {
    return this.connection.send(payload);
  }

  ping(payload: Uint8Array): boolean {
    return this.connection.ping(payload);
  }

  close(code: number, reason: string): void {
    this.connection.close(code, reason);
  }

  terminate(): void {
    this.connection.terminate();
  }

  pause(isPaused: boolean): void {
    this.connection.pause(isPaused);
  }

  sent(): Promise<void> {
    this.#sent ??= new SentWatch(this.connection);
    return this.#sent.wait();
  }
}
