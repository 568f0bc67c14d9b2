/** A socket without a network: what the host writes is collected, what the peer does is called. */
import type { PortSocket } from '../../src/node/net-socket.ts';

export class FakeSocket implements PortSocket {
  readonly remoteAddress = '192.0.2.1';
  readonly remotePort = 4711;
  readonly localAddress = '192.0.2.2';
  readonly localPort = 80;
  /** Each write as latin1 text. */
  readonly writes: string[] = [];
  unsent = 0;
  isPaused = false;
  hasEnded = false;
  isDestroyed = false;
  wasReset = false;
  isGone = false;
  /** Somebody waits to hear that everything has left. */
  isAsked = false;
  /** Bytes of a write beyond which the kernel takes nothing more. */
  room: number = Number.POSITIVE_INFINITY;

  write(data: string | Uint8Array): boolean {
    return this.writeAll([data]);
  }

  writeAll(parts: readonly (string | Uint8Array)[]): boolean {
    const text = parts.map((part) => (typeof part === 'string' ? part : Buffer.from(part).toString('latin1'))).join('');
    this.writes.push(text);
    const taken = Math.min(text.length, this.room);
    this.room -= taken;
    this.unsent += text.length - taken;
    return this.unsent === 0;
  }

  tellWhenSent(): void {
    this.isAsked = true;
  }

  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  end(): void {
    this.hasEnded = true;
  }
  destroy(): void {
    this.isDestroyed = true;
  }
  reset(): void {
    this.isDestroyed = true;
    this.wasReset = true;
  }
}
