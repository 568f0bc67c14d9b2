/** Peers that do no TLS, half of one, or none: each costs its own connection, and little else. */
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Logger, TlsOptions, WebServer } from '../../src/index.ts';
import { Authority, type Certified, hasOpenssl } from '../helpers/certificates.ts';
import { eventually } from '../helpers/eventually.ts';
import { get } from '../helpers/requests.ts';
import { testServer } from '../helpers/server.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';

/** A connection whose errors are no news: it ends with them. */
function connect(port: number): Socket {
  return connectPlain(port, '127.0.0.1').on('error', () => {});
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

/** The first bytes of a handshake: a record of 200 bytes is announced, and one comes. */
const HALF_HELLO = Buffer.from('16030100c801', 'hex');

describe.skipIf(!hasOpenssl())('a TLS server', () => {
  let authority: Authority;
  let pair: Certified;
  beforeAll(() => {
    authority = new Authority();
    pair = authority.issue('localhost');
  });

  interface Started {
    readonly server: WebServer;
    readonly port: number;
    readonly logged: string[];
    /** What the app answers a good client. */
    ask(): Promise<string>;
  }

  async function started(tls: Partial<TlsOptions> = {}): Promise<Started> {
    const logged: string[] = [];
    const logger: Logger = (level, message) => logged.push(`${level} ${message}`);
    const server = await testServer(
      { call: () => ({ status: 200, body: 'hello' }) },
      { tls: { ...pair, ...tls }, logger },
    );
    const port = server.getPort();
    const ask = async (): Promise<string> => {
      using wire = await Wire.open(port, { tls: { ca: authority.cert } });
      await wire.send(get('/'));
      return String((await wire.answers(1))[0]?.body);
    };
    return { server, port, logged, ask };
  }

  it('closes on plain HTTP without an answer of HTTP, and says so once, at INFO', async () => {
    const { port, logged, ask } = await started();
    const socket = connect(port);
    const got: Buffer[] = [];
    socket.on('data', (bytes) => got.push(bytes));
    socket.write(get('/'));
    await closed(socket);
    expect(Buffer.concat(got).toString('latin1')).not.toContain('HTTP');
    await eventually(() => logged).toEqual(['INFO a TLS handshake failed: http request']);
    expect(await ask()).toBe('hello');
  });

  it('is no plain server: a TLS client at a plain port gets 400 and no more', async () => {
    const server = await testServer({ call: () => ({ status: 200, body: 'hello' }) });
    const { responses } = await untilEnd(server.getPort(), [Buffer.concat([HALF_HELLO, Buffer.alloc(199)])]);
    expect(responses.map(({ status }) => status)).toEqual([400]);
  });

  it.each([
    ['rubbish', Buffer.alloc(4_000, 'x')],
    ['a record of another protocol', Buffer.from('1503010002022f', 'hex')],
    ['a hello that is broken', Buffer.concat([Buffer.from('1603010004', 'hex'), Buffer.from('01000000', 'hex')])],
  ])('closes on %s', async (_name, bytes) => {
    const { port, ask } = await started();
    const socket = connect(port);
    socket.write(bytes);
    socket.resume();
    await closed(socket);
    expect(await ask()).toBe('hello');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half of a hello', HALF_HELLO],
  ])('cuts a client that sends %s and then nothing, at its limit', async (_name, bytes) => {
    const { port, logged, ask } = await started({ handshakeTimeoutMs: 700 });
    const socket = connect(port);
    socket.write(bytes);
    await closed(socket);
    await eventually(() => logged).toEqual(['INFO a TLS handshake failed: it took longer than handshakeTimeoutMs']);
    expect(await ask()).toBe('hello');
  });

  it('cuts a client that sends its hello byte by byte: activity is no progress', async () => {
    const { port } = await started({ handshakeTimeoutMs: 700 });
    const socket = connect(port);
    socket.write(HALF_HELLO);
    const drip = setInterval(() => socket.write('x'), 50);
    onTestFinished(() => clearInterval(drip));
    await closed(socket);
  });

  it('lets further connections wait while enough handshakes are under way, and serves them then', async () => {
    const { port, ask } = await started({ maxHandshakes: 2, handshakeTimeoutMs: 60_000 });
    const slow = [0, 1].map(() => connect(port));
    await Promise.all(slow.map((socket) => once(socket, 'connect')));
    for (const socket of slow) socket.write(HALF_HELLO);
    let isAnswered = false;
    const asked = ask().then((body) => {
      isAnswered = true;
      return body;
    });
    // Time in which an answer would have come: a second server on the same thread has served others meanwhile.
    const other = await started();
    for (let i = 0; i < 20; i++) expect(await other.ask()).toBe('hello');
    expect(isAnswered).toBe(false);
    slow[0]?.destroy();
    expect(await asked).toBe('hello');
    for (const socket of slow) socket.destroy();
  });

  it('writes few lines about many failures', async () => {
    const { port, logged, ask } = await started();
    const clients = Array.from({ length: 200 }, async () => {
      const socket = connect(port);
      socket.write(get('/'));
      socket.resume();
      await closed(socket);
    });
    await Promise.all(clients);
    expect(await ask()).toBe('hello');
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.length).toBeLessThan(50);
  });

  it('refuses what is older than it may be, and speaks the rest', async () => {
    const { port } = await started({ minVersion: 'TLSv1.3' });
    const old = { ca: authority.cert, maxVersion: 'TLSv1.2' } as const;
    await expect(Wire.open(port, { tls: old })).rejects.toThrow(/protocol version|handshake/i);
    using wire = await Wire.open(port, { tls: { ca: authority.cert } });
    await wire.send(get('/'));
    expect((await wire.answers(1))[0]?.status).toBe(200);
  });

  it('does no second handshake on a connection', async () => {
    const { port } = await started({ maxVersion: 'TLSv1.2' });
    const socket = connectTls({ port, host: '127.0.0.1', ca: authority.cert });
    await once(socket, 'secureConnect');
    const failure = await new Promise<Error | null>((resolve) => {
      socket.once('error', resolve);
      socket.renegotiate({ rejectUnauthorized: false }, resolve);
    });
    expect(String(failure)).toMatch(/no renegotiation/);
    socket.destroy();
  });

  it('stops at once although handshakes are under way', async () => {
    const { server, port } = await started({ handshakeTimeoutMs: 0 });
    const sockets = Array.from({ length: 10 }, () => connect(port));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    for (const socket of sockets) socket.write(HALF_HELLO);
    const ends = Promise.all(sockets.map(closed));
    await server.stop();
    await ends;
  });

  it('holds its key back: no error and no log line has it', async () => {
    const secret = pair.key.split('\n')[1] ?? 'none';
    const { server, logged } = await started();
    const said: string[] = [...logged];
    for (const tls of [{ cert: 'x' }, { key: `${pair.key.slice(0, -40)}\n` }, { ca: 'x' }, { ciphers: 'NONE' }]) {
      try {
        server.setSecureContext(tls);
        said.push(`taken: ${Object.keys(tls)}`);
      } catch (error) {
        const { message, stack, cause } = error as Error;
        said.push(message, String(stack), JSON.stringify(error), String(cause));
      }
    }
    expect(said.filter((line) => line.startsWith('taken'))).toEqual([]);
    expect(said.join('\n')).not.toContain(secret);
  });
});
