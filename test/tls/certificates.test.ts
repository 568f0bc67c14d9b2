/** Which certificate a client gets: by the name it asks for, by its kind, and after it was replaced. */
import { connect, type PeerCertificate } from 'node:tls';
import { fetch } from 'undici';
import { beforeAll, describe, expect, it } from 'vitest';
import { Authority, type Certified, hasOpenssl } from '../helpers/certificates.ts';
import { get } from '../helpers/requests.ts';
import { serve, testServer } from '../helpers/server.ts';
import { trusting } from '../helpers/trusting.ts';
import { Wire } from '../helpers/wire.ts';

const hello = (): { status: number; body: string } => ({ status: 200, body: 'hello' });

describe.skipIf(!hasOpenssl())('certificates', () => {
  let authority: Authority;
  let one: Certified;
  let other: Certified;
  beforeAll(() => {
    authority = new Authority();
    one = authority.issue('one');
    other = authority.issue('other');
  });

  /** The name in the certificate that a new connection gets. */
  function shown(port: number, settings: Parameters<typeof connect>[1] = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', {
        ca: authority.cert,
        checkServerIdentity: () => undefined,
        ...settings,
      });
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        const { subject }: PeerCertificate = socket.getPeerCertificate();
        socket.destroy();
        resolve(String(subject.CN));
      });
    });
  }

  it('are chosen by the name that a client asks for, with wildcards, in any case', async () => {
    const sni = {
      'a.example.org': authority.issue('exact'),
      '*.example.org': authority.issue('wildcard'),
      'B.Example.net': authority.issue('upper'),
    };
    const port = await serve({ call: hello }, { tls: { ...one, sni } });
    const names: [string, string][] = [
      ['a.example.org', 'exact'],
      ['A.EXAMPLE.ORG', 'exact'],
      ['b.example.org', 'wildcard'],
      ['x.y.example.org', 'one'],
      ['example.org', 'one'],
      ['.example.org', 'one'],
      ['b.example.net', 'upper'],
      ['elsewhere.test', 'one'],
    ];
    for (const [name, expected] of names)
      expect(`${name}: ${await shown(port, { servername: name })}`).toBe(`${name}: ${expected}`);
    expect(await shown(port)).toBe('one');
  });

  it('of several kinds are chosen by what the client can read; keys stand in any order', async () => {
    const rsa = authority.issue('rsa', { kind: 'rsa' });
    const port = await serve(
      { call: hello },
      {
        tls: { cert: [one.cert, Buffer.from(rsa.cert)], key: [new Uint8Array(Buffer.from(rsa.key)), one.key] },
      },
    );
    const only = { maxVersion: 'TLSv1.2' } as const;
    expect(await shown(port, { ...only, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' })).toBe('rsa');
    expect(await shown(port, { ...only, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).toBe('one');
  });

  it('may have an encrypted key', async () => {
    const locked = authority.issue('locked', { passphrase: 'sesame' });
    expect(await shown(await serve({ call: hello }, { tls: { ...locked, passphrase: 'sesame' } }))).toBe('locked');
  });

  it('are replaced for the next connection; those that are open go on', async () => {
    const server = await testServer({ call: hello }, { tls: one });
    const port = server.getPort();
    using before = await Wire.open(port, { tls: { ca: authority.cert, servername: 'localhost' } });
    expect(await shown(port)).toBe('one');
    server.setSecureContext(other);
    expect(await shown(port)).toBe('other');
    await before.send(get('/'));
    expect((await before.answers(1))[0]?.status).toBe(200);
    server.setSecureContext({ sni: { 'a.test': one } });
    expect([await shown(port), await shown(port, { servername: 'a.test' })]).toEqual(['other', 'one']);
  });

  it('stay when the new ones cannot be used', async () => {
    const server = await testServer({ call: hello }, { tls: one });
    const refused = (tls: Parameters<typeof server.setSecureContext>[0]): string => {
      try {
        server.setSecureContext(tls);
        return 'taken';
      } catch (error) {
        return String((error as { code?: string }).code);
      }
    };
    expect(refused({ cert: other.cert })).toBe('HV_BAD_TLS');
    expect(refused({ cert: 'nonsense', key: other.key })).toBe('HV_BAD_TLS');
    expect(refused({ sni: { 'a.test': { cert: one.cert, key: other.key } } })).toBe('HV_BAD_TLS');
    expect(refused({ minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' })).toBe('HV_BAD_OPTION');
    expect(await shown(server.getPort())).toBe('one');
  });

  it('of a server without TLS cannot be set', async () => {
    const server = await testServer({ call: hello });
    expect(() => server.setSecureContext(one)).toThrow(expect.objectContaining({ code: 'HV_BAD_OPTION' }));
    expect(server.url).toMatch(/^http:/);
  });

  it('of a stopped server are left alone', async () => {
    const server = await testServer({ call: hello }, { tls: one });
    await server.stop();
    server.setSecureContext(other);
    expect(server.isRunning()).toBe(false);
  });

  it('are replaced under load without one failure', async () => {
    const server = await testServer({ call: hello }, { tls: one });
    const seen = new Set<string>();
    let isOver = false;
    const client = async (): Promise<number> => {
      let answers = 0;
      while (!isOver) {
        // Without keep-alive each request is a handshake.
        const dispatcher = trusting(authority.cert);
        const answer = await fetch(`${server.url}/`, { dispatcher });
        expect(await answer.text()).toBe('hello');
        await dispatcher.close();
        answers++;
      }
      return answers;
    };
    const clients = Array.from({ length: 8 }, client);
    for (let i = 0; i < 20; i++) {
      server.setSecureContext(i % 2 === 0 ? other : one);
      const name = await shown(server.getPort());
      expect(name).toBe(i % 2 === 0 ? 'other' : 'one');
      seen.add(name);
    }
    isOver = true;
    const counts = await Promise.all(clients);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(seen.size).toBe(2);
  });
});
