/** The door of the option `tls`: what it refuses, and with which words. */
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveOptions } from '../../src/server/options.ts';
import { resolveTls } from '../../src/server/tls-options.ts';
import type { TlsOptions } from '../../src/tls-types.ts';
import { Authority, type Certified, hasOpenssl } from '../helpers/certificates.ts';

/** Code and sentence of the refusal. */
function refusal(given: unknown): string {
  try {
    resolveTls(given as TlsOptions);
    return 'taken';
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    return `${code} ${message}`;
  }
}

describe.skipIf(!hasOpenssl())('the option tls', () => {
  let authority: Authority;
  let pair: Certified;
  let other: Certified;
  let locked: Certified;
  beforeAll(() => {
    authority = new Authority();
    pair = authority.issue('one');
    other = authority.issue('other');
    locked = authority.issue('locked', { passphrase: 'sesame' });
  });

  it.each<[string, (pair: Certified) => unknown, RegExp]>([
    ['text', () => 'cert.pem', /^HV_BAD_OPTION option tls must be an object with cert and key$/],
    ['null in a call', () => null, /^HV_BAD_OPTION option tls must be/],
    ['no certificate', ({ key }) => ({ key }), /^HV_BAD_OPTION option tls\.cert must be a certificate in PEM form$/],
    ['no key', ({ cert }) => ({ cert }), /^HV_BAD_OPTION option tls\.key must be the private key/],
    ['a number for a key', ({ cert }) => ({ cert, key: 7 }), /^HV_BAD_OPTION option tls\.key must be in PEM form/],
    ['an empty list', ({ key }) => ({ cert: [], key }), /^HV_BAD_OPTION option tls\.cert must be in PEM form/],
    [
      'a misspelt name',
      (both) => ({ ...both, requestCerts: true }),
      /"tls\.requestCerts"; did you mean requestCert\?$/,
    ],
    ['the name of a file', ({ key }) => ({ cert: 'cert.pem', key }), /^HV_BAD_TLS tls\.cert .*not its name$/],
    ['the name of a key file', ({ cert }) => ({ cert, key: 'key.pem' }), /^HV_BAD_TLS tls\.key .*not its name$/],
    ['certificate and key swapped', ({ cert, key }) => ({ cert: key, key: cert }), /^HV_BAD_TLS tls\.cert holds no/],
    ['no authority', (both) => ({ ...both, ca: 'x' }), /^HV_BAD_TLS tls\.ca holds no certificate/],
    ['unknown ciphers', (both) => ({ ...both, ciphers: 'NONE' }), /^HV_BAD_TLS tls cannot be used .*cipher/],
    ['a version that is not spoken', (both) => ({ ...both, minVersion: 'TLSv1' }), /must be 'TLSv1\.2' or 'TLSv1\.3'$/],
    ['versions the wrong way round', (both) => ({ ...both, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' }), /no newer/],
    ['a number for a truth', (both) => ({ ...both, requestCert: 1 }), /tls\.requestCert must be true or false$/],
    ['a negative time', (both) => ({ ...both, handshakeTimeoutMs: -1 }), /must be a positive number of milliseconds/],
    ['half a handshake', (both) => ({ ...both, maxHandshakes: 0.5 }), /must be a positive whole number/],
    ['a list of names', (both) => ({ ...both, sni: [both] }), /tls\.sni must be an object/],
    ['a name with a port', (both) => ({ ...both, sni: { 'a.test:443': both } }), /must be named after a host/],
    ['a star in the middle', (both) => ({ ...both, sni: { 'a.*.test': both } }), /must be named after a host/],
    [
      'a name without a key',
      (both) => ({ ...both, sni: { a: { cert: both.cert } } }),
      /option tls\.sni\["a"\]\.key must/,
    ],
    [
      'an option below a name',
      (both) => ({ ...both, sni: { a: { ...both, ca: 'x' } } }),
      /no option "tls\.sni\[\\"a\\"\]\.ca"/,
    ],
  ])('refuses %s', (_name, given, words) => {
    expect(refusal(given(pair))).toMatch(words);
  });

  it('refuses a key that does not belong to its certificate, also below a name, and says where', () => {
    expect(refusal({ cert: pair.cert, key: other.key })).toMatch(
      /^HV_BAD_TLS tls\.key does not belong to the certificate/,
    );
    expect(refusal({ ...pair, sni: { 'a.test': { cert: other.cert, key: pair.key } } })).toMatch(
      /^HV_BAD_TLS tls\.sni\["a\.test"\]\.key does not belong/,
    );
    expect(refusal({ cert: [pair.cert, other.cert], key: [pair.key, pair.key] })).toMatch(/certificate 2/);
    const rsa = authority.issue('rsa', { kind: 'rsa' });
    expect(refusal({ cert: pair.cert, key: rsa.key })).toMatch(/^HV_BAD_TLS tls\.key does not belong/);
    expect(refusal({ cert: pair.cert, key: [pair.key, rsa.key] })).toMatch(/2 keys for 1 certificates/);
  });

  it('says that a key is encrypted, and when the passphrase does not open it', () => {
    expect(refusal(locked)).toBe('HV_BAD_TLS tls.key is encrypted; give its passphrase');
    expect(refusal({ ...locked, passphrase: 'wrong' })).toMatch(
      /no private key in PEM form that the passphrase opens$/,
    );
    expect(refusal({ ...locked, passphrase: 'sesame' })).toBe('taken');
  });

  it('has its defaults, and takes null and undefined for nothing', () => {
    const bare = resolveTls(pair);
    expect(bare).toMatchObject({
      passphrase: null,
      ca: null,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      ciphers: null,
      requestCert: false,
      rejectUnauthorized: true,
      handshakeTimeoutMs: 10_000,
      maxHandshakes: 1_000,
    });
    expect(resolveOptions({ tls: { ...pair, handshakeTimeoutMs: 0, maxHandshakes: 0 } }).tls).toMatchObject({
      handshakeTimeoutMs: Number.POSITIVE_INFINITY,
      maxHandshakes: Number.POSITIVE_INFINITY,
    });
    expect(resolveOptions({}).tls).toBe(null);
  });

  it('copies what it is given', () => {
    const cert = new Uint8Array(Buffer.from(pair.cert));
    const settings = resolveTls({ ...pair, cert });
    cert.fill(0);
    expect(settings.cert).toEqual([pair.cert]);
  });

  it('keeps what a change does not name', () => {
    const before = resolveTls({
      ...pair,
      ca: authority.cert,
      requestCert: true,
      minVersion: 'TLSv1.3',
      sni: { 'A.test': other },
    });
    const after = resolveTls(other, before);
    expect(after).toEqual({ ...before, cert: [other.cert], key: [other.key] });
    expect([...after.sni.keys()]).toEqual(['a.test']);
    expect(resolveTls({ requestCert: false, sni: {}, ca: [] }, after)).toMatchObject({
      requestCert: false,
      sni: new Map(),
      ca: [],
    });
  });
});
