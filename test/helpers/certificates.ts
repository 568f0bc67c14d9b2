/** Certificates for tests, made by the machine's openssl: an authority, and what it has signed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs } from './needs.ts';

/** True when openssl is installed; for `describe.skipIf(!…)`. */
export function hasOpenssl(): boolean {
  return needs('openssl', 'openssl');
}

/** A certificate and its key, in PEM form. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

/** How a certificate differs from one for this machine. */
export interface Wanted {
  /** As openssl writes them: `DNS:a.example,IP:127.0.0.1`. */
  readonly names?: string;
  readonly kind?: 'ec' | 'rsa';
  readonly days?: number;
  /** Encrypts the key. */
  readonly passphrase?: string;
}

const KINDS = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  rsa: ['-newkey', 'rsa:2048'],
} as const;

/** Signs certificates. */
export class Authority implements Certified {
  readonly cert: string;
  readonly key: string;

  constructor(name = 'Tests') {
    const made = certificate(null, name, { names: 'DNS:authority.invalid', days: 30 });
    this.cert = made.cert;
    this.key = made.key;
  }

  /** A certificate for `localhost` and 127.0.0.1, or what is wanted instead. */
  issue(name: string, wanted: Wanted = {}): Certified {
    return certificate(this, name, { names: 'DNS:localhost,IP:127.0.0.1', ...wanted });
  }
}

function certificate(signer: Certified | null, name: string, wanted: Wanted): Certified {
  const folder = mkdtempSync(join(tmpdir(), 'httpuv-certificates-'));
  const file = (each: string): string => join(folder, each);
  try {
    if (signer !== null) {
      writeFileSync(file('ca.pem'), signer.cert);
      writeFileSync(file('ca-key.pem'), signer.key);
    }
    const { names = '', kind = 'ec', days = 30, passphrase } = wanted;
    const words = [
      ...['req', '-x509', ...KINDS[kind], '-subj', `/CN=${name}/O=httpuv`, '-days', String(days)],
      ...['-addext', `subjectAltName=${names}`, '-keyout', file('key.pem'), '-out', file('cert.pem')],
      ...(signer === null
        ? []
        : ['-CA', file('ca.pem'), '-CAkey', file('ca-key.pem'), '-addext', 'basicConstraints=critical,CA:FALSE']),
      ...(passphrase === undefined ? ['-nodes'] : ['-passout', `pass:${passphrase}`]),
    ];
    execFileSync('openssl', words, { stdio: 'pipe' });
    return { cert: readFileSync(file('cert.pem'), 'utf8'), key: readFileSync(file('key.pem'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
