/** What the certificate of a client says, as plain data, and in a form that can be sent as JSON. */
import type { PeerCertificate as NodeCertificate, TLSSocket } from 'node:tls';
import type { CertificateNames, PeerCertificate } from '../tls-types.ts';

/** A certificate, and whether an authority vouches for it. */
export interface PeerIdentity {
  readonly certificate: PeerCertificate;
  readonly authorized: boolean;
}

/** As {@link PeerIdentity}, with the bytes of the certificate as base64. */
export interface SentIdentity {
  readonly certificate: Omit<PeerCertificate, 'raw'> & { readonly raw: string };
  readonly authorized: boolean;
}

/** Who the client of a finished handshake is; null when it has shown no certificate. */
export function identityOf(socket: TLSSocket): PeerIdentity | null {
  // Without a certificate, and behind the end, Node gives an empty object or none.
  const given: Partial<NodeCertificate> | null = socket.getPeerCertificate();
  if (!given?.raw) return null;
  const certificate: PeerCertificate = {
    subject: names(given.subject),
    issuer: names(given.issuer),
    subjectAltName: given.subjectaltname ?? '',
    validFrom: given.valid_from ?? '',
    validTo: given.valid_to ?? '',
    serialNumber: given.serialNumber ?? '',
    fingerprint: given.fingerprint ?? '',
    fingerprint256: given.fingerprint256 ?? '',
    fingerprint512: given.fingerprint512 ?? '',
    raw: new Uint8Array(given.raw),
  };
  return { certificate, authorized: socket.authorized };
}

/** Names that a peer chooses are no names of properties that mean something. */
function names(given: object | undefined): CertificateNames {
  const copy = Object.create(null) as Record<string, string | readonly string[]>;
  for (const [name, value] of Object.entries(given ?? {}) as [string, string | readonly string[]][]) copy[name] = value;
  return copy;
}

export function sendableIdentity(identity: PeerIdentity | null): SentIdentity | null {
  if (identity === null) return null;
  const { certificate, authorized } = identity;
  return { certificate: { ...certificate, raw: Buffer.from(certificate.raw).toString('base64') }, authorized };
}

export function receivedIdentity(sent: SentIdentity | null): PeerIdentity | null {
  if (sent === null) return null;
  const { subject, issuer, raw, ...rest } = sent.certificate;
  const certificate = {
    ...rest,
    subject: names(subject),
    issuer: names(issuer),
    raw: new Uint8Array(Buffer.from(raw, 'base64')),
  };
  return { certificate, authorized: sent.authorized };
}
