/** Certificates of clients: asked for, judged, and shown to the app. */
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { App, AppRequest } from '../../src/index.ts';
import { Authority, type Certified, hasOpenssl } from '../helpers/certificates.ts';
import { get } from '../helpers/requests.ts';
import { serve, testServer } from '../helpers/server.ts';
import { untilEnd, Wire } from '../helpers/wire.ts';
import { BrowserClient, WITH_WS } from '../helpers/ws-browser.ts';

const CLOSE = get('/', 'Connection: close\r\n');

/** Who the app takes its client for. */
function who({ peerCertificate, authorized }: AppRequest): string {
  return `${peerCertificate?.subject['CN'] ?? 'nobody'}, ${authorized ? 'known' : 'unknown'}`;
}

const app: App = { call: (req) => ({ status: 200, body: who(req) }) };

describe.skipIf(!hasOpenssl())('certificates of clients', () => {
  let authority: Authority;
  let stranger: Authority;
  let pair: Certified;
  let client: Certified;
  beforeAll(() => {
    authority = new Authority();
    stranger = new Authority('Stranger');
    pair = authority.issue('localhost');
    client = authority.issue('client', { names: 'email:client@example.org' });
  });

  /** What a client with this certificate is answered; or how it is refused. */
  async function asked(port: number, own: Partial<Certified> = {}, servername?: string): Promise<string> {
    const name = servername === undefined ? {} : { servername, checkServerIdentity: () => undefined };
    try {
      const tls = { ca: authority.cert, ...own, ...name };
      const { responses } = await untilEnd(port, [CLOSE], { tls });
      return responses[0] === undefined ? 'refused' : String(responses[0].body);
    } catch {
      return 'refused';
    }
  }

  it('are not asked for by default', async () => {
    const port = await serve(app, { tls: pair });
    expect(await asked(port, client)).toBe('nobody, unknown');
  });

  it('are required with requestCert: others are refused', async () => {
    const port = await serve(app, { tls: { ...pair, ca: authority.cert, requestCert: true } });
    expect(await asked(port, client)).toBe('client, known');
    expect(await asked(port)).toBe('refused');
    expect(await asked(port, stranger.issue('client'))).toBe('refused');
    expect(await asked(port, client)).toBe('client, known');
  });

  it('are required under each name that a client may ask for', async () => {
    const sni = { 'other.test': authority.issue('other') };
    const port = await serve(app, { tls: { ...pair, ca: authority.cert, requestCert: true, sni } });
    expect(await asked(port, client, 'other.test')).toBe('client, known');
    expect(await asked(port, {}, 'other.test')).toBe('refused');
    expect(await asked(port, stranger.issue('client'), 'other.test')).toBe('refused');
  });

  it('are left to the app to judge with rejectUnauthorized: false', async () => {
    const port = await serve(app, {
      tls: { ...pair, ca: [authority.cert], requestCert: true, rejectUnauthorized: false },
    });
    expect(await asked(port, client)).toBe('client, known');
    expect(await asked(port, stranger.issue('stranger'))).toBe('stranger, unknown');
    expect(await asked(port)).toBe('nobody, unknown');
  });

  it('stay required when the certificate of the server is replaced, and the authority can be replaced, too', async () => {
    const server = await testServer(app, { tls: { ...pair, ca: authority.cert, requestCert: true } });
    server.setSecureContext(authority.issue('renewed'));
    expect(await asked(server.getPort())).toBe('refused');
    expect(await asked(server.getPort(), client)).toBe('client, known');
    server.setSecureContext({ ca: stranger.cert });
    expect(await asked(server.getPort(), client)).toBe('refused');
    expect(await asked(server.getPort(), stranger.issue('friend'))).toBe('friend, known');
  });

  it('do not outlive a change by resuming a session', async () => {
    const server = await testServer(app, { tls: { ...pair, ca: authority.cert, requestCert: true } });
    const sessions: Buffer[] = [];
    using wire = await Wire.open(server.getPort(), { tls: { ca: authority.cert, ...client } });
    wire.socket.on('session', (session: Buffer) => sessions.push(session));
    await wire.send(get('/'));
    await wire.answers(1);
    await wire.until(() => sessions.length > 0, 'session');
    const [session] = sessions;
    if (session === undefined) throw new Error('there is no session');
    server.setSecureContext({ ca: stranger.cert });
    const resumed = untilEnd(server.getPort(), [CLOSE], { tls: { ca: authority.cert, session } }).then(
      ({ responses }) => responses.length,
      () => 0,
    );
    expect(await resumed).toBe(0);
  });

  it('are known when a session is resumed', async () => {
    const port = await serve(app, { tls: { ...pair, ca: authority.cert, requestCert: true } });
    const sessions: Buffer[] = [];
    using wire = await Wire.open(port, { tls: { ca: authority.cert, ...client } });
    wire.socket.on('session', (session: Buffer) => sessions.push(session));
    await wire.send(get('/'));
    await wire.until(() => sessions.length > 0, 'session');
    const [session] = sessions;
    if (session === undefined) throw new Error('there is no session');
    const { responses } = await untilEnd(port, [CLOSE], { tls: { ca: authority.cert, ...client, session } });
    expect(String(responses[0]?.body)).toBe('client, known');
  });

  it('are told with everything that they say', async () => {
    let seen: AppRequest['peerCertificate'] = null;
    const port = await serve(
      {
        call: (req) => {
          seen = req.peerCertificate;
          return { status: 200 };
        },
      },
      { tls: { ...pair, ca: authority.cert, requestCert: true } },
    );
    expect(await asked(port, client)).toBe('');
    const known = new X509Certificate(client.cert);
    expect(seen).toEqual({
      subject: { CN: 'client', O: 'httpuv' },
      issuer: { CN: 'Tests', O: 'httpuv' },
      subjectAltName: 'email:client@example.org',
      validFrom: known.validFrom,
      validTo: known.validTo,
      serialNumber: known.serialNumber,
      fingerprint: known.fingerprint,
      fingerprint256: known.fingerprint256,
      fingerprint512: known.fingerprint512,
      raw: new Uint8Array(known.raw),
    });
  });

  it('are told for each connection, also when numbers of connections are used again', async () => {
    const port = await serve(app, {
      tls: { ...pair, ca: authority.cert, requestCert: true, rejectUnauthorized: false },
    });
    for (let i = 0; i < 5; i++) {
      expect(await asked(port, client)).toBe('client, known');
      expect(await asked(port)).toBe('nobody, unknown');
    }
  });

  it('are known to onHeaders and to WebSockets', async () => {
    const port = await serve(
      {
        onHeaders: (req) => (req.authorized ? undefined : { status: 403 }),
        onWSOpen: (ws) => {
          ws.send(who(ws.request));
        },
      },
      { tls: { ...pair, ca: authority.cert, requestCert: true, rejectUnauthorized: false } },
    );
    await using socket = await BrowserClient.open(WITH_WS, port, { ca: authority.cert, ...client });
    expect(await socket.next()).toBe('client, known');
    await expect(BrowserClient.open(WITH_WS, port, { ca: authority.cert })).rejects.toBeDefined();
  });
});
