/** How writes reach a TLS socket: in pieces, in order, told when all has left. The socket below is a fake that takes its time. */
import { Writable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { TlsSocket } from '../../src/node/tls-socket.ts';

const MIB = 1_048_576;
const PIECE = 131_072;

function made(): { port: TlsSocket; taken: Buffer[]; drains: () => number; take(): boolean; isEnded: () => boolean } {
  const taken: Buffer[] = [];
  const held: (() => void)[] = [];
  let isEnded = false;
  let drains = 0;
  const fake = new Writable({
    highWaterMark: 16_384,
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      taken.push(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk);
      held.push(done);
    },
    final: (done) => {
      isEnded = true;
      done();
    },
  });
  // All that is used of a TLS socket here is what any stream has.
  const port = new TlsSocket(fake as unknown as TLSSocket, null);
  port.attach({
    data: () => true,
    landed: () => {},
    memory: () => new Uint8Array(1),
    ended: () => {},
    drained: () => {
      drains++;
    },
    closed: () => {},
  });
  const take = (): boolean => {
    const done = held.shift();
    done?.();
    return done !== undefined;
  };
  return { port, taken, drains: () => drains, take, isEnded: () => isEnded };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a TLS socket', () => {
  it('encrypts a long write in pieces, each when the one before has left, and tells the end once', async () => {
    const { port, taken, take, drains } = made();
    const bytes = Buffer.from(Array.from({ length: MIB + 5 }, (_, i) => i % 251));
    expect(port.write(bytes)).toBe(false);
    let most = 0;
    let before = port.unsent;
    expect(before).toBe(bytes.length);
    for (let left = true; left; ) {
      most = Math.max(most, taken.at(-1)?.length ?? 0);
      expect(drains()).toBe(0);
      left = take();
      await turn();
      expect(port.unsent).toBeLessThan(left ? before : 1);
      before = port.unsent;
      if (port.unsent === 0) break;
    }
    expect(most).toBe(PIECE);
    expect(Buffer.concat(taken).equals(bytes)).toBe(true);
    expect(drains()).toBe(1);
  });

  it('keeps the order of long and short writes, texts and bytes, and ends behind them', async () => {
    const { port, taken, take, isEnded } = made();
    port.write('first');
    port.write(Buffer.alloc(3 * PIECE, 'x'));
    expect(port.write('é behind')).toBe(false);
    port.writeAll(['a', Buffer.from('b'), Buffer.alloc(PIECE + 1, 'y')]);
    port.end();
    while (port.unsent > 0) {
      expect(isEnded()).toBe(false);
      take();
      await turn();
    }
    await turn();
    const text = Buffer.concat(taken).toString('latin1');
    expect(text === `first${'x'.repeat(3 * PIECE)}é behindab${'y'.repeat(PIECE + 1)}`).toBe(true);
    expect(isEnded()).toBe(true);
  });

  it('tells when a short write has left although it returned true', async () => {
    const { port, take, drains } = made();
    expect(port.write('short')).toBe(true);
    expect([port.unsent > 0, drains()]).toEqual([true, 0]);
    take();
    await turn();
    expect([port.unsent, drains()]).toEqual([0, 1]);
  });

  it('forgets what waits when it is destroyed', async () => {
    const { port, taken, take, drains } = made();
    port.write(Buffer.alloc(4 * PIECE));
    port.destroy();
    take();
    await turn();
    expect([taken.length, drains()]).toEqual([1, 0]);
    expect(port.unsent).toBeLessThanOrEqual(PIECE);
  });
});
