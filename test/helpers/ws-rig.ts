/** WebSockets on a connection host with a fake clock and fake sockets. */
import { expect } from 'vitest';
import { Rig } from './conn-rig.ts';
import { handshake, readFrames, show } from './ws-client.ts';

export type Client = ReturnType<Rig['connect']>;

/** What a client got behind its 101, as text. */
export function framesOf({ socket }: Client): string[] {
  const all = Buffer.from(socket.writes.join(''), 'latin1');
  return readFrames(all.subarray(all.indexOf('\r\n\r\n') + 4)).frames.map(show);
}

export function say({ send }: Client, bytes: Buffer): void {
  send(bytes.toString('latin1'));
}

/** Opens a WebSocket; returns the number of its request, too. */
export function open(rig: Rig): { client: Client; connection: number; request: number } {
  const client = rig.connect();
  client.send(handshake());
  const { connection, request } = rig.app.told.at(-1) ?? { connection: -1, request: -1 };
  rig.host.sockets.accept(connection, request, '');
  rig.host.flush();
  expect(client.socket.writes.join('')).toMatch(/^HTTP\/1\.1 101 /);
  rig.app.told.length = 0;
  return { client, connection, request };
}

export function makeRig(options: ConstructorParameters<typeof Rig>[0] = {}): Rig {
  const rig = new Rig({ opensSockets: true, ...options });
  // No clock stands at 0 once there are connections.
  rig.now = 1;
  return rig;
}
