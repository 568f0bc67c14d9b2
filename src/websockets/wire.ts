/** What carries the words of one WebSocket, on either side. */
export interface Wire {
  /** Bytes of the mask in each frame: 4 on the client's side, 0 on the server's. */
  readonly keyBytes: 0 | 4;
  readonly bufferedAmount: number;
  /** Returns the payload bytes; −1 when it cannot be sent. */
  send(payload: string | Uint8Array): number;
  /** Returns whether it could be sent. */
  ping(payload: Uint8Array): boolean;
  close(code: number, reason: string): void;
  /** Cuts the connection. */
  terminate(): void;
  /** Stops reading, and goes on. */
  pause(isPaused: boolean): void;
  /** Resolves when everything has left; rejects when it never will. */
  sent(): Promise<void>;
}
