/** What a socket has not sent yet. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { NetSocket } from '../../src/node/net-socket.ts';
import { eventually } from '../helpers/eventually.ts';

/** More than a kernel takes of a socket that nobody reads. */
const MUCH_BYTES = 32 * 1024 * 1024;

describe('unsent', () => {
  it('counts what stands behind a write that the kernel has taken, and that is not told to be over', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const client = connect((listener.address() as AddressInfo).port, '127.0.0.1').pause();
    const [accepted]: Socket[] = await once(listener, 'connection');
    try {
      const socket = accepted as Socket & { readonly _handle: object };
      const port = new NetSocket(socket);
      port.write(new Uint8Array(MUCH_BYTES));
      // So it stands when the kernel takes the rest at the second try, up to the next turn of the event loop.
      Object.defineProperty(socket._handle, 'writeQueueSize', { value: 0 });
      port.write(new Uint8Array(1));
      expect(port.unsent).toBeGreaterThan(0);
      client.resume();
      await eventually(() => port.unsent).toBe(0);
    } finally {
      client.destroy();
      accepted?.destroy();
      listener.close();
    }
  });
});
