/** Clients that leave at every point of a handshake, in every way: nothing of them stays, and others are served. */
import { once } from 'node:events';
import { type AddressInfo, connect as connectPlain, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { Authority, type Certified, hasOpenssl } from '../helpers/certificates.ts';
import { get } from '../helpers/requests.ts';
import { testServer } from '../helpers/server.ts';
import { Wire } from '../helpers/wire.ts';

/** The first flight of a client, as Node's sends it. */
async function hello(): Promise<Buffer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connectTls({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  client.on('error', () => {});
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

const LEAVE = {
  'with a reset': (socket: Socket) => socket.resetAndDestroy(),
  'with a FIN': (socket: Socket) => socket.end(),
  'without reading': (socket: Socket) => socket.destroy(),
} as const;

describe.skipIf(!hasOpenssl())('a storm of unfinished handshakes', () => {
  let authority: Authority;
  let pair: Certified;
  let flight: Buffer;
  beforeAll(async () => {
    authority = new Authority();
    pair = authority.issue('localhost');
    flight = await hello();
  });

  it.each(Object.entries(LEAVE))('leaves nothing behind when its clients leave %s', async (_name, leave) => {
    // With few places each client that did not give its place back would keep the next ones waiting.
    const tls = { ...pair, maxHandshakes: 4, handshakeTimeoutMs: 0 };
    const server = await testServer({ call: () => ({ status: 200, body: 'hello' }) }, { tls });
    const port = server.getPort();
    const cuts = Array.from({ length: 60 }, (_, i) => Math.floor((i * flight.length) / 59));
    await Promise.all(
      cuts.map(async (cut) => {
        const socket = connectPlain(port, '127.0.0.1')
          .on('error', () => {})
          .resume();
        await new Promise((resolve) => socket.write(flight.subarray(0, cut), resolve));
        const closed = new Promise((resolve) => socket.once('close', resolve));
        leave(socket);
        await closed;
      }),
    );
    for (let i = 0; i < 5; i++) {
      using wire = await Wire.open(port, { tls: { ca: authority.cert } });
      await wire.send(get('/'));
      expect(String((await wire.answers(1))[0]?.body)).toBe('hello');
    }
    await server.stop();
  });
});
