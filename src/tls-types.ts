/** The public types of TLS: what a server may be told, and what it tells of its clients. No behaviour lives here. */

/** Certificates or a key in PEM form: the text of the file, or its bytes. */
export type Pem = string | Uint8Array;

/** A certificate with its key. */
export interface TlsCertificate {
  /**
   * The certificate, with those of the authorities between it and the root behind it. Several certificates, of different kinds
   * of keys, as a list.
   */
  readonly cert: Pem | readonly Pem[];
  /** The private key of the certificate; as many as there are certificates, in any order. */
  readonly key: Pem | readonly Pem[];
  /** What the keys are encrypted with. */
  readonly passphrase?: string;
}

/** A version of the protocol. Older ones are not spoken (RFC 8996). */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** How a server speaks TLS. */
export interface TlsOptions extends TlsCertificate {
  /** Authorities that sign certificates of clients, in PEM form. Default: those that Node knows. */
  readonly ca?: Pem | readonly Pem[];
  /** Oldest version that is spoken. Default `TLSv1.2`. */
  readonly minVersion?: TlsVersion;
  /** Newest version that is spoken. Default `TLSv1.3`. */
  readonly maxVersion?: TlsVersion;
  /** Ciphers as OpenSSL names them, separated by colons. Default: those of Node. */
  readonly ciphers?: string;
  /** Asks clients for a certificate. Default false. */
  readonly requestCert?: boolean;
  /** With `requestCert`: refuses clients without a certificate that `ca` vouches for. Default true. */
  readonly rejectUnauthorized?: boolean;
  /**
   * Other certificates for clients that ask for these names. `*.example.org` is every name with one label more. Who asks for
   * none of them gets the certificate above.
   */
  readonly sni?: Readonly<Record<string, TlsCertificate>>;
  /** From connect to the end of the handshake, in milliseconds. Default 10,000; 0 or Infinity: no limit. Then: close. */
  readonly handshakeTimeoutMs?: number;
  /** Handshakes under way at once. Default 1,000; 0 or Infinity: no limit. Further connections wait for their turn. */
  readonly maxHandshakes?: number;
}

/** The names of a subject or an issuer, such as `CN` and `O`; what is there several times is a list. */
export type CertificateNames = Readonly<Record<string, string | readonly string[]>>;

/** The certificate of a client. */
export interface PeerCertificate {
  readonly subject: CertificateNames;
  readonly issuer: CertificateNames;
  /** Further names, such as `DNS:a.example, IP Address:192.0.2.1`; empty without. */
  readonly subjectAltName: string;
  /** As OpenSSL writes it: `Nov 22 09:00:00 2026 GMT`. */
  readonly validFrom: string;
  readonly validTo: string;
  /** In hexadecimal digits. */
  readonly serialNumber: string;
  /** SHA-1, SHA-256 and SHA-512 of the certificate, as hexadecimal pairs with colons between them. */
  readonly fingerprint: string;
  readonly fingerprint256: string;
  readonly fingerprint512: string;
  /** All of it, in DER form: `new X509Certificate(raw)` of `node:crypto` knows more. */
  readonly raw: Uint8Array;
}
