/**
 * How a server speaks TLS, checked and in one form that can be sent to another thread, and what Node makes of it. A
 * certificate that cannot be used is found here, before anything listens.
 */
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { callerError } from '../errors.ts';
import type { TlsVersion } from '../tls-types.ts';

/** A certificate with its key, in PEM form. */
export interface CertificateSettings {
  readonly cert: readonly string[];
  readonly key: readonly string[];
  readonly passphrase: string | null;
}

/** Everything about TLS that a server is told. Limits that are off are Infinity. */
export interface TlsSettings extends CertificateSettings {
  readonly ca: readonly string[] | null;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  readonly ciphers: string | null;
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
  /** By name in lower case. */
  readonly sni: ReadonlyMap<string, CertificateSettings>;
  readonly handshakeTimeoutMs: number;
  readonly maxHandshakes: number;
}

/** Node's TLS, which is loaded when the first server needs it: the others start quicker. */
export function nodeTls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls');
}

/**
 * What Node makes a context of: one certificate, and what is the same for all of a server. Whom the authorities vouch for
 * must not depend on the name that a client asks for.
 */
export function contextOptions(
  { ca, minVersion, maxVersion, ciphers }: TlsSettings,
  { cert, key, passphrase }: CertificateSettings,
): SecureContextOptions {
  return {
    cert: [...cert],
    key: [...key],
    minVersion,
    maxVersion,
    // A second handshake on a connection is of no use to HTTP, and costs the server more than the client.
    secureOptions: process.getBuiltinModule('node:crypto').constants.SSL_OP_NO_RENEGOTIATION,
    honorCipherOrder: true,
    ...(passphrase === null ? {} : { passphrase }),
    ...(ca === null ? {} : { ca: [...ca] }),
    ...(ciphers === null ? {} : { ciphers }),
  };
}

/** Contexts by the names that clients ask for. */
export function namedContexts(settings: TlsSettings): ReadonlyMap<string, SecureContext> {
  const { createSecureContext } = nodeTls();
  return new Map(
    Array.from(settings.sni, ([name, each]) => [name, createSecureContext(contextOptions(settings, each))]),
  );
}

/** What stands for a name in a table: itself, or all names with one label more than its domain. */
export function findName<T>(table: ReadonlyMap<string, T>, name: string): T | undefined {
  const asked = name.toLowerCase();
  return table.get(asked) ?? table.get(asked.replace(/^[^.]+\./, '*.'));
}

/**
 * Tries whether all of it can be used.
 * @throws HttpuvError `HV_BAD_TLS`.
 */
export function proveUsable(settings: TlsSettings): void {
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  // Node passes over what is none, and then nobody would be vouched for.
  for (const pem of settings.ca ?? []) {
    attempt(() => new X509Certificate(pem), `tls.ca holds no certificate in PEM form${advice(pem)}`);
  }
  proveCertificate(settings, settings, 'tls');
  for (const [name, each] of settings.sni) proveCertificate(settings, each, `tls.sni[${JSON.stringify(name)}]`);
}

function proveCertificate(settings: TlsSettings, certificate: CertificateSettings, where: string): void {
  const { X509Certificate, createPrivateKey } = process.getBuiltinModule('node:crypto');
  const { cert, key, passphrase } = certificate;
  const certificates = cert.map((pem) =>
    attempt(() => new X509Certificate(pem), `${where}.cert holds no certificate in PEM form${advice(pem)}`),
  );
  const keys = key.map((pem) => {
    const isLocked = passphrase === null && /^-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(pem);
    const what = isLocked
      ? `${where}.key is encrypted; give its passphrase`
      : `${where}.key holds no private key in PEM form${passphrase === null ? '' : ' that the passphrase opens'}${advice(pem)}`;
    return attempt(() => createPrivateKey(passphrase === null ? pem : { key: pem, passphrase }), what);
  });
  const lonely = certificates.findIndex((each) => !keys.some((one) => each.checkPrivateKey(one)));
  if (lonely >= 0) {
    const which = certificates.length === 1 ? 'the certificate' : `certificate ${lonely + 1}`;
    throw badTls(`${where}.key does not belong to ${which} in ${where}.cert; give the key that it was made with`);
  }
  if (keys.length !== certificates.length) {
    throw badTls(`${where}.key holds ${keys.length} keys for ${certificates.length} certificates; give one for each`);
  }
  attempt(
    () => nodeTls().createSecureContext(contextOptions(settings, certificate)),
    `${where} cannot be used (cert, key, ca or ciphers)`,
    true,
  );
}

function advice(pem: string): string {
  return pem.includes('-----BEGIN') ? '' : '; give the text of the file, not its name';
}

/** @param isTold What Node says belongs to the sentence. */
function attempt<T>(make: () => T, sentence: string, isTold = false): T {
  try {
    return make();
  } catch (cause) {
    throw badTls(isTold && cause instanceof Error ? `${sentence}: ${cause.message}` : sentence, cause);
  }
}

function badTls(sentence: string, cause?: unknown): Error {
  const error = callerError('HV_BAD_TLS', sentence);
  if (cause !== undefined) error.cause = cause;
  return error;
}
