/** The door of the option `tls`: names and types are checked, PEM becomes text, and what was given is proven usable. */

import { unknownName } from '../codec/option-names.ts';
import { callerError } from '../errors.ts';
import { type CertificateSettings, proveUsable, type TlsSettings } from '../node/tls-settings.ts';
import type { TlsCertificate, TlsOptions, TlsVersion } from '../tls-types.ts';

const CERTIFICATE_NAMES = ['cert', 'key', 'passphrase'] as const satisfies readonly (keyof TlsCertificate)[];
const NAMES = [
  ...CERTIFICATE_NAMES,
  'ca',
  'minVersion',
  'maxVersion',
  'ciphers',
  'requestCert',
  'rejectUnauthorized',
  'sni',
  'handshakeTimeoutMs',
  'maxHandshakes',
] as const satisfies readonly (keyof TlsOptions)[];
const VERSIONS: readonly TlsVersion[] = ['TLSv1.2', 'TLSv1.3'];

/** What holds where nothing is said; certificate and key always are. */
const DEFAULTS: Omit<TlsSettings, 'cert' | 'key'> = {
  passphrase: null,
  ca: null,
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: null,
  requestCert: false,
  rejectUnauthorized: true,
  sni: new Map(),
  handshakeTimeoutMs: 10_000,
  maxHandshakes: 1_000,
};

/**
 * Checks what was given; null and undefined are nothing.
 *
 * @param before What holds for what is not named; without it the defaults do.
 * @throws HttpuvError `HV_BAD_OPTION` for a name or a type, `HV_BAD_TLS` for a certificate or a key.
 */
export function resolveTls(given: Partial<TlsOptions>, before: TlsSettings | null = null): TlsSettings {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw bad('tls', 'an object with cert and key');
  checkNames('tls', given, NAMES);
  const old = before ?? DEFAULTS;
  const settings: TlsSettings = {
    ...certificateOf('tls', given, before),
    ca: given.ca === undefined || given.ca === null ? old.ca : pems('tls.ca', given.ca),
    minVersion: version('minVersion', given.minVersion) ?? old.minVersion,
    maxVersion: version('maxVersion', given.maxVersion) ?? old.maxVersion,
    ciphers: text('tls.ciphers', given.ciphers) ?? old.ciphers,
    requestCert: truth('requestCert', given.requestCert) ?? old.requestCert,
    rejectUnauthorized: truth('rejectUnauthorized', given.rejectUnauthorized) ?? old.rejectUnauthorized,
    sni: given.sni === undefined || given.sni === null ? old.sni : named(given.sni),
    handshakeTimeoutMs: limit('handshakeTimeoutMs', given.handshakeTimeoutMs) ?? old.handshakeTimeoutMs,
    maxHandshakes: limit('maxHandshakes', given.maxHandshakes) ?? old.maxHandshakes,
  };
  if (settings.minVersion > settings.maxVersion) throw bad('tls.minVersion', 'no newer than tls.maxVersion');
  proveUsable(settings);
  return settings;
}

function certificateOf(
  where: string,
  given: Partial<TlsCertificate>,
  before: CertificateSettings | null,
): CertificateSettings {
  const cert = given.cert ?? before?.cert;
  const key = given.key ?? before?.key;
  if (cert === undefined) throw bad(`${where}.cert`, 'a certificate in PEM form');
  if (key === undefined) throw bad(`${where}.key`, 'the private key of the certificate in PEM form');
  return {
    cert: pems(`${where}.cert`, cert),
    key: pems(`${where}.key`, key),
    passphrase: text(`${where}.passphrase`, given.passphrase) ?? before?.passphrase ?? null,
  };
}

function named(given: unknown): ReadonlyMap<string, CertificateSettings> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw bad('tls.sni', 'an object of certificates by host name');
  }
  return new Map(
    Object.entries(given).map(([name, each]: [string, unknown]) => {
      const where = `tls.sni[${JSON.stringify(name)}]`;
      if (!/^(?:\*\.)?[^*.:/\s]+(?:\.[^*.:/\s]+)*$/.test(name)) {
        throw bad(where, 'named after a host without a port, such as example.org or *.example.org');
      }
      if (typeof each !== 'object' || each === null) throw bad(where, 'an object with cert and key');
      checkNames(where, each, CERTIFICATE_NAMES);
      return [name.toLowerCase(), certificateOf(where, each, null)];
    }),
  );
}

/** PEM is ASCII; as text it is a copy, which nobody changes. */
function pems(name: string, given: unknown): string[] {
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (all.length === 0 && name !== 'tls.ca') throw bad(name, 'in PEM form: text or bytes, or a list of them');
  return all.map((each) => {
    if (typeof each === 'string') return each;
    if (each instanceof Uint8Array) return Buffer.from(each).toString('latin1');
    throw bad(name, 'in PEM form: text or bytes, or a list of them');
  });
}

function text(name: string, given: unknown): string | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'string') return given;
  throw bad(name, 'text');
}

function truth(name: string, given: unknown): boolean | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'boolean') return given;
  throw bad(`tls.${name}`, 'true or false');
}

function version(name: string, given: unknown): TlsVersion | undefined {
  if (given === undefined || given === null) return undefined;
  const found = VERSIONS.find((each) => each === given);
  if (found === undefined) throw bad(`tls.${name}`, VERSIONS.map((each) => `'${each}'`).join(' or '));
  return found;
}

function limit(name: 'handshakeTimeoutMs' | 'maxHandshakes', given: unknown): number | undefined {
  if (given === undefined || given === null) return undefined;
  if (given === 0 || given === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (typeof given === 'number' && given > 0 && (name === 'handshakeTimeoutMs' || Number.isSafeInteger(given))) {
    return given;
  }
  const what = name === 'maxHandshakes' ? 'a positive whole number' : 'a positive number of milliseconds';
  throw bad(`tls.${name}`, `${what}; 0 or Infinity for no limit`);
}

function checkNames(where: string, given: object, names: readonly string[]): void {
  const name = Object.keys(given).find((each) => !names.includes(each));
  if (name !== undefined) throw unknownName(`${where}.${name}`, name, names);
}

function bad(name: string, expected: string): Error {
  return callerError('HV_BAD_OPTION', `option ${name} must be ${expected}`);
}
