/** `startServerSync` with TLS: what cannot be used is refused at once, and what can is served by the I/O thread alone. */
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { serviceSync, startServerSync } from '../../../src/index.ts';
import { Authority, type Certified, hasOpenssl } from '../../helpers/certificates.ts';
import { get } from '../../helpers/requests.ts';
import { Wire } from '../../helpers/wire.ts';

describe.skipIf(!hasOpenssl())('startServerSync with TLS', () => {
  let authority: Authority;
  let pair: Certified;
  beforeAll(() => {
    authority = new Authority();
    pair = authority.issue('localhost');
  });

  it('throws at once when the key does not belong to the certificate', () => {
    const tls = { cert: pair.cert, key: authority.key };
    expect(() => startServerSync('127.0.0.1', 0, null, { tls })).toThrow(
      expect.objectContaining({ code: 'HV_BAD_TLS' }),
    );
  });

  it('listens, and its certificate is replaced without the event loop', async () => {
    const server = startServerSync('127.0.0.1', 0, () => ({ status: 200, body: 'hello' }), { tls: pair });
    onTestFinished(() => server.stop());
    const renewed = authority.issue('renewed');
    server.setSecureContext(renewed);
    using wire = await Wire.open(server.getPort(), { tls: { ca: authority.cert } });
    await wire.send(get('/'));
    serviceSync(Number.NaN);
    expect(String((await wire.answers(1))[0]?.body)).toBe('hello');
    expect(server.url).toBe(`https://127.0.0.1:${server.getPort()}`);
  });
});
